"""Money, time and sizes as people write them, in English unless a language is named."""

from decimal import Decimal

from bot.words.language import ENGLISH, language
from bot.words.numerals import us_dollars

CENT = 10_000
MIB = 1024 * 1024


def dollars(micro_usd: int, locale: str = ENGLISH) -> str:
    """What something costs: cents, rounded up; below a cent four decimals, so that it is never shown as nothing."""
    if 0 < micro_usd < CENT:
        return us_dollars(Decimal(-(-micro_usd // 100)) / 10_000, 4, locale)
    return _cents(-(-micro_usd // CENT), locale)


def dollars_left(micro_usd: int, locale: str = ENGLISH) -> str:
    """What can still be spent: cents, rounded down."""
    return _cents(max(0, micro_usd) // CENT, locale)


def price(micro_usd: int, locale: str = ENGLISH) -> str:
    """What one of something costs, as price lists say it: to a tenth of a cent, and finer only below that."""
    if micro_usd < CENT // 10:
        return dollars(micro_usd, locale)
    tenths = (micro_usd + 500) // 1000
    return us_dollars(Decimal(tenths) / 1000, 3 if tenths % 10 else 2, locale)


def duration(seconds: float, locale: str = ENGLISH) -> str:
    """ "14 s", "2 min 5 s", "1 h 3 min"."""
    words, whole = language(locale), max(1, round(seconds))
    if whole < 60:
        return words.gettext("{seconds} s").format(seconds=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        said = words.gettext("{minutes} min {seconds} s") if rest else words.gettext("{minutes} min")
        return said.format(minutes=minutes, seconds=rest)
    hours, minutes = divmod(minutes, 60)
    said = words.gettext("{hours} h {minutes} min") if minutes else words.gettext("{hours} h")
    return said.format(hours=hours, minutes=minutes)


def roughly(seconds: float, locale: str = ENGLISH) -> str:
    """A guess as people say it: "10 s", "50 s", "2 min", "1 h 20 min"; no finer than anybody can know."""
    if seconds <= 55:
        return duration(max(1, round(seconds / 10)) * 10, locale)
    minutes = max(1, round(seconds / 60))
    return duration((minutes if minutes < 20 else -(-minutes // 10) * 10) * 60, locale)


def megabytes(size: int) -> int:
    """Bytes as whole mebibytes, rounded up, the unit that Discord calls MB."""
    return -(-size // MIB)


def _cents(cents: int, locale: str) -> str:
    return us_dollars(Decimal(cents) / 100, 2, locale)
