"""What can be used here, and what it costs."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import answers
from bot.chat.client import DarkroomClient
from bot.chat.views import suggest
from bot.chat.views.model_list import model_list
from bot.words import labels

Interaction = discord.Interaction[DarkroomClient]


class ModelsCog(commands.Cog):
    """Asking what there is."""

    def __init__(self, client: DarkroomClient) -> None:
        self.client = client

    @app_commands.command(name=labels.MODELS, description=labels.MODELS_DESCRIPTION)
    @app_commands.describe(model=labels.MODELS_OPTION)
    async def models(self, interaction: Interaction, model: str | None = None) -> None:
        """`/models`."""
        await answers.acknowledge(interaction)
        found = model_list(self.client.desk.catalog, model, self.client.today(), interaction.locale.value)
        await answers.answer(interaction, None, found)

    @models.autocomplete("model")
    async def suggest_model(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """The models that there are."""
        locale = interaction.locale.value
        return suggest.models(self.client.desk.catalog, typed, self.client.today(), locale)


async def setup(client: DarkroomClient) -> None:
    """Called by discord.py when the cog is loaded by name."""
    await client.add_cog(ModelsCog(client))
