"""What each button of an edit does: reads who presses where, has it done, answers."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import discord

from bot.chat import answers
from bot.chat.desk import Desk
from bot.chat.place import check_permissions, may_grant, moderates, place_of, presser_of
from bot.chat.views.form import open_form
from bot.chat.views.handing import hand_over, most_bytes
from bot.domain.errors import NoPainter
from bot.domain.gathering import MOST
from bot.domain.quota import Member
from bot.domain.request import Place, PlaceKind
from bot.words import answers as words
from bot.words import drafts as draft_words
from bot.words import painter as painter_words
from bot.words import workbench as bench_words
from bot.words.alt import result_alt
from bot.words.refusals import say
from bot.workflow.archive import in_place
from bot.workflow.lineage import home
from bot.workflow.ports import Exhibit

Interaction = discord.Interaction[Any]
Row = Callable[..., discord.ui.View]


@dataclass(frozen=True, slots=True)
class Press:
    """One press: `row_id` is the job's or the draft's, `row` makes buttons of the same job for the answer."""

    desk: Desk
    interaction: Interaction
    row_id: int
    row: Row

    @property
    def locale(self) -> str:
        """The language of whoever pressed."""
        return self.interaction.locale.value

    async def answer(self, text: str | None, embed: discord.Embed | None = None, *verbs: str) -> None:
        """Answer, with buttons for these verbs."""
        await answers.answer(self.interaction, text, embed, view=self.row(*verbs) if verbs else None)


def check_place(interaction: Interaction, place: Place) -> None:
    """Raises `PermissionsMissing` for what the bot may not do where an edit or its pictures would go."""
    if place.guild_id is not None:
        granted, locale = interaction.app_permissions, interaction.locale.value
        check_permissions(granted, place.kind, may_grant=may_grant(interaction), locale=locale)


# ── while it lasts, and where it failed ─────────────────────────────────────────────────────────────────────────────


async def _cancel(press: Press) -> None:
    interaction = press.interaction
    where = place_of(interaction) if moderates(interaction) else None
    job = await press.desk.submit.cancel(press.row_id, interaction.user.id, moderates=where)
    await press.answer(words.cancelled(job, press.locale))


async def _again(press: Press) -> None:
    who, where = presser_of(press.interaction), home(await press.desk.workbench.rights.found(press.row_id))
    press.desk.intake.admit_at(who.place)
    if where.channel_id == who.place.channel_id:  # elsewhere Discord does not say what the bot may
        check_place(press.interaction, where)
    taken = await press.desk.submit.again(press.row_id, who.user_id, who.role_ids, who.place.guild_id)
    await answers.accepted(press.interaction, taken)


async def _show(press: Press) -> None:
    job = await press.desk.submit.show(press.row_id, press.interaction.user.id)
    await press.answer(words.showing(job, answers.status_url(job), press.locale))


# ── what is looked at ───────────────────────────────────────────────────────────────────────────────────────────────


async def _compare(press: Press) -> None:
    await _exhibit(press, Exhibit.COMPARISON)


async def _untouched(press: Press) -> None:
    await _exhibit(press, Exhibit.UNTOUCHED)


async def _exhibit(press: Press, which: Exhibit) -> None:
    link = await press.desk.submit.exhibit(press.row_id, press.interaction.user.id, which)
    await press.answer(words.exhibited(press.row_id, link, press.locale))


async def _original(press: Press) -> None:
    limit, presser = most_bytes(press.interaction), presser_of(press.interaction)
    originals = await press.desk.workbench.originals(press.row_id, presser, limit)
    said = (say(one, press.locale) for one in originals.kept)
    text = "\n".join((bench_words.originals_line(press.row_id, press.locale), *said))
    request = originals.job.request
    alt = result_alt(request.prompt, press.locale)
    await hand_over(press.interaction, text, originals.parcels, alt, hidden=request.spoiler)


async def _prompt(press: Press) -> None:
    said = await press.desk.workbench.wording(press.row_id, presser_of(press.interaction))
    heading = bench_words.wording_heading(press.locale)
    await press.answer(None, discord.Embed(title=heading, description=bench_words.wording(said)))


# ── new edits ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def _revise(press: Press) -> None:
    """The form is the answer, so nothing is acknowledged before."""
    presser, bench = presser_of(press.interaction), press.desk.workbench
    pictures = await bench.pictures(press.row_id, presser)
    private = (await bench.place(press.row_id, presser)).kind is PlaceKind.PRIVATE
    await open_form(press.interaction, pictures, pick=True, private=private)


async def _vary(press: Press) -> None:
    presser = presser_of(press.interaction)
    press.desk.intake.admit_at(presser.place)
    check_place(press.interaction, await press.desk.workbench.place(press.row_id, presser))
    await answers.accepted(press.interaction, await press.desk.workbench.vary(press.row_id, presser))


async def _use(press: Press) -> None:
    presser = presser_of(press.interaction)
    press.desk.intake.admit_at(presser.place)
    tray = await press.desk.workbench.use(press.row_id, presser)
    await press.answer(bench_words.trayed(len(tray), MOST, press.locale))


async def _paint(press: Press) -> None:
    presser, desk = presser_of(press.interaction), press.desk
    if desk.painter is None:
        raise NoPainter
    desk.intake.admit_at(presser.place)
    check_place(press.interaction, await desk.workbench.place(press.row_id, presser))
    found = await desk.painter.open(await desk.workbench.canvas(press.row_id, presser), press.locale)
    await press.answer(painter_words.invitation(found.url, found.expires_at, press.locale))


# ── versions ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _undo(press: Press) -> None:
    job, link = await press.desk.workbench.undo(press.row_id, presser_of(press.interaction))
    await press.answer(bench_words.went_back(job, link, press.locale))


async def _post(press: Press) -> None:
    presser = presser_of(press.interaction)
    press.desk.intake.admit_at(presser.place)
    check_place(press.interaction, in_place(presser.place))
    link = await press.desk.archive.post_here(press.row_id, presser)
    await press.answer(bench_words.posted_here(press.row_id, link, press.locale))


async def _delete(press: Press) -> None:
    job = await press.desk.workbench.rights.deletable(press.row_id, presser_of(press.interaction))
    await press.answer(bench_words.delete_question(job, press.locale), None, "gone")


async def _gone(press: Press) -> None:
    job = await press.desk.workbench.delete(press.row_id, presser_of(press.interaction))
    await press.answer(bench_words.deleted(job, press.locale))


# ── the question before a dear edit ─────────────────────────────────────────────────────────────────────────────────


async def _go(press: Press) -> None:
    who = presser_of(press.interaction)
    press.desk.intake.admit_at(who.place)
    taken = await press.desk.submit.agree(press.row_id, who.user_id, who.role_ids, who.place.guild_id)
    owner = Member(who.user_id, who.place.guild_id, who.role_ids)
    await press.desk.trays.used(owner, taken.job.request.pictures)
    await answers.accepted(press.interaction, taken)


async def _drop(press: Press) -> None:
    await press.desk.submit.drop(press.row_id, press.interaction.user.id)
    await press.answer(draft_words.dropped(press.locale))


ACTIONS: dict[str, Callable[[Press], Awaitable[None]]] = {
    "edit:cancel": _cancel,
    "edit:again": _again,
    "edit:show": _show,
    "edit:compare": _compare,
    "edit:untouched": _untouched,
    "edit:original": _original,
    "edit:prompt": _prompt,
    "edit:revise": _revise,
    "edit:vary": _vary,
    "edit:use": _use,
    "edit:paint": _paint,
    "edit:undo": _undo,
    "edit:post": _post,
    "edit:delete": _delete,
    "edit:gone": _gone,
    "draft:go": _go,
    "draft:drop": _drop,
}
ANSWERED_BY_A_FORM = frozenset({"edit:revise"})
MAKING_AN_EDIT = frozenset({"edit:again", "edit:vary", "draft:go"})  # its status may be the answer, for all to see
