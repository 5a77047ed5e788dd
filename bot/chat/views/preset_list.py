"""The presets of a server as one embed."""

from collections.abc import Sequence

import discord

from bot.domain.preset import Preset
from bot.words import presets as words


def preset_list(presets: Sequence[Preset], locale: str) -> discord.Embed:
    """Every preset with its prompt, or how there come to be some."""
    embed = discord.Embed(title=words.heading(locale))
    embed.description = words.how(locale) if presets else words.none_yet(locale)
    for name, wish in words.lines(presets):
        embed.add_field(name=name, value=wish, inline=False)
    return embed
