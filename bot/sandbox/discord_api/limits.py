"""Rate limits: a bucket per route and place, counted on the sandbox's clock and told in every answer's headers.

The numbers are those observed in practice (message create and edit: 5 per 5 s per channel); Discord documents none,
and a bot reads them from the headers.
"""

import hashlib
import math
import re
from dataclasses import dataclass

from bot.sandbox.clock import Clock
from bot.sandbox.discord_api.refusals import Json, Refusal

GLOBAL_PER_S = 50
PLACE = re.compile(r"^/(channels|guilds|webhooks|interactions)/(\d+)(/(?!callback)[^/]{20,})?")
NUMBERS = re.compile(r"/\d{5,}")

# method, path after the API's base, how many, per how many seconds
BUCKETS: tuple[tuple[str, re.Pattern[str], int, float], ...] = (
    ("POST", re.compile(r"^/channels/\d+/messages$"), 5, 5.0),
    ("PATCH", re.compile(r"^/channels/\d+/messages/\d+$"), 5, 5.0),
    ("DELETE", re.compile(r"^/channels/\d+/messages/\d+$"), 5, 1.0),
    ("POST", re.compile(r"^/webhooks/\d+/[^/]+$"), 5, 2.0),
    ("PATCH", re.compile(r"^/webhooks/\d+/[^/]+/messages/"), 5, 2.0),
    ("", re.compile(r""), 50, 1.0),
)
OLD_EDITS, OLD_EDITS_PER_S = 3, 6.0


@dataclass(slots=True)
class Window:
    """What was used of a bucket since it opened."""

    opened: float
    used: int = 0


class Limits:
    """Counts requests and refuses those over a limit."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._windows: dict[str, Window] = {}

    def take(self, method: str, path: str) -> dict[str, str]:
        """Count one request; the headers for its answer, or a 429 with `headers` among its extras."""
        _, pattern, limit, per = next(one for one in BUCKETS if one[0] in ("", method) and one[1].search(path))
        # Interaction callbacks are not bound to the global limit.
        if not path.startswith(("/interactions/", "/webhooks/")) and not self._fits("global", GLOBAL_PER_S, 1.0):
            raise limited(self._left("global", 1.0), "global")
        bucket = _bucket(method, path, pattern)
        key = f"{bucket}:{_place(path)}"
        fits = self._fits(key, limit, per)
        window = self._windows[key]
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - window.used)),
            "X-RateLimit-Reset": f"{window.opened + per:.3f}",
            "X-RateLimit-Reset-After": f"{self._left(key, per):.3f}",
            "X-RateLimit-Bucket": bucket,
        }
        if not fits:
            raise limited(self._left(key, per), "user", headers)
        return headers

    def edit_old(self, channel_id: int) -> None:
        """Count an edit of a message older than an hour: 3 per 6 s and channel, then 429 with 30046."""
        key = f"old:{channel_id}"
        if not self._fits(key, OLD_EDITS, OLD_EDITS_PER_S):
            raise limited(self._left(key, OLD_EDITS_PER_S), "user", code=30046)

    def _fits(self, key: str, limit: int, per: float) -> bool:
        now = self._clock.now()
        window = self._windows.get(key)
        if window is None or now - window.opened >= per:
            window = self._windows[key] = Window(now)
            self._forget(now)
        if window.used >= limit:
            return False
        window.used += 1
        return True

    def _left(self, key: str, per: float) -> float:
        return max(0.001, self._windows[key].opened + per - self._clock.now())

    def _forget(self, now: float) -> None:
        if len(self._windows) > 1000:
            self._windows = {key: one for key, one in self._windows.items() if now - one.opened < 60}


def limited(retry_after: float, scope: str, headers: dict[str, str] | None = None, code: int = 0) -> Refusal:
    """A 429 as Discord writes it: the wait in the body and, rounded up, in Retry-After."""
    waits = {"Retry-After": str(math.ceil(retry_after)), "X-RateLimit-Scope": scope}
    if scope == "global":
        waits["X-RateLimit-Global"] = "true"
    body: Json = {"retry_after": round(retry_after, 3), "global": scope == "global"}
    refusal = Refusal(code, status=429, message="You are being rate limited.", **body)
    refusal.headers = {**(headers or {}), **waits}
    return refusal


def _bucket(method: str, path: str, pattern: re.Pattern[str]) -> str:
    shape = pattern.pattern or NUMBERS.sub("/#", PLACE.sub(r"/\1", path))
    return hashlib.sha256(f"{method} {shape}".encode()).hexdigest()[:32]


def _place(path: str) -> str:
    match = PLACE.search(path)
    return match[0] if match else "-"
