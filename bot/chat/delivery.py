"""Everything that the bot says of a job outside an interaction, by its own account and with a nonce.

Where a place is closed to us the next one is tried: the thread, the channel it hangs on, a direct message.
"""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Iterable
from functools import partial
from typing import Any

import discord
import structlog

from bot.chat.buttons import buttons
from bot.chat.parts import BYTES_A_MESSAGE, parts_of
from bot.chat.place import jump_url
from bot.chat.posting import NONCE_TRUSTED_S, Closed, Letter, Post
from bot.chat.results import Results
from bot.chat.route import Route
from bot.chat.sight import Sight, attachment
from bot.chat.status_lines import Line, MessageId, StatusLines
from bot.domain.errors import AnswerUseless, OutcomeUnknown, ProviderBusy, ProviderDown, Trouble
from bot.domain.job import Announcement, Job, State
from bot.domain.progress import Phase, Progress
from bot.domain.request import PlaceKind
from bot.words import status as words
from bot.words.escape import quoted, thread_name
from bot.words.language import ENGLISH
from bot.words.refusals import say
from bot.workflow.ports import Clock, Delivery, Preview, Undeliverable, Unreachable

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
        self._lines = StatusLines(self._edit_line, clock)
        self._first_results: dict[int, str] = {}

    async def run(self) -> None:
        """Show progress until cancelled."""
        await self._lines.run()

    # ── the status message ──────────────────────────────────────────────────────────────────────────────────

    async def announce(self, job: Job, ahead: int) -> Announcement:
        """Post the status message and open its thread, or find them. Raises `Undeliverable` or `Unreachable`."""
        place, locale = job.request.place, job.request.locale
        letter = Letter(
            text=_status(job, Progress(Phase.QUEUED, ahead=ahead)),
            nonce=f"e{job.id}-status",
            view=buttons("cancel", job.id, locale),
            embed=discord.Embed(description=quoted(job.request.prompt) or "…"),
        )
        message_id = None
        if self._clock.now() - job.placed_at > NONCE_TRUSTED_S:
            message_id = await self._find_status(job)
        if message_id is None:
            message_id = await self._post.send(place.channel_id, letter, lambda: self._find_status(job))
        home = place.channel_id
        if place.kind is PlaceKind.CHANNEL:
            thread = await self._post.open_thread(place.channel_id, message_id, thread_name(job.request.prompt))
            home = thread or place.channel_id
        return Announcement(place.channel_id, message_id, home)

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
        view = buttons("show", job.id, job.request.locale) if kept else None
        await self._lines.end(message)
        text = "\n".join((words.end_line(job, link, job.request.locale), words.byline(job, job.request.locale)))
        await self._post.edit(message.channel, message.message, last=True, content=text, view=view, attachments=[])

    def _sight(self, job: Job, preview: Preview) -> Sight:
        limit = min(self._post.file_limit(job.request.place.guild_id), BYTES_A_MESSAGE)
        return Sight(preview.path, f"preview-{job.id}-{preview.number}", limit)

    async def _edit_line(self, message: MessageId, line: Line) -> None:
        # The list of attachments that an edit gives is what the message has afterwards, so a new one replaces the old.
        file = await attachment(line.sight) if line.sight else None
        pictures: dict[str, Any] = {"attachments": [file]} if file else {}
        await self._post.edit(message.channel, message.message, content=line.text, **pictures)

    async def _find_status(self, job: Job) -> int | None:
        # The button on it names the job, in every language.
        for message in await self._post.recent(job.request.place.channel_id):
            if f"edit:cancel:{job.id}" in _button_ids(message):
                return message.id
        return None

    # ── the results ─────────────────────────────────────────────────────────────────────────────────────────

    def file_limit(self, job: Job) -> int:
        """The most bytes that one file may have where the job's results go."""
        return self._post.file_limit(job.request.place.guild_id)

    async def deliver(self, delivery: Delivery) -> AsyncGenerator[tuple[int, int], None]:
        """Post the parcels; yields (part, message id) as each message is there. Raises as `announce`."""
        job, route = delivery.job, Route(self._post, delivery.job)
        await route.next()
        parts = parts_of(delivery.parcels)
        for part in parts:
            if part.number in delivery.posted:
                continue
            text = words.result_line(job, part.number, len(parts), job.request.locale, titled=not _has_own_thread(job))
            nonce = f"e{job.id}-v{job.version or 1}-p{part.number}"
            message_id = await self._results.post(
                route, part.parcels, text, nonce, look_first=delivery.look_first, locale=job.request.locale
            )
            self._first_results.setdefault(job.id, jump_url(route.guild_id, route.place, message_id))
            yield part.number, message_id

    # ── the end without pictures, and the operator ──────────────────────────────────────────────────────────

    async def tell(self, job: Job) -> None:
        """Say in the job's place how it ended without pictures: failed, unknown or cancelled. Raises as `announce`."""
        if job.announcement is None and job.state is State.CANCELLED:
            return  # it never showed, and the member was answered in private
        view = buttons("again", job.id, job.request.locale) if isinstance(job.trouble, WORTH_ANOTHER_TRY) else None
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
    return "\n".join((words.status_line(job, progress, locale), words.byline(job, locale)))


def _message_of(where: Announcement) -> MessageId:
    return MessageId(where.channel_id, where.message_id)


def _has_own_thread(job: Job) -> bool:
    where = job.announcement
    return where is not None and where.home_id != where.channel_id


def _thread_link(job: Job) -> str | None:
    return f"<#{job.announcement.home_id}>" if job.announcement is not None and _has_own_thread(job) else None


def _button_ids(message: discord.Message) -> list[str | None]:
    rows = [row.children for row in message.components if isinstance(row, discord.ActionRow)]
    return [getattr(item, "custom_id", None) for row in rows for item in row]
