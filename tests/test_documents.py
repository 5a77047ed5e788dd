"""The documents: what they name exists, and what they promise to be complete is."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import discord
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.testing import CliRunner

from bot.cli import cli
from bot.domain.errors import Notice
from bot.settings import Settings

ROOT = Path(__file__).parent.parent
NAMES = ("admin", "dependencies", "operating", "using")
DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / f"docs/{name}.md" for name in NAMES))
SETTINGS = {name.upper() for name in Settings.model_fields}
NO_SETTINGS = {"YOUR_APPLICATION_ID"}
PERMISSIONS = (
    "view_channel",
    "send_messages",
    "create_public_threads",
    "send_messages_in_threads",
    "attach_files",
    "embed_links",
    "read_message_history",
)

PAGES = (*DOCUMENTS, ROOT / "docs/providers.md")  # the last names keys that an operator makes up

each_page = pytest.mark.parametrize("document", PAGES, ids=lambda path: path.name)
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def is_command(words: list[str]) -> bool:
    """Whether `darkroom` followed by these words is a command that can be asked for help."""
    return CliRunner().invoke(cli, [*words, "--help"]).exit_code == 0


def dependencies() -> Iterator[str]:
    """The names of everything that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["postgres"]]
    asked += [one for group in project["dependency-groups"].values() for one in group if isinstance(one, str)]
    yield from (canonicalize_name(Requirement(one).name) for one in asked)


@each_page
def test_targets_exist(document: Path) -> None:
    """Every `make` target that a document names is in the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:`|\$ )make ([a-z]+)", document.read_text()))

    assert named - targets == set()


@each_document
def test_settings_exist(document: Path) -> None:
    """Every setting that a document names is one."""
    text = document.read_text()
    named = {*re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", text), *re.findall(r"^([A-Z_]+)=", text, re.MULTILINE)}

    assert named - SETTINGS - NO_SETTINGS == set()


@each_page
def test_commands_exist(document: Path) -> None:
    """Every `darkroom` command that a document names is one."""
    named = re.findall(r"(?:`|\$ \.venv/bin/)darkroom ([a-z][a-z ]*)", document.read_text())

    assert [words for words in named if not is_command(words.split())] == []


@each_page
def test_links_lead_somewhere(document: Path) -> None:
    """Every link to a file of the project leads to a file."""
    links = re.findall(r"\]\(([^)#:]+)\)", document.read_text())

    assert [link for link in links if not (document.parent / link).is_file()] == []


def test_every_dependency_earns_its_place() -> None:
    """Each dependency has its row in docs/dependencies.md, and each row is a dependency."""
    rows = re.findall(r"^\| ([\w.-]+) \|", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE)

    assert {canonicalize_name(row) for row in rows if row != "package"} == set(dependencies())


def test_every_alert_is_explained() -> None:
    """The table of docs/operating.md has each notice that an operator may get, and no other."""
    rows = re.findall(r"^\| `([A-Z]\w+)` \|", (ROOT / "docs/operating.md").read_text(), re.MULTILINE)

    assert sorted(rows) == sorted(one.__name__ for one in Notice.__subclasses__())


def test_the_invitation_asks_for_what_the_bot_needs() -> None:
    """The number in the README's invitation stands for exactly the permissions that it lists."""
    number = re.search(r"permissions=(\d+)", (ROOT / "README.md").read_text())
    needed = discord.Permissions(**dict.fromkeys(PERMISSIONS, True))

    assert number is not None
    assert int(number[1]) == needed.value


def test_no_line_knows_the_machine_it_was_written_on() -> None:
    """No document, no build file and no line of the bot holds a path of somebody's machine."""
    build = (ROOT / name for name in ("Makefile", ".ci/run", ".env.example", "pyproject.toml", "requirements.lock"))
    code = (file for package in ("bot", "cogs", "migrations") for file in (ROOT / package).rglob("*.py"))

    found = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in (*DOCUMENTS, *build, *code)
        for line in file.read_text().splitlines()
        if re.search(r"(?<![\w.$}])/(?:home|root|Users|work|tmp|mnt)/", line)
    ]

    assert found == []
