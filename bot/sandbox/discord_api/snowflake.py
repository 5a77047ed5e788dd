"""Snowflakes: Discord's ids, which carry the moment they were made."""

from datetime import UTC, datetime

from bot.sandbox.clock import Clock

EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Mints ids that always grow, stamped with the sandbox's time."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def mint(self) -> int:
        """A new id, larger than every one before it."""
        stamped = (int(self._clock.now() * 1000) - EPOCH_MS) << 22
        self._last = max(stamped, self._last + 1)
        return self._last


def moment(snowflake: int) -> float:
    """Seconds since the Unix epoch at which an id was made."""
    return ((snowflake >> 22) + EPOCH_MS) / 1000


def iso(seconds: float) -> str:
    """A moment as Discord writes it: 2026-08-01T12:00:00.000000+00:00."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")
