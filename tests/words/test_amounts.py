"""Money and time, written."""

import pytest

from bot.words.amounts import dollars, dollars_left, duration, megabytes, price, roughly


@pytest.mark.parametrize(
    ("micro_usd", "text"),
    [
        (0, "$0.00"),
        (1, "$0.0001"),
        (4_200, "$0.0042"),
        (9_999, "$0.0100"),
        (10_000, "$0.01"),
        (50_000, "$0.05"),
        (52_700, "$0.06"),
        (5_000_000, "$5.00"),
        (1_234_567_890, "$1,234.57"),
    ],
)
def test_dollars(micro_usd: int, text: str) -> None:
    """A cost is rounded up to cents, and below a cent it is still not nothing."""
    assert dollars(micro_usd) == text


@pytest.mark.parametrize(("micro_usd", "text"), [(59_999, "$0.05"), (9_999, "$0.00"), (-5, "$0.00")])
def test_dollars_left(micro_usd: int, text: str) -> None:
    """What is left is rounded down and never less than nothing."""
    assert dollars_left(micro_usd) == text


@pytest.mark.parametrize(
    ("micro_usd", "text"),
    [
        (0, "$0.00"),
        (640, "$0.0007"),
        (5_880, "$0.006"),
        (52_680, "$0.053"),
        (199_680, "$0.20"),
        (40_000, "$0.04"),
        (1_250_400, "$1.25"),
    ],
)
def test_price(micro_usd: int, text: str) -> None:
    """A price list says what its vendor's says: the nearest tenth of a cent, and below one what it costs at most."""
    assert price(micro_usd) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (14.4, "14 s"), (60, "1 min"), (125, "2 min 5 s"), (3600, "1 h"), (3780, "1 h 3 min")],
)
def test_duration(seconds: float, text: str) -> None:
    """A duration has at most two units."""
    assert duration(seconds) == text


def test_megabytes() -> None:
    """A size is rounded up."""
    assert [megabytes(size) for size in (1, 1 << 20, (1 << 20) + 1)] == [1, 1, 2]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "10 s"),
        (22, "20 s"),
        (55, "1 min"),
        (58, "1 min"),
        (130, "2 min"),
        (1199, "20 min"),
        (1261, "30 min"),
        (4700, "1 h 20 min"),
        (86_400, "24 h"),
    ],
)
def test_roughly(seconds: float, text: str) -> None:
    """A guess is no finer than anybody can know, and never nothing."""
    assert roughly(seconds) == text


def test_other_languages() -> None:
    """Amounts and times are written as in the language that is named."""
    assert dollars(52_700, "de") == "0,06\u00a0$"
    assert dollars_left(59_999, "de") == "0,05\u00a0$"
    assert price(52_680, "de") == "0,053\u00a0$"
    assert dollars(1, "de") == "0,0001\u00a0$"
    assert [duration(125, "zh-CN"), roughly(4700, "zh-CN")] == ["2 分 5 秒", "1 小时 20 分"]
