"""What is kept about a member: theirs to read and to delete, wherever the bot answers at all."""

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import answers
from bot.chat.client import DarkroomClient
from bot.chat.dossier import dossier
from bot.chat.views.forget import forget_button
from bot.words import labels
from bot.words import privacy as words

Interaction = discord.Interaction[DarkroomClient]


class PrivacyCog(commands.Cog):
    """Asking for one's own."""

    privacy = app_commands.Group(name=labels.PRIVACY, description=labels.PRIVACY_DESCRIPTION)

    def __init__(self, client: DarkroomClient) -> None:
        self.client = client

    @privacy.command(name=labels.EXPORT, description=labels.EXPORT_DESCRIPTION)
    async def export(self, interaction: Interaction) -> None:
        """`/privacy export`."""
        await answers.acknowledge(interaction)
        kept = await self.client.desk.forgetting.export(interaction.user.id)
        await answers.answer(interaction, words.exported(interaction.locale.value), files=[await dossier(kept)])

    @privacy.command(name=labels.DELETE, description=labels.DELETE_DESCRIPTION)
    async def delete(self, interaction: Interaction) -> None:
        """`/privacy delete`: the button under the answer does it."""
        await answers.acknowledge(interaction)
        locale = interaction.locale.value
        await answers.answer(interaction, words.question(locale), view=forget_button(locale))

    @privacy.command(name=labels.SHARING, description=labels.SHARING_DESCRIPTION)
    @app_commands.describe(choice=labels.SHARING_OPTION)
    async def sharing(self, interaction: Interaction, choice: Literal["on", "off"]) -> None:
        """`/privacy sharing`."""
        await answers.acknowledge(interaction)
        shares = choice == "on"
        await self.client.desk.sources.share(interaction.user.id, shares=shares)
        await answers.answer(interaction, words.sharing(interaction.locale.value, shares=shares))


async def setup(client: DarkroomClient) -> None:
    """Called by discord.py when the cog is loaded by name."""
    await client.add_cog(PrivacyCog(client))
