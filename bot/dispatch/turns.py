"""Whose turn it is: the rule of fairness, written down with each ticket and asked of the rows.

Work goes in rounds, and nobody is served twice in one. A ticket gets its round when it is written: the one that is
being served, or the one after its user's last ticket, whichever is later. So the fiftieth edit of one user is fifty
rounds away, and the first of another is next, however few are worked on at a time. A user and a guild at their limit
are passed by. Express tickets, about which there is only something to be said, take no part in it.

Every question is answered with no more than can be begun, however long the line is.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dispatch.tickets import tickets

COLUMNS = tuple(tickets.c[name] for name in ("job_id", "user_id", "guild_id", "enqueued_at", "round", "express"))


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job that needs work; a new ticket for the same job has another time."""

    job_id: int
    user_id: int
    guild_id: int | None
    enqueued_at: float
    round: int = field(compare=False)
    express: bool = field(compare=False)


def regular(flying: Collection[int], away: Collection[int], per_user: int, per_guild: int, most: int) -> sa.Select[Any]:
    """The next tickets, at most so many: those in flight count, those that are away for other reasons do not.

    Nobody gets more than `per_user` in flight, no guild more than `per_guild`, where 0 is no limit.
    """
    flies = tickets.c.job_id.in_(flying)
    waits = sa.and_(tickets.c.express.is_(False), tickets.c.job_id.not_in(away))
    users = _numbered(flies, waits)
    in_guild = sa.func.row_number().over(
        partition_by=users.c.guild_id,
        order_by=(users.c.waits, users.c["round"], users.c.enqueued_at, users.c.job_id),
    )
    admitted = sa.or_(users.c.turn <= per_user, users.c.waits == 0)
    guilds = sa.select(*users.c, in_guild.label("in_guild")).where(admitted).subquery()
    question = _those_who_wait(guilds)
    if per_guild:
        question = question.where(sa.or_(guilds.c.guild_id.is_(None), guilds.c.in_guild <= per_guild))
    return question.order_by(guilds.c["round"], guilds.c.enqueued_at, guilds.c.job_id).limit(most)


def express(flying: Collection[int], away: Collection[int], most: int) -> sa.Select[Any]:
    """The next express tickets, at most so many: everybody's first before anybody's second, without another limit."""
    waits = sa.and_(tickets.c.express.is_(True), tickets.c.job_id.not_in(away))
    users = _numbered(tickets.c.job_id.in_(flying), waits)
    return _those_who_wait(users).order_by(users.c.turn, users.c.enqueued_at, users.c.job_id).limit(most)


async def next_round(tx: AsyncConnection, user_id: int, served: int) -> int:
    """The round of a new ticket of this user, while that one is being served."""
    mine = (tickets.c.user_id == user_id, tickets.c.express.is_(False))
    last = await tx.scalar(sa.select(sa.func.max(tickets.c["round"])).where(*mine))
    return served if last is None else max(served, int(last) + 1)


async def give_up_round(tx: AsyncConnection, job_id: int) -> None:
    """The user's later tickets take the place of one that is wanted no more."""
    given_up = tickets.alias()
    its = sa.and_(given_up.c.job_id == job_id, given_up.c.express.is_(False))
    user, its_round = (sa.select(given_up.c[name]).where(its).scalar_subquery() for name in ("user_id", "round"))
    later = (tickets.c.user_id == user, tickets.c["round"] > its_round, tickets.c.express.is_(False))
    await tx.execute(sa.update(tickets).where(*later).values({"round": tickets.c["round"] - 1}))


def _numbered(flies: sa.ColumnElement[bool], waits: sa.ColumnElement[bool]) -> sa.Subquery:
    """Each ticket that counts with its user's how-manieth it is: those in flight first, then the oldest."""
    last = sa.case((flies, sa.literal_column("0")), else_=sa.literal_column("1"))
    turn = sa.func.row_number().over(
        partition_by=tickets.c.user_id, order_by=(last, tickets.c.enqueued_at, tickets.c.job_id)
    )
    counts = sa.or_(flies, waits)
    return sa.select(*COLUMNS, last.label("waits"), turn.label("turn")).where(counts).subquery()


def _those_who_wait(numbered: sa.Subquery) -> sa.Select[Any]:
    return sa.select(*(numbered.c[column.name] for column in COLUMNS)).where(numbered.c.waits == 1)
