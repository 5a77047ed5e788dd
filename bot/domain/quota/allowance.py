"""Allowances: how much an account may make or spend in a window, and what a hold asks of them."""

from dataclasses import dataclass, field
from enum import StrEnum

HOUSE = "house"


class Unit(StrEnum):
    """What an allowance counts."""

    IMAGES = "images"
    MICRO_USD = "micro_usd"


class Period(StrEnum):
    """What kind of window an allowance has: calendar ones in the guild's time zone, the last hours, or a grant."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    ROLLING = "rolling"
    GRANT = "grant"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much an account may use of a unit in each window; a limit of 0 means never.

    Accounts are "user:42" (a member by the house's own rules), "user:42@7" (the same in guild 7, by its rules),
    "guild:7" and "guild:7@7" (a whole server, likewise) and the operator's own, "house". `hours` is the length of a
    rolling window, else 0.
    """

    account: str
    unit: Unit
    period: Period
    limit: int
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """An allowance in one window; `starts_at` and `ends_at` are seconds since the epoch, the end not included.

    A rolling allowance is kept in buckets of an hour: `starts_at` is that of the hour, and `ends_at` when its last
    second leaves the window. What counts is the sum of all buckets that have not ended.
    """

    allowance: Allowance
    starts_at: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class Demand:
    """A part of a hold: so much of a unit, from the grants first, in their order, the rest from the window."""

    window: Window
    amount: int
    grants: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Balance:
    """A window with what is used of it and what is held; what is left may be negative after a limit was lowered.

    `frees_at` is, of a rolling window of which something is taken, when the oldest hour that counts leaves it.
    """

    window: Window
    used: int
    held: int
    frees_at: int | None = field(default=None, compare=False)

    @property
    def left(self) -> int:
        """What a new edit can still take."""
        return self.window.allowance.limit - self.used - self.held

    @property
    def resets_at(self) -> int:
        """When there is more."""
        return self.window.ends_at if self.frees_at is None else self.frees_at


def user_account(user_id: int, guild_id: int | None = None) -> str:
    """The account of a member: by the house's rules the same in every server, by a guild's rules its own."""
    return f"user:{user_id}" if guild_id is None else f"user:{user_id}@{guild_id}"


def guild_account(guild_id: int, *, by_house: bool = False) -> str:
    """The account of a whole server, by its own rules or the house's."""
    return f"guild:{guild_id}" if by_house else f"guild:{guild_id}@{guild_id}"
