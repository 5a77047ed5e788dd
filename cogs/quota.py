"""What a member has left."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import answers
from bot.chat.client import DarkroomClient
from bot.chat.intake import reading
from bot.chat.place import place_of
from bot.words import labels
from bot.words.standing import standing


class QuotaCog(commands.Cog):
    """Asking what is left."""

    def __init__(self, client: DarkroomClient) -> None:
        self.client = client

    @app_commands.command(name=labels.QUOTA, description=labels.QUOTA_DESCRIPTION)
    async def quota(self, interaction: discord.Interaction[DarkroomClient]) -> None:
        """`/quota`."""
        await answers.acknowledge(interaction)
        desk = self.client.desk
        desk.intake.admit_at(place_of(interaction))
        member = reading.member_of(interaction)
        edits = [(job, answers.status_url(job)) for job in await desk.submit.history(member)]
        text = standing(await desk.submit.standing(member), edits, interaction.locale.value)
        await answers.answer(interaction, text)


async def setup(client: DarkroomClient) -> None:
    """Called by discord.py when the cog is loaded by name."""
    await client.add_cog(QuotaCog(client))
