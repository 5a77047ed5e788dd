"""Results from the disk into a message once more, long after they were delivered."""

import asyncio
from dataclasses import dataclass

import structlog

from bot.domain.errors import Failed, ResultGone
from bot.domain.job import Job
from bot.workflow.announce import closed_to_us
from bot.workflow.lineage import made_of
from bot.workflow.packing import Packer, result_name
from bot.workflow.ports import (
    Blobs,
    Book,
    Occasion,
    Parcel,
    Postbox,
    Repost,
    Undeliverable,
    Unreachable,
)

REPOSTED_FROM = 1000  # the numbers under which the book notes messages that came later

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reposter:
    """Posts what is on disk still."""

    book: Book
    blobs: Blobs
    postbox: Postbox
    pack: Packer

    async def __call__(self, job: Job, occasion: Occasion, tag: str) -> str:
        """The link to the results, posted once for each tag.

        Raises `ResultGone`, `Failed`, or what the place lacks.
        """
        async with self.blobs.workshop() as folder:
            limit = self.postbox.file_limit(job)
            parcels = tuple([await self.pack(parcel, limit, folder) for parcel in await self.parcels(job)])
            repost = Repost(job, parcels, occasion, tag, await made_of(self.book, job))
            try:
                posted = await self.postbox.repost(repost)
            except Undeliverable:
                raise closed_to_us(job.request.place) from None
            except Unreachable:
                log.warning("repost_failed", job=job.id)
                raise Failed from None
        await self._note(job.id, posted.message_ids)
        return posted.link

    async def parcels(self, job: Job) -> tuple[Parcel, ...]:
        """The results that are on disk, whole. Raises `ResultGone` where none is."""
        parcels = []
        for number, one in enumerate(job.results, 1):
            path = self.blobs.path(one.blob)
            if await asyncio.to_thread(path.is_file):
                parcels.append(Parcel(number, path, result_name(job, number, one.format), one.bytes))
        if not parcels:
            raise ResultGone
        return tuple(parcels)

    async def _note(self, job_id: int, message_ids: tuple[int, ...]) -> None:
        # So a reply to them means this job, and deleting it takes them away.
        known = await self.book.parts(job_id)
        new = [message_id for message_id in message_ids if message_id not in known.values()]
        for number, message_id in enumerate(new, max((REPOSTED_FROM - 1, *known)) + 1):
            await self.book.posted(job_id, number, message_id)
