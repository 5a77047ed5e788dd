"""How long a provider asks to wait before the next call."""

import math
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

# The longest that is waited on request; OpenAI's SDKs draw the line at the same place.
LONGEST_S = 120.0

_UNITS_S = {"ms": 0.001, "s": 1.0, "sec": 1.0, "second": 1.0, "m": 60.0, "min": 60.0, "minute": 60.0, "h": 3600.0}
_AMOUNT = r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|secs?|seconds?|m|mins?|minutes?|h)(?![a-z])"
_REMAINING = "x-ratelimit-remaining-"
_IN_CHINESE = re.compile(r"(\d{1,5})\s*秒(?:后|钟后|之后)")
_IN_TEXT = re.compile(rf"try again in\s+((?:{_AMOUNT}\s*)+)", re.IGNORECASE)


def asked_wait(headers: Mapping[str, str], text: str, now: float) -> float | None:
    """Seconds from 0 to `LONGEST_S`, None where nothing readable is said. `now` is seconds since the epoch.

    `retry-after-ms` before `Retry-After` (seconds, a duration like 120ms, or a date), LiteLLM's copy of it, then
    OpenAI's "Please try again in 12s.", and last the moment at which a spent allowance is full again.
    """
    candidates = (
        _milliseconds(headers.get("retry-after-ms")),
        _delay(headers.get("retry-after"), now),
        _delay(headers.get("llm_provider-retry-after"), now),
        _in_text(text),
        _reset(headers),
    )
    said = [seconds for seconds in candidates if seconds is not None]
    return min(max(said[0], 0.0), LONGEST_S) if said else None


def _milliseconds(value: str | None) -> float | None:
    seconds = _number(value)
    return None if seconds is None else seconds / 1000


def _delay(value: str | None, now: float) -> float | None:
    if value is None:
        return None
    seconds = _number(value)
    if seconds is None:
        seconds = _duration(value)
    return _until(value, now) if seconds is None else seconds


def _number(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _duration(value: str) -> float | None:
    if not re.fullmatch(rf"\s*(?:{_AMOUNT}\s*)+", value.lower()):
        return None
    return sum(float(amount) * _UNITS_S[_singular(unit)] for amount, unit in re.findall(_AMOUNT, value.lower()))


def _singular(unit: str) -> str:
    return unit if unit in _UNITS_S else unit.removesuffix("s")


def _until(date: str, now: float) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() - now
    except (ValueError, OverflowError):
        return None


def _in_text(text: str) -> float | None:
    found = _IN_TEXT.search(text)
    if found:
        return _duration(found[1])
    chinese = _IN_CHINESE.search(text)
    return float(chinese[1]) if chinese else None


def _reset(headers: Mapping[str, str]) -> float | None:
    # x-ratelimit-remaining-requests and x-ratelimit-reset-requests, and so on for tokens and for input images.
    spent = (name for name, left in headers.items() if name.lower().startswith(_REMAINING) and left.strip() == "0")
    resets = (headers.get(f"x-ratelimit-reset-{name.lower().removeprefix(_REMAINING)}") for name in spent)
    said = [seconds for reset in resets if reset and (seconds := _duration(reset)) is not None]
    return max(said, default=None)
