"""The course of one paid call as its member sees it: which call it is, how far it has come, its unfinished pictures."""

from dataclasses import replace
from typing import Self

import structlog

from bot.domain.catalog import ModelCard
from bot.domain.job import Job
from bot.domain.progress import Phase, Progress
from bot.workflow.ports import Book, Clock, Postbox, Preview
from bot.workflow.usual import kind_of, usual_s

log = structlog.get_logger()


class Course:
    """Shows what the provider tells of a call. `begun` makes one; nothing that it does can end the call.

    Where the answer comes as a stream, its first bytes come long before its pictures: until they are there the
    provider is said to be working.
    """

    def __init__(self, book: Book, postbox: Postbox, clock: Clock, job: Job, first: Progress, *, streams: bool) -> None:
        self._book, self._postbox, self._clock = book, postbox, clock
        self._job, self._streams = job, streams
        self._shown = first

    @classmethod
    async def begun(cls, book: Book, postbox: Postbox, clock: Clock, job: Job, card: ModelCard) -> Self:
        """The course of the job's next call, which goes to this card."""
        options, made, per_call = job.request.options, len(job.results), pictures_a_call(card, job)
        done, left = _calls(made, per_call), _calls(options.n - made, per_call)
        usual = await _usual(book, job) if done + left == 1 else None  # it is measured from the first call to the last
        streams = _streams(card, job)
        previews = (options.partial_images or 0) if streams else 0
        first = Progress(Phase.SENDING, typical_s=usual, call=done + 1, calls=done + left, previews=previews)
        return cls(book, postbox, clock, job, first, streams=streams)

    def tell(self, told: Progress) -> None:
        """Show where the call is."""
        if self._streams and told.phase is Phase.RECEIVING:
            return
        began = told.phase is Phase.WAITING
        since = self._clock.now() if began else None
        self._shown = replace(self._shown, phase=told.phase, percent=told.percent, since=since)
        self._postbox.progress(self._job, self._shown)

    async def preview(self, preview: Preview) -> None:
        """Show an unfinished picture. Who stopped an edit has seen enough of it."""
        try:
            now = await self._book.job(self._job.id)
        except Exception as fault:  # noqa: BLE001 - the call goes on, whatever becomes of a preview
            log.warning("preview_lost", kind=type(fault).__name__)
            return
        if now is not None and not now.muted:
            self._shown = replace(self._shown, phase=Phase.WAITING, percent=None, preview=preview.number + 1)
            self._postbox.progress(now, self._shown, preview)


def pictures_a_call(card: ModelCard, job: Job) -> int:
    """How many pictures one call of this job gives at most: a stream carries one only."""
    return 1 if _streams(card, job) else card.n_per_call


def _streams(card: ModelCard, job: Job) -> bool:
    options = job.request.options
    return card.stream and bool(options.stream or options.partial_images)


def _calls(pictures: int, per_call: int) -> int:
    return -(-pictures // per_call)


async def _usual(book: Book, job: Job) -> float | None:
    try:
        return await usual_s(book, kind_of(job))
    except Exception as fault:  # noqa: BLE001 - the call is made, whether or not anybody knows how long it takes
        log.warning("latencies_unread", kind=type(fault).__name__)
        return None
