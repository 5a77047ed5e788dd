"""What a member has left."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import answers
from bot.chat.client import DarkroomClient
from bot.words import answers as words
from bot.words import labels


class QuotaCog(commands.Cog):
    """Asking what is left."""

    def __init__(self, client: DarkroomClient) -> None:
        self.client = client

    @app_commands.command(name=labels.QUOTA, description=labels.QUOTA_DESCRIPTION)
    async def quota(self, interaction: discord.Interaction[DarkroomClient]) -> None:
        """`/quota`."""
        await answers.acknowledge(interaction)
        desk = self.client.desk
        desk.intake.admit(interaction.guild_id)
        balances = await desk.submit.standing(interaction.user.id)
        await answers.answer(interaction, words.standing(balances, interaction.locale.value))


async def setup(client: DarkroomClient) -> None:
    """Called by discord.py when the cog is loaded by name."""
    await client.add_cog(QuotaCog(client))
