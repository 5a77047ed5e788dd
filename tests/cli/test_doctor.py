"""`darkroom doctor`: what is as it should be, what is wrong, and that asking is free."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.cli.doctor import Finding, look
from bot.domain.catalog.reading import dialect_names
from bot.sandbox.serve import Sandbox
from bot.settings import Settings
from tests.cli.conftest import Run

TODAY = date(2026, 11, 20)
NOWHERE = "http://127.0.0.1:9"


def settings_of(sandbox: Sandbox, folder: Path, **values: str) -> Settings:
    """Settings that work, but for these."""
    return Settings.of({**sandbox.settings, "DATA_DIR": str(folder / "data"), **values}, needs=())


def wrong(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """What is not as it should be, and where."""
    return [(one.about, one.what) for one in findings if not one.ok]


async def test_a_good_set_up_has_nothing_wrong(sandbox: Sandbox, tmp_path: Path) -> None:
    """Everything is looked at, and everything is as it should be."""
    findings = await look(settings_of(sandbox, tmp_path), TODAY)

    assert wrong(findings) == []
    assert {one.about for one in findings} == {"data", "database", "Discord", "provider openai"}
    found = {one.what for one in findings}
    assert {"folder_possible", "books_none", "bot_known", "reached", "key_accepted", "route_there"} <= found
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("dialect", dialect_names())
async def test_asking_is_free(sandbox: Sandbox, tmp_path: Path, dialect: str) -> None:
    """A provider of any kind is found in order, and has made and booked nothing afterwards."""
    engine = sandbox.engine
    where = {"IMAGES_DIALECT": dialect, "IMAGES_API_URL": engine.address(dialect)}
    settings = settings_of(sandbox, tmp_path, **where, IMAGES_MODEL=engine.models(dialect)[0])

    findings = await look(settings, TODAY)

    assert wrong(findings) == []
    assert "route_there" in {one.what for one in findings}
    books = sandbox.engine.books
    assert [call for call in books.calls if call.billed or call.made] == []
    assert books.as_json()["billed_micro_usd"] == 0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"DISCORD_TOKEN": ""}, ("Discord", "token_missing")),
        ({"DISCORD_TOKEN": "0123456789abcdef0123456789abcdef"}, ("Discord", "token_shapeless")),
        ({"DISCORD_TOKEN": f"{'M' * 24}.GabcDe.{'x' * 38}"}, ("Discord", "token_refused")),
        ({"DISCORD_API_URL": f"{NOWHERE}/api/v10"}, ("Discord", "discord_unreachable")),
        ({"IMAGES_API_KEY": ""}, ("provider openai", "key_missing")),
        ({"IMAGES_API_KEY": "sk-of-somebody-else"}, ("provider openai", "key_refused")),
        ({"IMAGES_API_URL": NOWHERE}, ("provider openai", "unreachable")),
    ],
)
async def test_what_is_wrong_is_found(
    sandbox: Sandbox, tmp_path: Path, values: dict[str, str], expected: tuple[str, str]
) -> None:
    """One thing that is wrong is found, said in a sentence, and hides nothing of the rest."""
    findings = await look(settings_of(sandbox, tmp_path, **values), TODAY)

    assert wrong(findings) == [expected]
    assert {one.about for one in findings} == {"data", "database", "Discord", "provider openai"}
    for one in findings:
        assert one.sentence.endswith(".")
        assert not [value for value in values.values() if len(value) > 20 and value in one.sentence]


async def test_every_provider_is_asked(sandbox: Sandbox, tmp_path: Path) -> None:
    """Each provider of the file gets its own findings, and a model that it does not have is wrong."""
    file = tmp_path / "providers.toml"
    file.write_text(
        f'[[providers]]\nname = "first"\nurl = "{sandbox.engine_url}"\nkey = "IMAGES_API_KEY"\ndialect = "openai"\n'
        'models = ["gpt-image-2", "gpt-image-7"]\n'
        f'[[providers]]\nname = "second"\nurl = "{NOWHERE}"\ndialect = "sdcpp"\nmodels = ["qwen"]\n'
        '[models."gpt-image-7"]\nlike = "gpt-image-2"\n'
    )

    findings = await look(settings_of(sandbox, tmp_path, PROVIDERS_FILE=str(file)), TODAY)

    assert wrong(findings) == [("provider first", "model_missing"), ("provider second", "unreachable")]


async def test_a_folder_that_cannot_be_made(sandbox: Sandbox, tmp_path: Path) -> None:
    """A folder below a file can neither be written nor made, and the database in it cannot be opened."""
    (tmp_path / "data").write_text("")

    findings = await look(settings_of(sandbox, tmp_path, DATA_DIR=str(tmp_path / "data" / "deeper")), TODAY)

    assert ("data", "folder_shut") in wrong(findings)


async def test_an_end_in_sight_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    """A model that ends soon is no fault yet; a gateway may go on selling what is gone."""
    findings = await look(settings_of(sandbox, tmp_path), TODAY)

    said = [one.sentence for one in findings if one.what == "model_ends"]
    assert any(one.startswith("gpt-image-1.5 ends at its vendor on 2026-12-01, in 11 days") for one in said)
    assert wrong(findings) == []


async def test_the_command_itself(sandbox: Sandbox, run: Run, tmp_path: Path) -> None:
    """It exits with 0 or 1, says a line for each finding, and as JSON an object a line; no key is in any of them."""
    settings = {**sandbox.settings, "DATA_DIR": str(tmp_path / "data")}

    good = await run("doctor", **settings)
    bad = await run("doctor", "--json", **{**settings, "IMAGES_API_KEY": "sk-of-somebody-else"})

    assert (good.code, good.err) == (0, "")
    assert all(line.startswith("ok    ") for line in good.out.splitlines())
    assert bad.code == 1
    found = [json.loads(line) for line in bad.out.splitlines()]
    assert [one["what"] for one in found if not one["ok"]] == ["key_refused"]
    assert set(found[0]) == {"about", "ok", "what", "sentence"}
    for key in (settings["DISCORD_TOKEN"], settings["IMAGES_API_KEY"], "sk-of-somebody-else"):
        assert key not in good.out + bad.out


async def test_settings_that_cannot_be_read(run: Run) -> None:
    """A wrong setting is the first thing that is wrong, and the doctor says it like any other."""
    ended = await run("doctor", IMAGES_DIALECT="klingon")

    assert ended.code == 1
    [line] = ended.out.splitlines()
    assert line.startswith("WRONG settings: IMAGES_DIALECT has to be ")
