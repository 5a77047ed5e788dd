"""The books, recomputed from the ledger: every sum that does not agree, and what one member's entries are."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.job import UNSETTLED
from bot.domain.quota import HOUSE, Unit, user_account
from bot.storage.database import Database
from bot.storage.tables import holds, jobs, ledger, results, windows

# What each kind of entry does to the two sums of its window.
EFFECTS = {
    "hold": (0, 1),
    "charge": (1, -1),
    "release": (0, -1),
    "suspense": (1, -1),
    "overrun": (1, 0),
}


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A number in the books that is not what it should be."""

    where: str
    what: str
    expected: int
    found: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger as a person reads it: pictures or micro-USD, and seconds since the epoch."""

    at: float
    job_id: int
    kind: str
    unit: str
    period: str
    starts_at: int
    ends_at: int
    amount: int


async def check(database: Database) -> tuple[Imbalance, ...]:
    """Recompute everything from the ledger, at one moment, beside a running bot. Empty where all agrees."""
    async with database.reading() as tx:
        return (*await _windows(tx), *await _lines(tx), *await _settled(tx), *await _kept(tx), *await _paid(tx))


async def show(database: Database, user_id: int, limit: int = 200) -> tuple[Entry, ...]:
    """The last entries of a member's account, the newest first."""
    question = (
        sa.select(
            ledger.c.at,
            ledger.c.job_id,
            ledger.c.kind,
            windows.c.unit,
            windows.c.period,
            windows.c.starts_at,
            windows.c.ends_at,
            ledger.c.amount,
        )
        .join_from(ledger, windows)
        .where(windows.c.account == user_account(user_id))
        .order_by(ledger.c.id.desc())
        .limit(limit)
    )
    async with database.reading() as tx:
        return tuple([Entry(*row) for row in await tx.execute(question)])


async def _windows(tx: AsyncConnection) -> list[Imbalance]:
    """Windows whose used and held are not what their entries sum up to."""
    used, held = (
        sa.func.coalesce(
            sa.func.sum(
                sa.case(*((ledger.c.kind == kind, effect[which] * ledger.c.amount) for kind, effect in _ITEMS))
            ),
            0,
        )
        for which in (0, 1)
    )
    question = (
        sa.select(*windows.c, used.label("used_by_ledger"), held.label("held_by_ledger"))
        .join_from(windows, ledger, isouter=True)
        .group_by(*windows.c)
        .having(sa.or_(windows.c.used != used, windows.c.held != held))
        .order_by(windows.c.id)
    )
    wrong = []
    for row in await tx.execute(question):
        where = f"window {row.id}, {row.unit} of {row.account} in the {row.period} from {row.starts_at}"
        wrong += _unequal(where, "used", row.used_by_ledger, row.used)
        wrong += _unequal(where, "held", row.held_by_ledger, row.held)
    return wrong


async def _lines(tx: AsyncConnection) -> list[Imbalance]:
    """Lines of holds that differ from their entries, and closed ones that do not end whole."""
    columns = {"hold": "amount", "charge": "charged", "release": "released", "suspense": "suspended"}
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((ledger.c.kind == kind, ledger.c.amount))), 0).label(f"{kind}_sum")
        for kind in columns
    ]
    entered = sa.and_(ledger.c.job_id == holds.c.job_id, ledger.c.window_id == holds.c.window_id)
    question = sa.select(*holds.c, *sums).join_from(holds, ledger, entered, isouter=True).group_by(*holds.c)
    wrong = []
    for row in await tx.execute(question.order_by(holds.c.job_id, holds.c.window_id)):
        where = f"job {row.job_id} in window {row.window_id}"
        for kind, column in columns.items():
            wrong += _unequal(where, column, getattr(row, f"{kind}_sum"), getattr(row, column))
        wrong += _unequal(
            where, "ended", row.amount if row.closed_at else 0, row.charged + row.released + row.suspended
        )
    return wrong


async def _settled(tx: AsyncConnection) -> list[Imbalance]:
    """Jobs whose hold is not in step with their state: open until it is settled, closed from then on."""
    open_lines = sa.func.count(holds.c.window_id).filter(holds.c.closed_at.is_(None))
    lines = sa.func.count(holds.c.window_id)
    unsettled = jobs.c.state.in_(sorted(UNSETTLED))
    question = (
        sa.select(jobs.c.id, jobs.c.state, lines.label("lines"), open_lines.label("open_lines"))
        .join_from(jobs, holds, isouter=True)
        .group_by(jobs.c.id, jobs.c.state)
        .having(sa.or_(sa.and_(unsettled, sa.or_(open_lines < lines, lines == 0)), sa.and_(~unsettled, open_lines > 0)))
        .order_by(jobs.c.id)
    )
    return [_out_of_step(row) for row in await tx.execute(question)]


def _out_of_step(row: sa.Row[Any]) -> Imbalance:
    expected = max(1, row.lines) if row.state in UNSETTLED else 0
    return Imbalance(f"job {row.id}, {row.state}", "open lines of its hold", expected, row.open_lines)


async def _kept(tx: AsyncConnection) -> list[Imbalance]:
    """Jobs that count more or fewer pictures than are kept for them."""
    kept = sa.func.count(results.c.number)
    question = sa.select(jobs.c.id, jobs.c.state, jobs.c.pictures, kept.label("kept"))
    question = question.join_from(jobs, results, isouter=True).group_by(jobs.c.id).having(jobs.c.pictures != kept)
    return [
        Imbalance(f"job {row.id}, {row.state}", "pictures", row.kept, row.pictures)
        for row in await tx.execute(question.order_by(jobs.c.id))
    ]


async def _paid(tx: AsyncConnection) -> list[Imbalance]:
    """Members' lines that are charged for something else than what their job says that they pay, and have."""
    fitting = sa.case((jobs.c.pictures < holds.c.amount, jobs.c.pictures), else_=holds.c.amount)
    due = sa.case((windows.c.unit == str(Unit.IMAGES), fitting), else_=jobs.c.charged)
    question = (
        sa.select(holds.c.job_id, holds.c.window_id, holds.c.charged, due.label("due"))
        .join_from(holds, jobs)
        .join(windows)
        .where(windows.c.account != HOUSE, holds.c.closed_at.is_not(None), holds.c.charged != due)
        .order_by(holds.c.job_id, holds.c.window_id)
    )
    return [
        Imbalance(f"job {row.job_id} in window {row.window_id}", "due of the job", row.due, row.charged)
        for row in await tx.execute(question)
    ]


_ITEMS = tuple(EFFECTS.items())


def _unequal(where: str, what: str, expected: int, found: int) -> list[Imbalance]:
    # PostgreSQL sums into its decimal type.
    return [] if int(expected) == int(found) else [Imbalance(where, what, int(expected), int(found))]
