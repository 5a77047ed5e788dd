"""Wishes that are written down for a whole server: everybody may see and use them, who manages it writes them."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import answers, warrant
from bot.chat.client import DarkroomClient
from bot.chat.views import suggest
from bot.chat.views.preset_list import preset_list
from bot.domain.preset import LONGEST_NAME, LONGEST_PROMPT, Preset
from bot.domain.request import Options, ResultSize
from bot.words import decisions, labels
from bot.words import presets as words

Interaction = discord.Interaction[DarkroomClient]
Name = app_commands.Range[str, 1, LONGEST_NAME]


class PresetsCog(commands.Cog):
    """Presets: their list, and deciding what is in it."""

    preset = app_commands.Group(
        name=labels.PRESET,
        description=labels.PRESET_DESCRIPTION,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    )

    def __init__(self, client: DarkroomClient) -> None:
        self.client = client

    @preset.command(name="add", description=labels.PRESET_ADD)
    @app_commands.describe(**labels.PRESET_ADD_OPTIONS)
    @app_commands.rename(output_format="format")
    async def add(
        self,
        interaction: Interaction,
        name: Name,
        prompt: app_commands.Range[str, 1, LONGEST_PROMPT],
        model: str | None = None,
        size: str | None = None,
        quality: str | None = None,
        background: str | None = None,
        output_format: str | None = None,
    ) -> None:
        """`/preset add`."""
        await answers.acknowledge(interaction)
        by = warrant.manager(interaction, self.client.desk.intake)
        options = Options(size, quality, background=background, output_format=output_format)
        deed = await self.client.desk.hosting.put_preset(by, Preset(name, prompt, model, options))
        await answers.answer(interaction, decisions.decided(deed, interaction.locale.value))

    @preset.command(name="remove", description=labels.PRESET_REMOVE)
    @app_commands.describe(name=labels.PRESET_NAME)
    async def remove(self, interaction: Interaction, name: str) -> None:
        """`/preset remove`."""
        await answers.acknowledge(interaction)
        by = warrant.manager(interaction, self.client.desk.intake)
        deed = await self.client.desk.hosting.drop_preset(by, name)
        await answers.answer(interaction, decisions.decided(deed, interaction.locale.value))

    @preset.command(name="list", description=labels.PRESET_LIST)
    async def list(self, interaction: Interaction) -> None:
        """`/preset list`, for everybody."""
        await answers.acknowledge(interaction)
        found = await self.client.desk.hosting.presets(interaction.guild_id)
        await answers.answer(interaction, None, preset_list(found, interaction.locale.value))

    @preset.command(name="starter", description=labels.PRESET_STARTER)
    async def starter(self, interaction: Interaction) -> None:
        """`/preset starter`."""
        await answers.acknowledge(interaction)
        hosting = self.client.desk.hosting
        by = warrant.manager(interaction, self.client.desk.intake)
        card, settings = await hosting.card(by.guild_id), await hosting.settings(by.guild_id)
        spoken = settings.language or str(interaction.guild_locale or interaction.locale)
        made = await hosting.put_missing(by, words.starters(spoken, transparent="transparent" in card.background))
        await answers.answer(interaction, words.added(made, interaction.locale.value))

    @remove.autocomplete("name")
    async def suggest_name(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """The presets that there are."""
        return suggest.presets(await self.client.desk.hosting.presets(interaction.guild_id), typed)

    @add.autocomplete("model")
    async def suggest_model(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """The models that there are."""
        return suggest.models(self.client.desk.catalog, typed, self.client.today(), interaction.locale.value)

    @add.autocomplete("size")
    async def suggest_size(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """Sizes of the model."""
        return await self._suggest(interaction, "size", typed)

    @add.autocomplete("quality")
    async def suggest_quality(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """Qualities of the model."""
        return await self._suggest(interaction, "quality", typed)

    @add.autocomplete("background")
    async def suggest_background(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """Backgrounds of the model."""
        return await self._suggest(interaction, "background", typed)

    @add.autocomplete("output_format")
    async def suggest_format(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """File formats of the model."""
        return await self._suggest(interaction, "format", typed)

    async def _suggest(self, interaction: Interaction, option: str, typed: str) -> suggest.Choices:
        desk = self.client.desk
        model = getattr(interaction.namespace, "model", None) or (await desk.hosting.card(interaction.guild_id)).name
        found = suggest.options(desk.catalog, model, option, typed, interaction.locale.value)
        return [one for one in found if one.value != ResultSize.SAME]


async def setup(client: DarkroomClient) -> None:
    """Called by discord.py when the cog is loaded by name."""
    await client.add_cog(PresetsCog(client))
