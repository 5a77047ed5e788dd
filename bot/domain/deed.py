"""What somebody with a say has decided: one change of what others may do, kept with who, whom, old and new."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.quota import Subject, Unit

OPERATOR = 0  # the actor of what was done from the command line
MOST_IMAGES = 1_000_000
MOST_MICRO_USD = 1_000_000 * 1_000_000
MOST_HOURS = 8_760
LONGEST_GRANT_DAYS = 366


class Verb(StrEnum):
    """What was done."""

    SET = "set"  # a rule made or changed
    CLEAR = "clear"  # a rule taken away
    PERMIT = "permit"
    GRANT = "grant"
    RESET = "reset"  # what was used counts as not used
    BLOCK = "block"
    UNBLOCK = "unblock"
    PAUSE = "pause"
    RESUME = "resume"
    ZONE = "zone"
    LOG = "log"
    SETTING = "setting"  # how the bot behaves in the server
    PRESET = "preset"  # made or changed
    UNPRESET = "unpreset"  # taken away


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides, and for which guild; None is the whole house, and only the operator's."""

    actor_id: int
    guild_id: int | None


@dataclass(frozen=True, slots=True)
class Deed:
    """One line of the audit. `target` is None where it is about the guild or house itself; times since the epoch."""

    id: int
    at: float
    actor_id: int
    guild_id: int | None
    verb: Verb
    target: Subject | None
    what: str
    old: str
    new: str
    reason: str


@dataclass(frozen=True, slots=True)
class Gift:
    """A grant to be made: extra images or micro-USD for a user, until a moment."""

    user_id: int
    unit: Unit
    amount: int
    expires_at: int
    reason: str


@dataclass(frozen=True, slots=True)
class GuildBook:
    """What is noted of a guild: its time zone by name, and the channel that gets a line an edit."""

    zone: str = "UTC"
    log_channel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Spend:
    """One row of a report: what a member's edits of one day cost, in micro-USD, and how many there were."""

    day: str  # "2026-11-20", in the guild's time zone
    user_id: int
    edits: int
    images: int
    micro_usd: int
