"""Buttons whose meaning is in their id, `edit:cancel:42`, so that they work after months and after a restart.

Whose button it is, is decided by the row of the job or draft and never by the id, which anybody can send.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Self

import discord

from bot.chat import answers, warrant
from bot.chat.desk import Desk, Host
from bot.chat.intake.reading import roles_of
from bot.domain.draft import Draft
from bot.domain.job import Job
from bot.words import answers as words
from bot.words import drafts as draft_words
from bot.words import labels
from bot.words.amounts import dollars
from bot.workflow.ports import Exhibit

Interaction = discord.Interaction[Any]

TEMPLATE = re.compile(
    r"(?P<action>edit:(?:cancel|again|show|compare|untouched)|draft:(?:go|drop)):(?P<row>[0-9]{1,18})"
)

LABELS = {
    "edit:cancel": labels.CANCEL,
    "edit:again": labels.AGAIN,
    "edit:show": labels.SHOW,
    "edit:compare": labels.COMPARE,
    "edit:untouched": labels.UNTOUCHED,
    "draft:go": labels.GO,
    "draft:drop": labels.DROP,
}
STYLES = {
    "edit:again": discord.ButtonStyle.primary,
    "edit:show": discord.ButtonStyle.primary,
    "draft:go": discord.ButtonStyle.success,
}


class EditButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=TEMPLATE):
    """One of the things that can be done to an edit from its messages. `row_id` is the job's or the draft's."""

    def __init__(self, action: str, row_id: int, locale: str, more: str = "") -> None:
        self.action = action
        self.row_id = row_id
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=labels.label(LABELS[action], locale) + more,
            style=STYLES.get(action, discord.ButtonStyle.secondary),
            custom_id=f"{action}:{row_id}",
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

    async def callback(self, interaction: Interaction) -> None:
        """Acknowledge, do it, answer; whatever goes wrong is answered by the client."""
        host: Host = interaction.client
        try:
            await answers.acknowledge(interaction)
            await ACTIONS[self.action](host.desk, interaction, self.row_id)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it, and the member would wait for ever
            await host.failed(interaction, error)


def buttons(job_id: int, locale: str, *verbs: str) -> discord.ui.View:
    """A row with these buttons of an edit, such as "cancel"."""
    return _row(*(EditButton(f"edit:{verb}", job_id, locale) for verb in verbs))


def result_buttons(job: Job) -> discord.ui.View:
    """What can be looked at beside the results: what the model made itself only where something else is posted."""
    untouched = any(picture.untouched is not None for picture in job.results)
    return buttons(job.id, job.request.locale, "compare", *(("untouched",) if untouched else ()))


def draft_buttons(draft: Draft) -> discord.ui.View:
    """Yes, with what it may cost, and no."""
    locale = draft.request.locale
    go = EditButton("draft:go", draft.id, locale, f" · {dollars(draft.predicted)}")
    return _row(go, EditButton("draft:drop", draft.id, locale))


def _row(*items: EditButton) -> discord.ui.View:
    # discord.py keeps no record of such a row: the ids say everything.
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    return view


async def _cancel(desk: Desk, interaction: Interaction, job_id: int) -> None:
    may_moderate = warrant.moderates(interaction)
    job = await desk.submit.cancel(
        job_id, interaction.user.id, may_moderate=may_moderate, guild_id=interaction.guild_id
    )
    await answers.answer(interaction, words.cancelled(job, interaction.locale.value))


async def _again(desk: Desk, interaction: Interaction, job_id: int) -> None:
    desk.intake.admit(interaction.guild_id)
    roles = roles_of(interaction.user)
    await answers.accepted(interaction, await desk.submit.again(job_id, interaction.user.id, roles))


async def _show(desk: Desk, interaction: Interaction, job_id: int) -> None:
    job = await desk.submit.show(job_id, interaction.user.id)
    await answers.answer(interaction, words.showing(job, answers.status_url(job), interaction.locale.value))


async def _compare(desk: Desk, interaction: Interaction, job_id: int) -> None:
    await _exhibit(desk, interaction, job_id, Exhibit.COMPARISON)


async def _untouched(desk: Desk, interaction: Interaction, job_id: int) -> None:
    await _exhibit(desk, interaction, job_id, Exhibit.UNTOUCHED)


async def _exhibit(desk: Desk, interaction: Interaction, job_id: int, which: Exhibit) -> None:
    link = await desk.submit.exhibit(job_id, interaction.user.id, which)
    await answers.answer(interaction, words.exhibited(job_id, link, interaction.locale.value))


async def _go(desk: Desk, interaction: Interaction, draft_id: int) -> None:
    desk.intake.admit(interaction.guild_id)
    roles = roles_of(interaction.user)
    await answers.accepted(interaction, await desk.submit.agree(draft_id, interaction.user.id, roles))


async def _drop(desk: Desk, interaction: Interaction, draft_id: int) -> None:
    await desk.submit.drop(draft_id, interaction.user.id)
    await answers.answer(interaction, draft_words.dropped(interaction.locale.value))


ACTIONS: dict[str, Callable[[Desk, Interaction, int], Awaitable[None]]] = {
    "edit:cancel": _cancel,
    "edit:again": _again,
    "edit:show": _show,
    "edit:compare": _compare,
    "edit:untouched": _untouched,
    "draft:go": _go,
    "draft:drop": _drop,
}
