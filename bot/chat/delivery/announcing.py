"""The status message of an edit, put up: a message of the bot's with a thread on it, or the answer to who asked."""

import discord
import structlog

from bot.chat.delivery.posting import NONCE_TRUSTED_S, Letter, Post, quotation
from bot.chat.delivery.ways import Closed
from bot.chat.delivery.whisper import Whisper
from bot.chat.place import IN_AN_ANSWER
from bot.chat.tokens import Answer
from bot.chat.views.buttons import buttons
from bot.domain.job import Announcement, Job
from bot.domain.request import Door, PlaceKind
from bot.words.escape import thread_name
from bot.words.status import title
from bot.workflow.ports import Clock

log = structlog.get_logger()

PRESSED = frozenset({Door.BUTTON, Door.PRESS, Door.PAINTER})


class Announcing:
    """Puts it up, or finds it. Every verb raises `Undeliverable` or `Unreachable`."""

    def __init__(self, post: Post, whisper: Whisper, clock: Clock, *, paints: bool = False) -> None:
        self._post = post
        self._whisper = whisper
        self._clock = clock
        self._paints = paints

    async def __call__(self, job: Job, text: str) -> Announcement:
        """Where the status is, and where the results go.

        What only the member is to see is at home in its own message, so that the versions of no channel take it for
        one of theirs.
        """
        place = job.request.place
        if place.kind in IN_AN_ANSWER:
            return await self._in_private(job, text)
        message_id = await self._there(job, text, place.channel_id)
        home = place.channel_id
        if place.kind is PlaceKind.CHANNEL:
            names = thread_name(job.request.preset or job.request.prompt), title(job.id, job.request.locale)
            home = await self._post.open_thread(place.channel_id, message_id, *names) or place.channel_id
        return Announcement(place.channel_id, message_id, home)

    async def _in_private(self, job: Job, text: str) -> Announcement:
        letter = self._letter(job, text)
        for answer in self._answers(job):
            try:
                message_id = await self._whisper.write(answer, letter)
            except Closed:
                continue
            answer.job = job.id
            return Announcement(job.request.place.channel_id, message_id, message_id)
        log.info("status_by_direct_message", job=job.id)
        channel = await self._post.direct(job.request.user_id)
        message_id = await self._there(job, text, channel)
        return Announcement(channel, message_id, message_id)

    def _answers(self, job: Job) -> list[Answer]:
        """The answers that may become the status: that of who asked, or of who pressed, as long as it says nothing."""
        request, tokens = job.request, self._whisper.tokens
        own = tokens.get(request.place.answer)
        found = [own] if own is not None and own.job in (None, job.id) else []
        if request.origin.door in PRESSED:
            last = tokens.newest(request.user_id, request.place.channel_id, unused=True)
            found += [last] if last is not None and last is not own else []
        return found

    async def _there(self, job: Job, text: str, channel_id: int) -> int:
        """The message in this channel: the one that asked, one that was found, or a new one."""
        asked = job.request.status_message
        if asked is not None and await self._turned(job, text, channel_id, asked):
            return asked
        if self._clock.now() - job.placed_at > NONCE_TRUSTED_S and (found := await self._find(job, channel_id)):
            return found
        return await self._post.send(channel_id, self._letter(job, text), lambda: self._find(job, channel_id))

    async def _turned(self, job: Job, text: str, channel_id: int, message_id: int) -> bool:
        view = self._buttons(job)
        try:
            await self._post.rewrite(channel_id, message_id, content=text, view=view, attachments=[])
        except Closed:
            return False  # there is none any more
        return True

    async def _find(self, job: Job, channel_id: int) -> int | None:
        return await self._post.find_button(channel_id, f"edit:cancel:{job.id}")

    def _letter(self, job: Job, text: str) -> Letter:
        embed = quotation(job.request.prompt)
        return Letter(text, f"e{job.id}-status", view=self._buttons(job), embed=embed)

    def _buttons(self, job: Job) -> discord.ui.View:
        """An edit that has no mask yet can have one painted, unless its pictures are another member's."""
        paints = self._paints and job.request.mask is None and job.request.lender is None
        return buttons(job.id, job.request.locale, "cancel", *(("paint",) if paints else ()))
