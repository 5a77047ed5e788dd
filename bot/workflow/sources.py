"""Pictures that a member may mean and that are ours or somebody's: results by their message or thread, and who may.

Results are taken from our disk, where they are as the model made them, and not from Discord, where a lighter copy may
stand.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.errors import OthersPictures, PictureNotShared, ResultGone
from bot.domain.gathering import Gathered
from bot.domain.guild import GuildSettings
from bot.domain.job import Job
from bot.domain.request import InputFile
from bot.workflow.packing import result_name
from bot.workflow.ports import Blobs, Book, Gatherings
from bot.workflow.room import told_plainly


@dataclass(frozen=True, slots=True)
class Sources:
    """Looks pictures up, and notes whether somebody shares theirs; no picture is changed."""

    book: Book
    blobs: Blobs
    gatherings: Gatherings

    async def posted(self, message_id: int) -> tuple[Gathered, ...]:
        """The results of ours that this message shows; none where it is not ours or they were swept."""
        job = await self.book.shown_in(message_id)
        return () if job is None else await self.of_job(job)

    async def maker(self, message_id: int) -> Job | None:
        """The job whose results this message shows, or showed."""
        return await self.book.shown_in(message_id)

    async def job(self, job_id: int) -> Job | None:
        """The job of this number."""
        return await self.book.job(job_id)

    async def version(self, home_id: int) -> tuple[Gathered, ...]:
        """The results that this thread is at; none where it has no version yet or its pictures were swept."""
        job = await self.book.current(home_id)
        return () if job is None else await self.of_job(job)

    async def of_job(self, job: Job) -> tuple[Gathered, ...]:
        """The results of this job that are on disk, as pictures to be edited."""
        if job.muted:
            return ()
        hidden, found = job.request.spoiler, []
        for number, one in enumerate(job.results, 1):
            if await asyncio.to_thread(self.blobs.path(one.blob).is_file):
                file = InputFile(one.blob, result_name(job, number, one.format), one.bytes)
                found.append(Gathered(file, job.request.user_id, hidden, job.id))
        return tuple(found)

    async def check(self, user_id: int, settings: GuildSettings, owned: Iterable[tuple[int | None, str]]) -> None:
        """Whether this member may edit pictures of these members, each with its name.

        Raises `OthersPictures` where the server has only own pictures edited, `PictureNotShared` for a member who does
        not let others.
        """
        others = {author: name for author, name in owned if author is not None and author != user_id}
        if not others:
            return
        if not settings.others:
            raise OthersPictures
        for author in await self.gatherings.unshared(others):
            raise PictureNotShared(name=others[author])

    async def check_there(self, pictures: Iterable[Gathered]) -> None:
        """Raises `ResultGone` for a result of ours that was deleted since it was gathered."""
        for one in pictures:
            job = await self.book.job(one.base) if one.base is not None else None
            if job is not None and not any(one.file.blob in (made.blob, made.untouched) for made in job.results):
                raise ResultGone

    async def share(self, user_id: int, *, shares: bool) -> None:
        """Note whether others may edit this member's pictures, in every server."""
        with told_plainly():
            await self.gatherings.set_shares(user_id, shares=shares)
