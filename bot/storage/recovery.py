"""What a start finds of the last process: jobs in the middle of a move, and tickets that may be missing."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Poisoned, Trouble
from bot.domain.job import Job, Move, State
from bot.storage.holds import IN_SUSPENSE, RELEASED, Ending, close
from bot.storage.moves import close_attempt, move, whole
from bot.storage.rows import trouble_columns
from bot.storage.tables import STILL_OPEN, jobs
from bot.workflow.ports import Tickets

CRASHES_OF_A_POISONED_JOB = 2


async def recover(tx: AsyncConnection, tickets: Tickets, trouble: Trouble, at: float) -> Sequence[Job]:
    """Move every interrupted job and see that each unfinished one has a ticket. Returns the jobs that moved."""
    moved = [await _lose(tx, row, trouble, at) for row in await _interrupted(tx)]
    await close(tx, {job.id: ending for job in moved if (ending := _ENDINGS.get(job.state))}, at)
    unfinished = sa.select(jobs.c.id, jobs.c.user_id).where(sa.text(STILL_OPEN)).order_by(jobs.c.id)
    for row in (await tx.execute(unfinished)).all():
        await tickets.enqueue(tx, row.id, row.user_id)
    return moved


_ENDINGS: dict[State, Ending] = {State.UNKNOWN: IN_SUSPENSE, State.FAILED: RELEASED}


async def _interrupted(tx: AsyncConnection) -> Sequence[sa.Row[Any]]:
    states = sorted({State.RUNNING, State.SENT})
    question = sa.select(*jobs.c).where(sa.text(STILL_OPEN), jobs.c.state.in_(states)).order_by(jobs.c.id)
    return (await tx.execute(question)).all()


async def _lose(tx: AsyncConnection, found: sa.Row[Any], trouble: Trouble, at: float) -> Job:
    crashes = found.crashes + 1
    if found.state == State.SENT:
        await close_attempt(tx, found.id, "unknown", at, trouble.code)
        row = await move(tx, found.id, Move.LOSE, attempt=None, ended_at=at, **trouble_columns(trouble))
    elif crashes >= CRASHES_OF_A_POISONED_JOB:
        row = await move(tx, found.id, Move.FAIL, crashes=crashes, ended_at=at, **trouble_columns(Poisoned()))
    else:
        row = await move(tx, found.id, Move.LOSE, crashes=crashes)
    return await whole(tx, row or found)
