"""Everything that the bot says of a job outside an interaction, by its own account and with a nonce.

Where a place is closed to us the next one is tried: the thread, the channel it hangs on, a direct message.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import discord
import structlog

from bot.chat.answers import status_url
from bot.chat.delivery.announcing import Announcing
from bot.chat.delivery.parts import parts_of
from bot.chat.delivery.posting import NONCE_TRUSTED_S, Letter, Post
from bot.chat.delivery.question import Questions
from bot.chat.delivery.reposting import Reposting
from bot.chat.delivery.results import Page, Results
from bot.chat.delivery.route import Route, in_an_answer, own_answer
from bot.chat.delivery.sight import Sight, attachment
from bot.chat.delivery.spots import AnswerSpot, answer_limit, link_to
from bot.chat.delivery.status_lines import Line, MessageId, StatusLines
from bot.chat.delivery.ways import Closed
from bot.chat.delivery.whisper import Whisper
from bot.chat.place import IN_AN_ANSWER
from bot.chat.tokens import Tokens
from bot.chat.views.buttons import buttons
from bot.chat.views.result_buttons import Presets, buttons_under, no_presets
from bot.domain.draft import Draft
from bot.domain.errors import AnswerUseless, OutcomeUnknown, ProviderBusy, ProviderDown, Trouble
from bot.domain.guild import GuildSettings
from bot.domain.job import Announcement, Job, State
from bot.domain.progress import Phase, Progress
from bot.domain.request import PlaceKind
from bot.words import deeds as deed_words
from bot.words import status as words
from bot.words.alt import exhibit_alt, result_alt
from bot.words.language import ENGLISH
from bot.words.refusals import say
from bot.words.results import exhibit_line, result_line
from bot.words.rights import lack_line
from bot.workflow.ports import (
    Clock,
    Delivery,
    Exhibit,
    Lack,
    LogLine,
    Parcel,
    Preview,
    Repost,
    Reposted,
    StorageTrouble,
    Undeliverable,
    Unreachable,
)

log = structlog.get_logger()

WORTH_ANOTHER_TRY = (OutcomeUnknown, ProviderBusy, ProviderDown, AnswerUseless)

Chosen = Callable[[int | None], Awaitable[GuildSettings]]


async def nothing_chosen(_: int | None) -> GuildSettings:
    """Where no server has chosen anything."""
    return GuildSettings()


class DiscordPostbox:
    """The postbox. `run` edits status messages and belongs to the composition root's task group."""

    def __init__(
        self,
        client: discord.Client,
        logged_in: asyncio.Event,
        clock: Clock,
        operators: Iterable[int] = (),
        tokens: Tokens | None = None,
        presets: Presets = no_presets,
        chosen: Chosen = nothing_chosen,
        *,
        paints: bool = False,
    ) -> None:
        self._post = Post(client, logged_in, clock)
        self._whisper = Whisper(Tokens(clock.now) if tokens is None else tokens, clock)
        self._clock = clock
        self._operators = tuple(operators)
        self._results = Results()
        self._presets = presets
        self._chosen = chosen
        self._paints = paints
        self._reposting = Reposting(client, self._post, self._whisper, self._results, presets, paints=paints)
        self._announcing = Announcing(self._post, self._whisper, clock, paints=paints)
        self._questions = Questions(self._post, self._whisper, clock)
        self._lines = StatusLines(self._edit_line, clock)
        self._first_results: dict[int, str] = {}

    async def run(self) -> None:
        """Show progress until cancelled."""
        await self._lines.run()

    # ── the status message ──────────────────────────────────────────────────────────────────────────────────

    async def announce(self, job: Job, ahead: int) -> Announcement:
        """Post the status message and open its thread, or find them. Raises `Undeliverable` or `Unreachable`.

        Where the request names a message that already stands, that one becomes the status message; a new one is
        posted where it is gone. Where only the member is to see it, the answer to them is the status message.
        """
        return await self._announcing(job, _status(job, Progress(Phase.QUEUED, ahead=ahead)))

    def progress(self, job: Job, progress: Progress, preview: Preview | None = None) -> None:
        """Show it on the status message, soon, at most one edit of a message every three seconds.

        A preview is shown in place of the one before; its file may be gone by the time that it would be.
        """
        if job.announcement is not None:
            alt = words.which_preview(progress, job.request.locale)
            sight = self._sight(job, preview, alt) if preview else None
            self._lines.show(_message_of(job, job.announcement), Line(_status(job, progress), sight))

    async def close(self, job: Job) -> None:
        """End the status message as the job ended. Never raises: it is a courtesy."""
        link = self._first_results.pop(job.id, None) or _thread_link(job)
        if job.announcement is None:
            return
        message = _message_of(job, job.announcement)
        await self._lines.end(message)
        kept = job.muted and bool(job.results)
        view = buttons(job.id, job.request.locale, "show") if kept else None
        text = "\n".join((words.end_line(job, link, job.request.locale), words.byline(job.request, job.request.locale)))
        if not message.answers:
            await self._post.edit(message.channel, message.message, last=True, content=text, view=view, attachments=[])
        elif (answer := own_answer(self._whisper, job)) is not None and answer.page is None:
            await self._whisper.amend(answer, last=True, content=text, view=view, attachments=[])

    def _sight(self, job: Job, preview: Preview, alt: str | None) -> Sight:
        name = f"preview-{job.id}-{preview.number}"
        return Sight(preview.path, name, self.file_limit(job), job.request.spoiler, alt)

    async def _edit_line(self, message: MessageId, line: Line) -> None:
        # The list of attachments that an edit gives is what the message has afterwards, so a new one replaces the old.
        file = await attachment(line.sight) if line.sight else None
        pictures: dict[str, Any] = {"attachments": [file]} if file else {}
        if not message.answers:
            await self._post.edit(message.channel, message.message, content=line.text, **pictures)
        elif (answer := self._whisper.tokens.of_message(message.message)) is not None:
            await self._whisper.amend(answer, content=line.text, **pictures)

    # ── the question before it ──────────────────────────────────────────────────────────────────────────────

    async def ask(self, draft: Draft, overlay: Path | None) -> int:
        """Ask the draft's member for a yes in its place, with a picture of what the mask selects; the message's id.

        Raises as `announce`.
        """
        return await self._questions.ask(draft, overlay)

    async def unask(self, draft: Draft) -> None:
        """End the message of a draft that was dropped or has expired. Never raises: it is a courtesy."""
        await self._questions.unask(draft)

    # ── the results ─────────────────────────────────────────────────────────────────────────────────────────

    def file_limit(self, job: Job) -> int:
        """The most bytes that one file may have where the job's results go."""
        place = job.request.place
        if place.kind not in IN_AN_ANSWER:
            return self._post.file_limit(place.guild_id)
        answer = own_answer(self._whisper, job)
        return answer_limit(answer) if answer is not None else self._post.file_limit(None)

    async def deliver(self, delivery: Delivery) -> AsyncGenerator[tuple[int, int], None]:
        """Post the parcels; yields (part, message id) as each message is there. Raises as `announce`."""
        job, locale = delivery.job, delivery.job.request.locale
        route = await self._route(job)
        parts = parts_of(delivery.parcels)
        for part in parts:
            if part.number in delivery.posted:
                continue
            page = Page(
                part.parcels,
                text=result_line(
                    job, part.number, len(parts), locale, titled=not _has_own_thread(job), made_of=delivery.made_of
                ),
                nonce=f"e{job.id}-v{job.version or 1}-p{part.number}",
                alt=result_alt(job.request.prompt, locale),
                locale=locale,
                hidden=job.request.spoiler,
                buttons=None if part.number else partial(buttons_under, job, self._presets, paints=self._paints),
                lighten=delivery.lighten,
            )
            message_id = await self._results.post(route, page, look_first=delivery.look_first)
            self._first_results.setdefault(job.id, link_to(route.spot, message_id))
            yield part.number, message_id

    async def show(self, job: Job, exhibit: Exhibit, parcels: tuple[Parcel, ...]) -> str:
        """Post what was asked for where the job's results are; the link to it. Raises as `announce`.

        What was shown before, and is among the last messages there, is only pointed to.
        """
        locale, parts = job.request.locale, parts_of(parcels)
        route = Route(self._post, self._whisper, job, pressed=True)
        await route.next()
        links = []
        for part in parts:
            page = Page(
                part.parcels,
                text=exhibit_line(job, exhibit.value, part.number, len(parts), locale),
                nonce=f"e{job.id}-{exhibit.value}{part.number or ''}",
                alt=exhibit_alt(exhibit.value, job.request.prompt, locale),
                locale=locale,
                hidden=job.request.spoiler,
            )
            message_id = await self._results.post(route, page, look_first=True)
            links.append(link_to(route.spot, message_id))
        return links[0]

    async def _route(self, job: Job) -> Route:
        """The way of the job's messages, at its first place. Raises as `announce`."""
        route = Route(self._post, self._whisper, job)
        spot = await route.next()
        if isinstance(spot, AnswerSpot) and spot.replaces and job.announcement is not None:
            await self._lines.end(_message_of(job, job.announcement))  # what comes now stands in the status's place
        return route

    async def repost(self, repost: Repost) -> Reposted:
        """Post a version once more, with its buttons. Raises as `announce`."""
        return await self._reposting.repost(repost)

    async def retract(self, job: Job, message_ids: Collection[int], elsewhere: Collection[int] = ()) -> None:
        """Delete these messages of ours with results of the job, and what else of it is found. Never raises."""
        await self._reposting.retract(job, message_ids, elsewhere)

    # ── the end without pictures, and the operator ──────────────────────────────────────────────────────────

    async def tell(self, job: Job) -> None:
        """Say in the job's place how it ended without pictures: failed, unknown or cancelled. Raises as `announce`."""
        if job.announcement is None and job.state is State.CANCELLED:
            return  # it never showed, and the member was answered in private
        view = buttons(job.id, job.request.locale, "again") if isinstance(job.trouble, WORTH_ANOTHER_TRY) else None
        letter = Letter(words.told(job, job.request.locale), f"e{job.id}-told", view=view)
        late = job.ended_at is not None and self._clock.now() - job.ended_at > NONCE_TRUSTED_S
        route = await self._route(job)
        while True:
            find = partial(route.spot.find_text, letter.text)
            try:
                if not (late and await find()):
                    await route.spot.send(letter, find)
            except Closed:
                await route.next()
                continue
            return

    async def log_line(self, channel_id: int, line: LogLine) -> None:
        """Write a line into a guild's log channel. Never raises: the channel may be gone or closed to us."""
        if isinstance(line, Job):
            locale = await self._language(line.request.place.guild_id)
            text, nonce = deed_words.edit_line(line, status_url(line), locale), f"e{line.id}-log"
        elif isinstance(line, Lack):
            text = lack_line(line.channel_id, line.permissions, await self._language(line.guild_id))
            nonce = f"l{line.channel_id}"
        else:
            text, nonce = deed_words.deed_line(line, await self._language(line.guild_id)), f"g{line.id}-log"
        try:
            await self._post.send(channel_id, Letter(text, nonce))
        except (Undeliverable, Unreachable):
            log.warning("log_line_lost", channel=channel_id)

    async def _language(self, guild_id: int | None) -> str:
        """The language of what all may read in a server: the admins' choice, else what Discord knows."""
        try:
            chosen = (await self._chosen(guild_id)).language
        except StorageTrouble:
            chosen = None
        return chosen or self._post.locale_of(guild_id)

    async def alert(self, trouble: Trouble) -> None:
        """Tell the operator, by direct message and in the log. Never raises."""
        log.error("operator_alert", code=trouble.code, about=trouble.fields)
        text = say(trouble, ENGLISH)
        nonce = f"a{hashlib.sha256(text.encode()).hexdigest()[:24]}"  # two models locked in one minute are two alerts
        for operator in self._operators:
            try:
                channel = await self._post.direct(operator)
                await self._post.send(channel, Letter(text, nonce))
            except (Undeliverable, Unreachable):
                log.warning("alert_unheard", operator=operator, code=trouble.code)


def _status(job: Job, progress: Progress) -> str:
    return words.status_text(job, progress, job.request.locale)


def _message_of(job: Job, where: Announcement) -> MessageId:
    return MessageId(where.channel_id, where.message_id, in_an_answer(job))


def _has_own_thread(job: Job) -> bool:
    where, kind = job.announcement, job.request.place.kind
    return where is not None and kind is PlaceKind.CHANNEL and where.home_id != where.channel_id


def _thread_link(job: Job) -> str | None:
    return f"<#{job.announcement.home_id}>" if job.announcement is not None and _has_own_thread(job) else None
