"""What the rows say of the house at one moment, for whoever reads its gauges every few seconds.

The ledger only grows, so each reading adds what came since the one before: the first goes through all of it.
"""

import asyncio
from collections import Counter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.job import UNSETTLED, State
from bot.domain.quota import HOUSE, Unit
from bot.storage.database import Database
from bot.storage.tables import LEDGER_KINDS, STILL_OPEN, jobs, ledger, windows
from bot.storage.unbroken import unbroken
from bot.workflow.ports import Gauges

KINDS = tuple(kind for kind in LEDGER_KINDS if kind != "grant")  # of the house's own money nothing is given


class RowGauges:
    """The gauges of `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._turn = asyncio.Lock()
        self._booked: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
        self._last = 0

    @unbroken
    async def read(self) -> Gauges:
        """What they say now. Raises `DatabaseUnusable`."""
        async with self._turn, self._database.reading() as tx:
            rows = {State(row.state): row for row in await tx.execute(_OPEN)}
            await self._read_on(tx)
        waiting = rows.get(State.QUEUED)
        return Gauges(
            open={state: row.edits for state, row in rows.items()},
            held=sum(int(row.predicted) for state, row in rows.items() if state in UNSETTLED),
            waits_since=waiting.since if waiting else None,
            booked=dict(self._booked),
        )

    @unbroken
    async def glance(self) -> None:
        """Read as little as shows that they can be read: of the file, not only of the connection. Raises as `read`."""
        async with self._database.reading() as tx:
            await tx.scalar(sa.select(jobs.c.id).limit(1))

    async def _read_on(self, tx: AsyncConnection) -> None:
        """Add the entries of the house since the last reading; of several windows that an edit counts in, one."""
        last = await tx.scalar(sa.select(sa.func.max(ledger.c.id))) or 0
        each = (
            sa.select(ledger.c.kind, sa.func.max(ledger.c.amount).label("amount"))
            .join_from(ledger, windows)
            .where(ledger.c.id > self._last, ledger.c.id <= last, ledger.c.job_id.is_not(None), *_OF_HOUSE)
            .group_by(ledger.c.job_id, ledger.c.kind)
            .subquery()
        )
        sums: sa.Select[Any] = sa.select(each.c.kind, sa.func.sum(each.c.amount).label("amount")).group_by(each.c.kind)
        found = {row.kind: int(row.amount) for row in await tx.execute(sums)}
        self._booked.update(found)
        self._last = last


_OF_HOUSE = (windows.c.account == HOUSE, windows.c.unit == str(Unit.MICRO_USD))
_OPEN: sa.Select[Any] = (
    sa.select(
        jobs.c.state,
        sa.func.count().label("edits"),
        sa.func.sum(jobs.c.predicted).label("predicted"),
        sa.func.min(jobs.c.placed_at).label("since"),
    )
    .where(sa.text(STILL_OPEN))
    .group_by(jobs.c.state)
)
