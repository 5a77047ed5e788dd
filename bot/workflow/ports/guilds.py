"""What the conductors ask of the rows about servers: how the bot behaves in each, its presets, which it left."""

from collections.abc import Collection
from typing import Protocol

from bot.domain.deed import Decider, Deed
from bot.domain.guild import GuildSettings, Setting
from bot.domain.preset import Preset


class Guilds(Protocol):
    """Every verb that decides something is one transaction with its line in the audit, which it returns."""

    async def settings(self, guild_id: int | None) -> GuildSettings:
        """How the bot behaves there; as most would have it outside of guilds."""

    async def change(self, by: Decider, setting: Setting, values: tuple[str, ...]) -> Deed:
        """Choose; no values are what holds where nobody chose. Raises `ValueUnknown`.

        Ids are written as numbers, switches as "on" and "off".
        """

    async def presets(self, guild_id: int | None) -> tuple[Preset, ...]:
        """The guild's presets by name; none outside of guilds."""

    async def put_preset(self, by: Decider, preset: Preset, most: int) -> Deed:
        """Make it, or replace the one of its name. Raises `TooManyPresets`."""

    async def drop_preset(self, by: Decider, name: str) -> Deed | None:
        """Take it away; None where there is none of this name."""

    async def present(self, guild_ids: Collection[int]) -> frozenset[int]:
        """Note that the bot is in these guilds and in no others. Returns those that are new or were left before."""

    async def joined(self, guild_id: int) -> bool:
        """Note that the bot came; False where it was noted before and has not left since."""

    async def left(self, guild_id: int) -> None:
        """Note that the bot went; what was chosen there is kept until `forget_left`."""

    async def forget_left(self, before: float) -> int:
        """Remove settings and presets of guilds that were left before then. Returns how many guilds."""
