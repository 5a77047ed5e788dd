"""The commands in each member's language: what discord.py asks when it tells Discord of them.

Their names stay English where Discord sends them back and where sentences speak of them; a member sees and types those
of their language. A name has a context in the catalogues, because "edit" the command is not "edit" the noun, and
because it has to obey Discord: lower case, no spaces. What describes something is a message like any other.
"""

import asyncio
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation, TranslationContextTypes, Translator, locale_str

from bot.words.language import SPOKEN, language, warm

COMMAND, MENU, OPTION, CHOICE = "command", "menu", "option", "choice"

CONTEXTS = {
    TranslationContextLocation.command_name: COMMAND,
    TranslationContextLocation.group_name: COMMAND,
    TranslationContextLocation.parameter_name: OPTION,
    TranslationContextLocation.choice_name: CHOICE,
}


class CatalogueTranslator(Translator):
    """Answers from the gettext catalogues."""

    async def load(self) -> None:
        """Read all of them, which is also what the sentences need before the first member comes."""
        await asyncio.to_thread(warm)

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """The text in this language; None where there is none, so that Discord shows the English one."""
        if locale.value not in SPOKEN:
            return None
        words, message, about = language(locale.value), string.message, context_of(context)
        said = words.gettext(message) if about is None else words.pgettext(about, message)
        return None if said == message else said


def context_of(context: TranslationContextTypes) -> str | None:
    """The context of a name in the catalogues; None for a description, which has none."""
    if isinstance(context.data, app_commands.ContextMenu):
        return MENU
    return CONTEXTS.get(context.location)


async def payloads(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """What Discord is told of the commands, in every language that the tree's translator knows."""
    translator = tree.translator or Translator()
    return [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]
