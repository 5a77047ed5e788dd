"""The line of queued jobs as its members see it: their true position, and when they may expect their pictures.

Every status message in front of the line is brought up to date when the line has moved, and only then. A job that was
handed out stands in the line no more, though its row may still say so: what is begun here is known here first, so that
no message goes back to "queued".
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from bot.domain.job import Job
from bot.domain.progress import Pace, Phase, Progress, eta_s
from bot.workflow.ports import Clock, Preview
from bot.workflow.usual import Measured, kind_of, usual_s

MOST_MESSAGES = 20
EVERY_S = 3.0

log = structlog.get_logger()

Work = Callable[[int], Awaitable[None]]


class Line(Measured, Protocol):
    """What is asked of the book."""

    async def line(self) -> Sequence[Job]:
        """The queued jobs that have a status message, in the order in which the dispatcher's fairness lets them go."""


class Board(Protocol):
    """What is asked of the postbox."""

    def progress(self, job: Job, progress: Progress, preview: Preview | None = None) -> None:
        """Show it on the status message, soon, at most one edit of a message every three seconds."""


class QueueWatch:
    """Keeps the status messages of queued jobs true. `run` belongs to the composition root's task group."""

    def __init__(self, book: Line, postbox: Board, clock: Clock, pace: Pace) -> None:
        self._book, self._postbox, self._clock, self._pace = book, postbox, clock, pace
        self._bell = asyncio.Event()
        self._bell.set()  # what the last process left in the line has moved since
        self._begun: set[int] = set()
        self._shown: dict[int, Progress] = {}
        self._look_again = False

    def ring(self) -> None:
        """Something was placed or cancelled. What was placed has its status message a moment later."""
        self._look_again = True
        self._bell.set()

    def around(self, work: Work) -> Work:
        """The same work, for the dispatcher to call: what it begins with, and ends, moves the line."""

        async def watched(job_id: int) -> None:
            self._begun.add(job_id)
            self._shown.pop(job_id, None)
            self._bell.set()
            try:
                await work(job_id)
            finally:
                self._begun.discard(job_id)
                self._bell.set()

        return watched

    async def run(self) -> None:
        """Bring the messages up to date when the line moves, at most every three seconds, until cancelled."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            again, self._look_again = self._look_again, False
            try:
                await self._look()
            except Exception:  # a position that cannot be read now is shown when the line moves again
                log.warning("line_unread", exc_info=True)
            await self._clock.sleep(EVERY_S)
            if again:
                self._bell.set()

    async def _look(self) -> None:
        line = [job for job in await self._book.line() if job.id not in self._begun]
        front = line[:MOST_MESSAGES]
        typical = {kind: await usual_s(self._book, kind) for kind in dict.fromkeys(map(kind_of, front))}
        shown, users, guilds = dict[int, Progress](), Counter[int](), Counter[int | None]()
        for ahead, job in enumerate(front):
            user, guild = job.request.user_id, job.request.place.guild_id
            rounds = self._pace.rounds(ahead, users[user], None if guild is None else guilds[guild])
            progress = Progress(Phase.QUEUED, ahead, eta_s=eta_s(typical[kind_of(job)], rounds))
            if job.id not in self._begun:
                shown[job.id] = progress
                if self._shown.get(job.id) != progress:
                    self._postbox.progress(job, progress)
            users[user] += 1
            guilds[guild] += 1
        self._shown = shown
