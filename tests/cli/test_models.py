"""`darkroom models`: what can be used with these settings, for people and for scripts."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import cli
from bot.domain.catalog import ModelCard, shipped_cards
from bot.settings import Settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without `.env`, and an environment without settings."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return tmp_path


def asked(*words: str, **settings: str) -> Result:
    """What the command says."""
    return CliRunner().invoke(cli, ["models", *words], env=settings)


def rows(**settings: str) -> list[dict[str, Any]]:
    """Its lines of JSON."""
    ended = asked("--json", **settings)
    assert ended.exit_code == 0, ended.output
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_every_field_of_a_card_is_in_the_json() -> None:
    """A script can read whatever the bot knows of a model, under the names that the cards have."""
    first = rows()[0]

    assert {field.name for field in dataclasses.fields(ModelCard)} <= set(first)
    assert (first["name"], first["provider"], first["default"]) == ("gpt-image-2", "openai", True)
    assert first["mask"] == {"bytes": 4_194_303, "polarity": "transparent", "honoured": True}
    assert first["sizes"]["step"] == 16
    assert {"size": "1024x1024", "quality": "high", "micro_usd": 210_720} in first["prices"]


def test_the_status_is_said() -> None:
    """A gateway's list says which models are gone at their maker, since when, and that they can still be used."""
    by_name = {row["name"]: row for row in rows(IMAGES_API_URL="https://gateway.example", IMAGES_DIALECT="newapi")}

    assert set(by_name) == set(shipped_cards())
    gone = by_name["dall-e-2"]
    assert (gone["status"], gone["ends_on"], gone["gone"], gone["usable"]) == ("gone", "2026-05-12", True, True)
    assert by_name["gpt-image-2"]["gone"] is False


def test_a_model_that_is_gone_at_its_maker_is_not_usable() -> None:
    """At the maker itself a model that is gone is shown only where the settings insist on it, and as not usable."""
    by_name = {row["name"]: row for row in rows(IMAGES_MODEL="dall-e-2")}

    assert (by_name["dall-e-2"]["default"], by_name["dall-e-2"]["usable"]) == (True, False)
    assert "gpt-image-1" not in by_name


def test_each_provider_has_its_line(empty_folder: Path) -> None:
    """A model that two providers have stands there twice, in their order, each with its own limits."""
    (empty_folder / "providers.toml").write_text(
        '[[providers]]\nname = "cheap"\nurl = "https://www.anyfast.ai"\nkey = "CHEAP_KEY"\ndialect = "anyfast"\n'
        'models = ["gpt-image-2"]\n'
        '[[providers]]\nname = "openai"\nurl = "https://api.openai.com"\nkey = "OPENAI_KEY"\ndialect = "openai"\n'
        'models = ["gpt-image-2"]\n'
    )

    found = rows(PROVIDERS_FILE="providers.toml")

    assert [(row["name"], row["provider"], row["mask"] is None) for row in found] == [
        ("gpt-image-2", "cheap", True),
        ("gpt-image-2", "openai", False),
    ]


def test_people_read_limits_and_prices() -> None:
    """Without --json each model is a paragraph with its status, its limits and its prices."""
    said = asked().stdout

    first = said.split("\n\n")[0]
    assert first.startswith("gpt-image-2 · openai · ")
    assert "active" in first
    assert "up to 16 pictures" in first
    assert "1024x1024: low $" in first


def test_settings_that_are_wrong(empty_folder: Path) -> None:
    """Without settings that can be read there is nothing to show."""
    ended = asked(IMAGES_DIALECT="klingon")

    assert ended.exit_code != 0
    assert ended.stdout == ""
