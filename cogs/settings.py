"""How the bot behaves in a server: one panel for whoever manages it."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import answers, warrant
from bot.chat.client import DarkroomClient
from bot.chat.views import settings_panel
from bot.words import labels

Interaction = discord.Interaction[DarkroomClient]


class SettingsCog(commands.Cog):
    """Deciding how the bot behaves."""

    def __init__(self, client: DarkroomClient) -> None:
        self.client = client

    @app_commands.command(name=labels.SETTINGS, description=labels.SETTINGS_DESCRIPTION)
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.default_permissions(manage_guild=True)
    async def settings(self, interaction: Interaction) -> None:
        """`/settings`."""
        await answers.acknowledge(interaction)
        desk = self.client.desk
        warrant.manager(interaction, desk.intake)
        panel = await settings_panel.overview(desk, interaction)
        await answers.answer(interaction, None, panel.embed, view=panel.view)


async def setup(client: DarkroomClient) -> None:
    """Called by discord.py when the cog is loaded by name."""
    await client.add_cog(SettingsCog(client))
