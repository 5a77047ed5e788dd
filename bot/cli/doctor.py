"""`darkroom doctor`: asks everything that the bot leans on what it costs nothing to ask, and says what is wrong."""

import asyncio
import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import app, logs
from bot.chat.account import examine_token
from bot.domain.catalog import ModelCard, Provider, read_shelf
from bot.provider.examine import Finding as Examined
from bot.provider.examine import Found, examine
from bot.settings import ProviderSetup, Settings, SettingsWrong, provider_entries
from bot.words.doctor import model_ends, sentence

PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is as it should be, the name of what was found, and the sentence."""

    about: str
    ok: bool
    what: str
    sentence: str


def doctor(as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False) -> None:
    """Look at the settings, the disk, Discord and each provider, and say what is wrong in a sentence.

    Nothing is bought: a provider is asked whether it is there, knows the key, has the models and takes edits. The bot
    may run meanwhile. Exits with 1 if something is wrong.
    """
    try:
        settings = Settings.read(needs=())
    except SettingsWrong as wrong:
        findings: tuple[Finding, ...] = (Finding("settings", False, "settings_wrong", str(wrong)),)
    else:
        logs.configure("ERROR", settings.log_format, settings.secrets)
        findings = (_found("settings", True, "settings_read"), *asyncio.run(look(settings)))
    for one in findings:
        typer.echo(
            json.dumps(asdict(one)) if as_json else f"{'ok   ' if one.ok else 'WRONG'} {one.about}: {one.sentence}"
        )
    if not all(one.ok for one in findings):
        raise typer.Exit(1)


async def look(settings: Settings, today: date | None = None) -> tuple[Finding, ...]:
    """Everything that can be found out about these settings, in the order in which one would mend it."""
    setup = provider_entries(settings)
    cards = [card for offers in read_shelf(setup.providers, setup.models).values() for card in offers]
    house = await asyncio.gather(asyncio.to_thread(_folder, settings.data_dir), _books(settings), _discord(settings))
    providers = await asyncio.gather(*(_provider(settings, one, cards) for one in setup.providers))
    ends = _ends(setup, cards, today or datetime.now(UTC).date())
    return (*house, *(one for findings in providers for one in findings), *ends)


def _found(about: str, ok: bool, what: str, fields: Mapping[str, str | int] | None = None) -> Finding:
    return Finding(about, ok, what, sentence(what, fields or {}))


def _folder(folder: Path) -> Finding:
    """Whether the folder can be written, or made: tried, since permissions alone do not tell."""
    there = next((one for one in (folder, *folder.absolute().parents) if one.exists()), folder)
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as trouble:
        return _found("data", False, "folder_shut", {"folder": str(there), "trouble": trouble.strerror or "no reason"})
    return _found("data", True, "folder_writable" if there == folder else "folder_possible", {"folder": str(folder)})


async def _books(settings: Settings) -> Finding:
    try:
        wrong = await app.check_ledger(settings)
    except app.CannotStart as trouble:
        return _found("database", False, "books_unusable", {"trouble": str(trouble)})
    if wrong:
        return _found("database", False, "books_off", {"imbalance": wrong[0]})
    return _found("database", True, "books_none" if wrong is None else "books_exact")


async def _discord(settings: Settings) -> Finding:
    token = settings.discord_token.get_secret_value()
    if not token:
        return _found("Discord", False, "token_missing")
    found = await examine_token(token, settings.discord_api_url, settings.discord_proxy, PATIENCE_S)
    return _found("Discord", found.ok, found.what, found.fields)


async def _provider(settings: Settings, provider: Provider, cards: list[ModelCard]) -> tuple[Finding, ...]:
    key = settings.key_named(provider.key).get_secret_value()
    wants = [card.wire_name for card in cards if card.provider == provider.name]
    found = await examine(provider, key, wants, PATIENCE_S)
    return tuple(_of_provider(settings, provider, one) for one in found)


def _of_provider(settings: Settings, provider: Provider, one: Examined) -> Finding:
    about = f"provider {provider.name}"
    # Without a file every model is offered that such a provider may have: only the one of the settings was asked for.
    guessed = settings.providers_file is None and one.fields.get("model") != settings.images_model
    if one.what is Found.MODEL_MISSING and guessed:
        return _found(about, True, "model_unlisted", one.fields)
    return _found(about, one.ok, one.what.value, one.fields)


def _ends(setup: ProviderSetup, cards: list[ModelCard], today: date) -> tuple[Finding, ...]:
    return tuple(
        Finding(f"provider {end.provider}", end.works, "model_ends" if end.works else "model_gone", end.sentence)
        for end in model_ends(cards, setup.vendors, today)
    )
