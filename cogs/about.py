"""Getting to know the bot: `/help`, `/about`, and what it says when it comes to a server."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import answers
from bot.chat.client import DarkroomClient
from bot.chat.views.about import about_embed, help_embed, ways_file
from bot.chat.warrant import manages
from bot.chat.welcome import Welcome
from bot.words import labels

Interaction = discord.Interaction[DarkroomClient]


class AboutCog(commands.Cog):
    """Answered wherever the bot answers at all, as what is kept about a member is."""

    def __init__(self, client: DarkroomClient) -> None:
        self.client = client
        self._welcome = Welcome(client)

    @app_commands.command(name=labels.HELP, description=labels.HELP_DESCRIPTION)
    async def help(self, interaction: Interaction) -> None:
        """`/help`."""
        await answers.acknowledge(interaction)
        locale = interaction.locale.value
        shown = help_embed(locale, manages=manages(interaction))
        await answers.answer(interaction, None, shown, files=[ways_file(locale)])

    @app_commands.command(name=labels.ABOUT, description=labels.ABOUT_DESCRIPTION)
    async def about(self, interaction: Interaction) -> None:
        """`/about`."""
        await answers.acknowledge(interaction)
        await answers.answer(interaction, None, about_embed(self.client.desk.imprint, interaction.locale.value))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Connected, for the first time or once more."""
        await self._welcome.connected()

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server that was out of order can be seen."""
        await self._welcome.available(guild)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Somebody has invited the bot."""
        await self._welcome.joined(guild)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed, or the server was; discord.py says nothing of one that is only out of order."""
        await self._welcome.left(guild)


async def setup(client: DarkroomClient) -> None:
    """Called by discord.py when the cog is loaded by name."""
    await client.add_cog(AboutCog(client))
