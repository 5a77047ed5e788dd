"""Paintings: one-shot links to the page where a mask is painted. Looking changes nothing; placing the edit uses one up.

A painting leaves `open` once, and the database decides for what: the edit that it places, in the transaction that
places it, or being given up. `gathered` knows the files that open ones need, and forgets those of a member.
"""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import PaintingOver
from bot.domain.painting import MOST_PAINTINGS, Painting, PaintingState
from bot.domain.request import Door, EditRequest, Origin
from bot.storage.database import Database
from bot.storage.rows import request_from, request_text
from bot.storage.tables import STILL_ASKED, paintings
from bot.storage.turns import take_turns
from bot.storage.unbroken import unbroken
from bot.workflow.ports import Clock


class Paintings:
    """The paintings in the rows of `database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    @unbroken
    async def open_painting(self, request: EditRequest, expires_at: float) -> Painting:
        """A painting of picture 1, open, as the origin of its request.

        Of more than `MOST_PAINTINGS` of one member the oldest are given up, since each keeps its files on disk.
        """
        at = self._clock.now()
        row = {
            "user_id": request.user_id,
            "state": str(PaintingState.OPEN),
            "request": request_text(request),
            "opened_at": at,
            "expires_at": expires_at,
        }
        async with self._database.writing() as tx:
            await take_turns(tx, {f"paintings:{request.user_id}"})  # or two at once would each count without the other
            opened = (await tx.execute(sa.insert(paintings).values(row).returning(*paintings.c))).one()
            await _give_up_oldest(tx, request.user_id, at)
        return _painting_from(opened)

    @unbroken
    async def painting(self, painting_id: int) -> Painting | None:
        """The painting as it is now."""
        async with self._database.reading() as tx:
            row = (await tx.execute(sa.select(*paintings.c).where(paintings.c.id == painting_id))).one_or_none()
        return None if row is None else _painting_from(row)


async def use(tx: AsyncConnection, painting_id: int, user_id: int, job_id: int, at: float) -> None:
    """open → used, in the transaction that places its edit.

    Raises `PaintingOver` where this member has no such painting, or it is not open any more. Its time is not asked
    after: what became a draft before its end may be agreed to later.
    """
    statement = (
        sa.update(paintings)
        .where(paintings.c.id == painting_id, paintings.c.user_id == user_id, sa.text(STILL_ASKED))
        .values(state=str(PaintingState.USED), closed_at=at, job_id=job_id)
        .returning(paintings.c.id)
    )
    if (await tx.execute(statement)).one_or_none() is None:
        raise PaintingOver


async def _give_up_oldest(tx: AsyncConnection, user_id: int, at: float) -> None:
    mine = (paintings.c.user_id == user_id, sa.text(STILL_ASKED))
    kept = sa.select(paintings.c.id).where(*mine).order_by(paintings.c.id.desc()).limit(MOST_PAINTINGS)
    given_up = {"state": str(PaintingState.DROPPED), "closed_at": at}
    await tx.execute(sa.update(paintings).where(*mine, paintings.c.id.not_in(kept)).values(given_up))


def _painting_from(row: sa.Row[Any]) -> Painting:
    request = replace(request_from(row.request), origin=Origin(Door.PAINTER, row.id))
    return Painting(row.id, PaintingState(row.state), request, row.expires_at, row.job_id)
