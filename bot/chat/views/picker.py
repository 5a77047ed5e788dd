"""The picker: which of several pictures are meant, and in which order.

Its ids name the picker's row, which says whose it is and what was chosen, so that it works after a restart.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord
import structlog

from bot.chat import answers
from bot.chat.desk import Desk, Host
from bot.chat.intake.taking import Candidate, Taken
from bot.chat.place import presser_of
from bot.chat.views.pressed import Pressed
from bot.chat.views.sheet import sheet, show
from bot.domain.gathering import PICKER_LIVES_S, Picker
from bot.domain.quota import Member
from bot.domain.request import Door
from bot.words import gathering as words
from bot.words import labels
from bot.words.escape import cut
from bot.workflow.ports import Receipt

PICKER = re.compile(r"picker:(?P<action>choose|go|drop):(?P<row>[0-9]{1,18})")
LABELS = {"go": labels.GO, "drop": labels.DROP}
STYLES = {"go": discord.ButtonStyle.success, "drop": discord.ButtonStyle.secondary}
LONGEST = 2000

Interaction = discord.Interaction[Any]
Item = discord.ui.Button[discord.ui.View] | discord.ui.Select[discord.ui.View]

log = structlog.get_logger()


class PickerItem(Pressed, discord.ui.DynamicItem[Item], template=PICKER):
    """The menu or one of the buttons of a picker."""

    def __init__(self, item: Item) -> None:
        super().__init__(item)
        _, self.action, row = self.custom_id.split(":")
        self.picker_id = int(row)

    async def use(self, host: Host, interaction: Interaction) -> None:
        """Choose, go or drop."""
        await ACTIONS[self.action](host, interaction, self.picker_id)


async def show_picker(interaction: Interaction, desk: Desk, picker: Picker, taken: Taken) -> None:
    """Answer an interaction with the picker, which everybody sees only where the bot is a guest."""
    locale, answer = interaction.locale.value, answers.tokens_of(interaction).get(interaction.id)
    origins = _origins(picker, taken.candidates, locale)
    for_all = answer is not None and answer.guest and answer.public
    files = await _sheet(desk, picker, taken, locale, for_all=for_all)
    await show(interaction, _text(desk, picker, locale), files, _view(desk, picker, origins, locale))


async def reply_with_picker(message: discord.Message, desk: Desk, picker: Picker, taken: Taken) -> None:
    """Answer a mention with the picker: everybody sees it and its member uses it."""
    locale = picker.request.locale
    origins = _origins(picker, taken.candidates, locale)
    await message.channel.send(
        _text(desk, picker, locale),
        files=await _sheet(desk, picker, taken, locale, for_all=True),
        view=_view(desk, picker, origins, locale),
        reference=message.to_reference(fail_if_not_exists=False),
        nonce=f"p{message.id}",
        allowed_mentions=answers.NOBODY,
        mention_author=False,
        delete_after=PICKER_LIVES_S,
    )


async def _choose(host: Host, interaction: Interaction, picker_id: int) -> None:
    # Nothing is acknowledged beforehand: whose picker it is decides whether the message or only a refusal is shown.
    chosen = [int(place) for place in _values(interaction) if place.isdecimal()]
    picker = await host.desk.picking.choose(picker_id, interaction.user.id, chosen)
    locale = _locale(picker, interaction)
    view = _view(host.desk, picker, _said_before(interaction.message), locale)
    text = _text(host.desk, picker, locale)
    await interaction.response.edit_message(content=text, view=view, allowed_mentions=answers.NOBODY)


async def _go(host: Host, interaction: Interaction, picker_id: int) -> None:
    desk, who = host.desk, presser_of(interaction)
    desk.intake.admit_at(who.place)
    message = interaction.message
    await answers.acknowledge(interaction, shows=message is not None and not message.flags.ephemeral)
    taken = await desk.picking.go(picker_id, who.user_id, who.role_ids, who.place.guild_id, answer=interaction.id)
    await answers.accepted(interaction, taken)
    if isinstance(taken, Receipt):
        request = taken.job.request
        await desk.trays.used(Member(who.user_id, who.place.guild_id, who.role_ids), request.pictures)
        await _put_away(host, interaction, request.origin.id, by_mention=request.origin.door is Door.REPLY)


async def _drop(host: Host, interaction: Interaction, picker_id: int) -> None:
    await host.desk.picking.drop(picker_id, interaction.user.id)
    text = words.dropped(interaction.locale.value)
    await interaction.response.edit_message(
        content=text, view=None, attachments=[], delete_after=answers.REMOVED_AFTER_S
    )


ACTIONS: dict[str, Callable[[Host, Interaction, int], Awaitable[None]]] = {
    "choose": _choose,
    "go": _go,
    "drop": _drop,
}


async def _put_away(host: Host, interaction: Interaction, origin_id: int, *, by_mention: bool) -> None:
    """Remove the picker. An answer can be removed on its own token only; where that has ended the picker stays, and
    a press on it leads to the edit."""
    message, answer = interaction.message, host.tokens.get(origin_id)
    if message is None:
        return
    try:
        if by_mention:
            await message.delete()
        elif answer is not None:
            await answer.webhook.delete_message(message.id)
    except answers.FAULTS as fault:
        log.info("picker_stays", message=message.id, kind=type(fault).__name__)


async def _sheet(desk: Desk, picker: Picker, taken: Taken, locale: str, *, for_all: bool) -> list[discord.File]:
    """Small copies of the candidates. What is in a tray, nobody but its member has to see."""
    return [] if for_all and taken.from_tray else await sheet(desk, picker.candidates, locale)


def _text(desk: Desk, picker: Picker, locale: str) -> str:
    return cut(words.picking(picker, _most(desk, picker), locale), LONGEST)


def _view(desk: Desk, picker: Picker, origins: Sequence[str], locale: str) -> discord.ui.View:
    # discord.py keeps no record of such rows: the ids say everything.
    view = discord.ui.View(timeout=None)
    view.add_item(PickerItem(_menu(picker, _most(desk, picker), origins, locale)))
    for action, label in LABELS.items():
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=labels.label(label, locale), style=STYLES[action], custom_id=f"picker:{action}:{picker.id}"
        )
        view.add_item(PickerItem(button))
    return view


def _menu(picker: Picker, most: int, origins: Sequence[str], locale: str) -> discord.ui.Select[discord.ui.View]:
    options = [
        discord.SelectOption(
            label=words.option(place + 1, one.file.filename),
            value=str(place),
            description=(origins[place] if place < len(origins) else "") or None,
            default=place in picker.chosen,
        )
        for place, one in enumerate(picker.candidates)
    ]
    return discord.ui.Select(
        custom_id=f"picker:choose:{picker.id}",
        placeholder=labels.label(labels.PICK, locale),
        min_values=1,
        max_values=most,
        options=options,
    )


def _most(desk: Desk, picker: Picker) -> int:
    """How many may be chosen: as many as the model takes at any provider."""
    takes = max(card.max_pictures for card in desk.catalog.offers(picker.request.model))
    return min(takes, len(picker.candidates))


def _origins(picker: Picker, found: Sequence[Candidate], locale: str) -> tuple[str, ...]:
    """Who posted each picture, and how long before it was asked for: both ids know their time."""
    asked_at = discord.utils.snowflake_time(picker.request.origin.id)

    def age(one: Candidate) -> float | None:
        if one.message_id is None:
            return None
        return max(0.0, (asked_at - discord.utils.snowflake_time(one.message_id)).total_seconds())

    return tuple(words.origin(one.author, age(one), locale) for one in found)


def _said_before(message: discord.Message | None) -> tuple[str, ...]:
    """What the menu says of each picture: nobody else remembers who posted it."""
    rows = message.components if message is not None else ()
    parts = [part for row in rows if isinstance(row, discord.ActionRow) for part in row.children]
    menus = [part for part in parts if isinstance(part, discord.SelectMenu)]
    return tuple(option.description or "" for menu in menus for option in menu.options)


def _locale(picker: Picker, interaction: Interaction) -> str:
    """What everybody sees is said in the language of the edit."""
    return picker.request.locale if picker.request.origin.door is Door.REPLY else interaction.locale.value


def _values(interaction: Interaction) -> tuple[str, ...]:
    """What was chosen, in the member's order."""
    return tuple(map(str, dict(interaction.data or {}).get("values") or ()))  # type: ignore[call-overload]
