"""Grants and resets: what somebody with a say does to the windows of a member, each with its entry in the ledger."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.deed import Deed, Gift
from bot.domain.quota import Allowance, Member, Period, Unit, Window, user_account
from bot.storage.tables import grants, ledger, windows
from bot.storage.upserts import insert


async def give(tx: AsyncConnection, deed: Deed, gift: Gift) -> None:
    """A window of its own for the member of the deed, with nothing used of it.

    It starts at the second of the deed, or at the last one before it at which no other such grant starts.
    """
    row = {
        "account": user_account(gift.user_id, deed.guild_id),
        "unit": str(gift.unit),
        "period": str(Period.GRANT),
        "ends_at": gift.expires_at,
        "used": 0,
        "held": 0,
    }
    window_id, starts_at = None, int(deed.at)
    while window_id is None:
        made = insert(tx, windows).values(row | {"starts_at": starts_at}).on_conflict_do_nothing()
        window_id = (await tx.execute(made.returning(windows.c.id))).scalar_one_or_none()
        starts_at -= 1
    given = {
        "window_id": window_id,
        "deed_id": deed.id,
        "user_id": gift.user_id,
        "guild_id": deed.guild_id or 0,
        "amount": gift.amount,
        "reason": gift.reason,
    }
    await tx.execute(sa.insert(grants).values(given))
    await _enter(tx, deed, "grant", [(window_id, gift.amount)])


async def usable(tx: AsyncConnection, member: Member, at: float) -> tuple[Window, ...]:
    """The member's grants with something left, by the house and by this guild, the first to end first."""
    accounts = {user_account(member.user_id), user_account(member.user_id, member.guild_id)}
    question: sa.Select[Any] = (
        sa.select(*windows.c, grants.c.amount)
        .join_from(windows, grants)
        .where(
            windows.c.account.in_(sorted(accounts)),
            windows.c.ends_at > at,
            windows.c.used + windows.c.held < grants.c.amount,
        )
        .order_by(windows.c.ends_at, windows.c.starts_at, windows.c.id)
    )
    return tuple([_window(row) for row in await tx.execute(question)])


async def used(tx: AsyncConnection, account: str, at: float) -> Sequence[sa.Row[Any]]:
    """The account's open windows of which something is used, in the order in which windows are taken, and locked.

    Grants are not among them: one that was used up was given once.
    """
    question: sa.Select[Any] = (
        sa.select(windows.c.id, windows.c.unit, windows.c.period, windows.c.used)
        .where(
            windows.c.account == account,
            windows.c.period != str(Period.GRANT),
            windows.c.ends_at > at,
            windows.c.used > 0,
        )
        .order_by(windows.c.account, windows.c.unit, windows.c.period, windows.c.starts_at, windows.c.ends_at)
        .with_for_update()
    )
    rows: Sequence[sa.Row[Any]] = (await tx.execute(question)).all()
    return rows


def used_text(rows: Sequence[sa.Row[Any]]) -> str:
    """ "images:day:3 micro_usd:month:120000"; the hours of a rolling window are one sum."""
    sums: Counter[tuple[str, str]] = Counter()
    for row in rows:
        sums[row.unit, row.period] += row.used
    return " ".join(f"{unit}:{period}:{amount}" for (unit, period), amount in sums.items())


async def forgive(tx: AsyncConnection, deed: Deed, rows: Sequence[sa.Row[Any]]) -> None:
    """What these windows have used counts as not used any more; what is held of them stays held."""
    if not rows:
        return
    await tx.execute(sa.update(windows).where(windows.c.id.in_([row.id for row in rows])).values(used=0))
    await _enter(tx, deed, "correction", [(row.id, row.used) for row in rows])


async def _enter(tx: AsyncConnection, deed: Deed, kind: str, amounts: Sequence[tuple[int, int]]) -> None:
    entry = {"deed_id": deed.id, "kind": kind, "at": deed.at}
    await tx.execute(
        sa.insert(ledger), [{**entry, "window_id": window_id, "amount": amount} for window_id, amount in amounts]
    )


def _window(row: sa.Row[Any]) -> Window:
    allowance = Allowance(row.account, Unit(row.unit), Period.GRANT, row.amount)
    return Window(allowance, row.starts_at, row.ends_at)
