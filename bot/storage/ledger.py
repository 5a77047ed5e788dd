"""The books, recomputed from the ledger: every sum that does not agree, and what one member's entries are."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.job import UNSETTLED
from bot.domain.quota import HOUSE, Period, Unit, user_account
from bot.storage.database import Database
from bot.storage.holds import MEMBERS
from bot.storage.tables import grants, holds, jobs, ledger, results, windows

# What each kind of entry does to the two sums of its window.
EFFECTS = {
    "hold": (0, 1),
    "charge": (1, -1),
    "release": (0, -1),
    "suspense": (1, -1),
    "overrun": (1, 0),
    "grant": (0, 0),
    "correction": (-1, 0),
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
    """A line of the ledger as a person reads it: pictures or micro-USD, and seconds since the epoch.

    It belongs to a job or to a deed. The account tells by whose rules: "user:42" the house's, "user:42@7" guild 7's.
    """

    at: float
    job_id: int | None
    deed_id: int | None
    kind: str
    account: str
    unit: str
    period: str
    starts_at: int
    ends_at: int
    amount: int


async def check(database: Database) -> tuple[Imbalance, ...]:
    """Recompute everything from the ledger, at one moment, beside a running bot. Empty where all agrees."""
    async with database.reading() as tx:
        return tuple([wrong for look in _LOOKS for wrong in await look(tx)])


async def show(database: Database, user_id: int, limit: int = 200) -> tuple[Entry, ...]:
    """The last entries of a member's accounts, the newest first."""
    account = user_account(user_id)
    question = (
        sa.select(
            ledger.c.at,
            ledger.c.job_id,
            ledger.c.deed_id,
            ledger.c.kind,
            windows.c.account,
            windows.c.unit,
            windows.c.period,
            windows.c.starts_at,
            windows.c.ends_at,
            ledger.c.amount,
        )
        .join_from(ledger, windows)
        .where(sa.or_(windows.c.account == account, windows.c.account.startswith(f"{account}@")))
        .order_by(ledger.c.id.desc())
        .limit(limit)
    )
    async with database.reading() as tx:
        return tuple([Entry(*list(row)) for row in await tx.execute(question)])


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
    """Lines that are charged for something else than what their job says that its member pays, and has.

    A member's grants pay first, and of several of one unit it does not matter which; the member's own window, and the
    guild's, pay what is left to them, as far as was held.
    """
    grant = windows.c.period == str(Period.GRANT)
    of_grants = (
        sa.select(
            holds.c.job_id,
            windows.c.unit,
            sa.func.sum(holds.c.amount).label("amount"),
            sa.func.sum(holds.c.charged).label("charged"),
        )
        .join_from(holds, windows)
        .where(grant, holds.c.closed_at.is_not(None))
        .group_by(holds.c.job_id, windows.c.unit)
        .cte("of_grants")
    )
    cost = sa.case((windows.c.unit == str(Unit.IMAGES), jobs.c.pictures), else_=jobs.c.charged)
    granted = sa.case((windows.c.account.startswith(MEMBERS), sa.func.coalesce(of_grants.c.charged, 0)), else_=0)
    same = sa.and_(of_grants.c.job_id == holds.c.job_id, of_grants.c.unit == windows.c.unit)
    due = _least(cost - granted, holds.c.amount)
    own = (
        sa.select(holds.c.job_id, holds.c.window_id, holds.c.charged, due.label("due"))
        .join_from(holds, jobs)
        .join(windows, windows.c.id == holds.c.window_id)
        .join(of_grants, same, isouter=True)
        .where(windows.c.account != HOUSE, ~grant, holds.c.closed_at.is_not(None), holds.c.charged != due)
        .order_by(holds.c.job_id, holds.c.window_id)
    )
    whole = _least(
        sa.case((of_grants.c.unit == str(Unit.IMAGES), jobs.c.pictures), else_=jobs.c.charged), of_grants.c.amount
    )
    given = (
        sa.select(of_grants.c.job_id, of_grants.c.unit, of_grants.c.charged, whole.label("due"))
        .join_from(of_grants, jobs, jobs.c.id == of_grants.c.job_id)
        .where(of_grants.c.charged != whole)
        .order_by(of_grants.c.job_id, of_grants.c.unit)
    )
    wrong = []
    for row in await tx.execute(own):
        wrong += _unequal(f"job {row.job_id} in window {row.window_id}", "due of the job", row.due, row.charged)
    for row in await tx.execute(given):
        wrong += _unequal(f"job {row.job_id}, {row.unit} of its grants", "due of the job", row.due, row.charged)
    return wrong


async def _granted(tx: AsyncConnection) -> list[Imbalance]:
    """Grants of which the ledger says another amount, or of which more was taken than they are."""
    entered = sa.func.coalesce(sa.func.sum(ledger.c.amount), 0)
    amount = sa.func.coalesce(grants.c.amount, 0)
    taken = windows.c.used + windows.c.held
    entry = sa.and_(ledger.c.window_id == windows.c.id, ledger.c.kind == "grant")
    question = (
        sa.select(
            windows.c.id, windows.c.account, amount.label("amount"), entered.label("entered"), taken.label("taken")
        )
        .join_from(windows, grants, isouter=True)
        .join(ledger, entry, isouter=True)
        .where(windows.c.period == str(Period.GRANT))
        .group_by(windows.c.id, grants.c.window_id)
        .having(sa.or_(entered != amount, taken > amount))
        .order_by(windows.c.id)
    )
    wrong = []
    for row in await tx.execute(question):
        where = f"grant of {row.account} in window {row.id}"
        wrong += _unequal(where, "amount", row.entered, row.amount)
        wrong += _unequal(where, "taken", min(row.taken, row.amount), row.taken)
    return wrong


async def _corrected(tx: AsyncConnection) -> list[Imbalance]:
    """Jobs of which more was taken back than had been booked as suspense."""
    taken, booked = (
        sa.func.coalesce(sa.func.sum(sa.case((ledger.c.kind == kind, ledger.c.amount))), 0)
        for kind in ("correction", "suspense")
    )
    question: sa.Select[Any] = (
        sa.select(ledger.c.job_id, ledger.c.window_id, taken.label("taken"), booked.label("booked"))
        .where(ledger.c.job_id.is_not(None))
        .group_by(ledger.c.job_id, ledger.c.window_id)
        .having(taken > booked)
        .order_by(ledger.c.job_id, ledger.c.window_id)
    )
    return [
        Imbalance(f"job {row.job_id} in window {row.window_id}", "correction", int(row.booked), int(row.taken))
        for row in await tx.execute(question)
    ]


def _least(one: sa.ColumnElement[int], other: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    return sa.case((one < other, one), else_=other)


_LOOKS = (_windows, _lines, _settled, _kept, _paid, _granted, _corrected)
_ITEMS = tuple(EFFECTS.items())


def _unequal(where: str, what: str, expected: int, found: int) -> list[Imbalance]:
    # PostgreSQL sums into its decimal type.
    return [] if int(expected) == int(found) else [Imbalance(where, what, int(expected), int(found))]
