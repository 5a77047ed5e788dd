"""Money, time and sizes as people write them."""

CENT = 10_000
MIB = 1024 * 1024


def dollars(micro_usd: int) -> str:
    """What something costs: cents, rounded up; below a cent four decimals, so that it is never shown as nothing."""
    if 0 < micro_usd < CENT:
        return f"${-(-micro_usd // 100) / 10_000:.4f}"
    return _cents(-(-micro_usd // CENT))


def dollars_left(micro_usd: int) -> str:
    """What can still be spent: cents, rounded down."""
    return _cents(max(0, micro_usd) // CENT)


def price(micro_usd: int) -> str:
    """What one of something costs, as price lists say it: to a tenth of a cent, and finer only below that."""
    if micro_usd < CENT // 10:
        return dollars(micro_usd)
    tenths = (micro_usd + 500) // 1000
    text = f"${tenths // 1000:,}.{tenths % 1000:03d}"
    return text[:-1] if text.endswith("0") else text


def duration(seconds: float) -> str:
    """ "14 s", "2 min 5 s", "1 h 3 min"."""
    whole = max(1, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def roughly(seconds: float) -> str:
    """A guess as people say it: "10 s", "50 s", "2 min", "1 h 20 min"; no finer than anybody can know."""
    if seconds <= 55:
        return duration(max(1, round(seconds / 10)) * 10)
    minutes = max(1, round(seconds / 60))
    return duration((minutes if minutes < 20 else -(-minutes // 10) * 10) * 60)


def megabytes(size: int) -> int:
    """Bytes as whole mebibytes, rounded up, the unit that Discord calls MB."""
    return -(-size // MIB)


def _cents(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"
