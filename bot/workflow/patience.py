"""Waiting for a provider: for a place there, and between an explicit refusal and the next try.

Whoever waits for minutes must notice that nobody wants the edit any more: that it was cancelled, or that the bot stops.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

from bot.domain.catalog import ModelCard
from bot.domain.job import Job, State
from bot.domain.progress import Phase, Progress
from bot.workflow.ports import Book, Clock, Postbox, Provider

# How long to wait before the second and the third call where an explicit refusal does not say how long.
PAUSES_S = (2.0, 8.0)
LONGEST_WAIT_S = 120.0
NAP_S = 2.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits for a provider on behalf of a running job.

    `stopping` says that the bot is about to end, and that no paid call is to be begun; `chance` is a number from 0 to 1
    that spreads the tries of jobs which were refused together.
    """

    book: Book
    postbox: Postbox
    provider: Provider
    clock: Clock
    stopping: Callable[[], bool] = lambda: False
    chance: Callable[[], float] = lambda: 0.0

    def unasked(self, pause: float) -> float:
        """How long to wait where the provider said nothing: the pause, and up to half of it more."""
        return pause * (1 + self.chance() / 2)

    async def wait(self, job: Job, seconds: float) -> None:
        """Wait that long, within reason, or until nobody wants the job any more."""
        seconds = min(max(seconds, 0.0), LONGEST_WAIT_S)
        self.postbox.progress(job, Progress(Phase.PATIENCE, wait_s=round(seconds)))
        until = self.clock.now() + seconds
        while (left := until - self.clock.now()) > 0 and await self._is_wanted(job):
            await self.clock.sleep(min(left, NAP_S))

    @contextlib.asynccontextmanager
    async def turn(self, card: ModelCard, job: Job, pictures: int) -> AsyncGenerator[None, None]:
        """A place at the provider; without one, at once, for a job that nobody wants any more. Raises `Shut`."""
        async with contextlib.AsyncExitStack() as stack:
            watch = asyncio.create_task(self._unwanted(job))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(None) as patience:
                    watch.add_done_callback(lambda done: patience.reschedule(0) if _is_told(done) else None)
                    stack.callback(watch.cancel)
                    await stack.enter_async_context(self.provider.turn(card, pictures))
            watch.cancel()
            yield

    async def _unwanted(self, job: Job) -> None:
        while await self._is_wanted(job):  # noqa: ASYNC110 - a row that changes rings no bell here
            await asyncio.sleep(NAP_S)

    async def _is_wanted(self, job: Job) -> bool:
        now = await self.book.job(job.id)
        return not self.stopping() and now is not None and now.state is State.RUNNING and not now.muted


def _is_told(watch: asyncio.Task[None]) -> bool:
    # A watch that broke off, because the book could not be read, says nothing: the turn is waited for all the same.
    return not watch.cancelled() and watch.exception() is None
