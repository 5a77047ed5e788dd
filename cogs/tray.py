"""A member's tray: pictures are collected from several messages and used in one edit."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import answers
from bot.chat.client import DarkroomClient
from bot.chat.place import place_of
from bot.chat.views.door import search
from bot.chat.views.tray import add_to_tray, owner, show_tray
from bot.words import labels

Interaction = discord.Interaction[DarkroomClient]


class TrayCog(commands.Cog):
    """Collecting pictures."""

    def __init__(self, client: DarkroomClient) -> None:
        self.client = client
        # discord.py cannot declare a message command inside a class.
        self._menu = app_commands.ContextMenu(name=labels.TRAY_MENU, callback=self.add)

    async def cog_load(self) -> None:
        """Add the message command."""
        self.client.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it away again."""
        self.client.tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(name=labels.TRAY, description=labels.TRAY_DESCRIPTION)
    async def tray(self, interaction: Interaction) -> None:
        """`/tray`."""
        await answers.acknowledge(interaction)
        desk = self.client.desk
        desk.intake.admit_at(place_of(interaction))
        await show_tray(interaction, desk, await desk.trays.show(owner(interaction)))

    async def add(self, interaction: Interaction, message: discord.Message) -> None:
        """Apps → Add to tray."""
        await answers.acknowledge(interaction)
        found = await search(self.client).in_message(message)
        await add_to_tray(interaction, self.client.desk, found.pictures)


async def setup(client: DarkroomClient) -> None:
    """Called by discord.py when the cog is loaded by name."""
    await client.add_cog(TrayCog(client))
