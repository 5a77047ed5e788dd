"""The council's rows: who may do what, and every change of it in one transaction with its line in the audit.

A guild's decisions carry its number, the operator's 0. Decisions are made one at a time, so that what the audit says
was before is what was before. Nothing here asks whether somebody may decide; that is done at the door.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.deed import Decider, Deed, Gift, GuildBook, Verb
from bot.domain.quota import (
    Choice,
    Member,
    Period,
    Permit,
    Rule,
    Scope,
    Statute,
    Subject,
    Unit,
    user_account,
    zone_named,
)
from bot.storage import grants
from bot.storage.audit import HOUSE_GUILD, Audit, gift_text, guild_of, rule_text, stored, write
from bot.storage.database import Database
from bot.storage.tables import blocks, guilds, pauses, permits, rules
from bot.storage.turns import take_turns
from bot.storage.unbroken import unbroken
from bot.storage.upserts import insert
from bot.workflow.ports import Clock

TURN = "council"
NEUTRAL = GuildBook()


class Council(Audit):
    """What was decided, in the rows of `database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    @unbroken
    async def statute(self, member: Member) -> Statute:
        """Everything that was decided about this member's edits."""
        async with self._database.reading() as tx:
            here = sorted({HOUSE_GUILD, stored(member.guild_id)})
            ruled = await tx.execute(_about(rules, member, here))
            permitted = await tx.execute(_about(permits, member, here))
            said = (await tx.execute(_standing(member, here))).one()
            return Statute(
                rules=tuple([_rule(row) for row in ruled]),
                permits=tuple([_permit(row) for row in permitted]),
                grants=await grants.usable(tx, member, self._clock.now()),
                zone=_zone(said.zone),
                blocked=bool(said.blocked),
                guild_paused=bool(said.guild_paused),
                house_paused=bool(said.house_paused),
            )

    # ── limits ──────────────────────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def set_rule(self, by: Decider, rule: Rule) -> Deed:
        """Make or replace the rule of this guild, subject and unit. Raises `ValueError` for another guild's rule."""
        if rule.guild_id != by.guild_id:
            raise ValueError("a rule is made by its own guild")
        key = {**_of_subject(by, rule.subject), "unit": str(rule.unit)}
        says = {"period": str(rule.period), "hours": rule.hours, "amount": rule.limit}
        async with self._deciding() as (tx, at):
            old = await _rule_at(tx, key)
            await tx.execute(_put(tx, rules, key, says))
            texts = {"old": rule_text(old) if old else "", "new": rule_text(rule)}
            return await write(tx, by, at, Verb.SET, rule.subject, what=str(rule.unit), **texts)

    @unbroken
    async def clear_rule(self, by: Decider, subject: Subject, unit: Unit) -> Deed | None:
        """Take the rule away; None where there was none."""
        key = {**_of_subject(by, subject), "unit": str(unit)}
        async with self._deciding() as (tx, at):
            old = await _rule_at(tx, key)
            if old is None:
                return None
            await tx.execute(sa.delete(rules).where(_is(rules, key)))
            return await write(tx, by, at, Verb.CLEAR, subject, what=str(unit), old=rule_text(old))

    @unbroken
    async def set_permit(self, by: Decider, subject: Subject, choice: Choice, values: tuple[str, ...] | None) -> Deed:
        """Limit a choice to these values, or set it free again. Raises `ValueError` for no values at all."""
        if values == ():
            raise ValueError("a permit permits something")
        key = {**_of_subject(by, subject), "choice": str(choice)}
        async with self._deciding() as (tx, at):
            row = (await tx.execute(sa.select(*permits.c).where(_is(permits, key)))).one_or_none()
            if values is None:
                await tx.execute(sa.delete(permits).where(_is(permits, key)))
            else:
                await tx.execute(_put(tx, permits, key, {"permitted": json.dumps(values)}))
            old = _permit(row).values if row else ()
            texts = {"old": " ".join(old), "new": " ".join(values or ())}
            return await write(tx, by, at, Verb.PERMIT, subject, what=str(choice), **texts)

    @unbroken
    async def grant(self, by: Decider, gift: Gift) -> Deed:
        """A grant, which is used before the member's own windows. Raises `ValueError` for none, or one that is over."""
        async with self._deciding() as (tx, at):
            if gift.amount < 1 or gift.expires_at <= at:
                raise ValueError("a grant is something, and for some time")
            told = {"what": str(gift.unit), "new": gift_text(gift), "reason": gift.reason}
            deed = await write(tx, by, at, Verb.GRANT, Subject(Scope.USER, gift.user_id), **told)
            await grants.give(tx, deed, gift)
            return deed

    @unbroken
    async def reset(self, by: Decider, user_id: int, reason: str) -> Deed:
        """Set what the member has used in every open window of this guild, or of the house's rules, to nothing.

        What is held stays held, and a grant that was used up is not given again. Each window gets an entry of kind
        "correction" tied to the deed.
        """
        async with self._deciding() as (tx, at):
            rows = await grants.used(tx, user_account(user_id, by.guild_id), at)
            whom, old = Subject(Scope.USER, user_id), grants.used_text(rows)
            deed = await write(tx, by, at, Verb.RESET, whom, old=old, reason=reason)
            await grants.forgive(tx, deed, rows)
            return deed

    # ── who may at all ──────────────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def block(self, by: Decider, user_id: int, reason: str) -> Deed | None:
        """Take no more edits of this member here; None where they are blocked already."""
        return await self._put_once(blocks, by, Verb.BLOCK, reason, user_id)

    @unbroken
    async def unblock(self, by: Decider, user_id: int) -> Deed | None:
        """Take them again; None where they are not blocked."""
        return await self._take_away(blocks, by, Verb.UNBLOCK, user_id)

    @unbroken
    async def pause(self, by: Decider, reason: str) -> Deed | None:
        """Take no more edits in this guild, or in the whole house; None where that is so already."""
        return await self._put_once(pauses, by, Verb.PAUSE, reason)

    @unbroken
    async def resume(self, by: Decider) -> Deed | None:
        """Take them again; None where nothing was paused."""
        return await self._take_away(pauses, by, Verb.RESUME)

    async def _put_once(
        self, table: sa.Table, by: Decider, verb: Verb, reason: str, user_id: int | None = None
    ) -> Deed | None:
        async with self._deciding() as (tx, at):
            key = _of_person(by, user_id)
            if (await tx.execute(sa.select(table.c.deed_id).where(_is(table, key)))).first():
                return None
            deed = await write(tx, by, at, verb, _person(user_id), reason=reason)
            await tx.execute(sa.insert(table).values({**key, "deed_id": deed.id}))
            return deed

    async def _take_away(self, table: sa.Table, by: Decider, verb: Verb, user_id: int | None = None) -> Deed | None:
        async with self._deciding() as (tx, at):
            gone = sa.delete(table).where(_is(table, _of_person(by, user_id))).returning(table.c.deed_id)
            if (await tx.execute(gone)).one_or_none() is None:
                return None
            return await write(tx, by, at, verb, _person(user_id))

    # ── the guild's own affairs ─────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def set_zone(self, by: Decider, zone: str) -> Deed:
        """The guild's time zone, by its IANA name. Raises `ValueError` for no such zone, and for the house."""
        zone_named(zone)
        async with self._deciding() as (tx, at):
            old = await _guild(tx, _guild_of(by))
            await tx.execute(_put(tx, guilds, *_columns(by, GuildBook(zone, old.log_channel_id))))
            return await write(tx, by, at, Verb.ZONE, old=old.zone, new=zone)

    @unbroken
    async def set_log(self, by: Decider, channel_id: int | None) -> Deed:
        """The channel that gets a line an edit and each change of a limit. Raises `ValueError` for the house."""
        async with self._deciding() as (tx, at):
            old = await _guild(tx, _guild_of(by))
            await tx.execute(_put(tx, guilds, *_columns(by, GuildBook(old.zone, channel_id))))
            before, after = _channel_text(old.log_channel_id), _channel_text(channel_id)
            return await write(tx, by, at, Verb.LOG, old=before, new=after)

    @unbroken
    async def guild(self, guild_id: int) -> GuildBook:
        """What is noted of the guild."""
        async with self._database.reading() as tx:
            return await _guild(tx, guild_id)

    @unbroken
    async def rules(self, guild_id: int | None, subject: Subject | None = None) -> Sequence[Rule]:
        """The rules of a guild, or the operator's, for one subject or all."""
        whose = [rules.c.guild_id == stored(guild_id)]
        if subject is not None:
            whose += [rules.c.scope == str(subject.scope), rules.c.subject_id == subject.id]
        async with self._database.reading() as tx:
            return [_rule(row) for row in await tx.execute(_in_order(sa.select(*rules.c).where(*whose), rules))]

    @asynccontextmanager
    async def _deciding(self) -> AsyncIterator[tuple[AsyncConnection, float]]:
        """A transaction in which nobody else decides anything, and its moment."""
        async with self._database.writing() as tx:
            await take_turns(tx, {TURN})
            yield tx, self._clock.now()


def _about(table: sa.Table, member: Member, here: Sequence[int]) -> sa.Select[Any]:
    """The rows of `rules` or `permits` that are, or may be, about this member."""
    subjects = [Subject(Scope.USER, member.user_id), Subject(Scope.EVERYONE), Subject(Scope.HOUSE)]
    subjects += [Subject(Scope.ROLE, role) for role in member.role_ids]
    subjects += [] if member.guild_id is None else [Subject(Scope.GUILD, member.guild_id)]
    named = [(str(subject.scope), subject.id) for subject in subjects]
    mine = sa.tuple_(table.c.scope, table.c.subject_id).in_(named)
    return _in_order(sa.select(*table.c).where(table.c.guild_id.in_(here), mine), table)


def _in_order(question: sa.Select[Any], table: sa.Table) -> sa.Select[Any]:
    return question.order_by(*table.primary_key)


def _standing(member: Member, here: Sequence[int]) -> sa.Select[Any]:
    """Whether edits of this member are taken, and the guild's time zone."""
    blocked = sa.exists().where(blocks.c.user_id == member.user_id, blocks.c.guild_id.in_(here))
    guild = stored(member.guild_id)
    zone = sa.select(guilds.c.zone).where(guilds.c.guild_id == guild).scalar_subquery()
    return sa.select(
        blocked.label("blocked"),
        sa.exists().where(pauses.c.guild_id == guild, pauses.c.guild_id != HOUSE_GUILD).label("guild_paused"),
        sa.exists().where(pauses.c.guild_id == HOUSE_GUILD).label("house_paused"),
        zone.label("zone"),
    )


def _zone(name: str | None) -> tzinfo:
    # A name that the system's list has lost since must not keep a whole guild from editing.
    try:
        return zone_named(name) if name else UTC
    except ValueError:
        return UTC


async def _rule_at(tx: AsyncConnection, key: dict[str, Any]) -> Rule | None:
    row = (await tx.execute(sa.select(*rules.c).where(_is(rules, key)))).one_or_none()
    return None if row is None else _rule(row)


async def _guild(tx: AsyncConnection, guild_id: int) -> GuildBook:
    row = (await tx.execute(sa.select(*guilds.c).where(guilds.c.guild_id == guild_id))).one_or_none()
    return NEUTRAL if row is None else GuildBook(row.zone, row.log_channel_id)


def _put(tx: AsyncConnection, table: sa.Table, key: dict[str, Any], says: dict[str, Any]) -> sa.Insert:
    return insert(tx, table).values(key | says).on_conflict_do_update(index_elements=list(key), set_=says)


def _is(table: sa.Table, key: dict[str, Any]) -> sa.ColumnElement[bool]:
    return sa.and_(*(table.c[name] == value for name, value in key.items()))


def _of_subject(by: Decider, subject: Subject) -> dict[str, Any]:
    return {"guild_id": stored(by.guild_id), "scope": str(subject.scope), "subject_id": subject.id}


def _of_person(by: Decider, user_id: int | None) -> dict[str, Any]:
    whom = {} if user_id is None else {"user_id": user_id}
    return {"guild_id": stored(by.guild_id), **whom}


def _person(user_id: int | None) -> Subject | None:
    return None if user_id is None else Subject(Scope.USER, user_id)


def _guild_of(by: Decider) -> int:
    if by.guild_id is None:
        raise ValueError("the house has no zone and no log channel")
    return by.guild_id


def _columns(by: Decider, guild: GuildBook) -> tuple[dict[str, Any], dict[str, Any]]:
    """The key and the rest of a row of `guilds`."""
    return {"guild_id": _guild_of(by)}, {"zone": guild.zone, "log_channel_id": guild.log_channel_id}


def _channel_text(channel_id: int | None) -> str:
    return "" if channel_id is None else str(channel_id)


def _rule(row: sa.Row[Any]) -> Rule:
    subject = Subject(Scope(row.scope), row.subject_id)
    return Rule(guild_of(row.guild_id), subject, Unit(row.unit), Period(row.period), row.amount, row.hours)


def _permit(row: sa.Row[Any]) -> Permit:
    subject = Subject(Scope(row.scope), row.subject_id)
    return Permit(guild_of(row.guild_id), subject, Choice(row.choice), tuple(json.loads(row.permitted)))
