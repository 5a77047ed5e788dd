"""The last way out for what is paid for: pictures that nothing of ours will keep are posted straight from the workshop.

It is taken after every other try, so nothing is charged, and whatever fails in it is only logged.
"""

import asyncio
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from bot.domain.errors import Failed, HandedOver, Refused
from bot.domain.job import Job, ResultPicture, State
from bot.workflow.packing import result_name
from bot.workflow.ports import Blobs, Book, Delivery, Parcel, Pictures, Postbox

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Handing:
    """Hands an answer over that could not be kept."""

    book: Book
    blobs: Blobs
    pictures: Pictures
    postbox: Postbox

    async def __call__(
        self, job: Job, attempt: str, kept: list[ResultPicture], loose: tuple[Path, ...], suspense: int
    ) -> None:
        """Post what was kept by then and what still lies in the workshop, then end the job; never raises."""
        try:
            if not await self._is_muted(job):
                await self._post(job, kept, loose)
        except Exception:  # there is nothing left to try
            log.exception("result_lost", attempt=attempt)
            return
        log.error("result_handed_over", attempt=attempt)
        try:
            if job.results:
                await self.book.finish_short(job.id, attempt, HandedOver().code, None, suspense=suspense)
            else:
                await self.book.fail(job.id, HandedOver(), attempt, billed=True)
        except Exception as fault:  # noqa: BLE001 - the next try says that nobody knows what became of the call
            log.warning("end_not_noted", attempt=attempt, kind=type(fault).__name__)

    async def _is_muted(self, job: Job) -> bool:
        try:
            now = await self.book.job(job.id)
        except Exception:  # noqa: BLE001 - a book that cannot be read, either, must not cost the member the pictures
            return False
        return now is not None and now.muted

    async def _post(self, job: Job, kept: list[ResultPicture], loose: tuple[Path, ...]) -> None:
        first = len(job.results) + 1  # those of calls before are in the book, and delivered from there
        there = [(self.blobs.path(one.blob), one) for one in kept]
        there += [(path, one) for path in loose if (one := await self._seen(path)) is not None]
        parcels = tuple(
            Parcel(number, path, result_name(job, number, one.format), one.bytes)
            for number, (path, one) in enumerate(there, first)
        )
        shown = replace(job, state=State.DONE, version=1, results=(*job.results, *(one for _, one in there)))
        async for _ in self.postbox.deliver(Delivery(shown, parcels)):
            pass

    async def _seen(self, path: Path) -> ResultPicture | None:
        try:
            size = (await asyncio.to_thread(path.stat)).st_size
            probe = await self.pictures.verify(path)
        except (Refused, Failed, OSError):
            return None
        return ResultPicture("", probe.format, probe.width, probe.height, size)
