"""A job's way into its row."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.job import State
from bot.domain.request import EditRequest, Origin
from bot.storage.rows import blobs_of, request_text
from bot.storage.tables import inputs, jobs
from bot.storage.upserts import insert


async def insert_job(tx: AsyncConnection, request: EditRequest, predicted: int, at: float) -> sa.Row[Any] | None:
    """The new job's row; None where its origin has one already, which another transaction may just have written."""
    if await of_origin(tx, request.origin) is not None:
        return None  # an insert that meets a conflict uses up a number, and members would wonder where the edit went
    row = {
        "origin_door": str(request.origin.door),
        "origin_id": request.origin.id,
        "user_id": request.user_id,
        "state": str(State.QUEUED),
        "muted": False,
        "request": request_text(request),
        "predicted": predicted,
        "banked": 0,
        "charged": 0,
        "pictures": 0,
        "claims": 0,
        "crashes": 0,
        "sends": 0,
        "placed_at": at,
        "guild_id": request.place.guild_id,
        "model": request.model,
        "quality": request.options.quality,
        "size": request.options.size,
        "emptied": False,
    }
    statement = insert(tx, jobs).values(row).on_conflict_do_nothing(index_elements=["origin_door", "origin_id"])
    placed = (await tx.execute(statement.returning(*jobs.c))).one_or_none()
    blobs = sorted(blobs_of(request))
    if placed is not None and blobs:
        await tx.execute(sa.insert(inputs), [{"job_id": placed.id, "blob": blob} for blob in blobs])
    return placed


async def placed_before(tx: AsyncConnection, request: EditRequest) -> sa.Row[Any]:
    """The row of the job that this request's origin placed. Raises `LookupError` where it placed none."""
    row = await of_origin(tx, request.origin)
    if row is None:
        raise LookupError(f"{request.origin} has placed nothing")
    return row


async def of_origin(tx: AsyncConnection, origin: Origin) -> sa.Row[Any] | None:
    """The row of the job that this origin placed; None where it placed none."""
    question = sa.select(*jobs.c).where(jobs.c.origin_door == str(origin.door), jobs.c.origin_id == origin.id)
    return (await tx.execute(question)).one_or_none()
