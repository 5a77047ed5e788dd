"""The commands in each language, as Discord gets them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.app_commands import TranslationContextTypes, Translator, locale_str
from discord.http import Route

from bot.chat.translator import CatalogueTranslator, payloads
from bot.sandbox.clock import Clock
from bot.words.language import SPOKEN
from tests.chat.scene import a_bot, discord_standin
from tests.standins import Steps
from tests.translations.faults import said
from tests.translations.lengths import (
    CHOICE_CHARACTERS,
    COMMAND_CHARACTERS,
    DESCRIPTION_CHARACTERS,
    NAME_CHARACTERS,
)
from tests.translations.messages import loaded
from tests.workflow.memory_book import MemoryBook

LOCALES = ("en-US", *SPOKEN)


@pytest.fixture
async def commands() -> list[dict[str, Any]]:
    """Every command with all its languages."""
    client = await loaded()
    async with client:
        await client.tree.set_translator(CatalogueTranslator())
        return await payloads(client.tree)


def below(command: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The command, its subcommands and all their options."""
    yield command
    for option in command.get("options", ()):
        yield from below(option)


def longest(named: dict[str, Any], what: str) -> int:
    """Of the longest language, which is the one that Discord counts."""
    return max(len(said(named, what, locale)) for locale in LOCALES)


def characters(command: dict[str, Any]) -> int:
    """What Discord counts of a command: names, descriptions and values, those of everything below it included."""
    total = 0
    for one in below(command):
        total += longest(one, "name") + longest(one, "description")
        total += sum(longest(choice, "name") + len(str(choice["value"])) for choice in one.get("choices", ()))
    return total


async def test_whole_commands(commands: list[dict[str, Any]]) -> None:
    """No command is too long as a whole, its longest languages counted."""
    assert {one["name"]: characters(one) for one in commands if characters(one) > COMMAND_CHARACTERS} == {}


async def test_every_text(commands: list[dict[str, Any]]) -> None:
    """Each name, description and choice has a length that Discord takes, in each language."""
    for one in (each for command in commands for each in below(command)):
        for locale in LOCALES:
            assert 1 <= len(said(one, "name", locale)) <= NAME_CHARACTERS, (locale, one["name"])
            assert len(said(one, "description", locale)) <= DESCRIPTION_CHARACTERS, (locale, one["name"])
            for choice in one.get("choices", ()):
                assert 1 <= len(said(choice, "name", locale)) <= CHOICE_CHARACTERS, (locale, choice["name"])


async def test_discords_locales_only(commands: list[dict[str, Any]]) -> None:
    """Languages are sent under Discord's own codes, and English never as a translation of itself."""
    sent = {
        locale
        for command in commands
        for one in below(command)
        for locale in (*one.get("name_localizations", ()), *one.get("description_localizations", ()))
    }

    assert "zh-CN" in sent
    assert sent <= set(SPOKEN) <= {locale.value for locale in discord.Locale}


async def test_names_in_english(commands: list[dict[str, Any]]) -> None:
    """What Discord sends back is the English name, whatever the member sees."""
    edit = next(command for command in commands if command["name"] == "edit")
    menu = next(command for command in commands if command["name"] == "Edit picture")

    assert said(edit, "name", "zh-CN") == "编辑"
    assert said(edit, "name", "pl") == "edit"
    assert said(menu, "name", "zh-CN") == "编辑图片"


async def test_a_name_is_not_the_word() -> None:
    """A command's name is looked up as a name: the same word elsewhere, with spaces and capitals, is not taken."""
    client = await loaded()
    async with client:
        command = client.tree.get_command("edit")
        assert isinstance(command, app_commands.Command)
        translator = CatalogueTranslator()
        location = app_commands.TranslationContextLocation
        name: TranslationContextTypes = app_commands.TranslationContext(location.command_name, command)
        other: TranslationContextTypes = app_commands.TranslationContext(location.command_description, command)

        assert await translator.translate(locale_str("edit"), discord.Locale.chinese, name) == "编辑"
        assert await translator.translate(locale_str("edit"), discord.Locale.chinese, other) is None
        assert await translator.translate(locale_str("edit"), discord.Locale.polish, name) is None


async def test_what_is_remembered_of_the_commands() -> None:
    """A changed translation changes what is compared before Discord is told anew, not only a changed command."""
    client = await loaded()
    async with client:
        await client.tree.set_translator(Translator())
        before = await payloads(client.tree)
        await client.tree.set_translator(CatalogueTranslator())

        assert await payloads(client.tree) != before


async def test_at_discord(tmp_path: Path) -> None:
    """Discord gets the languages with the commands, takes them, and is not told again by the next process."""
    clock = Clock()
    book = MemoryBook(clock, Steps())
    async with discord_standin(clock) as (server, url):
        async with a_bot(server, url, clock, book, tmp_path):
            pass
        async with a_bot(server, url, clock, book, tmp_path) as scene:
            client = scene.client
            where = f"/applications/{client.application_id}/commands?with_localizations=true"
            kept = await client.http.request(Route("GET", where))

        assert server.command_puts == 1
        edit = next(command for command in kept if command["name"] == "edit")
        assert edit["name_localizations"]["zh-CN"] == "编辑"
