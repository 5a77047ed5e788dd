"""How often the bot identifies itself to Discord: rarely enough that no crash loop can cost it its token.

Discord allows 1,000 identifies in 24 hours and resets the token of a bot that needs more
(discord.com/developers/docs/events/gateway#session-start-limit-object). So each one is written down before it is made:
the first of an hour are free, after them there is one every 90 seconds, however often the process starts anew.
"""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.workflow.ports import Clock

HOUR_S = 3600.0
PACE_S = 90.0
FREE_IN_AN_HOUR = 20
NAP_S = 2.0

log = structlog.get_logger()

Note = Callable[[float], Awaitable[None]]
Noted = Callable[[float], Awaitable[Sequence[float]]]


class TooOften(Exception):
    """It is too early to identify again: the connection has to be made anew, later."""


class Identifying:
    """Counts over restarts. `note` writes a time down, `noted` gives those since a time, the oldest first."""

    def __init__(self, clock: Clock, note: Note, noted: Noted, free: int = FREE_IN_AN_HOUR) -> None:
        self._clock, self._note, self._noted, self._free = clock, note, noted, free
        self._said = False
        self._looked: float | None = None
        self._uncounted: float | None = None  # when one was made, or tried, that could not be written down

    async def wait(self) -> None:
        """Return when the bot may identify itself. What is waited for is said once."""
        while (seconds := await self.left()) > 0:
            if not self._said:
                self._said = True
                log.warning("identify_waits", seconds=round(seconds), free_in_an_hour=self._free)
            await self._clock.sleep(min(seconds, NAP_S))
        self._said = False

    async def begin(self) -> None:
        """Count one that is made now. Raises `TooOften` where it is too early for it."""
        if await self.left() > 0:
            raise TooOften
        try:
            await self._note(self._clock.now())
        except Exception as fault:  # noqa: BLE001 - a disk that is full shall not keep the bot away, only make it slow
            log.warning("identify_not_counted", kind=type(fault).__name__)
            first, self._uncounted = self._uncounted is None, self._clock.now()
            if first:
                raise TooOften from None
        else:
            self._uncounted = None

    async def left(self) -> float:
        """The seconds until the next one, or less than none. A clock that was set back makes them no more than 90."""
        now = self._clock.now()
        if self._looked is None or self._looked > now:
            self._looked = now
        if self._uncounted is not None:
            self._uncounted = min(self._uncounted, now)
        made = await self._noted(now - HOUR_S)
        # One in the future is of before the clock was set back: it was made when we first looked, or earlier.
        last = [] if len(made) < self._free else [made[-1] if made[-1] <= now else self._looked]
        if self._uncounted is not None:
            last.append(self._uncounted)
        return max((one + PACE_S - now for one in last), default=0.0)
