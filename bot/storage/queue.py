"""The queue as its members see it: who goes before whom, and how many there are.

The order is that of the dispatcher: of the queued jobs each member's first comes before anybody's second, what a member
has under way counting as turns taken; of equal turns the one that was placed earlier goes first.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.job import UNSETTLED, Job, State
from bot.domain.request import Origin
from bot.storage.database import Database
from bot.storage.moves import whole
from bot.storage.placing import of_origin
from bot.storage.tables import STILL_OPEN, jobs
from bot.storage.unbroken import unbroken
from bot.workflow.ports import Waiting


class Queue:
    """The part of the book that is asked about many jobs at once; none of its verbs changes anything."""

    _database: Database

    @unbroken
    async def placed(self, origin: Origin) -> Job | None:
        """The job that this origin has placed; None where it has placed none."""
        async with self._database.reading() as tx:
            row = await of_origin(tx, origin)
            return None if row is None else await whole(tx, row)

    @unbroken
    async def ahead(self, job_id: int) -> int:
        """How many queued jobs the dispatcher's fairness lets go before this one; 0 for one that is not queued."""
        async with self._database.reading() as tx:
            return await ahead(tx, job_id)

    @unbroken
    async def line(self) -> Sequence[Job]:
        """The queued jobs that have a status message, in the order in which the dispatcher's fairness lets them go."""
        turns = _turns()
        question = sa.select(*jobs.c).join_from(jobs, turns, turns.c.id == jobs.c.id)
        question = question.where(jobs.c.message_id.is_not(None)).order_by(turns.c.turn, turns.c.id)
        async with self._database.reading() as tx:
            return [await whole(tx, row) for row in (await tx.execute(question)).all()]

    @unbroken
    async def waiting(self, user_id: int, guild_id: int | None) -> Waiting:
        """How many jobs are unfinished by now: all, the member's, and the guild's, which are none outside of one."""
        question = sa.select(
            sa.func.count(),
            sa.func.count().filter(jobs.c.user_id == user_id),
            sa.func.count().filter(jobs.c.guild_id == guild_id) if guild_id is not None else sa.literal(0),
        ).where(*_open(UNSETTLED))
        async with self._database.reading() as tx:
            return Waiting(*map(int, (await tx.execute(question)).one()))


async def ahead(tx: AsyncConnection, job_id: int) -> int:
    """How many queued jobs go before this one; 0 for one that is not queued."""
    turns = _turns()
    mine = sa.select(turns.c.turn).where(turns.c.id == job_id).scalar_subquery()
    before = sa.or_(turns.c.turn < mine, sa.and_(turns.c.turn == mine, turns.c.id < job_id))
    return int(await tx.scalar(sa.select(sa.func.count()).select_from(turns).where(before)) or 0)


def _turns() -> sa.CTE:
    """Each queued job with its member's how-manieth turn it is."""
    flying = (
        sa.select(jobs.c.user_id, sa.func.count().label("turns"))
        .where(*_open({State.RUNNING, State.SENT}))
        .group_by(jobs.c.user_id)
        .cte("flying")
    )
    own = sa.func.row_number().over(partition_by=jobs.c.user_id, order_by=jobs.c.id)
    turn = own + sa.func.coalesce(flying.c.turns, 0)
    queued = sa.select(jobs.c.id, turn.label("turn")).join_from(
        jobs, flying, flying.c.user_id == jobs.c.user_id, isouter=True
    )
    return queued.where(*_open({State.QUEUED})).cte("queued")


def _open(states: set[State] | frozenset[State]) -> tuple[sa.TextClause, sa.ColumnElement[bool]]:
    """Of the unfinished jobs, which an index has, those in these states."""
    return sa.text(STILL_OPEN), jobs.c.state.in_(sorted(states))
