"""When the window of an allowance begins and ends: midnight to midnight in a time zone, or the last hours."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.quota.allowance import Allowance, Period, Window

HOUR_S = 3600


def zone_named(name: str) -> tzinfo:
    """The time zone of that IANA name, such as "Europe/Vienna". Raises `ValueError` for no such zone."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ValueError(name) from exc


def window(allowance: Allowance, now: float, zone: tzinfo = UTC) -> Window:
    """The window of the allowance that is open now. A grant has the window that it was given, so none here."""
    if allowance.period is Period.ROLLING:
        starts_at = int(now) // HOUR_S * HOUR_S
        return Window(allowance, starts_at, starts_at + (allowance.hours + 1) * HOUR_S)
    day = datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    match allowance.period:
        case Period.DAY:
            first, following = day, _days_later(day, 1)
        case Period.WEEK:
            first = _days_later(day, -day.weekday())
            following = _days_later(first, 7)
        case Period.MONTH:
            first = day.replace(day=1)
            following = _days_later(first, 32).replace(day=1)
        case _:
            raise ValueError(allowance.period)
    return Window(allowance, int(first.timestamp()), int(following.timestamp()))


def _days_later(day: datetime, days: int) -> datetime:
    # Arithmetic on the wall clock: a day of 23 or 25 hours is one day.
    return day + timedelta(days=days)
