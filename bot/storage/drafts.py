"""Drafts: edits that wait for their member's yes. A draft holds nothing; the yes places its job in one transaction.

A draft leaves `open` once, and the database decides for what: every way out asks for `open` in its UPDATE. The yes
touches the draft's row before the job's, and nothing that touches a job touches a draft after it.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.draft import Draft, DraftState
from bot.domain.errors import NotAgreed
from bot.domain.request import EditRequest, Origin
from bot.storage.database import Database
from bot.storage.rows import blobs_of, draft_from, request_from, request_text
from bot.storage.tables import STILL_ASKED, drafts
from bot.storage.unbroken import unbroken
from bot.storage.upserts import insert
from bot.workflow.ports import Clock

LATE_AT_A_TIME = 100


class Drafts:
    """The part of the book that is about drafts, but for the yes, which is `place`."""

    _database: Database
    _clock: Clock

    @unbroken
    async def draft(self, request: EditRequest, predicted: int, expires_at: float) -> Draft:
        """An edit that waits for a yes, open; where its origin has asked before, that draft as it is now.

        Jobs are not looked at: an origin that has placed one may still get a draft, and a yes to it leads to that job.
        """
        async with self._database.writing() as tx:
            row = await _insert(tx, request, predicted, self._clock.now(), expires_at)
            return draft_from(row or await _asked_before(tx, request.origin))

    @unbroken
    async def drafted(self, draft_id: int) -> Draft | None:
        """The draft as it is now."""
        async with self._database.reading() as tx:
            row = await _row(tx, draft_id)
        return None if row is None else draft_from(row)

    @unbroken
    async def asked(self, draft_id: int, message_id: int) -> Draft:
        """Note the message in which the draft is asked about; the first note stays. Raises `LookupError` for no draft.

        The message becomes the status message of the draft's request.
        """
        note = sa.update(drafts).where(drafts.c.id == draft_id, drafts.c.message_id.is_(None))
        async with self._database.writing() as tx:
            await tx.execute(note.values(message_id=message_id))
            row = await _row(tx, draft_id)
        if row is None:
            raise LookupError(f"there is no draft {draft_id}")
        return draft_from(row)

    @unbroken
    async def close_draft(self, draft_id: int, state: DraftState) -> Draft | None:
        """open → dropped or expired; None where it was not open any more. Raises `ValueError` for any other state."""
        if state not in _WITHOUT_A_JOB:
            raise ValueError("a draft is closed as dropped or expired; to be agreed it has to be placed")
        async with self._database.writing() as tx:
            row = await _close(tx, draft_id, state, self._clock.now())
        return None if row is None else draft_from(row)

    @unbroken
    async def open_drafts(self, user_id: int, besides: Origin) -> int:
        """How many drafts of this member are open, not counting the one of this origin."""
        this = sa.and_(drafts.c.origin_door == str(besides.door), drafts.c.origin_id == besides.id)
        others = (drafts.c.user_id == user_id, sa.text(STILL_ASKED), sa.not_(this))
        async with self._database.reading() as tx:
            return int(await tx.scalar(sa.select(sa.func.count()).select_from(drafts).where(*others)) or 0)

    @unbroken
    async def late_drafts(self) -> Sequence[Draft]:
        """The open drafts whose time is over, the oldest first, at most a hundred."""
        late = (sa.text(STILL_ASKED), drafts.c.expires_at <= self._clock.now())
        question = sa.select(*drafts.c).where(*late).order_by(drafts.c.expires_at, drafts.c.id).limit(LATE_AT_A_TIME)
        async with self._database.reading() as tx:
            return [draft_from(row) for row in await tx.execute(question)]


async def agree(tx: AsyncConnection, draft_id: int, origin: Origin, at: float) -> None:
    """open → agreed, in the transaction that places the job; one that was agreed before stays so.

    Raises `NotAgreed` where it was dropped or its time is over, and `LookupError` where this origin has no such draft:
    a yes that placed the job of another origin could place it twice.
    """
    row = await _close(tx, draft_id, DraftState.AGREED, at, drafts.c.expires_at > at) or await _row(tx, draft_id)
    if row is None or (row.origin_door, row.origin_id) != (origin.door, origin.id):
        raise LookupError(f"{origin} has no draft {draft_id}")
    if row.state != DraftState.AGREED:
        raise NotAgreed


async def blobs_awaited(tx: AsyncConnection) -> frozenset[str]:
    """The keys of the files that open drafts need."""
    texts = await tx.scalars(sa.select(drafts.c.request).where(sa.text(STILL_ASKED)))
    return frozenset(blob for text in texts for blob in blobs_of(request_from(text)))


_WITHOUT_A_JOB = frozenset({DraftState.DROPPED, DraftState.EXPIRED})


async def _insert(
    tx: AsyncConnection, request: EditRequest, predicted: int, at: float, expires_at: float
) -> sa.Row[Any] | None:
    """The new draft's row; None where its origin has one already, which another transaction may just have written."""
    if await _of_origin(tx, request.origin) is not None:
        return None  # an insert that meets a conflict uses up a number
    row = {
        "origin_door": str(request.origin.door),
        "origin_id": request.origin.id,
        "user_id": request.user_id,
        "state": str(DraftState.OPEN),
        "request": request_text(replace(request, status_message=None)),
        "predicted": predicted,
        "asked_at": at,
        "expires_at": expires_at,
        "message_id": request.status_message,
    }
    statement = insert(tx, drafts).values(row).on_conflict_do_nothing(index_elements=["origin_door", "origin_id"])
    return (await tx.execute(statement.returning(*drafts.c))).one_or_none()


async def _asked_before(tx: AsyncConnection, origin: Origin) -> sa.Row[Any]:
    row = await _of_origin(tx, origin)
    if row is None:
        raise LookupError(f"{origin} has asked nothing")
    return row


async def _of_origin(tx: AsyncConnection, origin: Origin) -> sa.Row[Any] | None:
    its_own = (drafts.c.origin_door == str(origin.door), drafts.c.origin_id == origin.id)
    return (await tx.execute(sa.select(*drafts.c).where(*its_own))).one_or_none()


async def _row(tx: AsyncConnection, draft_id: int) -> sa.Row[Any] | None:
    return (await tx.execute(sa.select(*drafts.c).where(drafts.c.id == draft_id))).one_or_none()


async def _close(
    tx: AsyncConnection, draft_id: int, state: DraftState, at: float, *conditions: sa.ColumnElement[bool]
) -> sa.Row[Any] | None:
    """The draft's row after it was closed; None, and nothing changed, where it was not open or more was asked for."""
    statement = (
        sa.update(drafts)
        .where(drafts.c.id == draft_id, sa.text(STILL_ASKED), *conditions)
        .values(state=str(state), closed_at=at)
        .returning(*drafts.c)
    )
    return (await tx.execute(statement)).one_or_none()
