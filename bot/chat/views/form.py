"""The form of an edit: which of the pictures, what should change, further pictures, a mask, a model or preset."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.chat import answers
from bot.chat.desk import Host
from bot.chat.intake import reading
from bot.chat.intake.finder import Picture, name_of
from bot.chat.intake.reading import Found
from bot.chat.intake.search import Look
from bot.chat.place import presser_of
from bot.chat.views.door import ask
from bot.chat.views.suggest import PRESET_MARK
from bot.domain.preset import Preset
from bot.words import gathering as words
from bot.words import labels
from bot.words.escape import cut, plain
from bot.words.labels import label

TIMEOUT_S = 3600  # a form that is dismissed never reports back and would be kept for ever
PROMPT_CHARACTERS = 4000
MOST_OPTIONS = 25
LONGEST = 100  # characters of an option, as it is shown and as it is sent

Interaction = discord.Interaction[Any]
Field = discord.ui.Item[Any]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What can be chosen in the menu, in its order: presets, then models."""

    presets: tuple[Preset, ...] = ()
    models: tuple[str, ...] = ()


async def open_form(
    interaction: Interaction,
    pictures: tuple[Picture, ...],
    *,
    pick: bool = False,
    from_tray: bool = False,
    private: bool = False,
    look: Look | None = None,
) -> None:
    """Answer with the form for an edit of these pictures; with `pick` the member says in it which of them.

    Of `private` pictures the results are private, too. Where there are none, and none are added, `look` has more time
    to find some once the form is sent. Raises what the server's admins have against an edit from here,
    before somebody writes into it for nothing.
    """
    host: Host = interaction.client
    host.serving()
    who, intake = presser_of(interaction), host.desk.intake
    await intake.welcome(who.user_id, who.place, who.role_ids)
    wishes = Wishes(await intake.presets(who.place.guild_id), host.desk.catalog.names)
    found = Found(pictures, pick and len(pictures) > 1, from_tray, private)
    await EditForm(interaction, found, wishes, look).open(interaction)


class EditForm(discord.ui.Modal):
    """One opened form. The pictures of the message are kept in it: read again, they would be hidden from the bot."""

    def __init__(self, interaction: Interaction, found: Found, wishes: Wishes, look: Look | None = None) -> None:
        locale = interaction.locale.value
        super().__init__(
            title=label(labels.FORM_TITLE, locale), custom_id=f"edit:form:{interaction.id}", timeout=TIMEOUT_S
        )
        self._host: Host = interaction.client
        self._found = found
        self._look = look
        self._prompt: discord.ui.TextInput[EditForm] = discord.ui.TextInput(
            custom_id="prompt", style=discord.TextStyle.paragraph, max_length=PROMPT_CHARACTERS, required=False
        )
        for field in _fields(locale, self._prompt, found.pictures if found.pick else (), wishes):
            self.add_item(field)

    async def open(self, interaction: Interaction) -> None:
        """Show it. A form is the answer to the command, so there is nothing to acknowledge."""
        self._host.forms.add(self.custom_id)
        try:
            await interaction.response.send_modal(self)
        except BaseException:  # raised again, whatever it was
            self.stop()
            raise

    async def on_submit(self, interaction: Interaction) -> None:
        """Acknowledge, read, ask."""
        await answers.acknowledge(interaction, shows=not self._found.private)
        await ask(interaction, reading.form(interaction, self._prompt.value, self._found), self._look)

    async def on_error(  # type: ignore[override]  # discord.py gives a modal one argument less than a view
        self, interaction: Interaction, error: Exception, /
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


def _fields(locale: str, prompt: Field, pictures: Sequence[Picture], wishes: Wishes) -> Iterable[Field]:
    """The fields from above to below, each with its label."""
    if pictures:
        yield _labelled(labels.FORM_WHICH, labels.FORM_WHICH_HINT, _which(pictures), locale)
    yield _labelled(labels.FORM_PROMPT, None, prompt, locale)
    yield _labelled(labels.FORM_PICTURES, labels.FORM_PICTURES_HINT, _uploads("pictures", 10), locale)
    yield _labelled(labels.FORM_MASK, labels.FORM_MASK_HINT, _uploads("mask", 1), locale)
    yield _labelled(labels.FORM_WISH, labels.FORM_WISH_HINT, _wish(wishes), locale)


def _labelled(text: str, hint: str | None, field: Field, locale: str) -> Field:
    described = None if hint is None else label(hint, locale)
    return discord.ui.Label(text=label(text, locale), description=described, component=field)


def _uploads(custom_id: str, most: int) -> Field:
    upload: discord.ui.FileUpload[EditForm] = discord.ui.FileUpload(
        custom_id=custom_id, required=False, min_values=0, max_values=most
    )
    return upload


def _which(pictures: Sequence[Picture]) -> Field:
    options = [
        discord.SelectOption(label=words.option(place + 1, name_of(one)), value=str(place))
        for place, one in enumerate(pictures[:MOST_OPTIONS])
    ]
    return _menu("which", options, len(options))


def _wish(wishes: Wishes) -> Field:
    presets = [(f"{PRESET_MARK} {plain(one.name)}", f"{reading.PRESET}{one.name}") for one in wishes.presets]
    models = [(name, f"{reading.MODEL}{name}") for name in wishes.models]
    options = [
        discord.SelectOption(label=cut(shown, LONGEST), value=value)
        for shown, value in (*presets, *models)
        if len(value) <= LONGEST
    ]
    return _menu("wish", options[:MOST_OPTIONS], 1)


def _menu(custom_id: str, options: list[discord.SelectOption], most: int) -> Field:
    menu: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=custom_id, options=options, min_values=0, max_values=most, required=False
    )
    return menu
