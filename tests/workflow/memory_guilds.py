"""The servers in memory: what their admins chose, with its lines in the audit of the council in memory."""

from collections.abc import Collection
from dataclasses import replace

from bot.domain.deed import Decider, Deed, Verb
from bot.domain.errors import TooManyPresets
from bot.domain.guild import GuildSettings, Setting, changed, value_of
from bot.domain.preset import Preset
from bot.workflow.ports import Clock, Guilds
from tests.standins import Steps
from tests.workflow.memory_book import MemoryBook
from tests.workflow.memory_council import MemoryCouncil


class MemoryGuilds:
    """How the bot behaves in each server, its presets, and where it is."""

    def __init__(self, clock: Clock, council: MemoryCouncil | None = None) -> None:
        self.council, self.clock = council or MemoryCouncil(MemoryBook(clock, Steps()), clock), clock
        self.chosen: dict[int, GuildSettings] = {}
        self.named: dict[int, dict[str, Preset]] = {}
        self.left_at: dict[int, float | None] = {}

    async def settings(self, guild_id: int | None) -> GuildSettings:
        return GuildSettings() if guild_id is None else self.chosen.get(guild_id, GuildSettings())

    async def change(self, by: Decider, setting: Setting, values: tuple[str, ...]) -> Deed:
        old, guild_id = await self.settings(by.guild_id), _guild(by)
        new = self.chosen[guild_id] = changed(old, setting, values)
        self.left_at.setdefault(guild_id, None)
        before, after = " ".join(value_of(old, setting)), " ".join(value_of(new, setting))
        return self.council.note(by, Verb.SETTING, what=setting, old=before, new=after)

    async def presets(self, guild_id: int | None) -> tuple[Preset, ...]:
        here = self.named.get(guild_id, {}) if guild_id is not None else {}
        return tuple(here[key] for key in sorted(here))

    async def put_preset(self, by: Decider, preset: Preset, most: int) -> Deed:
        here, key = self.named.setdefault(_guild(by), {}), _key(preset.name)
        if key not in here and len(here) >= most:
            raise TooManyPresets(limit=most)
        old, here[key] = here.get(key), replace(preset, name=" ".join(preset.name.split()))
        return self.council.note(by, Verb.PRESET, what=here[key].name, old=old.name if old else "", new=here[key].name)

    async def drop_preset(self, by: Decider, name: str) -> Deed | None:
        gone = self.named.get(_guild(by), {}).pop(_key(name), None)
        return None if gone is None else self.council.note(by, Verb.UNPRESET, what=gone.name, old=gone.name)

    async def present(self, guild_ids: Collection[int]) -> frozenset[int]:
        came = frozenset([guild_id for guild_id in sorted(guild_ids) if await self.joined(guild_id)])
        for guild_id in set(self.left_at) - set(guild_ids):
            await self.left(guild_id)
        return came

    async def joined(self, guild_id: int) -> bool:
        new = guild_id not in self.left_at or self.left_at[guild_id] is not None
        self.left_at[guild_id] = None
        return new

    async def left(self, guild_id: int) -> None:
        if self.left_at.get(guild_id) is None:
            self.left_at[guild_id] = self.clock.now()

    async def forget_left(self, before: float) -> int:
        late = {guild_id for guild_id, at in self.left_at.items() if at is not None and at < before}
        full = {one for one in late if self.chosen.get(one, GuildSettings()) != GuildSettings() or self.named.get(one)}
        for guild_id in full:
            self.chosen.pop(guild_id, None)
            self.named.pop(guild_id, None)
        return len(full)


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _guild(by: Decider) -> int:
    if by.guild_id is None:
        raise ValueError("the house has no settings and no presets")
    return by.guild_id


# A type checker reads here that the stand-in obeys its port.
OBEDIENT: type[Guilds] = MemoryGuilds
