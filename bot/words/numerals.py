"""Numbers and amounts of money as each language writes them: "1,234" and "$5.00", "1.234" and "5,00 $"."""

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from bot.words.language import ENGLISH, SPOKEN

if TYPE_CHECKING:  # Babel is imported where it is needed, as in `language`
    from babel import Locale

NARROW = "\u00a0"  # a space at which no line is broken


def number(count: int, locale: str = ENGLISH) -> str:
    """ "1,234", "1.234" or "1 234"."""
    if locale not in SPOKEN:
        return f"{count:,}"
    from babel.numbers import format_decimal  # see above

    return format_decimal(count, locale=_conventions(locale))


def us_dollars(amount: Decimal, digits: int, locale: str = ENGLISH) -> str:
    """So many dollars, with so many digits behind the point: "$5.00", "5,00 $", "US$5.00"."""
    if locale not in SPOKEN:
        return f"${amount:,.{digits}f}"
    from babel.numbers import format_currency

    here = _conventions(locale)
    pattern = re.sub(r"(?<=\.)0+", "0" * digits, here.currency_formats["standard"].pattern)
    text = format_currency(amount, "USD", pattern, here, currency_digits=False)
    return re.sub(r"(?<=[A-Z])(?=\d)", NARROW, text)  # Spanish in America says USD, and CLDR leaves the space to us


@cache
def _conventions(locale: str) -> "Locale":
    from babel import Locale  # see above

    return Locale.parse(locale, sep="-")
