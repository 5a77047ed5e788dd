"""Allowances: how much an account may make or spend in a window, and which of them an edit has to fit."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.domain.errors import HouseSpent, ImagesSpent, MoneySpent, Refused

HOUSE = "house"


class Unit(StrEnum):
    """What an allowance counts."""

    IMAGES = "images"
    MICRO_USD = "micro_usd"


class Period(StrEnum):
    """The calendar window of an allowance, in UTC."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Allowance:
    """How much an account may use of a unit in each window. Accounts are "user:42" and the operator's own, "house"."""

    account: str
    unit: Unit
    period: Period
    limit: int


@dataclass(frozen=True, slots=True)
class Window:
    """An allowance in one window; `starts_at` and `ends_at` are seconds since the epoch, the end not included."""

    allowance: Allowance
    starts_at: int
    ends_at: int


@dataclass(frozen=True, slots=True)
class Line:
    """A part of a hold: this much of this window."""

    window: Window
    amount: int


@dataclass(frozen=True, slots=True)
class Balance:
    """A window with what is used of it and what is held; what is left may be negative after a limit was lowered."""

    window: Window
    used: int
    held: int

    @property
    def left(self) -> int:
        """What a new edit can still take."""
        return self.window.allowance.limit - self.used - self.held


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of the house, from its settings; money in micro-USD."""

    images_per_day: int
    micro_usd_per_month: int
    house_micro_usd_per_month: int


def user_account(user_id: int) -> str:
    """The account of a member: the same in every server, so that leaving or renaming changes nothing."""
    return f"user:{user_id}"


def allowances(limits: Limits, user_id: int) -> tuple[Allowance, ...]:
    """Every allowance that an edit of this member has to fit."""
    account = user_account(user_id)
    return (
        Allowance(account, Unit.IMAGES, Period.DAY, limits.images_per_day),
        Allowance(account, Unit.MICRO_USD, Period.MONTH, limits.micro_usd_per_month),
        Allowance(HOUSE, Unit.MICRO_USD, Period.MONTH, limits.house_micro_usd_per_month),
    )


def window(allowance: Allowance, now: float) -> Window:
    """The window of the allowance that is open now."""
    moment = datetime.fromtimestamp(now, UTC)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if allowance.period is Period.DAY:
        return Window(allowance, int(day.timestamp()), int((day + timedelta(days=1)).timestamp()))
    first = day.replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    return Window(allowance, int(first.timestamp()), int(following.timestamp()))


def hold(limits: Limits, user_id: int, now: float, images: int, micro_usd: int) -> tuple[Line, ...]:
    """What has to be held, and where, before an edit of so many pictures and so much money is placed."""
    need = {Unit.IMAGES: images, Unit.MICRO_USD: micro_usd}
    return tuple(Line(window(one, now), need[one.unit]) for one in allowances(limits, user_id))


def refusal(line: Line, left: int) -> Refused:
    """The sentence for a hold that did not fit; money in it is micro-USD, which `words` shows as dollars."""
    allowance, resets_at = line.window.allowance, line.window.ends_at
    if allowance.account == HOUSE:
        return HouseSpent(resets_at=resets_at)
    kind = ImagesSpent if allowance.unit is Unit.IMAGES else MoneySpent
    return kind(need=line.amount, left=max(0, left), limit=allowance.limit, resets_at=resets_at)
