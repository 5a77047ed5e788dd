"""The command line itself: what it offers, and what it says to a wrong word."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from bot.cli import cli

COMMANDS = {
    "run": {"--role"},
    "migrate": set(),
    "demo": {"--image", "--mask", "--prompt", "--via", "--n", "--story", "--real-provider", "--out", "--json"},
    "inspect": {"--mask", "--model", "--json"},
    "models": {"--json"},
    "doctor": {"--json"},
    "ledger check": {"--json"},
    "ledger show": {"--json"},
    "ledger limits": {"--user", "--role", "--guild", "--everyone", "--house"},
    "ledger set": {"--user", "--role", "--guild", "--everyone", "--house", "--images", "--usd", "--per", "--json"},
    "ledger grant": {"--images", "--usd", "--days", "--reason", "--guild", "--json"},
    "ledger reset": {"--guild", "--reason", "--json"},
    "ledger block": {"--guild", "--reason", "--json"},
    "ledger unblock": {"--guild", "--json"},
    "ledger pause": {"--guild", "--reason", "--json"},
    "ledger resume": {"--guild", "--json"},
    "ledger report": {"--guild", "--user", "--days", "--csv", "--chart", "--json"},
    "ledger reconcile": {"--csv", "--provider", "--since", "--until", "--dry-run", "--json"},
    "privacy export": {"--out"},
    "privacy delete": {"--yes"},
    "backup": set(),
    "restore": {"--force"},
    "sandbox": {"--discord-port", "--engine-port", "--record", "--plan"},
    "sandbox serve": {"--discord-port", "--engine-port", "--record", "--plan"},
    "sandbox act edit": {"--url", "--as", "--in", "--via", "--image", "--mask", "--prompt", "--out", "--json"},
    "sandbox act command": {"--url", "--as", "--in", "--option", "--out", "--json"},
    "sandbox act press": {"--url", "--as", "--in", "--message", "--button", "--out", "--json"},
    "sandbox act submit": {"--url", "--as", "--in", "--modal", "--value", "--out", "--json"},
    "sandbox act say": {"--url", "--as", "--in", "--text", "--image", "--reply-to", "--mention", "--out", "--json"},
}


def commands(group: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every command under its whole name."""
    yield name, group
    for word, command in getattr(group, "commands", {}).items():
        yield from commands(command, f"{name} {word}".strip())


def test_the_names_that_scripts_rely_on() -> None:
    """Commands and options have the names that the documents promise."""
    offered = dict(commands(typer.main.get_command(cli)))

    for name, options in COMMANDS.items():
        assert options <= {word for each in offered[name].params for word in each.opts}, name


def test_everything_is_explained() -> None:
    """Every command says what it does and every option what it is for."""
    for name, command in commands(typer.main.get_command(cli)):
        assert command.help, name
        for each in command.params:
            assert getattr(each, "help", None), f"{name} {each.name}"


@pytest.mark.parametrize(
    "words",
    [
        "nonsense",
        "run --fast",
        "run --role captain",
        "ledger show mira",
        "demo --n 0",
        "demo --via telepathy",
        "demo --story ending",
        "demo --image missing.png",
        "demo --mask {picture}",
        "demo --image {picture} --story all",
        "sandbox act edit --prompt x",
        "sandbox act edit --url http://127.0.0.1:9",
        "sandbox act submit --url http://127.0.0.1:9 --modal form",
        "sandbox act press --url http://127.0.0.1:9 --message first --button Show",
    ],
)
def test_wrong_usage(words: str, tmp_path: Path) -> None:
    """A wrong word ends with 2 and a line about it, before anything is done."""
    picture = tmp_path / "cat.png"
    picture.write_bytes(b"")
    ended = CliRunner().invoke(cli, words.format(picture=picture).split(), env={"SANDBOX_URL": None})

    assert ended.exit_code == 2, ended.output
    assert "Usage:" in ended.stderr
    assert ended.stdout == ""


@pytest.mark.parametrize("words", ["", "ledger", "privacy", "sandbox act"])
def test_no_words(words: str) -> None:
    """A group alone shows what there is."""
    ended = CliRunner().invoke(cli, words.split())

    assert ended.exit_code == 2
    assert "Commands" in ended.output
