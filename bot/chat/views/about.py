"""The answers to `/help`, with the three ways in as a picture, and to `/about`."""

from collections.abc import Iterable
from pathlib import Path

import discord

from bot.domain.imprint import Imprint
from bot.words import about as words
from bot.words.about import Section

WAYS = Path(__file__).parents[1] / "pictures" / "ways.png"


def help_embed(locale: str, *, manages: bool) -> discord.Embed:
    """The ways in, numbered as in the picture above it, which inside of it would be smaller and have no words."""
    lines = [f"**{number}** {way}" for number, way in enumerate(words.ways(locale), 1)]
    embed = discord.Embed(title=words.help_title(locale), description="\n".join(lines))
    return _with(embed, words.help_sections(locale, manages=manages))


def ways_file(locale: str) -> discord.File:
    """The picture of the ways, told in words to those who do not see it. Opens a file."""
    return discord.File(WAYS, WAYS.name, description=words.ways_alt(locale))


def about_embed(imprint: Imprint, locale: str) -> discord.Embed:
    """What the bot is, who sees the pictures, what is kept, and who runs it."""
    embed = discord.Embed(title=words.about_title(locale), description=words.about_text(imprint, locale))
    return _with(embed, words.about_sections(imprint, locale))


def _with(embed: discord.Embed, sections: Iterable[Section]) -> discord.Embed:
    for section in sections:
        embed.add_field(name=section.heading, value=section.text, inline=False)
    return embed
