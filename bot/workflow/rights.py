"""Who may do what with the results of an edit, and which sentence says why not.

It is decided by the row of the job and never by the id of a button, which anybody can send.
"""

from dataclasses import dataclass

from bot.domain.errors import EditGone, Moderated, NotOver, NotYours, TooLate
from bot.domain.job import UNSETTLED, Job
from bot.domain.request import Place, Presser
from bot.workflow.lineage import channels
from bot.workflow.packing import result_name
from bot.workflow.ports import Book, Guilds
from bot.workflow.sources import Sources


@dataclass(frozen=True, slots=True)
class Rights:
    """Gives the job to whoever may, and raises for everybody else."""

    book: Book
    guilds: Guilds
    sources: Sources

    async def found(self, job_id: int) -> Job:
        """Any job. Raises `EditGone`."""
        job = await self.book.job(job_id)
        if job is None:
            raise EditGone
        return job

    async def own(self, job_id: int, presser: Presser) -> Job:
        """A job of this member's that has results. Raises `NotYours`, or what there is against showing them."""
        job = await self.found(job_id)
        if job.request.user_id != presser.user_id:
            raise NotYours
        return await self._with_results(job)

    async def usable(self, job_id: int, presser: Presser) -> Job:
        """A job whose results this member may edit.

        Raises `NotYours`, `OthersPictures` or `PictureNotShared`, or what there is against showing them.
        """
        job = await self.found(job_id)
        if job.request.user_id != presser.user_id:
            await self._check_shared(job, presser)
        return await self._with_results(job)

    async def deletable(self, job_id: int, presser: Presser) -> Job:
        """A job of this member's, or one that is shown where this member moderates. Raises `NotYours` or `NotOver`."""
        job = await self.found(job_id)
        moderates = presser.moderates and await self._sees(presser.place, job)
        if job.request.user_id != presser.user_id and not moderates:
            raise NotYours
        if job.state in UNSETTLED:
            raise NotOver
        return job

    async def elsewhere(self, job_id: int) -> frozenset[int]:
        """The channels beside its own in which its member had the results posted."""
        noted = await self.book.recall(_elsewhere(job_id))
        return frozenset(map(int, noted.split(","))) if noted else frozenset()

    async def note_elsewhere(self, job_id: int, channel_id: int) -> None:
        """Note that its member had the results posted in this channel."""
        channels = {*await self.elsewhere(job_id), channel_id}
        await self.book.remember(_elsewhere(job_id), ",".join(map(str, sorted(channels))))

    async def _check_shared(self, job: Job, presser: Presser) -> None:
        if job.muted or not await self._sees(presser.place, job):
            raise NotYours
        settings = await self.guilds.settings(presser.place.guild_id)
        name = result_name(job, 1, job.results[0].format) if job.results else ""
        await self.sources.check(presser.user_id, settings, [(job.request.user_id, name)])

    async def _sees(self, place: Place, job: Job) -> bool:
        """Whether a button was pressed where all can see the results: ids of other places are sent by forgers."""
        if shows(place, job):
            return True
        here = place.guild_id is not None and place.guild_id == job.request.place.guild_id
        return here and bool(channels(job)) and place.channel_id in await self.elsewhere(job.id)

    async def _with_results(self, job: Job) -> Job:
        if job.state in UNSETTLED:
            raise NotOver
        if not job.results:
            raise TooLate
        if job.muted and await self.book.recall(moderation(job.id)) is not None:
            raise Moderated
        return job


def moderation(job_id: int) -> str:
    """The key of the note that somebody who moderates has stopped this job."""
    return f"moderated:{job_id}"


def shows(place: Place, job: Job) -> bool:
    """Whether everybody in this place of a server sees the job: what is private is seen nowhere."""
    here = place.guild_id is not None and place.guild_id == job.request.place.guild_id
    return here and place.channel_id in channels(job)


def _elsewhere(job_id: int) -> str:
    return f"elsewhere:{job_id}"
