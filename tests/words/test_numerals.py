"""Numbers and amounts, as each language writes them."""

import subprocess
import sys
from decimal import Decimal

import pytest

from bot.words.language import SPOKEN
from bot.words.numerals import number, us_dollars


@pytest.mark.parametrize(
    ("locale", "text"),
    [("en-US", "1,234,567"), ("pl", "1,234,567"), ("de", "1.234.567"), ("fr", "1 234 567"), ("ja", "1,234,567")],
)
def test_number(locale: str, text: str) -> None:
    """Thousands are parted as in the language that the sentence around them is in."""
    assert number(1_234_567, locale).replace("\u202f", " ") == text


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en-US", "$1,234.50"),
        ("pl", "$1,234.50"),
        ("zh-CN", "US$1,234.50"),
        ("de", "1.234,50 $"),
        ("es-419", "USD 1,234.50"),
        ("pt-BR", "US$ 1.234,50"),
    ],
)
def test_us_dollars(locale: str, text: str) -> None:
    """They are US dollars everywhere, also where a bare sign would be taken for another dollar."""
    assert us_dollars(Decimal("1234.5"), 2, locale).replace("\u00a0", " ") == text


@pytest.mark.parametrize("locale", ["en-US", *SPOKEN])
def test_digits(locale: str) -> None:
    """No language drops or adds digits behind the point."""
    tiny, round_ = us_dollars(Decimal("0.0001"), 4, locale), us_dollars(Decimal(5), 2, locale)

    assert tiny.replace(",", ".").strip("UD$S\u00a0\u202f") == "0.0001"
    assert round_.replace(",", ".").strip("UD$S\u00a0\u202f") == "5.00"


def test_english_needs_no_babel() -> None:
    """The process that opens pictures writes amounts in English, and is spared from loading Babel."""
    code = "import sys; from bot.words.amounts import dollars; dollars(7); assert 'babel' not in sys.modules"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
