"""Limits as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.ruling import amount
from bot.domain.errors import OutOfBounds
from bot.domain.quota import Unit


@pytest.mark.parametrize(
    ("unit", "text", "number"),
    [
        (Unit.IMAGES, "20", 20),
        (Unit.IMAGES, " 1,000,000 ", 1_000_000),
        (Unit.IMAGES, "-1", -1),
        (Unit.IMAGES, "1" + "0" * 30, 10**30),
        (Unit.MICRO_USD, "5", 5_000_000),
        (Unit.MICRO_USD, "$2.50", 2_500_000),
        (Unit.MICRO_USD, "$ 1,234.5", 1_234_500_000),
        (Unit.MICRO_USD, "0.000001", 1),
        (Unit.MICRO_USD, "-0.5", -500_000),
    ],
)
def test_amount(unit: Unit, text: str, number: int) -> None:
    """Pictures are whole, dollars become micro-dollars, exactly; how large a number is, is judged elsewhere."""
    assert amount(unit, text) == number


@pytest.mark.parametrize("text", ["", "$", "2,50", "1,00", "1e9", "inf", "0x10", "1_000", "٣", "5 USD", "1.2.3", "--1"])
@pytest.mark.parametrize("unit", Unit)
def test_no_number(unit: Unit, text: str) -> None:
    """What could be read in two ways, or in none, is refused with the bounds."""
    with pytest.raises(OutOfBounds):
        amount(unit, text)


@given(st.text(max_size=400), st.sampled_from(Unit))
def test_whatever_is_typed(text: str, unit: Unit) -> None:
    """Whatever somebody types is a number of bounded length, or refused."""
    try:
        assert abs(amount(unit, text)) < 10**50
    except OutOfBounds as refusal:
        assert set(refusal.fields) == {"what", "low", "high"}  # noqa: PT017 - both ends are right


@given(st.integers(0, 10**12))
def test_exact(micro_usd: int) -> None:
    """No micro-dollar is lost between the text and the number."""
    assert amount(Unit.MICRO_USD, f"{micro_usd // 10**6}.{micro_usd % 10**6:06d}") == micro_usd
