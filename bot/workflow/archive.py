"""A member's edits, looked back at: page by page, shown again in private, or posted once more for all to see."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from bot.domain import quota
from bot.domain.errors import NotHere, ResultGone
from bot.domain.job import Job
from bot.domain.quota import Member
from bot.domain.request import Place, PlaceKind, Presser
from bot.workflow.lineage import is_hidden, seen_in
from bot.workflow.packing import Packer
from bot.workflow.ports import Blobs, Book, Council, Guilds, Occasion, Parcel
from bot.workflow.reposting import Reposter
from bot.workflow.rights import Rights

PAGE = 10  # edits of a page
FAR = 1000  # how far back a page knows the one before it


@dataclass(frozen=True, slots=True)
class Entry:
    """One edit of a page; `pictures` says whether its results are on disk still."""

    job: Job
    pictures: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Ten edits, the newest first. `newer` and `older` are what to ask for the pages beside it with, None for none."""

    entries: tuple[Entry, ...]
    newer: int | None
    older: int | None


@dataclass(frozen=True, slots=True)
class Archive:
    """Nobody sees another member's edits here, whatever id they send."""

    book: Book
    blobs: Blobs
    guilds: Guilds
    council: Council
    rights: Rights
    repost: Reposter
    pack: Packer

    async def page(self, presser: Presser, before: int = 0) -> Page:
        """The edits in this server, or all of them in a direct message, with ids below `before`; 0 is the newest."""
        jobs = await self._edits(presser, PAGE + 1, before or None)
        shown = jobs[:PAGE]
        entries = tuple([Entry(job, await self._is_there(job)) for job in shown])
        older = shown[-1].id if len(jobs) > PAGE else None
        return Page(entries, await self._newer(presser, before) if before else None, older)

    @asynccontextmanager
    async def shown(self, job_id: int, presser: Presser, limit: int) -> AsyncIterator[tuple[Job, tuple[Parcel, ...]]]:
        """One's own results for the body of an `async with`, lighter where a file has more than `limit` bytes."""
        job = seen_in(presser.place, await self.rights.own(job_id, presser))
        async with self.blobs.workshop() as folder:
            yield job, tuple([await self.pack(parcel, limit, folder) for parcel in await self.repost.parcels(job)])

    async def post_here(self, job_id: int, presser: Presser) -> str:
        """Post one's own results for all to see where the button was pressed; the link to them.

        Raises what an edit from here would be refused with.
        """
        job, place = await self.rights.own(job_id, presser), presser.place
        if place.kind is PlaceKind.ANSWER:
            raise NotHere
        settings = await self.guilds.settings(place.guild_id)
        settings.admit(place, presser.role_ids)
        quota.admit(await self.council.statute(Member(presser.user_id, place.guild_id, presser.role_ids)))
        hidden, locale = settings.hides(place, spoiler=is_hidden(job, place)), settings.language or presser.locale
        request = replace(job.request, place=in_place(place), spoiler=hidden, locale=locale)
        link = await self.repost(
            replace(job, announcement=None, request=request), Occasion.AGAIN, _tag(place.channel_id)
        )
        await self.rights.note_elsewhere(job_id, place.channel_id)
        return link

    async def _edits(self, presser: Presser, limit: int, before: int | None = None) -> Sequence[Job]:
        place = presser.place
        everywhere = place.guild_id is None and place.kind is not PlaceKind.ANSWER
        return await self.book.history(presser.user_id, place.guild_id, limit, before=before, everywhere=everywhere)

    async def _newer(self, presser: Presser, before: int) -> int | None:
        newer = [job.id for job in await self._edits(presser, FAR) if job.id >= before]
        if not newer:
            return None
        return newer[-PAGE - 1] if len(newer) > PAGE else 0

    async def _is_there(self, job: Job) -> bool:
        try:
            return bool(await self.repost.parcels(job))
        except ResultGone:
            return False


def in_place(place: Place) -> Place:
    """The same without a thread of its own, which old results do not get."""
    return replace(place, kind=PlaceKind.IN_PLACE) if place.kind is PlaceKind.CHANNEL else place


def _tag(channel_id: int) -> str:
    return "h" + hashlib.sha256(str(channel_id).encode()).hexdigest()[:7]
