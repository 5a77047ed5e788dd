"""The second conductor: from a ticket to pictures in the thread.

A job is taken up wherever its row says that it stands. *done* comes before Discord is asked, so that trouble there
never repeats a paid call.
"""

import asyncio
from dataclasses import dataclass

import structlog

from bot.domain.errors import Failed
from bot.domain.job import Job, State
from bot.workflow.insistence import to_the_end
from bot.workflow.making import Maker
from bot.workflow.ports import Book
from bot.workflow.reporting import Reporter

log = structlog.get_logger()

# A fault of ours before the call is tried again this often; the dispatcher waits longer each time.
TRIES = 6


@dataclass(frozen=True, slots=True)
class Worker:
    """Does a job from wherever it stands to its end; safe to call again after any interruption."""

    book: Book
    make: Maker
    report: Reporter

    async def __call__(self, job_id: int) -> None:
        """Make the edit if it is still to be made, then say how it ended."""
        found = await self.book.job(job_id)
        if found is None:
            return
        # The prompt is bound so that the log can recognise it, and hide it, in whatever text a library writes.
        request = found.request
        with structlog.contextvars.bound_contextvars(job=job_id, guild=request.place.guild_id, prompt=request.prompt):
            await self._set_free(found)
            made = await self._made(job_id)
            job = await self.book.job(job_id)
            if job is not None:
                await self.report(job, again=not made)

    async def _made(self, job_id: int) -> bool:
        """Whether there was something to make."""
        claimed = None
        try:
            claimed = await self.book.claim(job_id)
            if claimed is not None:
                await self.make(claimed)
        except asyncio.CancelledError:
            # To be stopped is not to crash: what is running goes back to the queue, and any other state stays.
            await to_the_end(self.book.lose(job_id))
            raise
        except Exception:  # a job that breaks the worker again and again has to end, too
            if claimed is None or claimed.claims < TRIES:
                raise
            log.exception("edit_given_up")
            await self.make.give_up(claimed, Failed())
        return claimed is not None

    async def _set_free(self, job: Job) -> None:
        # A ticket is handed out once at a time, so a job that is under way at this point was left by a failed try.
        if job.state is State.RUNNING:
            await self.book.lose(job.id)
        elif job.state is State.SENT:
            # The row does not say how many pictures the open call was for: at most all that are missing.
            await self.make.doubt(job, None, job.request.options.n - len(job.results), None)
