"""Money and pictures held for a job: taken from its windows when it is placed, and closed once when it ends.

A demand takes from its grants first, each as far as it goes, and the rest from its window, so it may have several lines
in `holds`; each goes back where it came from. Whoever places waits for a turn at each account, so that two hours of a
rolling window, or two grants, never give more than there is. Every transaction takes the rows of `windows` in one
order, so that two on PostgreSQL never wait for each other.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import Refused
from bot.domain.quota import HOUSE, Demand, Period, Unit, Window, refusal
from bot.storage.balances import balance, left_of_grant, order, resets_at, room_for, row_of
from bot.storage.tables import holds, ledger, windows
from bot.storage.turns import take_turns
from bot.storage.upserts import insert


@dataclass(frozen=True, slots=True)
class Ending:
    """How the hold of a job ends: charged for so much and so many, and so much of the house's money in suspense."""

    micro_usd: int = 0
    pictures: int = 0
    suspense: int = 0


RELEASED = Ending()
MEMBERS = "user:"  # how the accounts of members begin


@dataclass(frozen=True, slots=True)
class Share:
    """What becomes of one line: charged + released + suspended is what was held.

    `overrun` comes on top: what the cost, and the suspense beside it, exceed the hold by.
    """

    charged: int = 0
    released: int = 0
    suspended: int = 0
    overrun: int = 0


def share(ending: Ending, account: str, unit: str, amount: int, granted: int = 0) -> Share:
    """One line's part of the ending: a member never pays more than was held, the house pays and bears the rest.

    `granted` is what the grants of the job pay of it: so much less is left to the member's own window.
    """
    cost = ending.pictures if unit == Unit.IMAGES else ending.micro_usd
    charged = min(cost - granted, amount)
    if account != HOUSE:
        return Share(charged=charged, released=amount - charged)
    # Suspense is money: nobody counts pictures that may never have been made.
    suspense = 0 if unit == Unit.IMAGES else ending.suspense
    suspended = min(suspense, amount - charged)
    beyond = cost - charged + suspense - suspended
    return Share(charged=charged, released=amount - charged - suspended, suspended=suspended, overrun=beyond)


@dataclass(frozen=True, slots=True)
class Part:
    """What a demand takes of one window: a line of the job's hold."""

    demand: Demand
    window: Window
    amount: int


async def take(tx: AsyncConnection, job_id: int, demands: Sequence[Demand], at: float) -> None:
    """Hold every demand for the job. Raises the `Refused` of the first, as given, that does not fit."""
    named = [order(window) for demand in demands for window in (*demand.grants, demand.window)]
    if len(set(named)) < len(named):
        raise ValueError("a hold has one line a window")
    await take_turns(tx, {account for account, *_ in named})
    parts = [part for demand in demands for part in await _parts(tx, demand, at)]
    taken: dict[Part, int] = {}
    for part in sorted(parts, key=lambda part: order(part.window)):
        window_id = await _take(tx, part, at)
        if window_id is not None:
            taken[part] = window_id
    for part in parts:
        if part not in taken:
            raise await _refusal(tx, part, at)
    if taken:
        await _note(tx, job_id, taken, at)


async def close(tx: AsyncConnection, endings: Mapping[int, Ending], at: float) -> None:
    """End the open holds of these jobs, each in its way."""
    shares = _shares((await tx.execute(_open_holds(endings))).all(), endings)
    if not shares:
        return
    await tx.execute(_CLOSE_WINDOW, [_window_change(row.window_id, row.amount, one) for row, one in shares])
    await tx.execute(_CLOSE_HOLD, [_hold_change(row.job_id, row.window_id, one, at) for row, one in shares])
    entries = [entry for row, one in shares for entry in _entries(row.job_id, row.window_id, one, at)]
    if entries:
        await tx.execute(sa.insert(ledger), entries)


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
    first = (windows.c.account, windows.c.unit, windows.c.period, windows.c.starts_at, windows.c.ends_at)
    return (
        sa.select(*first, holds.c.job_id, holds.c.window_id, holds.c.amount)
        .join_from(holds, windows)
        .where(holds.c.job_id.in_(tuple(jobs)), holds.c.closed_at.is_(None))
    )


def _shares(rows: Sequence[sa.Row[Any]], endings: Mapping[int, Ending]) -> list[tuple[sa.Row[Any], Share]]:
    """What becomes of each line, in the order of the windows; a member's grants pay before the member's own window."""
    granted: Counter[tuple[int, str]] = Counter()
    shares = []
    for row in sorted(rows, key=_spent_first):
        members = row.account.startswith(MEMBERS)
        paid = granted[row.job_id, row.unit] if members else 0
        one = share(endings[row.job_id], row.account, row.unit, row.amount, paid)
        if row.period == Period.GRANT:
            granted[row.job_id, row.unit] += one.charged
        shares.append((row, one))
    return sorted(shares, key=lambda pair: tuple(pair[0][:6]))


def _spent_first(row: sa.Row[Any]) -> tuple[bool, int, int]:
    return row.period != Period.GRANT, row.ends_at, row.starts_at


async def _parts(tx: AsyncConnection, demand: Demand, at: float) -> list[Part]:
    """What the demand takes of each grant, as far as it goes, and of its window the rest, be it nothing."""
    parts, rest = [], demand.amount
    for grant in demand.grants:
        amount = min(rest, await left_of_grant(tx, grant, at))
        if amount > 0:
            parts.append(Part(demand, grant, amount))
            rest -= amount
    return [*parts, Part(demand, demand.window, rest)]


async def _take(tx: AsyncConnection, part: Part, at: float) -> int | None:
    """The id of the window that now holds the part; None where it does not fit."""
    hold = (
        sa.update(windows)
        .where(row_of(part.window), *room_for(part.window, part.amount, at))
        .values(held=windows.c.held + part.amount)
        .returning(windows.c.id)
    )
    window_id: int | None = (await tx.execute(hold)).scalar_one_or_none()
    if window_id is None:
        # It does not fit, or the window has no row yet; a row that another transaction made meanwhile is as good.
        await _open(tx, part.window)
        window_id = (await tx.execute(hold)).scalar_one_or_none()
    return window_id


async def _open(tx: AsyncConnection, window: Window) -> None:
    account, unit, period, starts_at, ends_at = order(window)
    span = {"starts_at": starts_at, "ends_at": ends_at}
    row = {"account": account, "unit": unit, "period": period, **span, "used": 0, "held": 0}
    await tx.execute(insert(tx, windows).values(row).on_conflict_do_nothing())


async def _refusal(tx: AsyncConnection, part: Part, at: float) -> Refused:
    """The sentence of the demand, of which this part did not fit."""
    demand = part.demand
    of_grants = demand.amount - part.amount
    own = max(0, (await balance(tx, demand.window, at)).left)
    return refusal(demand, own + of_grants, await resets_at(tx, demand.window, at))


async def _note(tx: AsyncConnection, job_id: int, taken: Mapping[Part, int], at: float) -> None:
    closed = {"charged": 0, "released": 0, "suspended": 0, "closed_at": None}
    await tx.execute(
        sa.insert(holds),
        [
            {"job_id": job_id, "window_id": window_id, "amount": part.amount, **closed}
            for part, window_id in taken.items()
        ],
    )
    entries = [
        {"job_id": job_id, "window_id": window_id, "kind": "hold", "amount": part.amount, "at": at}
        for part, window_id in taken.items()
        if part.amount
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
