"""The versions of the picture that a thread is about: which it is at, which came before, and which are taken away.

A row of `threads` points at the version that was made last, or gone back to. Where that cannot be seen any more, since
it was deleted, has expired or was never shown, the thread is at the one before. What only its member sees is nobody's
version: it lies in the same channel, and is never found here.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.job import OVER, Job
from bot.domain.request import PlaceKind
from bot.storage.database import Database
from bot.storage.emptying import empty, results_of, take_away
from bot.storage.gathered import forget_results
from bot.storage.moves import job_of, whole
from bot.storage.rows import request_from
from bot.storage.tables import jobs, parts, threads
from bot.storage.unbroken import unbroken
from bot.storage.upserts import insert
from bot.workflow.ports import Clock

# Which places have versions: those of a thread are counted, a channel without threads is only at its last one.
COUNTED = frozenset({PlaceKind.CHANNEL, PlaceKind.THREAD})
SEEN_BY_ALL = COUNTED | {PlaceKind.IN_PLACE}
AT_MOST = 100  # are looked through for one that is for all to see
VISIBLE = sa.and_(jobs.c.version.is_not(None), jobs.c.pictures > 0, jobs.c.muted.is_(False), sa.not_(jobs.c.emptied))


class Versions:
    """The part of the book that is about versions."""

    _database: Database
    _clock: Clock

    @unbroken
    async def shown_in(self, message_id: int) -> Job | None:
        """The job whose results, or some of them, were posted in this message."""
        question = sa.select(*jobs.c).join_from(jobs, parts).where(parts.c.message_id == message_id).limit(1)
        async with self._database.reading() as tx:
            row = (await tx.execute(question)).one_or_none()
            return None if row is None else await whole(tx, row)

    @unbroken
    async def current(self, home_id: int) -> Job | None:
        """The job whose results are the version that this thread or channel is at: the last, unless it was undone.

        Of those that were deleted, have expired or were never shown it is none, but the one before.
        """
        last = jobs.alias("last")
        pointed = sa.select(last.c.id, last.c.version).join_from(threads, last, threads.c.current == last.c.id)
        async with self._database.reading() as tx:
            at = (await tx.execute(pointed.where(threads.c.home_id == home_id))).one_or_none()
            if at is None:
                return None
            return await _latest(tx, home_id, sa.or_(jobs.c.id == at.id, jobs.c.version < at.version))

    @unbroken
    async def make_current(self, job_id: int) -> None:
        """Go to this job's version in the place of its results; nothing happens where it has none there."""
        async with self._database.writing() as tx:
            row = (await tx.execute(sa.select(*jobs.c).where(jobs.c.id == job_id))).one_or_none()
            if row is not None and row.version is not None:
                await point_at(tx, row)

    @unbroken
    async def version_before(self, job_id: int) -> Job | None:
        """The job of the version before, in the same place, that has its pictures still; None for the first."""
        async with self._database.reading() as tx:
            row = (await tx.execute(sa.select(*jobs.c).where(jobs.c.id == job_id))).one_or_none()
            if row is None or row.home_id is None or row.version is None:
                return None
            return await _latest(tx, row.home_id, jobs.c.version < row.version)

    async def discard(self, job_id: int) -> Job | None:
        """Take the results out of the row of a job that is over, as `expire` does; None where it is not over.

        What was gathered of them goes, too, and so do they from the edits that were made of them. Where its version was
        the current one, the version before becomes that.
        """
        job = await self._discard(job_id)
        if job is not None:
            await self._database.tidy()
        return job

    @unbroken
    async def _discard(self, job_id: int) -> Job | None:
        # Asked for in the update, so that Show cannot make the job unfinished in between.
        over = (jobs.c.id == job_id, jobs.c.state.in_(sorted(OVER)))
        async with self._database.writing() as tx:
            rows = (await tx.execute(sa.update(jobs).where(*over).values(emptied=True).returning(*jobs.c))).all()
            if not rows:
                return None
            brought = await results_of(tx, jobs.c.id == job_id)
            await empty(tx, rows)
            await forget_results(tx, job_id)
            await take_away(tx, brought, self._clock.now())
            return await job_of(tx, job_id)


def kind_of(row: sa.Row[Any]) -> PlaceKind:
    """What kind of place the results of this job are in."""
    return request_from(row.request).place.kind


async def point_at(tx: AsyncConnection, row: sa.Row[Any], versions: int = 0) -> int:
    """Have the place of this job be at its version. Returns how many versions the place has, with these beside them."""
    if row.home_id is None or kind_of(row) not in SEEN_BY_ALL:
        return versions
    there = insert(tx, threads).values(home_id=row.home_id, versions=versions, current=row.id)
    changes = {"versions": threads.c.versions + versions, "current": row.id}
    there = there.on_conflict_do_update(index_elements=["home_id"], set_=changes)
    return int((await tx.execute(there.returning(threads.c.versions))).scalar_one())


async def _latest(tx: AsyncConnection, home_id: int, *conditions: sa.ColumnElement[bool]) -> Job | None:
    """The job of the highest version in this place that all can see."""
    question = sa.select(*jobs.c).where(jobs.c.home_id == home_id, VISIBLE, *conditions)
    question = question.order_by(jobs.c.version.desc(), jobs.c.id.desc()).limit(AT_MOST)
    for row in (await tx.execute(question)).all():
        if kind_of(row) in SEEN_BY_ALL:
            return await whole(tx, row)
    return None
