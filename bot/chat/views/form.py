"""The form behind Apps → Edit picture: what should change, further pictures, a mask."""

from typing import Any

import discord

from bot.chat import answers
from bot.chat.desk import Host
from bot.chat.intake import reading
from bot.chat.intake.download import Offered
from bot.words import labels
from bot.words.labels import label

TIMEOUT_S = 900  # a form that is dismissed never reports back and would be kept for ever
PROMPT_CHARACTERS = 4000


class EditForm(discord.ui.Modal):
    """One opened form. The pictures of the message are kept in it: read again, they would be hidden from the bot."""

    def __init__(self, interaction: discord.Interaction[Any], pictures: tuple[Offered, ...]) -> None:
        locale = interaction.locale.value
        super().__init__(
            title=label(labels.FORM_TITLE, locale), custom_id=f"edit:form:{interaction.id}", timeout=TIMEOUT_S
        )
        self._host: Host = interaction.client
        self._pictures = pictures
        self._prompt: discord.ui.TextInput[EditForm] = discord.ui.TextInput(
            custom_id="prompt", style=discord.TextStyle.paragraph, max_length=PROMPT_CHARACTERS
        )
        more: discord.ui.FileUpload[EditForm] = discord.ui.FileUpload(
            custom_id="pictures", required=False, min_values=0, max_values=10
        )
        mask: discord.ui.FileUpload[EditForm] = discord.ui.FileUpload(
            custom_id="mask", required=False, min_values=0, max_values=1
        )
        self.add_item(discord.ui.Label(text=label(labels.FORM_PROMPT, locale), component=self._prompt))
        pictures_hint, mask_hint = label(labels.FORM_PICTURES_HINT, locale), label(labels.FORM_MASK_HINT, locale)
        self.add_item(
            discord.ui.Label(text=label(labels.FORM_PICTURES, locale), description=pictures_hint, component=more)
        )
        self.add_item(discord.ui.Label(text=label(labels.FORM_MASK, locale), description=mask_hint, component=mask))

    async def open(self, interaction: discord.Interaction[Any]) -> None:
        """Show it. A form is the answer to the command, so there is nothing to acknowledge."""
        self._host.forms.add(self.custom_id)
        try:
            await interaction.response.send_modal(self)
        except BaseException:  # raised again, whatever it was
            self.stop()
            raise

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        """Acknowledge, read, submit, answer."""
        await answers.acknowledge(interaction)
        desk = self._host.desk
        request = await desk.intake.take(reading.form(interaction, self._prompt.value, self._pictures))
        await answers.accepted(interaction, await desk.submit(request))

    async def on_error(  # type: ignore[override]  # discord.py gives a modal one argument less than a view
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        """Whatever goes wrong is answered by the client."""
        await self._host.failed(interaction, error)

    async def on_timeout(self) -> None:
        """Forget it."""
        self._host.forms.discard(self.custom_id)

    def stop(self) -> None:
        """Forget it."""
        self._host.forms.discard(self.custom_id)
        super().stop()
