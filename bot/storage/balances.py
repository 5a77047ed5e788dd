"""What is used and held in a window: its row, and of a rolling one the rows of every hour that counts."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.quota import Balance, Period, Window
from bot.storage.tables import grants, windows

# The same table once more, for the hours beside the one that is written to.
hours = windows.alias("hours")


def order(window: Window) -> tuple[str, str, str, int, int]:
    """What tells a window from every other, and the order in which every transaction takes their rows."""
    allowance = window.allowance
    return allowance.account, str(allowance.unit), str(allowance.period), window.starts_at, window.ends_at


def row_of(window: Window, table: sa.FromClause = windows) -> sa.ColumnElement[bool]:
    """The one row of this window."""
    return sa.and_(_of_allowance(window, table), table.c.starts_at == window.starts_at, _as_long(window, table))


def counting(window: Window, at: float, table: sa.FromClause = windows) -> sa.ColumnElement[bool]:
    """Every row that counts towards the window's limit at that moment."""
    if window.allowance.period is not Period.ROLLING:
        return row_of(window, table)
    # It has not ended, in words that the unique key helps with: all hours of one allowance are equally long.
    still = table.c.starts_at > at - (window.ends_at - window.starts_at)
    return sa.and_(_of_allowance(window, table), still, _as_long(window, table))


async def balance(tx: AsyncConnection, window: Window, at: float) -> Balance:
    """What is used and held in the window; nothing where nobody used it yet."""
    used, held = (sa.func.coalesce(sa.func.sum(column), 0) for column in (windows.c.used, windows.c.held))
    oldest = sa.func.min(windows.c.ends_at).filter(windows.c.used + windows.c.held > 0)
    question = sa.select(used.label("used"), held.label("held"), oldest.label("frees_at"))
    row = (await tx.execute(question.where(counting(window, at)))).one()
    # PostgreSQL sums into its decimal type.
    return Balance(window, used=int(row.used), held=int(row.held), frees_at=row.frees_at)


async def left_of_grant(tx: AsyncConnection, window: Window, at: float) -> int:
    """What can be taken of the grant now: nothing of one that is over, or that nobody made."""
    if window.ends_at <= at:
        return 0
    left = grants.c.amount - windows.c.used - windows.c.held
    return await tx.scalar(sa.select(left).join_from(windows, grants).where(row_of(window))) or 0


async def resets_at(tx: AsyncConnection, window: Window, at: float) -> int:
    """When there is more: at the end of the window; of a rolling one when the oldest hour that counts leaves it."""
    taken = windows.c.used + windows.c.held > 0
    first = await tx.scalar(sa.select(sa.func.min(windows.c.ends_at)).where(counting(window, at), taken))
    return int(first or window.ends_at)


def room_for(window: Window, amount: int, at: float) -> tuple[sa.ColumnElement[bool], ...]:
    """What has to be true for so much to be taken of the window; nothing at all always fits."""
    if not amount:
        return ()
    taken: sa.ColumnElement[Any] = windows.c.used + windows.c.held
    if window.allowance.period is Period.ROLLING:
        others = sa.select(sa.func.coalesce(sa.func.sum(hours.c.used + hours.c.held), 0))
        taken = others.where(counting(window, at, hours)).scalar_subquery()
    return (taken + amount <= window.allowance.limit,)


def _of_allowance(window: Window, table: sa.FromClause) -> sa.ColumnElement[bool]:
    allowance = window.allowance
    return sa.and_(
        table.c.account == allowance.account,
        table.c.unit == str(allowance.unit),
        table.c.period == str(allowance.period),
    )


def _as_long(window: Window, table: sa.FromClause) -> sa.ColumnElement[bool]:
    return table.c.ends_at - table.c.starts_at == window.ends_at - window.starts_at
