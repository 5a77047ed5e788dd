"""Buttons whose meaning is in their id, `edit:cancel:42`, so that they work after months and after a restart.

Whose button it is, is decided by the row of the job or draft and never by the id, which anybody can send.
"""

import re
from functools import partial
from typing import Any, Self

import discord

from bot.chat import answers
from bot.chat.desk import Host
from bot.chat.views.actions import ACTIONS, ANSWERED_BY_A_FORM, MAKING_AN_EDIT, Press
from bot.chat.views.pressed import Pressed
from bot.domain.draft import Draft
from bot.words import labels
from bot.words.amounts import dollars

Interaction = discord.Interaction[Any]

TEMPLATE = re.compile(rf"(?P<action>{'|'.join(ACTIONS)}):(?P<row>[0-9]{{1,18}})")

LABELS = {
    "edit:cancel": labels.CANCEL,
    "edit:again": labels.AGAIN,
    "edit:show": labels.SHOW,
    "edit:compare": labels.COMPARE,
    "edit:untouched": labels.UNTOUCHED,
    "edit:original": labels.ORIGINAL,
    "edit:prompt": labels.PROMPT,
    "edit:revise": labels.REVISE,
    "edit:vary": labels.VARY,
    "edit:use": labels.USE,
    "edit:paint": labels.PAINT,
    "edit:undo": labels.UNDO,
    "edit:post": labels.POST_HERE,
    "edit:delete": labels.REMOVE,
    "edit:gone": labels.FORGET,
    "draft:go": labels.GO,
    "draft:drop": labels.DROP,
}
STYLES = {
    "edit:again": discord.ButtonStyle.primary,
    "edit:show": discord.ButtonStyle.primary,
    "edit:revise": discord.ButtonStyle.primary,
    "edit:gone": discord.ButtonStyle.danger,
    "draft:go": discord.ButtonStyle.success,
}


class EditButton(Pressed, discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=TEMPLATE):
    """One of the things that can be done to an edit from its messages. `row_id` is the job's or the draft's."""

    def __init__(self, action: str, row_id: int, locale: str, more: str = "", line: int | None = None) -> None:
        self.action = action
        self.row_id = row_id
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=labels.label(LABELS[action], locale) + more,
            style=STYLES.get(action, discord.ButtonStyle.secondary),
            custom_id=f"{action}:{row_id}",
            row=line,
        )
        super().__init__(button)

    @classmethod
    async def from_custom_id(
        cls,
        interaction: Interaction,
        item: discord.ui.Item[Any],  # noqa: ARG003 - the meaning is in the id
        match: re.Match[str],
        /,
    ) -> Self:
        """The button that was pressed, made anew."""
        return cls(match["action"], int(match["row"]), interaction.locale.value)

    async def use(self, host: Host, interaction: Interaction) -> None:
        """Acknowledge, unless a form is the answer, do it, answer."""
        row = partial(buttons, self.row_id, interaction.locale.value)
        if self.action not in ANSWERED_BY_A_FORM:
            await answers.acknowledge(interaction, shows=self.action in MAKING_AN_EDIT and not is_private(interaction))
        await ACTIONS[self.action](Press(host.desk, interaction, self.row_id, row))


def is_private(interaction: Interaction) -> bool:
    """Whether whoever presses is alone in seeing the message: then what comes of it is for them alone, too."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def buttons(job_id: int, locale: str, *verbs: str) -> discord.ui.View:
    """A row with these buttons of an edit, such as "cancel"."""
    return rows(*(EditButton(f"edit:{verb}", job_id, locale) for verb in verbs))


def draft_buttons(draft: Draft) -> discord.ui.View:
    """Yes, with what it may cost, and no."""
    locale = draft.request.locale
    go = EditButton("draft:go", draft.id, locale, f" · {dollars(draft.predicted, locale)}")
    return rows(go, EditButton("draft:drop", draft.id, locale))


def rows(*items: discord.ui.Item[Any]) -> discord.ui.View:
    """These together. discord.py keeps no record of them: the ids say everything."""
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view
