"""The buttons under the results of an edit: what goes on from them, what is looked at, and the server's presets."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Self

import discord
import structlog

from bot.chat import answers
from bot.chat.desk import Desk, Host
from bot.chat.intake.reading import Asked
from bot.chat.place import may_grant, presser_of
from bot.chat.views.buttons import EditButton, is_private, rows
from bot.chat.views.pressed import Pressed
from bot.domain.errors import PresetUnknown
from bot.domain.job import Job
from bot.domain.preset import Preset
from bot.domain.request import Door, EditRequest, Origin, PlaceKind, Presser
from bot.words.escape import plain
from bot.workflow.ports import Asking, Receipt, StorageTrouble

PRESET = re.compile(r"edit:preset:(?P<row>[0-9]{1,18}):(?P<key>[0-9a-f]{8})")
MOST_PRESETS = 5  # as many as a line takes
LONGEST_LABEL = 80

Interaction = discord.Interaction[Any]
Presets = Callable[[int | None], Awaitable[Sequence[Preset]]]

log = structlog.get_logger()


class PresetButton(Pressed, discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=PRESET):
    """Edits a version with one of the server's presets. The id holds a short hash of its name."""

    def __init__(self, job_id: int, key: str, name: str, line: int | None = None) -> None:
        self.job_id, self.key, self.name = job_id, key, name
        super().__init__(
            discord.ui.Button(label=plain(name)[:LONGEST_LABEL], custom_id=f"edit:preset:{job_id}:{key}", row=line)
        )

    @classmethod
    async def from_custom_id(
        cls,
        interaction: Interaction,  # noqa: ARG003 - the meaning is in the id
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """The button that was pressed, made anew."""
        return cls(int(match["row"]), match["key"], str(getattr(item, "label", None) or "…"))

    async def use(self, host: Host, interaction: Interaction) -> None:
        """Acknowledge, make the edit, answer."""
        await answers.acknowledge(interaction, shows=not is_private(interaction))
        await answers.accepted(interaction, await self._edit(host.desk, interaction))

    async def _edit(self, desk: Desk, interaction: Interaction) -> Receipt | Asking:
        presser = presser_of(interaction)
        preset = await self._preset(desk, presser)
        [first, *_] = await desk.workbench.pictures(self.job_id, presser)
        private = (await desk.workbench.place(self.job_id, presser)).kind is PlaceKind.PRIVATE
        asked = Asked(
            origin=Origin(Door.PRESS, interaction.id),
            place=presser.place,
            user_id=presser.user_id,
            locale=presser.locale,
            granted=interaction.app_permissions,
            may_grant=may_grant(interaction),
            prompt="",
            pictures=(first,),
            preset=preset.name,
            n_open=True,
            private=True if private else None,
            role_ids=presser.role_ids,
        )

        async def make(origin: Origin) -> EditRequest:
            return (await desk.intake.take(replace(asked, origin=origin))).request

        return await desk.workbench.once(f"preset:{self.key}", self.job_id, presser, make)

    async def _preset(self, desk: Desk, presser: Presser) -> Preset:
        known = await desk.hosting.presets(presser.place.guild_id)
        for preset in known:
            if key_of(preset) == self.key:
                return preset
        raise PresetUnknown(name=self.name, known=", ".join(one.name for one in known) or "–")


def key_of(preset: Preset) -> str:
    """What stands for the preset in an id."""
    return hashlib.sha256(preset.name.casefold().encode()).hexdigest()[:8]


def result_buttons(
    job: Job,
    presets: Iterable[Preset] = (),
    *,
    again: bool = False,
    paints: bool = False,
    locale: str | None = None,
) -> discord.ui.View:
    """What can be done with the results, in the language of the edit or another one.

    Only what there is: something untouched where something else is posted, other words where the provider said some,
    a version before from the second on, the painter where there is one. `again` are results that their member alone is
    shown once more.
    """
    paints = paints and len(job.results) == 1  # of several it is not clear which is painted on
    lines = (*_first_line(job, again=again), *_second_line(job, again=again, paints=paints))
    found = [EditButton(f"edit:{verb}", job.id, locale or job.request.locale, line=line) for line, verb in lines]
    # Of several results it is not clear which a preset is for; the form of Edit again asks.
    offered = list(presets)[:MOST_PRESETS] if len(job.results) == 1 else []
    return rows(*found, *(PresetButton(job.id, key_of(one), one.name, line=2) for one in offered))


async def buttons_under(job: Job, presets: Presets, guild_id: int | None, *, paints: bool = False) -> discord.ui.View:
    """The same where the results are shown; with the presets of the job's server in there, where they can be read."""
    try:
        known = await presets(guild_id) if guild_id == job.request.place.guild_id else ()
    except StorageTrouble:
        log.warning("presets_unread", job=job.id)
        known = ()
    return result_buttons(job, known, paints=paints)


async def no_presets(_: int | None) -> Sequence[Preset]:
    """Where there are none."""
    return ()


def _first_line(job: Job, *, again: bool) -> list[tuple[int, str]]:
    goes_back = (job.version or 1) > 1 and job.announcement is not None and not again
    looks = not job.muted and not again and job.request.lender is None  # whose picture 1 it is, it is not shown to
    chosen = ("revise", "vary", *(("undo",) if goes_back else ()), "use", *(("compare",) if looks else ()))
    return [(0, verb) for verb in chosen]


def _second_line(job: Job, *, again: bool, paints: bool) -> list[tuple[int, str]]:
    reworded = any(picture.revised_prompt for picture in job.results)
    touched = any(picture.untouched is not None for picture in job.results) and not job.muted and not again
    more = (*(("prompt",) if reworded else ()), *(("untouched",) if touched else ()))
    painted = ("paint",) if paints else ()
    return [(1, verb) for verb in (*painted, "original", *more, "delete", *(("post",) if again else ()))]
