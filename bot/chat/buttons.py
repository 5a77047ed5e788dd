"""Buttons whose meaning is in their id, `edit:cancel:42`, so that they work after months and after a restart.

Whose button it is, is decided by the row of the job and never by the id, which anybody can send.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Self

import discord

from bot.chat import answers
from bot.chat.desk import Desk, Host
from bot.words import answers as words
from bot.words import labels

TEMPLATE = re.compile(r"edit:(?P<verb>cancel|again|show):(?P<job>[0-9]{1,18})")

LABELS = {"cancel": labels.CANCEL, "again": labels.AGAIN, "show": labels.SHOW}
STYLES = {"again": discord.ButtonStyle.primary, "show": discord.ButtonStyle.primary}


class EditButton(discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=TEMPLATE):
    """One of the things that can be done to an edit from its messages."""

    def __init__(self, verb: str, job_id: int, locale: str) -> None:
        self.verb = verb
        self.job_id = job_id
        button: discord.ui.Button[discord.ui.View] = discord.ui.Button(
            label=labels.label(LABELS[verb], locale),
            style=STYLES.get(verb, discord.ButtonStyle.secondary),
            custom_id=f"edit:{verb}:{job_id}",
        )
        super().__init__(button)

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],  # noqa: ARG003 - the meaning is in the id
        match: re.Match[str],
        /,
    ) -> Self:
        """The button that was pressed, made anew."""
        return cls(match["verb"], int(match["job"]), interaction.locale.value)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Acknowledge, do it, answer; whatever goes wrong is answered by the client."""
        host: Host = interaction.client
        try:
            await answers.acknowledge(interaction)
            await VERBS[self.verb](host.desk, interaction, self.job_id)
        except Exception as error:  # noqa: BLE001 - discord.py would only log it, and the member would wait for ever
            await host.failed(interaction, error)


def buttons(verb: str, job_id: int, locale: str) -> discord.ui.View:
    """A row with this button. discord.py keeps no record of it: the id says everything."""
    view = discord.ui.View(timeout=None)
    view.add_item(EditButton(verb, job_id, locale))
    return view


async def _cancel(desk: Desk, interaction: discord.Interaction[Any], job_id: int) -> None:
    job = await desk.submit.cancel(job_id, interaction.user.id)
    await answers.answer(interaction, words.cancelled(job, interaction.locale.value))


async def _again(desk: Desk, interaction: discord.Interaction[Any], job_id: int) -> None:
    desk.intake.admit(interaction.guild_id)
    receipt = await desk.submit.again(job_id, interaction.user.id)
    await answers.accepted(interaction, receipt)


async def _show(desk: Desk, interaction: discord.Interaction[Any], job_id: int) -> None:
    job = await desk.submit.show(job_id, interaction.user.id)
    await answers.answer(interaction, words.showing(job, answers.status_url(job), interaction.locale.value))


VERBS: dict[str, Callable[[Desk, discord.Interaction[Any], int], Awaitable[None]]] = {
    "cancel": _cancel,
    "again": _again,
    "show": _show,
}
