"""A member's own edits, looked back at."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import answers
from bot.chat.client import DarkroomClient
from bot.chat.place import place_of
from bot.chat.views.history import show_page
from bot.words import labels


class HistoryCog(commands.Cog):
    """Asking for one's own edits."""

    def __init__(self, client: DarkroomClient) -> None:
        self.client = client

    @app_commands.command(name=labels.HISTORY, description=labels.HISTORY_DESCRIPTION)
    async def history(self, interaction: discord.Interaction[DarkroomClient]) -> None:
        """`/history`."""
        await answers.acknowledge(interaction)
        self.client.desk.intake.admit_at(place_of(interaction))
        await show_page(self.client.desk, interaction)


async def setup(client: DarkroomClient) -> None:
    """Called by discord.py when the cog is loaded by name."""
    await client.add_cog(HistoryCog(client))
