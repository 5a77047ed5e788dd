"""The servers' rows: how the bot behaves in each, its presets, and which it has left.

What is decided is decided in the council's turn, so that what the audit says was before is what was before. A preset's
prompt is not repeated there: it is gone when the preset is.
"""

import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.deed import Decider, Deed, Verb
from bot.domain.errors import TooManyPresets, ValueUnknown
from bot.domain.guild import GuildSettings, Setting, changed, value_of
from bot.domain.preset import Preset
from bot.domain.request import Options
from bot.storage.audit import NEUTRAL_ZONE, write
from bot.storage.council import TURN
from bot.storage.database import Database
from bot.storage.tables import guilds, presets
from bot.storage.turns import take_turns
from bot.storage.unbroken import unbroken
from bot.storage.upserts import insert
from bot.workflow.ports import Clock

NEUTRAL = GuildSettings()


class Guilds:
    """What is kept of servers beside their limits, in the rows of `database`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    # ── what its admins choose ──────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def settings(self, guild_id: int | None) -> GuildSettings:
        """How the bot behaves there; as most would have it outside of guilds."""
        if guild_id is None:
            return NEUTRAL
        async with self._database.reading() as tx:
            return await _settings(tx, guild_id)

    @unbroken
    async def change(self, by: Decider, setting: Setting, values: tuple[str, ...]) -> Deed:
        """Choose; no values are what holds where nobody chose. Raises `ValueUnknown`, and `ValueError` for the house.

        Ids are written as numbers, switches as "on" and "off".
        """
        guild_id = _guild_of(by)
        async with self._deciding() as (tx, at):
            old = await _settings(tx, guild_id)
            new = changed(old, setting, values)
            says = {"settings": settings_text(new)}
            row = insert(tx, guilds).values(guild_id=guild_id, zone=NEUTRAL_ZONE, **says)
            await tx.execute(row.on_conflict_do_update(index_elements=["guild_id"], set_=says))
            before, after = " ".join(value_of(old, setting)), " ".join(value_of(new, setting))
            return await write(tx, by, at, Verb.SETTING, what=str(setting), old=before, new=after)

    @unbroken
    async def presets(self, guild_id: int | None) -> tuple[Preset, ...]:
        """The guild's presets by name; none outside of guilds."""
        here = presets.c.guild_id == guild_id
        async with self._database.reading() as tx:
            found = [_preset(row) for row in await tx.execute(sa.select(*presets.c).where(here))]
        return tuple(sorted(found, key=lambda preset: preset.name.casefold()))

    @unbroken
    async def put_preset(self, by: Decider, preset: Preset, most: int) -> Deed:
        """Make it, or replace the one of its name. Raises `TooManyPresets`, and `ValueError` for the house."""
        guild_id, key, name = _guild_of(by), _key(preset.name), " ".join(preset.name.split())
        says = {
            "name": name,
            "prompt": preset.prompt,
            "model": preset.model,
            "options": json.dumps(asdict(preset.options)),
        }
        async with self._deciding() as (tx, at):
            there = await _names(tx, guild_id)
            if key not in there and len(there) >= most:
                raise TooManyPresets(limit=most)
            row = insert(tx, presets).values(guild_id=guild_id, name_key=key, **says)
            await tx.execute(row.on_conflict_do_update(index_elements=["guild_id", "name_key"], set_=says))
            return await write(tx, by, at, Verb.PRESET, what=name, old=there.get(key, ""), new=name)

    @unbroken
    async def drop_preset(self, by: Decider, name: str) -> Deed | None:
        """Take it away; None where there is none of this name. Raises `ValueError` for the house."""
        this = (presets.c.guild_id == _guild_of(by), presets.c.name_key == _key(name))
        async with self._deciding() as (tx, at):
            gone = await tx.scalar(sa.delete(presets).where(*this).returning(presets.c.name))
            return None if gone is None else await write(tx, by, at, Verb.UNPRESET, what=gone, old=gone)

    # ── where the bot is ────────────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def present(self, guild_ids: Collection[int]) -> frozenset[int]:
        """Note that the bot is in these guilds and in no others. Returns those that are new or were left before."""
        wanted = frozenset(guild_ids)
        async with self._database.writing() as tx:
            here = frozenset(await tx.scalars(sa.select(guilds.c.guild_id).where(guilds.c.left_at.is_(None))))
            came = [guild_id for guild_id in sorted(wanted - here) if await _note_joined(tx, guild_id)]
            for guild_id in sorted(here - wanted):
                await _note_left(tx, guild_id, self._clock.now())
        return frozenset(came)

    @unbroken
    async def joined(self, guild_id: int) -> bool:
        """Note that the bot came; False where it was noted before and has not left since."""
        async with self._database.writing() as tx:
            return await _note_joined(tx, guild_id)

    @unbroken
    async def left(self, guild_id: int) -> None:
        """Note that the bot went; what was chosen there is kept until `forget_left`."""
        async with self._database.writing() as tx:
            await _note_left(tx, guild_id, self._clock.now())

    async def forget_left(self, before: float) -> int:
        """Remove settings and presets of guilds that were left before then. Returns how many guilds."""
        count = await self._forget_left(before)
        if count:
            await self._database.tidy()
        return count

    @unbroken
    async def _forget_left(self, before: float) -> int:
        has_presets = sa.exists().where(presets.c.guild_id == guilds.c.guild_id)
        something = sa.or_(guilds.c.settings.is_not(None), has_presets)
        # The row is written to in any case, so that a guild to which the bot comes back meanwhile is seen to.
        empty = sa.update(guilds).where(guilds.c.left_at < before, something).values(settings=None)
        async with self._database.writing() as tx:
            gone = list(await tx.scalars(empty.returning(guilds.c.guild_id)))
            for guild_id in gone:
                await tx.execute(sa.delete(presets).where(presets.c.guild_id == guild_id))
        return len(gone)

    @asynccontextmanager
    async def _deciding(self) -> AsyncIterator[tuple[AsyncConnection, float]]:
        """A transaction in which nobody else decides anything, and its moment."""
        async with self._database.writing() as tx:
            await take_turns(tx, {TURN})
            yield tx, self._clock.now()


def settings_text(settings: GuildSettings) -> str | None:
    """Those of the settings that are not as most would have them, as JSON; None where all are."""
    chosen = {one: value_of(settings, one) for one in Setting if value_of(settings, one) != value_of(NEUTRAL, one)}
    return json.dumps(chosen) if chosen else None


def settings_from(text: str | None) -> GuildSettings:
    """The settings that were written by `settings_text`. One that this version does not know is as if nobody chose."""
    settings = NEUTRAL
    for name, values in json.loads(text or "{}").items():
        try:
            settings = changed(settings, Setting(name), tuple(values))
        except (ValueError, ValueUnknown):  # of a newer version, or one that knew more values
            continue
    return settings


async def _settings(tx: AsyncConnection, guild_id: int) -> GuildSettings:
    return settings_from(await tx.scalar(sa.select(guilds.c.settings).where(guilds.c.guild_id == guild_id)))


async def _names(tx: AsyncConnection, guild_id: int) -> dict[str, str]:
    """The names of the guild's presets by their keys."""
    question = sa.select(presets.c.name_key, presets.c.name).where(presets.c.guild_id == guild_id)
    return {row.name_key: row.name for row in await tx.execute(question)}


async def _note_joined(tx: AsyncConnection, guild_id: int) -> bool:
    """Whether that is new; of two who note it at once one is told so."""
    came = insert(tx, guilds).values(guild_id=guild_id, zone=NEUTRAL_ZONE)
    back = came.on_conflict_do_update(
        index_elements=["guild_id"], set_={"left_at": None}, where=guilds.c.left_at.is_not(None)
    )
    return (await tx.execute(back.returning(guilds.c.guild_id))).one_or_none() is not None


async def _note_left(tx: AsyncConnection, guild_id: int, at: float) -> None:
    """The first note stays, until the bot comes back."""
    went = insert(tx, guilds).values(guild_id=guild_id, zone=NEUTRAL_ZONE, left_at=at)
    await tx.execute(
        went.on_conflict_do_update(index_elements=["guild_id"], set_={"left_at": at}, where=guilds.c.left_at.is_(None))
    )


def _preset(row: sa.Row[Any]) -> Preset:
    return Preset(row.name, row.prompt, row.model, Options(**json.loads(row.options)))


def _key(name: str) -> str:
    """The name, however it is written."""
    return " ".join(name.split()).casefold()


def _guild_of(by: Decider) -> int:
    if by.guild_id is None:
        raise ValueError("the house has no settings and no presets")
    return by.guild_id
