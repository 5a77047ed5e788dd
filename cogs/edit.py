"""The three ways to ask for an edit: the command, the menu of a message, and a message that mentions the bot."""

from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat import answers
from bot.chat.client import DarkroomClient
from bot.chat.intake import mention, reading
from bot.chat.intake.search import Around, in_haste, readable
from bot.chat.place import place_of
from bot.chat.views import suggest
from bot.chat.views.door import ask, ask_by_message, search
from bot.chat.views.form import open_form
from bot.domain.quota import Member
from bot.domain.request import MaskWish, Options
from bot.words import labels

File = discord.Attachment
Interaction = discord.Interaction[DarkroomClient]


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
        image: File | None = None,
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
        n: app_commands.Range[int, 1, 10] | None = None,
        background: str | None = None,
        output_format: str | None = None,
        fidelity: str | None = None,
        compression: app_commands.Range[int, 0, 100] | None = None,
        previews: app_commands.Range[int, 0, 3] | None = None,
        stream: bool | None = None,
        lock: bool = True,
        feather: app_commands.Range[int, 0, 200] = 0,
        private: bool | None = None,
    ) -> None:
        """`/edit`."""
        await answers.acknowledge(interaction, shows=not private)
        pictures = (image, image2, image3, image4, image5, image6, image7, image8, image9, image10)
        options = Options(size, quality, n or 1, background, output_format, fidelity, compression, previews, stream)
        wish = MaskWish(lock, feather)
        asked = reading.slash(
            interaction, prompt, pictures, mask, model, options, n_open=n is None, mask_wish=wish, private=private
        )
        around = self._around(interaction, asked)
        await ask(interaction, asked, lambda: search(self.client).around(around))

    @edit.autocomplete("prompt")
    async def suggest_preset(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """The presets of this server."""
        if not interaction.is_guild_integration():
            return []
        return suggest.presets(await self.client.desk.hosting.presets(interaction.guild_id), typed)

    @edit.autocomplete("model")
    async def suggest_model(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """The models that there are."""
        locale = interaction.locale.value
        return suggest.models(self.client.desk.catalog, typed, self.client.today(), locale)

    @edit.autocomplete("size")
    async def suggest_size(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """Sizes of the chosen model."""
        return self._suggest(interaction, "size", typed)

    @edit.autocomplete("quality")
    async def suggest_quality(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """Qualities of the chosen model."""
        return self._suggest(interaction, "quality", typed)

    @edit.autocomplete("background")
    async def suggest_background(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """Backgrounds of the chosen model."""
        return self._suggest(interaction, "background", typed)

    @edit.autocomplete("output_format")
    async def suggest_format(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """File formats of the chosen model."""
        return self._suggest(interaction, "format", typed)

    @edit.autocomplete("fidelity")
    async def suggest_fidelity(self, interaction: Interaction, typed: str) -> suggest.Choices:
        """Fidelities of the chosen model."""
        return self._suggest(interaction, "fidelity", typed)

    async def menu(self, interaction: Interaction, message: discord.Message) -> None:
        """Apps → Edit picture: the form is the answer, and the form submits."""
        look = partial(search(self.client).for_menu, message, place_of(interaction))
        found = await in_haste(look)
        await open_form(interaction, found.pictures, pick=found.aim is reading.Aim.OPEN, look=look)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """A message that mentions the bot."""
        me = self.client.user
        if me is None or not mention.is_addressed(message, me.id):
            return
        async with self.client.answering(message):
            desk, sees = self.client.desk, self.client.intents.message_content
            asked, look = await mention.read(message, me.id, search(self.client), sees_content=sees)
            await ask_by_message(desk, message, asked, look)

    def _around(self, interaction: Interaction, asked: reading.Asked) -> Around:
        """Where to look for a picture, if none was given."""
        member = Member(asked.user_id, asked.place.guild_id, asked.role_ids)
        both = asked.granted & interaction.permissions
        return Around(member, asked.place, readable(interaction.channel, both, asked.place))

    def _suggest(self, interaction: Interaction, option: str, typed: str) -> suggest.Choices:
        model = getattr(interaction.namespace, "model", None) or None
        return suggest.options(self.client.desk.catalog, model, option, typed, interaction.locale.value)


async def setup(client: DarkroomClient) -> None:
    """Called by discord.py when the cog is loaded by name."""
    await client.add_cog(EditCog(client))
