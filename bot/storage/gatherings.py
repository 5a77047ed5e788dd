"""Pictures that are not yet part of an edit: trays, pickers, and the members who let nobody else edit theirs.

A tray is looked at before it is written to, so that happens one at a time for each, and it never holds more than it
may. A picker leaves `open` once, like a draft, and the database decides for what.
"""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.draft import DraftState
from bot.domain.errors import TrayFull
from bot.domain.gathering import MOST_OPEN, Gathered, Picker, TrayPicture
from bot.domain.request import EditRequest, Origin
from bot.storage.audit import stored
from bot.storage.database import Database
from bot.storage.gathered import (
    chosen_text,
    gathered_columns,
    gathered_text,
    picker_from,
    tray_picture_from,
)
from bot.storage.rows import request_text
from bot.storage.tables import STILL_ASKED, paintings, pickers, preferences, tray
from bot.storage.turns import take_turns
from bot.storage.unbroken import unbroken
from bot.storage.upserts import insert
from bot.workflow.ports import Clock

PAINTINGS_STAY_S = 86_400  # so that a draft that one became can still be agreed to, and a late press hears the same
PICKERS_STAY_S = 3600  # so that a late press hears what became of its picker


class Gatherings:
    """What members have gathered, in the rows of `database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    # ── trays ───────────────────────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def tray(self, user_id: int, guild_id: int | None) -> tuple[TrayPicture, ...]:
        """What is in the tray and not expired, in the order in which it was put there."""
        async with self._database.reading() as tx:
            return await _tray(tx, _of(user_id, guild_id), self._clock.now())

    @unbroken
    async def put(
        self, user_id: int, guild_id: int | None, pictures: Sequence[Gathered], expires_at: float, most: int
    ) -> tuple[TrayPicture, ...]:
        """The tray with these at its end; every picture in it lives until then from now on.

        A file that is in the tray already is not put there twice. Raises `TrayFull` where it would hold more than
        `most`; then nothing was put there.
        """
        whose, at = _of(user_id, guild_id), self._clock.now()
        rest = {"user_id": user_id, "guild_id": stored(guild_id), "added_at": at, "expires_at": expires_at}
        async with self._database.writing() as tx:
            await take_turns(tx, {f"tray:{user_id}:{stored(guild_id)}"})
            await tx.execute(sa.delete(tray).where(whose, tray.c.expires_at <= at))
            there = frozenset(await tx.scalars(sa.select(tray.c.blob).where(whose)))
            fresh = _fresh(pictures, there)
            if len(there) + len(fresh) > most:
                raise TrayFull(limit=most)
            for picture in fresh:  # one by one: their numbers are their order
                await tx.execute(sa.insert(tray).values(gathered_columns(picture) | rest))
            await tx.execute(sa.update(tray).where(whose).values(expires_at=expires_at))
            return await _tray(tx, whose, at)

    @unbroken
    async def take_out(self, user_id: int, guild_id: int | None, picture_id: int) -> tuple[TrayPicture, ...]:
        """The tray without this one, which may be gone already."""
        whose = _of(user_id, guild_id)
        async with self._database.writing() as tx:
            await tx.execute(sa.delete(tray).where(whose, tray.c.id == picture_id))
            return await _tray(tx, whose, self._clock.now())

    @unbroken
    async def clear(self, user_id: int, guild_id: int | None) -> None:
        """Empty the tray."""
        async with self._database.writing() as tx:
            await tx.execute(sa.delete(tray).where(_of(user_id, guild_id)))

    # ── pickers ─────────────────────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def open_picker(self, request: EditRequest, candidates: Sequence[Gathered], expires_at: float) -> Picker:
        """A choice among these, open; where the request's origin has one already, that one as it is now.

        Of more than `MOST_OPEN` of one member the oldest are given up, since each keeps its files on disk.
        """
        at = self._clock.now()
        async with self._database.writing() as tx:
            await take_turns(tx, {f"pickers:{request.user_id}"})
            row = await _insert(tx, request, candidates, at, expires_at)
            if row is not None:
                await _give_up_oldest(tx, request.user_id, at)
            return picker_from(row or await _opened_before(tx, request.origin))

    @unbroken
    async def picker(self, picker_id: int) -> Picker | None:
        """The picker as it is now."""
        async with self._database.reading() as tx:
            row = (await tx.execute(sa.select(*pickers.c).where(pickers.c.id == picker_id))).one_or_none()
        return None if row is None else picker_from(row)

    @unbroken
    async def choose(self, picker_id: int, chosen: tuple[int, ...]) -> Picker | None:
        """Note what was chosen, over what was before; None where it is not open or its time is over.

        Raises `ValueError` for a place that no candidate has, and for one that is named twice.
        """
        in_time = pickers.c.expires_at > self._clock.now()
        async with self._database.writing() as tx:
            picker = await _change(tx, picker_id, in_time, chosen=chosen_text(chosen))
            if picker and (len(set(chosen)) < len(chosen) or not set(chosen) <= set(range(len(picker.candidates)))):
                raise ValueError("what is chosen is among the candidates, and once")
            return picker

    @unbroken
    async def close_picker(self, picker_id: int, state: DraftState) -> Picker | None:
        """open → agreed, dropped or expired; None where it was not open any more. Raises `ValueError` for `open`."""
        if state is DraftState.OPEN:
            raise ValueError("a picker is closed as agreed, dropped or expired")
        async with self._database.writing() as tx:
            return await _change(tx, picker_id, state=str(state), closed_at=self._clock.now())

    # ── who shares ──────────────────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def set_shares(self, user_id: int, *, shares: bool) -> None:
        """Note whether others may edit this member's pictures, in every guild."""
        said = {"shares": shares}
        async with self._database.writing() as tx:
            note = insert(tx, preferences).values(user_id=user_id, **said)
            await tx.execute(note.on_conflict_do_update(index_elements=["user_id"], set_=said))

    @unbroken
    async def unshared(self, user_ids: Collection[int]) -> frozenset[int]:
        """Those of these members who do not let others edit their pictures."""
        asked = preferences.c.user_id.in_(sorted(user_ids))
        question = sa.select(preferences.c.user_id).where(asked, preferences.c.shares.is_(False))
        async with self._database.reading() as tx:
            return frozenset(await tx.scalars(question))

    # ── what is over ────────────────────────────────────────────────────────────────────────────────────────

    async def sweep(self) -> int:
        """Drop what has expired: pictures of trays, pickers an hour after their end, and paintings a day after it.

        Returns how many rows.
        """
        count = await self._sweep()
        if count:
            await self._database.tidy()
        return count

    @unbroken
    async def _sweep(self) -> int:
        at = self._clock.now()
        ended_at = sa.func.coalesce(pickers.c.closed_at, pickers.c.expires_at)
        late = (
            sa.delete(tray).where(tray.c.expires_at <= at),
            sa.delete(pickers).where(ended_at <= at - PICKERS_STAY_S),
            sa.delete(paintings).where(paintings.c.expires_at <= at - PAINTINGS_STAY_S),
        )
        async with self._database.writing() as tx:
            return sum([int((await tx.execute(statement)).rowcount) for statement in late])


def _of(user_id: int, guild_id: int | None) -> sa.ColumnElement[bool]:
    return sa.and_(tray.c.user_id == user_id, tray.c.guild_id == stored(guild_id))


async def _tray(tx: AsyncConnection, whose: sa.ColumnElement[bool], at: float) -> tuple[TrayPicture, ...]:
    question = sa.select(*tray.c).where(whose, tray.c.expires_at > at).order_by(tray.c.id)
    return tuple([tray_picture_from(row) for row in await tx.execute(question)])


def _fresh(pictures: Sequence[Gathered], there: frozenset[str]) -> list[Gathered]:
    """Those that are not there yet, each once, in their order."""
    fresh: dict[str, Gathered] = {}
    for picture in pictures:
        if picture.file.blob not in there:
            fresh.setdefault(picture.file.blob, picture)
    return list(fresh.values())


async def _insert(
    tx: AsyncConnection, request: EditRequest, candidates: Sequence[Gathered], at: float, expires_at: float
) -> sa.Row[Any] | None:
    """The new picker's row; None where its origin has one already, which another transaction may just have written."""
    if await _of_origin(tx, request.origin) is not None:
        return None  # an insert that meets a conflict uses up a number
    row = {
        "origin_door": str(request.origin.door),
        "origin_id": request.origin.id,
        "user_id": request.user_id,
        "state": str(DraftState.OPEN),
        "request": request_text(request),
        "candidates": gathered_text(candidates),
        "chosen": chosen_text(()),
        "opened_at": at,
        "expires_at": expires_at,
    }
    statement = insert(tx, pickers).values(row).on_conflict_do_nothing(index_elements=["origin_door", "origin_id"])
    return (await tx.execute(statement.returning(*pickers.c))).one_or_none()


async def _give_up_oldest(tx: AsyncConnection, user_id: int, at: float) -> None:
    mine = (pickers.c.user_id == user_id, sa.text(STILL_ASKED))
    kept = sa.select(pickers.c.id).where(*mine).order_by(pickers.c.id.desc()).limit(MOST_OPEN)
    given_up = {"state": str(DraftState.DROPPED), "closed_at": at}
    await tx.execute(sa.update(pickers).where(*mine, pickers.c.id.not_in(kept)).values(given_up))


async def _opened_before(tx: AsyncConnection, origin: Origin) -> sa.Row[Any]:
    row = await _of_origin(tx, origin)
    if row is None:
        raise LookupError(f"{origin} has opened nothing")
    return row


async def _of_origin(tx: AsyncConnection, origin: Origin) -> sa.Row[Any] | None:
    its_own = (pickers.c.origin_door == str(origin.door), pickers.c.origin_id == origin.id)
    return (await tx.execute(sa.select(*pickers.c).where(*its_own))).one_or_none()


async def _change(
    tx: AsyncConnection, picker_id: int, *conditions: sa.ColumnElement[bool], **changes: object
) -> Picker | None:
    """The picker after the change; None, and nothing changed, where it was not open or more was asked for."""
    statement = sa.update(pickers).where(pickers.c.id == picker_id, sa.text(STILL_ASKED), *conditions)
    statement = statement.values(**changes)
    row = (await tx.execute(statement.returning(*pickers.c))).one_or_none()
    return None if row is None else picker_from(row)
