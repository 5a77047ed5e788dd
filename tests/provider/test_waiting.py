"""How long a provider asks to wait, in all the ways of saying so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.provider.waiting import LONGEST_S, asked_wait

# Fri, 20 Nov 2026 12:00:00 GMT
NOW = 1_795_176_000.0


@pytest.mark.parametrize(
    ("headers", "text", "seconds"),
    [
        ({}, "", None),
        ({"retry-after": "12"}, "", 12.0),
        ({"retry-after": " 1.5 "}, "", 1.5),
        ({"retry-after": "0"}, "", 0.0),
        ({"retry-after": "-5"}, "", 0.0),
        ({"retry-after": "3600"}, "", LONGEST_S),
        ({"retry-after": "120ms"}, "", 0.12),
        ({"retry-after": "1m30s"}, "", 90.0),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:30 GMT"}, "", 30.0),
        ({"retry-after": "Fri, 20 Nov 2026 11:00:00 GMT"}, "", 0.0),
        ({"retry-after": "Fri, 20 Nov 2026 18:00:00 GMT"}, "", LONGEST_S),
        ({"retry-after": "soon"}, "", None),
        ({"retry-after": ""}, "", None),
        ({"retry-after": "nan"}, "", None),
        ({"retry-after": "inf"}, "", None),
        ({"retry-after-ms": "250"}, "", 0.25),
        ({"retry-after-ms": "250", "retry-after": "1"}, "", 0.25),
        ({"retry-after-ms": "x", "retry-after": "1"}, "", 1.0),
        ({"llm_provider-retry-after": "7"}, "", 7.0),
        ({"retry-after": "soon"}, "please try again in 12s.", 12.0),
        ({}, "Limit 5, Used 5, Requested 1. Please try again in 12s.", 12.0),
        ({}, "try again in 250ms", 0.25),
        ({}, "Please try again in 1m2.5s. Visit", 62.5),
        ({}, "please try again in 20 seconds", 20.0),
        ({}, "try again in 2 minutes", LONGEST_S),
        ({}, "try again in a while", None),
        ({"retry-after": "3"}, "try again in 12s", 3.0),
        ({}, "请求过于频繁，请 20 秒后再试", 20.0),
        ({"x-ratelimit-remaining-input-images": "0", "x-ratelimit-reset-input-images": "12s"}, "", 12.0),
        ({"X-RateLimit-Remaining-Tokens": "0", "x-ratelimit-reset-tokens": "120ms"}, "", 0.12),
        ({"x-ratelimit-remaining-requests": "3", "x-ratelimit-reset-requests": "12s"}, "", None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "soon"}, "", None),
        ({"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "9s", "retry-after": "1"}, "", 1.0),
    ],
)
def test_asked_wait(headers: dict[str, str], text: str, seconds: float | None) -> None:
    """Seconds, milliseconds, durations and dates are read; garbage is not; 120 s is the most."""
    assert asked_wait(headers, text, NOW) == (None if seconds is None else pytest.approx(seconds))


@given(value=st.text(max_size=40), text=st.text(max_size=80))
def test_nothing_upsets_it(value: str, text: str) -> None:
    """Whatever a header or a text says, the wait is none or within bounds."""
    seconds = asked_wait({"retry-after": value, "retry-after-ms": value}, f"try again in {text}", NOW)

    assert seconds is None or 0 <= seconds <= LONGEST_S
