"""Everything that the bot says of a job outside an interaction, by its own account and with a nonce.

Where a place is closed to us the next one is tried: the thread, the channel it hangs on, a direct message.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import discord
import structlog

from bot.chat.answers import status_url
from bot.chat.delivery.parts import parts_of
from bot.chat.delivery.posting import NONCE_TRUSTED_S, Closed, Letter, Post, quotation
from bot.chat.delivery.question import Questions
from bot.chat.delivery.results import Page, Results
from bot.chat.delivery.route import Route
from bot.chat.delivery.sight import Sight, attachment
from bot.chat.delivery.status_lines import Line, MessageId, StatusLines
from bot.chat.place import jump_url
from bot.chat.views.buttons import buttons, result_buttons
from bot.domain.draft import Draft
from bot.domain.errors import AnswerUseless, OutcomeUnknown, ProviderBusy, ProviderDown, Trouble
from bot.domain.job import Announcement, Job, State
from bot.domain.progress import Phase, Progress
from bot.domain.request import PlaceKind
from bot.words import deeds as deed_words
from bot.words import status as words
from bot.words.alt import exhibit_alt, result_alt
from bot.words.escape import thread_name
from bot.words.language import ENGLISH
from bot.words.refusals import say
from bot.words.results import exhibit_line, result_line
from bot.workflow.ports import Clock, Delivery, Exhibit, LogLine, Parcel, Preview, Undeliverable, Unreachable

log = structlog.get_logger()

WORTH_ANOTHER_TRY = (OutcomeUnknown, ProviderBusy, ProviderDown, AnswerUseless)


class DiscordPostbox:
    """The postbox. `run` edits status messages and belongs to the composition root's task group."""

    def __init__(
        self, client: discord.Client, logged_in: asyncio.Event, clock: Clock, operators: Iterable[int] = ()
    ) -> None:
        self._post = Post(client, logged_in, clock)
        self._clock = clock
        self._operators = tuple(operators)
        self._results = Results(self._post)
        self._questions = Questions(self._post, clock)
        self._lines = StatusLines(self._edit_line, clock)
        self._first_results: dict[int, str] = {}

    async def run(self) -> None:
        """Show progress until cancelled."""
        await self._lines.run()

    # ── the status message ──────────────────────────────────────────────────────────────────────────────────

    async def announce(self, job: Job, ahead: int) -> Announcement:
        """Post the status message and open its thread, or find them. Raises `Undeliverable` or `Unreachable`.

        Where the request names a message that already stands, that one becomes the status message; a new one is
        posted where it is gone.
        """
        place = job.request.place
        text = _status(job, Progress(Phase.QUEUED, ahead=ahead))
        message_id = await self._turned(job, text)
        if message_id is None:
            message_id = await self._put_up(job, text)
        home = place.channel_id
        if place.kind is PlaceKind.CHANNEL:
            thread = await self._post.open_thread(place.channel_id, message_id, thread_name(job.request.prompt))
            home = thread or place.channel_id
        return Announcement(place.channel_id, message_id, home)

    async def _turned(self, job: Job, text: str) -> int | None:
        """The message that asked, made into the status message; None where there is none any more."""
        channel, message_id = job.request.place.channel_id, job.request.status_message
        if message_id is None:
            return None
        view = buttons(job.id, job.request.locale, "cancel")
        try:
            await self._post.rewrite(channel, message_id, content=text, view=view, attachments=[])
        except Closed:
            return None
        return message_id

    async def _put_up(self, job: Job, text: str) -> int:
        if self._clock.now() - job.placed_at > NONCE_TRUSTED_S and (found := await self._find_status(job)):
            return found
        view = buttons(job.id, job.request.locale, "cancel")
        letter = Letter(text, f"e{job.id}-status", view=view, embed=quotation(job.request.prompt))
        return await self._post.send(job.request.place.channel_id, letter, lambda: self._find_status(job))

    def progress(self, job: Job, progress: Progress, preview: Preview | None = None) -> None:
        """Show it on the status message, soon, at most one edit of a message every three seconds.

        A preview is shown in place of the one before; its file may be gone by the time that it would be.
        """
        if job.announcement is not None:
            sight = self._sight(job, preview) if preview else None
            self._lines.show(_message_of(job.announcement), Line(_status(job, progress), sight))

    async def close(self, job: Job) -> None:
        """End the status message as the job ended. Never raises: it is a courtesy."""
        link = self._first_results.pop(job.id, None) or _thread_link(job)
        if job.announcement is None:
            return
        message = _message_of(job.announcement)
        kept = job.muted and bool(job.results)
        view = buttons(job.id, job.request.locale, "show") if kept else None
        await self._lines.end(message)
        text = "\n".join((words.end_line(job, link, job.request.locale), words.byline(job.request, job.request.locale)))
        await self._post.edit(message.channel, message.message, last=True, content=text, view=view, attachments=[])

    def _sight(self, job: Job, preview: Preview) -> Sight:
        return Sight(preview.path, f"preview-{job.id}-{preview.number}", self.file_limit(job))

    async def _edit_line(self, message: MessageId, line: Line) -> None:
        # The list of attachments that an edit gives is what the message has afterwards, so a new one replaces the old.
        file = await attachment(line.sight) if line.sight else None
        pictures: dict[str, Any] = {"attachments": [file]} if file else {}
        await self._post.edit(message.channel, message.message, content=line.text, **pictures)

    async def _find_status(self, job: Job) -> int | None:
        return await self._post.find_button(job.request.place.channel_id, f"edit:cancel:{job.id}")

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
        return self._post.file_limit(job.request.place.guild_id)

    async def deliver(self, delivery: Delivery) -> AsyncGenerator[tuple[int, int], None]:
        """Post the parcels; yields (part, message id) as each message is there. Raises as `announce`."""
        job, locale = delivery.job, delivery.job.request.locale
        route = Route(self._post, job)
        await route.next()
        parts = parts_of(delivery.parcels)
        for part in parts:
            if part.number in delivery.posted:
                continue
            page = Page(
                part.parcels,
                text=result_line(job, part.number, len(parts), locale, titled=not _has_own_thread(job)),
                nonce=f"e{job.id}-v{job.version or 1}-p{part.number}",
                alt=result_alt(job.request.prompt, locale),
                locale=locale,
                view=None if part.number else result_buttons(job),
            )
            message_id = await self._results.post(route, page, look_first=delivery.look_first)
            self._first_results.setdefault(job.id, jump_url(route.guild_id, route.place, message_id))
            yield part.number, message_id

    async def show(self, job: Job, exhibit: Exhibit, parcels: tuple[Parcel, ...]) -> str:
        """Post what was asked for where the job's results are; the link to it. Raises as `announce`.

        What was shown before, and is among the last messages there, is only pointed to.
        """
        locale, parts = job.request.locale, parts_of(parcels)
        route = Route(self._post, job)
        await route.next()
        links = []
        for part in parts:
            page = Page(
                part.parcels,
                text=exhibit_line(job, exhibit.value, part.number, len(parts), locale),
                nonce=f"e{job.id}-{exhibit.value}{part.number or ''}",
                alt=exhibit_alt(exhibit.value, job.request.prompt, locale),
                locale=locale,
            )
            message_id = await self._results.post(route, page, look_first=True)
            links.append(jump_url(route.guild_id, route.place, message_id))
        return links[0]

    # ── the end without pictures, and the operator ──────────────────────────────────────────────────────────

    async def tell(self, job: Job) -> None:
        """Say in the job's place how it ended without pictures: failed, unknown or cancelled. Raises as `announce`."""
        if job.announcement is None and job.state is State.CANCELLED:
            return  # it never showed, and the member was answered in private
        view = buttons(job.id, job.request.locale, "again") if isinstance(job.trouble, WORTH_ANOTHER_TRY) else None
        letter = Letter(words.told(job, job.request.locale), f"e{job.id}-told", view=view)
        late = job.ended_at is not None and self._clock.now() - job.ended_at > NONCE_TRUSTED_S
        route = Route(self._post, job)
        while True:
            place = await route.next()
            find = partial(self._post.find_text, place, letter.text)
            try:
                if not (late and await find()):
                    await self._post.send(place, letter, find)
            except Closed:
                continue
            return

    async def log_line(self, channel_id: int, line: LogLine) -> None:
        """Write a line into a guild's log channel. Never raises: the channel may be gone or closed to us."""
        if isinstance(line, Job):
            locale = self._post.locale_of(line.request.place.guild_id)
            text, nonce = deed_words.edit_line(line, status_url(line), locale), f"e{line.id}-log"
        else:
            locale = self._post.locale_of(line.guild_id)
            text, nonce = deed_words.deed_line(line, locale), f"g{line.id}-log"
        try:
            await self._post.send(channel_id, Letter(text, nonce))
        except (Undeliverable, Unreachable):
            log.warning("log_line_lost", channel=channel_id)

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
    locale = job.request.locale
    return "\n".join((words.status_line(job, progress, locale), words.byline(job.request, locale)))


def _message_of(where: Announcement) -> MessageId:
    return MessageId(where.channel_id, where.message_id)


def _has_own_thread(job: Job) -> bool:
    where = job.announcement
    return where is not None and where.home_id != where.channel_id


def _thread_link(job: Job) -> str | None:
    return f"<#{job.announcement.home_id}>" if job.announcement is not None and _has_own_thread(job) else None
