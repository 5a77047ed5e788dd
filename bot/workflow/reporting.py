"""Telling how a job ended: its pictures into the thread, or the reason why there are none."""

import asyncio
import contextlib
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from bot.domain import crash
from bot.domain.job import Job, Move, State, advance
from bot.domain.progress import Phase, Progress
from bot.workflow.announce import Announcer
from bot.workflow.finishing import Finisher
from bot.workflow.guild_log import GuildLog
from bot.workflow.lineage import made_of
from bot.workflow.packing import Packer, result_name
from bot.workflow.ports import (
    Blobs,
    Book,
    Clock,
    Delivery,
    Freight,
    Lighten,
    Metrics,
    Parcel,
    Postbox,
    Undeliverable,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Reporter:
    """Says how a settled job ended; safe to call again after any interruption."""

    book: Book
    blobs: Blobs
    postbox: Postbox
    finish: Finisher
    pack: Packer
    announce: Announcer
    guild_log: GuildLog
    clock: Clock
    metrics: Metrics

    async def __call__(self, job: Job, *, again: bool) -> None:
        """Deliver or tell; `again` where somebody may have begun with it before."""
        if job.announcement is None and job.state in {State.DONE, State.FAILED, State.UNKNOWN, State.CANCELLED}:
            # Discord may have taken the status message and stumbled over its thread: it would say "queued" for ever.
            with contextlib.suppress(Undeliverable):
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
        # Were the ticket ended first, a crash in between would leave a status message that never ends.
        await self.postbox.close(over)
        crash.point("after-close")
        if await self.book.delivered(job.id, muted=job.muted) is not None:
            await self._count(job)
            await self.guild_log.edit(over)  # else Show was pressed in this very moment, and it is not over

    async def _deliver(self, job: Job, *, look_first: bool) -> None:
        began = self.clock.now()
        self.postbox.progress(job, Progress(Phase.DELIVERING))
        posted_before = await self.book.parts(job.id)
        if not posted_before:  # what is left belongs beside what is there, as it was then
            job = await self.finish(job)
        limit = self.postbox.file_limit(job)
        async with self.blobs.workshop() as folder:
            parcels = [await self.pack(whole, limit, folder) for whole in self._whole(job)]
            if await self._is_muted(job):
                return  # its member stopped it while the pictures were worked on
            came_from = await made_of(self.book, job)
            delivery = Delivery(job, tuple(parcels), posted_before, look_first, came_from, self._lighten(folder))
            crash.point("before-post")
            async with contextlib.aclosing(self.postbox.deliver(delivery)) as posted:
                async for part, message_id in posted:
                    crash.point("after-post")
                    await self.book.posted(job.id, part, message_id)
        self.metrics.delivered(self.clock.now() - began)
        self.metrics.carried(Freight.TO_DISCORD, sum(parcel.bytes for parcel in parcels))

    async def _count(self, job: Job) -> None:
        try:
            maker = await self.book.maker(job.id)
        except Exception as fault:  # noqa: BLE001 - the edit is over, whether or not anybody knows who made it
            log.warning("maker_unread", kind=type(fault).__name__)
            maker = None
        self.metrics.edit_ended(job, maker)

    def _whole(self, job: Job) -> list[Parcel]:
        return [
            Parcel(number, self.blobs.path(picture.blob), result_name(job, number, picture.format), picture.bytes)
            for number, picture in enumerate(job.results, 1)
        ]

    def _lighten(self, folder: Path) -> Lighten:
        async def lighten(parcel: Parcel, limit: int) -> Parcel:
            again = folder / f"again-{parcel.number}"
            await asyncio.to_thread(again.mkdir, exist_ok=True)
            copy = await self.pack(parcel, limit, again)
            return replace(copy, lighter_than=parcel.lighter_than or copy.lighter_than)

        return lighten

    async def _is_muted(self, job: Job) -> bool:
        now = await self.book.job(job.id)
        return now is not None and now.muted

    async def _shelve(self, job: Job) -> None:
        # No place of this member is open to us: the pictures stay on disk for the retention time.
        log.warning("undeliverable", state=job.state.value)
        if job.state is State.DONE:
            await self.book.cancel(job.id)
