"""The moves of a job as conditional updates: what is possible, and what follows, comes from the table in `domain`."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.job import Job, Move, State, advance, sources
from bot.storage.rows import job_from, result_from
from bot.storage.tables import attempts, jobs, results


def _following(move: Move) -> sa.ColumnElement[str]:
    return sa.case(
        *(
            (
                sa.and_(jobs.c.state == state, jobs.c.muted.is_(muted)),
                sa.literal(str(advance(state, move, muted=muted))),
            )
            for state in sorted(sources(move))
            for muted in (False, True)
        )
    )


FOLLOWING = {move: _following(move) for move in Move}


async def move(
    tx: AsyncConnection,
    job_id: int,
    how: Move,
    *conditions: sa.ColumnElement[bool],
    among: Collection[State] | None = None,
    **changes: object,
) -> sa.Row[Any] | None:
    """The job's row after the move; None, and nothing changed, where it is not in a state that allows it.

    `among` narrows the states to start from, `conditions` ask for more, `changes` are columns set with the state; a
    `state` among them is where the job goes instead.
    """
    statement = (
        sa.update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state.in_(sorted(among or sources(how))), *conditions)
        .values({"state": FOLLOWING[how], **changes})
        .returning(*jobs.c)
    )
    return (await tx.execute(statement)).one_or_none()


async def close_attempt(
    tx: AsyncConnection, job_id: int, state: str, at: float, code: str | None = None, request_id: str | None = None
) -> None:
    """End the job's open attempt, if it has one."""
    await tx.execute(
        sa.update(attempts)
        .where(attempts.c.job_id == job_id, attempts.c.state == sa.text("'open'"))
        .values(state=state, code=code, request_id=request_id, closed_at=at)
    )


async def whole(tx: AsyncConnection, row: sa.Row[Any]) -> Job:
    """The job of this row, with its results."""
    if not row.pictures:
        return job_from(row, ())
    question = sa.select(*results.c).where(results.c.job_id == row.id).order_by(results.c.number)
    return job_from(row, tuple(result_from(one) for one in await tx.execute(question)))


async def job_of(tx: AsyncConnection, job_id: int) -> Job | None:
    """The job of this number, with its results."""
    row = (await tx.execute(sa.select(*jobs.c).where(jobs.c.id == job_id))).one_or_none()
    return None if row is None else await whole(tx, row)
