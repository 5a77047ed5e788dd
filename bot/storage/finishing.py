"""What a call leaves: its pictures, and at the end of the job its cost and its number among the thread's versions."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.job import Move, ResultPicture
from bot.storage.holds import Ending
from bot.storage.moves import move
from bot.storage.rows import result_columns
from bot.storage.tables import jobs, results
from bot.storage.versions import COUNTED, kind_of, point_at
from bot.workflow.ports import Settlement

NOTHING_MORE = Settlement(0, ())
# What a job that has pictures is asked for before it ends in any other way than done.
HAS_NONE, HAS_SOME = jobs.c.pictures == 0, jobs.c.pictures > 0


async def bank(
    tx: AsyncConnection, job_id: int, settlement: Settlement, *conditions: sa.ColumnElement[bool]
) -> sa.Row[Any] | None:
    """sent → running, with the call's cost and pictures beside those of the calls before."""
    pictures = jobs.c.pictures + len(settlement.results)
    banked = jobs.c.banked + settlement.micro_usd
    row = await move(tx, job_id, Move.BANK, *conditions, attempt=None, banked=banked, pictures=pictures)
    if row is not None:
        await _keep_results(tx, row, settlement.results)
    return row


async def finish(
    tx: AsyncConnection,
    job_id: int,
    at: float,
    *conditions: sa.ColumnElement[bool],
    settlement: Settlement = NOTHING_MORE,
) -> sa.Row[Any] | None:
    """running or sent → done, for what was banked and this last call; the hold is left to the caller."""
    cost = jobs.c.banked + settlement.micro_usd
    row = await move(
        tx,
        job_id,
        Move.FINISH,
        *conditions,
        attempt=None,
        ended_at=at,
        charged=sa.case((jobs.c.predicted < cost, jobs.c.predicted), else_=cost),
        pictures=jobs.c.pictures + len(settlement.results),
        version=1,
    )
    if row is None:
        return None
    await _keep_results(tx, row, settlement.results)
    return await _numbered(tx, row)


def ending(row: sa.Row[Any], settlement: Settlement = NOTHING_MORE, suspense: int = 0) -> Ending:
    """How the hold of this finished job ends."""
    return Ending(row.banked + settlement.micro_usd, row.pictures, suspense)


async def _keep_results(tx: AsyncConnection, row: sa.Row[Any], pictures: tuple[ResultPicture, ...]) -> None:
    """A row for each picture, in their order, after those that the job had."""
    rows = [
        {"job_id": row.id, "number": number, **result_columns(picture)}
        for number, picture in enumerate(pictures, start=row.pictures - len(pictures) + 1)
    ]
    if rows:
        await tx.execute(sa.insert(results), rows)


async def _numbered(tx: AsyncConnection, row: sa.Row[Any]) -> sa.Row[Any]:
    """The finished job with its version: the next of its thread, which is at it now; 1 where there is none."""
    counted = kind_of(row) in COUNTED
    version = await point_at(tx, row, versions=int(counted))
    if not counted or version == row.version:
        return row
    update = sa.update(jobs).where(jobs.c.id == row.id).values(version=version).returning(*jobs.c)
    return (await tx.execute(update)).one()
