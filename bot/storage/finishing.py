"""What a finished job leaves: its results, and its number among the versions of the thread's picture."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.job import ResultPicture
from bot.domain.request import PlaceKind
from bot.storage.rows import request_from
from bot.storage.tables import jobs, results, threads
from bot.storage.upserts import insert


async def keep_results(tx: AsyncConnection, job_id: int, pictures: tuple[ResultPicture, ...]) -> None:
    """A row for each picture, in their order."""
    rows = [
        {
            "job_id": job_id,
            "number": number,
            "blob": picture.blob,
            "format": picture.format,
            "width": picture.width,
            "height": picture.height,
            "bytes": picture.bytes,
        }
        for number, picture in enumerate(pictures, start=1)
    ]
    if rows:
        await tx.execute(sa.insert(results), rows)


async def numbered(tx: AsyncConnection, row: sa.Row[Any]) -> sa.Row[Any]:
    """The finished job with its version: the next of its thread; 1, as it has already, where it has none."""
    if row.home_id is None or request_from(row.request).place.kind is PlaceKind.IN_PLACE:
        return row
    following = insert(tx, threads).values(home_id=row.home_id, versions=1)
    following = following.on_conflict_do_update(index_elements=["home_id"], set_={"versions": threads.c.versions + 1})
    version = (await tx.execute(following.returning(threads.c.versions))).scalar_one()
    if version == row.version:
        return row
    update = sa.update(jobs).where(jobs.c.id == row.id).values(version=version).returning(*jobs.c)
    return (await tx.execute(update)).one()
