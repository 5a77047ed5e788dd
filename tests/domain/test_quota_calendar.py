"""Windows: when they begin and end, in every zone and over every change of the clocks."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.quota import HOUR_S, Allowance, Period, Unit, window, zone_named

# Half hours, clocks that change at midnight, a day left out, half an hour of summer, and both ends of the date.
ZONES = (
    "UTC",
    "Europe/Vienna",
    "America/New_York",
    "America/Havana",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
CALENDAR = (Period.DAY, Period.WEEK, Period.MONTH)


def at(text: str, zone: str = "UTC") -> float:
    """Seconds since the epoch of a moment in a zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def allowance(period: Period, hours: int = 0) -> Allowance:
    """An allowance of this period."""
    return Allowance("user:42", Unit.IMAGES, period, 20, hours)


@pytest.mark.parametrize(
    ("period", "now", "starts", "ends"),
    [
        (Period.DAY, "2026-11-20 13:45:10.5", "2026-11-20", "2026-11-21"),
        (Period.DAY, "2026-11-20 00:00:00", "2026-11-20", "2026-11-21"),
        (Period.DAY, "2026-11-20 23:59:59.999", "2026-11-20", "2026-11-21"),
        (Period.DAY, "2026-12-31 12:00:00", "2026-12-31", "2027-01-01"),
        (Period.DAY, "2028-02-28 12:00:00", "2028-02-28", "2028-02-29"),
        (Period.WEEK, "2026-11-20 13:45:10.5", "2026-11-16", "2026-11-23"),
        (Period.WEEK, "2026-11-16 00:00:00", "2026-11-16", "2026-11-23"),
        (Period.WEEK, "2026-11-22 23:59:59.999", "2026-11-16", "2026-11-23"),
        (Period.WEEK, "2027-01-01 12:00:00", "2026-12-28", "2027-01-04"),
        (Period.MONTH, "2026-11-20 13:45:10.5", "2026-11-01", "2026-12-01"),
        (Period.MONTH, "2026-11-30 23:59:59.999", "2026-11-01", "2026-12-01"),
        (Period.MONTH, "2026-12-31 23:59:59", "2026-12-01", "2027-01-01"),
        (Period.MONTH, "2027-02-28 23:59:59", "2027-02-01", "2027-03-01"),
        (Period.MONTH, "2028-02-29 12:00:00", "2028-02-01", "2028-03-01"),
        (Period.MONTH, "2026-01-31 12:00:00", "2026-01-01", "2026-02-01"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Vienna", "Asia/Kathmandu"])
def test_a_window_is_the_day_week_or_month_of_its_zone(
    period: Period, now: str, starts: str, ends: str, zone: str
) -> None:
    """From midnight to midnight, from Monday to Monday, from the first to the first, as the zone's clocks show it."""
    found = window(allowance(period), at(now, zone), zone_named(zone))

    assert (found.starts_at, found.ends_at) == (at(starts, zone), at(ends, zone))


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-03-29", "Europe/Vienna", 23),
        ("2026-10-25", "Europe/Vienna", 25),
        ("2026-03-29", "UTC", 24),
        ("2026-04-05", "Australia/Lord_Howe", 24.5),
        ("2026-11-01", "America/Havana", 25),
        ("2026-04-24", "Africa/Cairo", 23),
    ],
)
def test_a_day_is_a_day_whatever_the_clocks_do(day: str, zone: str, hours: float) -> None:
    """A day of 23 or 25 hours is one window, and both of its ends are in it and not."""
    found = window(allowance(Period.DAY), at(f"{day} 12:00", zone), zone_named(zone))

    assert (found.ends_at - found.starts_at) / HOUR_S == hours
    assert window(allowance(Period.DAY), found.starts_at, zone_named(zone)) == found
    assert window(allowance(Period.DAY), found.ends_at - 1, zone_named(zone)) == found


@given(
    now=some.floats(min_value=0, max_value=4_000_000_000),
    period=some.sampled_from(CALENDAR),
    zone=some.sampled_from(ZONES),
)
def test_every_moment_lies_in_its_window_and_windows_touch(now: float, period: Period, zone: str) -> None:
    """There is no moment without a window, and none in two: the end of one is the start of the next."""
    found = window(allowance(period), now, zone_named(zone))

    assert found.starts_at <= now < found.ends_at
    assert window(allowance(period), found.ends_at, zone_named(zone)).starts_at == found.ends_at
    assert window(allowance(period), found.ends_at - 1, zone_named(zone)) == found


@given(now=some.floats(min_value=0, max_value=4_000_000_000), hours=some.integers(1, 8_760))
def test_a_rolling_window_is_kept_by_the_hour(now: float, hours: int) -> None:
    """An hour's bucket counts until its last second is so many hours old, never shorter."""
    found = window(allowance(Period.ROLLING, hours), now, zone_named("Asia/Kathmandu"))

    assert found.starts_at <= now < found.starts_at + HOUR_S
    assert found.ends_at == found.starts_at + HOUR_S + hours * HOUR_S
    assert found.starts_at % HOUR_S == 0


def test_a_grant_has_the_window_that_it_was_given() -> None:
    """No calendar opens one."""
    with pytest.raises(ValueError, match="grant"):
        window(allowance(Period.GRANT), 0.0)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "Europe", "../../etc/passwd", "/etc/passwd", "a\0b", "x" * 5000])
def test_a_zone_that_is_none(name: str) -> None:
    """Only the names of zones are looked up, and nothing else of the disk."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - it carries the name and nothing else
        zone_named(name)

    assert str(refused.value) == name


def test_utc_needs_no_table() -> None:
    """The house's own calendar works where no zones are installed."""
    assert zone_named("UTC") is UTC
