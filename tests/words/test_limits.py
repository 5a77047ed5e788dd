"""Limits, said."""

import pytest

from bot.domain.quota import HOUSE, Allowance, Period, Rule, Scope, Subject, Unit, guild_account, user_account
from bot.words import limits

EN = "en-US"


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ((Unit.IMAGES, Period.DAY, 20, 0), "20 pictures a day"),
        ((Unit.IMAGES, Period.WEEK, 1, 0), "1 picture a week"),
        ((Unit.MICRO_USD, Period.MONTH, 5_000_000, 0), "$5.00 a month"),
        ((Unit.IMAGES, Period.ROLLING, 1_000_000, 12), "1,000,000 pictures in 12 hours"),
        ((Unit.MICRO_USD, Period.ROLLING, 250_000, 1), "$0.25 in 1 hour"),
        ((Unit.IMAGES, Period.DAY, 0, 0), "none at all"),
        ((Unit.IMAGES, Period.DAY, None, 0), "no limit"),
    ],
)
def test_rule_limit(rule: tuple[Unit, Period, int | None, int], said: str) -> None:
    """A limit says how much in which time; nothing and no limit are told apart."""
    unit, period, most, hours = rule

    assert limits.rule_limit(Rule(7, Subject(Scope.EVERYONE), unit, period, most, hours), EN) == said


@pytest.mark.parametrize(
    ("allowance", "said"),
    [
        (Allowance(user_account(1), Unit.IMAGES, Period.DAY, 2), "Pictures a day"),
        (Allowance(user_account(1, 7), Unit.MICRO_USD, Period.ROLLING, 2, 5), "Money in 5 hours"),
        (Allowance(guild_account(7), Unit.MICRO_USD, Period.MONTH, 2), "This server: money a month"),
        (Allowance(guild_account(7, by_house=True), Unit.MICRO_USD, Period.MONTH, 2), "This server: money a month"),
        (Allowance(HOUSE, Unit.MICRO_USD, Period.MONTH, 2), "Money a month"),
    ],
)
def test_heading(allowance: Allowance, said: str) -> None:
    """What an allowance counts, over which time, and whether it is shared with the whole server."""
    assert limits.heading(allowance, EN) == said


def test_every_period_has_words() -> None:
    """There is no kind of window that cannot be said."""
    for period in Period:
        assert limits.span(period, 2, EN)
