"""Allowances: windows, holds and the sentences of their refusals."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.errors import HouseSpent, ImagesSpent, MoneySpent, Refused
from bot.domain.quota import HOUSE, Allowance, Balance, Limits, Line, Period, Unit, allowances, hold, refusal, window

LIMITS = Limits(images_per_day=20, micro_usd_per_month=5_000_000, house_micro_usd_per_month=50_000_000)


def at(text: str) -> float:
    """Seconds since the epoch of a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def allowance(period: Period) -> Allowance:
    """An allowance of this period."""
    return Allowance("user:42", Unit.IMAGES, period, 20)


@pytest.mark.parametrize(
    ("period", "now", "starts", "ends"),
    [
        (Period.DAY, "2026-11-20 13:45:10.5", "2026-11-20", "2026-11-21"),
        (Period.DAY, "2026-11-20 00:00:00", "2026-11-20", "2026-11-21"),
        (Period.DAY, "2026-11-20 23:59:59.999", "2026-11-20", "2026-11-21"),
        (Period.DAY, "2026-12-31 12:00:00", "2026-12-31", "2027-01-01"),
        (Period.DAY, "2028-02-28 12:00:00", "2028-02-28", "2028-02-29"),
        (Period.DAY, "2026-03-29 12:00:00", "2026-03-29", "2026-03-30"),
        (Period.DAY, "2026-10-25 12:00:00", "2026-10-25", "2026-10-26"),
        (Period.MONTH, "2026-11-20 13:45:10.5", "2026-11-01", "2026-12-01"),
        (Period.MONTH, "2026-11-01 00:00:00", "2026-11-01", "2026-12-01"),
        (Period.MONTH, "2026-11-30 23:59:59.999", "2026-11-01", "2026-12-01"),
        (Period.MONTH, "2026-12-31 23:59:59", "2026-12-01", "2027-01-01"),
        (Period.MONTH, "2027-02-28 23:59:59", "2027-02-01", "2027-03-01"),
        (Period.MONTH, "2028-02-29 12:00:00", "2028-02-01", "2028-03-01"),
        (Period.MONTH, "2026-01-31 12:00:00", "2026-01-01", "2026-02-01"),
    ],
)
def test_a_window_is_the_day_or_month_in_utc(period: Period, now: str, starts: str, ends: str) -> None:
    """Windows begin and end at midnight UTC: over year's end, in February, and on days when clocks change elsewhere."""
    found = window(allowance(period), at(now))

    assert (found.starts_at, found.ends_at) == (at(starts), at(ends))


@given(now=some.floats(min_value=0, max_value=4_000_000_000), period=some.sampled_from(Period))
def test_every_moment_lies_in_its_window_and_windows_touch(now: float, period: Period) -> None:
    """There is no moment without a window, and none in two: the end of one is the start of the next."""
    found = window(allowance(period), now)

    assert found.starts_at <= now < found.ends_at
    assert window(allowance(period), found.ends_at).starts_at == found.ends_at
    assert window(allowance(period), found.ends_at - 1) == found


def test_an_edit_has_to_fit_the_members_allowances_and_the_houses() -> None:
    """A hold has a line for the member's pictures of the day, the member's money and the house's money of the month."""
    lines = hold(LIMITS, 42, at("2026-11-20 13:45:10"), images=3, micro_usd=160_000)

    assert [(line.window.allowance.account, line.window.allowance.unit, line.amount) for line in lines] == [
        ("user:42", Unit.IMAGES, 3),
        ("user:42", Unit.MICRO_USD, 160_000),
        (HOUSE, Unit.MICRO_USD, 160_000),
    ]
    assert [line.window.allowance.limit for line in lines] == [20, 5_000_000, 50_000_000]
    assert [line.window.ends_at for line in lines] == [at("2026-11-21"), at("2026-12-01"), at("2026-12-01")]


def test_members_have_accounts_of_their_own_and_share_the_house() -> None:
    """Two members share nothing but the operator's cap."""
    ann, bob = ({one.account for one in allowances(LIMITS, user)} for user in (1, 2))

    assert ann & bob == {HOUSE}


@pytest.mark.parametrize(("used", "held", "left"), [(0, 0, 20), (5, 3, 12), (17, 3, 0), (25, 0, -5)])
def test_what_is_left_is_the_limit_without_what_is_used_and_held(used: int, held: int, left: int) -> None:
    """A hold counts like a charge until it ends; a lowered limit may leave less than nothing."""
    assert Balance(window(allowance(Period.DAY), 0.0), used, held).left == left


@pytest.mark.parametrize(
    ("place", "left", "kind", "fields"),
    [
        (0, 2, ImagesSpent, {"need": 3, "left": 2, "limit": 20, "resets_at": int(at("2026-11-21"))}),
        (0, -5, ImagesSpent, {"need": 3, "left": 0, "limit": 20, "resets_at": int(at("2026-11-21"))}),
        (1, 9, MoneySpent, {"need": 160_000, "left": 9, "limit": 5_000_000, "resets_at": int(at("2026-12-01"))}),
        (2, 9, HouseSpent, {"resets_at": int(at("2026-12-01"))}),
    ],
)
def test_a_refusal_says_what_is_left_and_when_there_is_more(
    place: int, left: int, kind: type[Refused], fields: dict[str, int]
) -> None:
    """Each spent allowance has its sentence; the house's tells members no amounts."""
    line: Line = hold(LIMITS, 42, at("2026-11-20 13:45:10"), images=3, micro_usd=160_000)[place]

    no = refusal(line, left)

    assert type(no) is kind
    assert no.fields == fields
