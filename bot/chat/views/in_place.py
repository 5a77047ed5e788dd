"""How a press is acknowledged when its answer changes the very message that it was on."""

from typing import Any

import discord

from bot.chat.answers import defer

Interaction = discord.Interaction[Any]


async def hold(interaction: Interaction) -> None:
    """Say that the message will change; `answers.answer` then changes it. Raises `Unheard` after the three seconds."""
    interaction.client.serving()
    await defer(interaction, public=False, here=True)
