"""Telling how a job ended: its pictures into the thread, or the reason why there are none."""

import asyncio
import contextlib
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from bot.domain.errors import Failed, Refused
from bot.domain.job import Job, Move, ResultPicture, State, advance
from bot.domain.progress import Phase, Progress
from bot.workflow.announce import Announcer
from bot.workflow.ports import (
    Blobs,
    Book,
    Delivery,
    Parcel,
    Pictures,
    Postbox,
    Preparation,
    Source,
    Undeliverable,
    Unreachable,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reporter:
    """Says how a settled job ended; safe to call again after any interruption."""

    book: Book
    blobs: Blobs
    postbox: Postbox
    pictures: Pictures
    announce: Announcer

    async def __call__(self, job: Job, *, again: bool) -> None:
        """Deliver or tell; `again` where somebody may have begun with it before."""
        if job.announcement is None and job.state in {State.DONE, State.FAILED, State.UNKNOWN}:
            # Discord may have taken the status message and stumbled over its thread: it would say "queued" for ever.
            with contextlib.suppress(Undeliverable, Unreachable):
                job = await self.announce(job)
        try:
            if job.state is State.DONE and not job.muted:
                await self._deliver(job, look_first=again)
            elif job.state in {State.FAILED, State.CANCELLED, State.UNKNOWN}:
                await self.postbox.tell(job)
            elif job.state is not State.DONE:
                return
        except Undeliverable:
            await self._shelve(job)
        was_muted, job = job.muted, await self.book.job(job.id) or job
        if was_muted and not job.muted:
            return  # Show was pressed meanwhile, and the ticket that it left delivers
        over = replace(job, state=advance(job.state, Move.DELIVER, muted=job.muted))
        # Were the ticket ended first, a crash in between would leave a status message that never ends. But a muted edit
        # gets its Show button there, which only an edit that is over can take.
        if not job.muted:
            await self.postbox.close(over)
        await self.book.delivered(job.id, muted=job.muted)
        if job.muted:
            await self.postbox.close(over)

    async def _deliver(self, job: Job, *, look_first: bool) -> None:
        self.postbox.progress(job, Progress(Phase.DELIVERING))
        limit = self.postbox.file_limit(job)
        heavy = any(picture.bytes > limit for picture in job.results)
        async with self.blobs.workshop() if heavy else contextlib.nullcontext(Path()) as folder:
            parcels = [await self._parcel(job, *numbered, limit, folder) for numbered in enumerate(job.results, 1)]
            delivery = Delivery(job, tuple(parcels), await self.book.parts(job.id), look_first)
            async with contextlib.aclosing(self.postbox.deliver(delivery)) as posted:
                async for part, message_id in posted:
                    await self.book.posted(job.id, part, message_id)

    async def _parcel(self, job: Job, number: int, picture: ResultPicture, limit: int, folder: Path) -> Parcel:
        """The picture as it came, or a lighter copy where the place takes no file of that size."""
        path, name = self.blobs.path(picture.blob), result_name(job, number, picture.format)
        whole = Parcel(number, path, name, picture.bytes)
        if picture.bytes <= limit:
            return whole
        own = folder / str(number)
        try:
            await asyncio.to_thread(own.mkdir)
            copy = await self.pictures.prepare(_lighter(Source(path, name), limit, own))
        except (Refused, Failed, OSError) as fault:
            log.warning("no_lighter_copy", number=number, kind=type(fault).__name__)
            return whole
        [file] = copy.pictures
        return Parcel(number, file.path, f"{name.rpartition('.')[0]}{file.path.suffix}", file.bytes, picture.bytes)

    async def _shelve(self, job: Job) -> None:
        # No place of this member is open to us: the pictures stay on disk for the retention time.
        log.warning("undeliverable", state=job.state.value)
        if job.state is State.DONE:
            await self.book.cancel(job.id)


def _lighter(source: Source, limit: int, folder: Path) -> Preparation:
    return Preparation(
        pictures=(source,),
        mask=None,
        formats=("png", "jpeg", "webp"),
        picture_bytes=limit,
        mask_bytes=0,
        square=False,
        model="",
        folder=folder,
    )


def result_name(job: Job, number: int, extension: str) -> str:
    """The name under which a result is posted, and found again: "edit-7-v1-1.png"."""
    return f"edit-{job.id}-v{job.version}-{number}.{'jpg' if extension == 'jpeg' else extension}"
