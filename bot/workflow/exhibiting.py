"""What can be looked at after an edit, on request: before and after, and the results as the model made them."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.domain.errors import EditGone, Failed, NothingUntouched, NotYours, ResultGone, TooLate
from bot.domain.job import Job
from bot.workflow.announce import closed_to_us
from bot.workflow.packing import Packer, result_name
from bot.workflow.ports import Blobs, Book, Exhibit, Parcel, Pictures, Postbox, Source, Undeliverable, Unreachable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Exhibitor:
    """Posts an exhibit where the job's results are."""

    book: Book
    blobs: Blobs
    pictures: Pictures
    postbox: Postbox
    pack: Packer

    async def __call__(self, job_id: int, user_id: int, which: Exhibit) -> str:
        """The link to what was posted. Raises the `Refused` that says why there is nothing to show, or `Failed`."""
        job = await self._finished(job_id, user_id)
        async with self.blobs.workshop() as folder:
            if which is Exhibit.COMPARISON:
                parcels = [await self._comparison(job, folder)]
            else:
                parcels = await self._untouched(job)
            limit = self.postbox.file_limit(job)
            packed = tuple([await self.pack(parcel, limit, folder) for parcel in parcels])
            return await self._posted(job, which, packed)

    async def _finished(self, job_id: int, user_id: int) -> Job:
        job = await self.book.job(job_id)
        if job is None:
            raise EditGone
        if job.request.user_id != user_id:
            raise NotYours
        if job.muted or not job.results:
            raise TooLate
        return job

    async def _comparison(self, job: Job, folder: Path) -> Parcel:
        if job.request.lender is not None:
            raise NotYours  # picture 1 is another member's, and may be private
        first, after = job.request.pictures[0], job.results[0]
        before = Source(await self._there(first.blob), first.filename)
        source = Source(await self._there(after.blob), result_name(job, 1, after.format))
        path = await self.pictures.compare(before, source, folder / "comparison")
        return Parcel(1, path, result_name(job, 1, path.suffix[1:], "-compared"), await _weight(path))

    async def _untouched(self, job: Job) -> list[Parcel]:
        kept = [(number, one.untouched) for number, one in enumerate(job.results, 1) if one.untouched is not None]
        if not kept:
            raise NothingUntouched
        parcels = []
        for number, blob in kept:
            path = await self._there(blob)
            seen = await self.pictures.probe(Source(path, f"{number}"))
            name = result_name(job, number, seen.format, "-untouched")
            parcels.append(Parcel(number, path, name, await _weight(path)))
        return parcels

    async def _posted(self, job: Job, which: Exhibit, parcels: tuple[Parcel, ...]) -> str:
        try:
            return await self.postbox.show(job, which, parcels)
        except Undeliverable:
            raise closed_to_us(job.request.place) from None
        except Unreachable:
            log.warning("exhibit_unposted", job=job.id)
            raise Failed from None

    async def _there(self, blob: str) -> Path:
        path = self.blobs.path(blob)
        if not await asyncio.to_thread(path.is_file):  # swept after the retention time
            raise ResultGone
        return path


async def _weight(path: Path) -> int:
    return (await asyncio.to_thread(path.stat)).st_size
