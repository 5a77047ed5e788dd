"""Money and pictures held for a job: taken from its windows when it is placed, and closed once when it ends.

Every transaction takes the rows of `windows` in one order, so that two on PostgreSQL never wait for each other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.quota import HOUSE, Balance, Line, Unit, Window, refusal
from bot.storage.tables import holds, ledger, windows
from bot.storage.upserts import insert


@dataclass(frozen=True, slots=True)
class Ending:
    """How the hold of a job ends: charged for so much and so many, and so much of the house's money in suspense."""

    micro_usd: int = 0
    pictures: int = 0
    suspense: int = 0


RELEASED = Ending()


@dataclass(frozen=True, slots=True)
class Share:
    """What becomes of one line: charged + released + suspended is what was held.

    `overrun` comes on top: what the cost, and the suspense beside it, exceed the hold by.
    """

    charged: int = 0
    released: int = 0
    suspended: int = 0
    overrun: int = 0


def share(ending: Ending, account: str, unit: str, amount: int) -> Share:
    """One line's part of the ending: a member never pays more than was held, the house pays and bears the rest."""
    cost = ending.pictures if unit == Unit.IMAGES else ending.micro_usd
    charged = min(cost, amount)
    if account != HOUSE:
        return Share(charged=charged, released=amount - charged)
    # Suspense is money: nobody counts pictures that may never have been made.
    suspense = 0 if unit == Unit.IMAGES else ending.suspense
    suspended = min(suspense, amount - charged)
    beyond = cost - charged + suspense - suspended
    return Share(charged=charged, released=amount - charged - suspended, suspended=suspended, overrun=beyond)


async def take(tx: AsyncConnection, job_id: int, lines: Sequence[Line], at: float) -> None:
    """Hold every line for the job. Raises the `Refused` of the first, as given, that does not fit."""
    if len({_order(line.window) for line in lines}) < len(lines):
        raise ValueError("a hold has one line a window")
    taken: dict[Line, int] = {}
    for line in sorted(lines, key=lambda line: _order(line.window)):
        window_id = await _take(tx, line)
        if window_id is not None:
            taken[line] = window_id
    for line in lines:
        if line not in taken:
            raise refusal(line, (await balance(tx, line.window)).left)
    if taken:
        await _note(tx, job_id, taken, at)


async def close(tx: AsyncConnection, endings: Mapping[int, Ending], at: float) -> None:
    """End the open holds of these jobs, each in its way."""
    shares = [
        (row.job_id, row.window_id, row.amount, share(endings[row.job_id], row.account, row.unit, row.amount))
        for row in sorted(await tx.execute(_open_holds(endings)), key=lambda row: row[:5])
    ]
    if not shares:
        return
    await tx.execute(_CLOSE_WINDOW, [_window_change(window_id, amount, one) for _, window_id, amount, one in shares])
    await tx.execute(_CLOSE_HOLD, [_hold_change(job_id, window_id, one, at) for job_id, window_id, _, one in shares])
    entries = [entry for job_id, window_id, _, one in shares for entry in _entries(job_id, window_id, one, at)]
    if entries:
        await tx.execute(sa.insert(ledger), entries)


async def balance(tx: AsyncConnection, window: Window) -> Balance:
    """What is used and held in the window; nothing where nobody used it yet."""
    row = (await tx.execute(sa.select(windows.c.used, windows.c.held).where(_is(window)))).one_or_none()
    return Balance(window, used=row.used, held=row.held) if row else Balance(window, used=0, held=0)


_CLOSE_WINDOW = (
    sa.update(windows)
    .where(windows.c.id == sa.bindparam("window"))
    .values(held=windows.c.held - sa.bindparam("amount"), used=windows.c.used + sa.bindparam("more"))
)
_CLOSE_HOLD = (
    sa.update(holds)
    .where(holds.c.job_id == sa.bindparam("job"), holds.c.window_id == sa.bindparam("window"))
    .values(
        charged=sa.bindparam("charged"),
        released=sa.bindparam("released"),
        suspended=sa.bindparam("suspended"),
        closed_at=sa.bindparam("at"),
    )
)


def _open_holds(jobs: Collection[int]) -> sa.Select[Any]:
    """The open lines of these jobs; the first columns are the order in which windows are taken."""
    order = (windows.c.account, windows.c.unit, windows.c.starts_at, windows.c.ends_at, holds.c.job_id)
    return (
        sa.select(*order, holds.c.window_id, holds.c.amount)
        .join_from(holds, windows)
        .where(holds.c.job_id.in_(tuple(jobs)), holds.c.closed_at.is_(None))
    )


def _order(window: Window) -> tuple[str, str, int, int]:
    return window.allowance.account, window.allowance.unit, window.starts_at, window.ends_at


def _is(window: Window) -> sa.ColumnElement[bool]:
    return sa.and_(
        windows.c.account == window.allowance.account,
        windows.c.unit == window.allowance.unit,
        windows.c.starts_at == window.starts_at,
        windows.c.ends_at == window.ends_at,
    )


async def _take(tx: AsyncConnection, line: Line) -> int | None:
    """The id of the window that now holds the line; None where it does not fit."""
    hold = (
        sa.update(windows)
        .where(_is(line.window), windows.c.used + windows.c.held + line.amount <= line.window.allowance.limit)
        .values(held=windows.c.held + line.amount)
        .returning(windows.c.id)
    )
    window_id: int | None = (await tx.execute(hold)).scalar_one_or_none()
    if window_id is None:
        # It does not fit, or the window has no row yet; a row that another transaction made meanwhile is as good.
        await _open(tx, line.window)
        window_id = (await tx.execute(hold)).scalar_one_or_none()
    return window_id


async def _open(tx: AsyncConnection, window: Window) -> None:
    allowance = window.allowance
    row = {
        "account": allowance.account,
        "unit": allowance.unit,
        "period": allowance.period,
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "used": 0,
        "held": 0,
    }
    await tx.execute(insert(tx, windows).values(row).on_conflict_do_nothing())


async def _note(tx: AsyncConnection, job_id: int, taken: Mapping[Line, int], at: float) -> None:
    closed = {"charged": 0, "released": 0, "suspended": 0, "closed_at": None}
    await tx.execute(
        sa.insert(holds),
        [
            {"job_id": job_id, "window_id": window_id, "amount": line.amount, **closed}
            for line, window_id in taken.items()
        ],
    )
    entries = [
        {"job_id": job_id, "window_id": window_id, "kind": "hold", "amount": line.amount, "at": at}
        for line, window_id in taken.items()
        if line.amount
    ]
    if entries:
        await tx.execute(sa.insert(ledger), entries)


def _window_change(window_id: int, amount: int, one: Share) -> dict[str, int]:
    return {"window": window_id, "amount": amount, "more": one.charged + one.suspended + one.overrun}


def _hold_change(job_id: int, window_id: int, one: Share, at: float) -> dict[str, float]:
    parted = {"charged": one.charged, "released": one.released, "suspended": one.suspended}
    return {"job": job_id, "window": window_id, "at": at, **parted}


def _entries(job_id: int, window_id: int, one: Share, at: float) -> list[dict[str, object]]:
    kinds = {"charge": one.charged, "release": one.released, "suspense": one.suspended, "overrun": one.overrun}
    return [
        {"job_id": job_id, "window_id": window_id, "kind": kind, "amount": amount, "at": at}
        for kind, amount in kinds.items()
        if amount
    ]
