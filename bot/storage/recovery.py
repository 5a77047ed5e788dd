"""What a start finds of the last process: jobs in the middle of a move, and tickets that may be missing."""

import math
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Poisoned, Trouble
from bot.domain.job import Job, Move, State
from bot.storage import finishing
from bot.storage.holds import Ending, close
from bot.storage.moves import close_attempt, move, whole
from bot.storage.rows import request_from, trouble_columns
from bot.storage.tables import STILL_OPEN, jobs
from bot.workflow.ports import Tickets

CRASHES_OF_A_POISONED_JOB = 2


async def recover(tx: AsyncConnection, tickets: Tickets, trouble: Trouble, at: float) -> Sequence[Job]:
    """Move every interrupted job and see that each unfinished one has a ticket. Returns the jobs that moved."""
    lost = [(found, row) for found in await _interrupted(tx) if (row := await _lose(tx, found, trouble, at))]
    await close(tx, {row.id: _ending(found, row) for found, row in lost if row.state != State.QUEUED}, at)
    unfinished = sa.select(jobs.c.id, jobs.c.user_id, jobs.c.guild_id).where(sa.text(STILL_OPEN)).order_by(jobs.c.id)
    for job_id, user_id, guild_id in (await tx.execute(unfinished)).all():
        await tickets.enqueue(tx, job_id, user_id, guild_id)
    for _, row in lost:
        if row.state != State.QUEUED:
            await tickets.hasten(tx, row.id)
    return [await whole(tx, row) for _, row in lost]


async def _interrupted(tx: AsyncConnection) -> Sequence[sa.Row[Any]]:
    states = sorted({State.RUNNING, State.SENT})
    question = sa.select(*jobs.c).where(sa.text(STILL_OPEN), jobs.c.state.in_(states)).order_by(jobs.c.id)
    return (await tx.execute(question)).all()


async def _lose(tx: AsyncConnection, found: sa.Row[Any], trouble: Trouble, at: float) -> sa.Row[Any] | None:
    """The job's row as it is now; None where it had moved meanwhile."""
    sent, crashes = found.state == State.SENT, found.crashes + 1
    if found.pictures:
        row = await finishing.finish(tx, found.id, at)
    elif sent:
        row = await move(tx, found.id, Move.LOSE, attempt=None, ended_at=at, **trouble_columns(trouble))
    elif crashes >= CRASHES_OF_A_POISONED_JOB:
        row = await move(tx, found.id, Move.FAIL, crashes=crashes, ended_at=at, **trouble_columns(Poisoned()))
    else:
        row = await move(tx, found.id, Move.LOSE, crashes=crashes)
    if sent and row is not None:
        await close_attempt(tx, found.id, "unknown", at, trouble.code)
    return row


def _ending(found: sa.Row[Any], row: sa.Row[Any]) -> Ending:
    """A call that was under way may be billed: the whole prediction, or the share of the pictures still missing."""
    suspense = _share_of_the_missing(row) if found.state == State.SENT else 0
    return finishing.ending(row, suspense=suspense)


def _share_of_the_missing(row: sa.Row[Any]) -> int:
    asked = request_from(row.request).options.n
    predicted, pictures = int(row.predicted), int(row.pictures)
    return math.ceil(predicted * max(1, asked - pictures) / asked)
