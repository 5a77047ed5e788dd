"""Suspense: what calls of unknown outcome may have cost the house, and what a provider's bill says of them later.

The house reckons with the worst when nobody knows. Where a bill shows that less was spent, the difference is taken back
by an entry of kind "correction", once a job, in each window in which the house had booked it.
"""

from typing import Any

import sqlalchemy as sa

from bot.domain.bill import Call, Doubt
from bot.domain.quota import HOUSE, Unit
from bot.storage.database import Database
from bot.storage.tables import attempts, jobs, ledger, windows
from bot.storage.unbroken import unbroken
from bot.storage.upserts import insert
from bot.workflow.ports import Clock


class Suspense:
    """What the house has in suspense, on this database."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    @unbroken
    async def doubts(self, since: float = 0) -> tuple[Doubt, ...]:
        """Every job that was put in suspense since then, the oldest first."""
        latest = sa.select(sa.func.max(attempts.c.opened_at)).where(attempts.c.job_id == jobs.c.id)
        last = latest.correlate(jobs).scalar_subquery()
        booked, corrected = (
            sa.select(sa.func.max(ledger.c.amount))
            .join_from(ledger, windows)
            .where(ledger.c.job_id == jobs.c.id, ledger.c.kind == kind, *_OF_HOUSE)
            .correlate(jobs)
            .scalar_subquery()
            for kind in ("suspense", "correction")
        )
        question: sa.Select[Any] = (
            sa.select(
                jobs.c.id,
                *_OF_CALL,
                booked.label("booked"),
                corrected.label("corrected"),
            )
            .join_from(jobs, attempts, sa.and_(attempts.c.job_id == jobs.c.id, attempts.c.opened_at == last))
            .where(jobs.c.ended_at >= since, booked.is_not(None))
            .order_by(jobs.c.id, attempts.c.id)
        )
        async with self._database.reading() as tx:
            # Of calls that were opened at the same moment the last one counts.
            found = {row.id: _doubt(row) for row in await tx.execute(question)}
        return tuple(found.values())

    @unbroken
    async def answered(self, since: float, until: float) -> tuple[Call, ...]:
        """Every call that was answered and was under way between these moments, the oldest first."""
        question: sa.Select[Any] = (
            sa.select(*_OF_CALL)
            .join_from(attempts, jobs)
            .where(attempts.c.state == "answered", attempts.c.closed_at >= since, attempts.c.opened_at <= until)
            .order_by(attempts.c.opened_at, attempts.c.id)
        )
        async with self._database.reading() as tx:
            return tuple([_call(row) for row in await tx.execute(question)])

    @unbroken
    async def correct(self, job_id: int, micro_usd: int) -> int:
        """Count so much of the job's suspense, or all of it where it is less, as not spent.

        Returns how much it was: nothing where the job has been corrected before, or has nothing in suspense. Raises
        `ValueError` for no amount.
        """
        if micro_usd < 1:
            raise ValueError("a correction is of something")
        booked: sa.Select[Any] = (
            sa.select(ledger.c.window_id, ledger.c.amount)
            .join_from(ledger, windows)
            .where(ledger.c.job_id == job_id, ledger.c.kind == "suspense", *_OF_HOUSE)
            .order_by(windows.c.unit, windows.c.period, windows.c.starts_at, windows.c.ends_at)
        )
        corrected = 0
        async with self._database.writing() as tx:
            for window_id, amount in (await tx.execute(booked)).all():
                less = min(amount, micro_usd)
                entry = {"job_id": job_id, "window_id": window_id, "kind": "correction", "amount": less}
                made = insert(tx, ledger).values(entry | {"at": self._clock.now()}).on_conflict_do_nothing()
                if (await tx.execute(made.returning(ledger.c.id))).one_or_none() is None:
                    continue
                mine = sa.update(windows).where(windows.c.id == window_id)
                await tx.execute(mine.values(used=windows.c.used - less))
                corrected = max(corrected, less)
        return corrected


_OF_HOUSE = (windows.c.account == HOUSE, windows.c.unit == str(Unit.MICRO_USD))
_OF_CALL = (
    attempts.c.id.label("attempt"),
    attempts.c.provider,
    jobs.c.model,
    attempts.c.request_id,
    attempts.c.opened_at,
    attempts.c.closed_at,
)


def _call(row: sa.Row[Any]) -> Call:
    return Call(row.attempt, row.provider, row.model, row.request_id, row.opened_at, row.closed_at)


def _doubt(row: sa.Row[Any]) -> Doubt:
    return Doubt(row.id, _call(row), row.booked, row.corrected)
