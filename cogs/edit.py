"""The three ways to ask for an edit: the command, the menu of a message, and a message that mentions the bot."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import answers, mention, reading, suggest
from bot.chat.client import DarkroomClient
from bot.chat.form import EditForm
from bot.domain.request import Options
from bot.words import labels

File = discord.Attachment
Interaction = discord.Interaction[DarkroomClient]
Choices = list[app_commands.Choice[str]]


class EditCog(commands.Cog):
    """Asking for an edit."""

    def __init__(self, client: DarkroomClient) -> None:
        self.client = client
        # discord.py cannot declare a message command inside a class.
        self._menu = app_commands.ContextMenu(name=labels.EDIT_MENU, callback=self.menu)

    async def cog_load(self) -> None:
        """Add the message command."""
        self.client.tree.add_command(self._menu)

    async def cog_unload(self) -> None:
        """Take it away again."""
        self.client.tree.remove_command(self._menu.name, type=self._menu.type)

    @app_commands.command(name=labels.EDIT, description=labels.EDIT_DESCRIPTION)
    @app_commands.describe(**labels.OPTIONS)
    @app_commands.rename(output_format="format")
    async def edit(
        self,
        interaction: Interaction,
        prompt: str,
        image: File,
        image2: File | None = None,
        image3: File | None = None,
        image4: File | None = None,
        image5: File | None = None,
        image6: File | None = None,
        image7: File | None = None,
        image8: File | None = None,
        image9: File | None = None,
        image10: File | None = None,
        mask: File | None = None,
        model: str | None = None,
        size: str | None = None,
        quality: str | None = None,
        n: app_commands.Range[int, 1, 10] = 1,
        background: str | None = None,
        output_format: str | None = None,
    ) -> None:
        """`/edit`."""
        await answers.acknowledge(interaction)
        pictures = (image, image2, image3, image4, image5, image6, image7, image8, image9, image10)
        options = Options(size, quality, n, background, output_format)
        asked = reading.slash(interaction, prompt, pictures, mask, model, options)
        receipt = await self.client.desk.submit(await self.client.desk.intake.take(asked))
        await answers.accepted(interaction, receipt)

    @edit.autocomplete("model")
    async def suggest_model(self, interaction: Interaction, typed: str) -> Choices:  # noqa: ARG002 - discord.py's shape
        """The models that there are."""
        return _choices(suggest.models(self.client.desk.catalog, typed))

    @edit.autocomplete("size")
    async def suggest_size(self, interaction: Interaction, typed: str) -> Choices:
        """Sizes of the chosen model."""
        return self._suggest(interaction, "size", typed)

    @edit.autocomplete("quality")
    async def suggest_quality(self, interaction: Interaction, typed: str) -> Choices:
        """Qualities of the chosen model."""
        return self._suggest(interaction, "quality", typed)

    @edit.autocomplete("background")
    async def suggest_background(self, interaction: Interaction, typed: str) -> Choices:
        """Backgrounds of the chosen model."""
        return self._suggest(interaction, "background", typed)

    @edit.autocomplete("output_format")
    async def suggest_format(self, interaction: Interaction, typed: str) -> Choices:
        """File formats of the chosen model."""
        return self._suggest(interaction, "format", typed)

    async def menu(self, interaction: Interaction, message: discord.Message) -> None:
        """Apps → Edit picture: the form is the answer, and the form submits."""
        self.client.desk.intake.admit(interaction.guild_id)  # before somebody writes into it for nothing
        await EditForm(interaction, reading.pictures_of(message)).open(interaction)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """A message that mentions the bot."""
        me = self.client.user
        if me is None or not mention.is_addressed(message, me.id):
            return
        async with self.client.answering(message):
            asked = await mention.read(message, me.id, sees_content=self.client.intents.message_content)
            receipt = await self.client.desk.submit(await self.client.desk.intake.take(asked))
            await answers.noted(message, receipt)

    def _suggest(self, interaction: Interaction, option: str, typed: str) -> Choices:
        model = getattr(interaction.namespace, "model", None) or None
        return _choices(suggest.options(self.client.desk.catalog, model, option, typed))


def _choices(names: tuple[str, ...]) -> Choices:
    return [app_commands.Choice(name=name, value=name) for name in names]


async def setup(client: DarkroomClient) -> None:
    """Called by discord.py when the cog is loaded by name."""
    await client.add_cog(EditCog(client))
