"""The audit: every decision in a row of its own, with who, whom, what it was before and what it is now.

What it was and is are short texts for programs, from which a sentence is made where it is read; "" is nothing:

- a rule, about its unit: "images:day:20", "micro_usd:month:free", "images:rolling:20:5" for the last 5 hours
- a permit, about its choice: its values with a blank in between
- a grant, about its unit: "images:5:1763640000", the amount and when it ends
- a reset: what had been used in each window, as "images:day:3", with a blank in between
- a time zone by its name, a log channel by its id
- a setting, about its name: its values with a blank in between
- a preset, about its name: that name, so that it tells a new one from one that was changed or taken away
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.deed import Decider, Deed, Gift, Spend, Verb
from bot.domain.quota import Period, Rule, Scope, Subject, zone_named
from bot.storage.database import Database
from bot.storage.tables import deeds, guilds, jobs
from bot.storage.unbroken import unbroken

HOUSE_GUILD = 0  # what stands for the whole house where a row has a guild
NEUTRAL_ZONE = "UTC"


class Audit:
    """The part of the council that only reads what was decided, and what was spent."""

    _database: Database

    @unbroken
    async def deeds(self, guild_id: int | None, since: float, limit: int = 1000) -> Sequence[Deed]:
        """The audit of a guild, or of everything for None, the newest first."""
        here = () if guild_id is None else (deeds.c.guild_id == guild_id,)
        question = sa.select(*deeds.c).where(deeds.c.at >= since, *here).order_by(deeds.c.id.desc()).limit(limit)
        async with self._database.reading() as tx:
            return [_deed(row) for row in await tx.execute(question)]

    @unbroken
    async def spends(self, guild_id: int | None, since: float, user_id: int | None = None) -> Sequence[Spend]:
        """What was spent by day and by user since then, the oldest day first; of a guild, or of everything for None.

        An edit belongs to the day on which it was placed, in the guild's time zone, or UTC for everything. Edits that
        brought nothing are not counted: they cost their member nothing.
        """
        wanted = [jobs.c.placed_at >= since, jobs.c.pictures > 0, jobs.c.ended_at.is_not(None)]
        wanted += [] if guild_id is None else [jobs.c.guild_id == guild_id]
        wanted += [] if user_id is None else [jobs.c.user_id == user_id]
        columns = (jobs.c.placed_at, jobs.c.user_id, jobs.c.pictures, jobs.c.charged)
        question: sa.Select[Any] = sa.select(*columns).where(*wanted)
        async with self._database.reading() as tx:
            zone = zone_named(await zone_of(tx, guild_id))
            return _summed(
                (datetime.fromtimestamp(row.placed_at, zone).date().isoformat(), row)
                for row in await tx.execute(question.order_by(jobs.c.id))
            )


async def write(
    tx: AsyncConnection,
    by: Decider,
    at: float,
    verb: Verb,
    target: Subject | None = None,
    *,
    what: str = "",
    old: str = "",
    new: str = "",
    reason: str = "",
) -> Deed:
    """Put the decision down, in the transaction that does it."""
    row = {
        "at": at,
        "actor_id": by.actor_id,
        "guild_id": stored(by.guild_id),
        "verb": str(verb),
        "scope": str(target.scope) if target else None,
        "target_id": target.id if target else None,
        "what": what,
        "old": old,
        "new": new,
        "reason": reason,
    }
    return _deed((await tx.execute(sa.insert(deeds).values(row).returning(*deeds.c))).one())


async def zone_of(tx: AsyncConnection, guild_id: int | None) -> str:
    """The name of the guild's time zone; the house has UTC."""
    if guild_id is None:
        return NEUTRAL_ZONE
    return await tx.scalar(sa.select(guilds.c.zone).where(guilds.c.guild_id == guild_id)) or NEUTRAL_ZONE


def rule_text(rule: Rule) -> str:
    """ "images:day:20"."""
    limit = "free" if rule.limit is None else str(rule.limit)
    hours = (str(rule.hours),) if rule.period is Period.ROLLING else ()
    return ":".join((rule.unit, rule.period, limit, *hours))


def gift_text(gift: Gift) -> str:
    """ "images:5:1763640000"."""
    return f"{gift.unit}:{gift.amount}:{gift.expires_at}"


def stored(guild_id: int | None) -> int:
    """The guild as a row has it."""
    return HOUSE_GUILD if guild_id is None else guild_id


def guild_of(number: int) -> int | None:
    """The guild that a row means."""
    return number or None


def _deed(row: sa.Row[Any]) -> Deed:
    return Deed(
        id=row.id,
        at=row.at,
        actor_id=row.actor_id,
        guild_id=guild_of(row.guild_id),
        verb=Verb(row.verb),
        target=Subject(Scope(row.scope), row.target_id) if row.scope else None,
        what=row.what,
        old=row.old,
        new=row.new,
        reason=row.reason,
    )


def _summed(edits: Iterable[tuple[str, sa.Row[Any]]]) -> list[Spend]:
    """A row a day and member, in that order."""
    sums: dict[tuple[str, int], Spend] = {}
    for day, row in edits:
        before = sums.get((day, row.user_id), Spend(day, row.user_id, 0, 0, 0))
        sums[day, row.user_id] = Spend(
            day,
            row.user_id,
            before.edits + 1,
            before.images + row.pictures,
            before.micro_usd + row.charged,
        )
    return [sums[key] for key in sorted(sums)]
