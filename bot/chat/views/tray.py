"""A member's tray: small copies of what is in it, a number for each that takes it out, and the way to an edit.

Whose tray it is, is whoever presses: the ids name pictures, and nobody's but one's own can be taken out.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord

from bot.chat.desk import Desk, Host
from bot.chat.intake.finder import Picture
from bot.chat.place import presser_of
from bot.chat.views.form import open_form
from bot.chat.views.in_place import hold
from bot.chat.views.pressed import Pressed
from bot.chat.views.sheet import sheet, show
from bot.domain.errors import NoPicture, TrayEmpty
from bot.domain.gathering import TrayPicture
from bot.domain.quota import Member
from bot.words import gathering as words
from bot.words import labels

TRAY = re.compile(r"tray:(?P<action>out|clear|edit):(?P<row>[0-9]{1,18})")
IN_A_ROW = 5

Interaction = discord.Interaction[Any]
Button = discord.ui.Button[discord.ui.View]


class TrayButton(Pressed, discord.ui.DynamicItem[Button], template=TRAY):
    """One of the things that can be done with a tray. `row_id` is that of a picture in it, or 0."""

    def __init__(self, item: Button) -> None:
        super().__init__(item)
        _, self.action, row = self.custom_id.split(":")
        self.row_id = int(row)

    async def use(self, host: Host, interaction: Interaction) -> None:
        """Take out, empty, or go on to the form."""
        await ACTIONS[self.action](host.desk, interaction, self.row_id)


async def show_tray(interaction: Interaction, desk: Desk, pictures: Sequence[TrayPicture], said: str = "") -> None:
    """Answer with the tray, after what came of it."""
    locale = interaction.locale.value
    text = "\n".join((*([said] if said else []), words.tray(pictures, locale)))
    files = await sheet(desk, [one.picture for one in pictures], locale)
    await show(interaction, text, files, _view(pictures, locale) if pictures else None)


async def add_to_tray(interaction: Interaction, desk: Desk, pictures: Sequence[Picture]) -> None:
    """Put the pictures into the member's tray, and answer with it. Raises `NoPicture` or `TrayFull`."""
    if not pictures:
        raise NoPicture
    who, member = presser_of(interaction), owner(interaction)
    gathered = await desk.intake.gather(who.user_id, who.place, who.role_ids, pictures)
    before = {one.id for one in await desk.trays.show(member)}
    now = await desk.trays.add(member, gathered)
    new = len({one.id for one in now} - before)
    known = len({one.file.blob for one in gathered}) - new
    await show_tray(interaction, desk, now, words.added(new, known, interaction.locale.value))


def owner(interaction: Interaction) -> Member:
    """Whose tray it is, and where."""
    who = presser_of(interaction)
    return Member(who.user_id, who.place.guild_id, who.role_ids)


async def _out(desk: Desk, interaction: Interaction, picture_id: int) -> None:
    await hold(interaction)
    await show_tray(interaction, desk, await desk.trays.take_out(owner(interaction), picture_id))


async def _clear(desk: Desk, interaction: Interaction, _: int) -> None:
    await hold(interaction)
    await desk.trays.clear(owner(interaction))
    await show_tray(interaction, desk, ())


async def _edit(desk: Desk, interaction: Interaction, _: int) -> None:
    pictures = tuple(one.picture for one in await desk.trays.show(owner(interaction)))
    if not pictures:
        raise TrayEmpty
    await open_form(interaction, pictures, from_tray=True)


ACTIONS: dict[str, Callable[[Desk, Interaction, int], Awaitable[None]]] = {"out": _out, "clear": _clear, "edit": _edit}


def _view(pictures: Sequence[TrayPicture], locale: str) -> discord.ui.View:
    # discord.py keeps no record of such rows: the ids say everything.
    view = discord.ui.View(timeout=None)
    for place, one in enumerate(pictures):
        view.add_item(_button(str(place + 1), f"tray:out:{one.id}", place // IN_A_ROW))
    edit = _button(labels.label(labels.EDIT_TRAY, locale), "tray:edit:0", 4, discord.ButtonStyle.primary)
    view.add_item(edit)
    return view.add_item(_button(labels.label(labels.EMPTY_TRAY, locale), "tray:clear:0", 4))


def _button(
    label: str, custom_id: str, row: int, style: discord.ButtonStyle = discord.ButtonStyle.secondary
) -> TrayButton:
    return TrayButton(discord.ui.Button(label=label, style=style, custom_id=custom_id, row=row))
