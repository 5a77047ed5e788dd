"""The sandbox's clock: real time plus whatever was added by hand, so that twenty minutes can pass at once."""

import asyncio
import time


class Clock:
    """Tells the sandbox's time and lets it jump forward; everything in the sandbox that waits, waits on it."""

    def __init__(self) -> None:
        self._added = 0.0
        self._jumped = asyncio.Event()

    def now(self) -> float:
        """Seconds since the Unix epoch, in the sandbox's time."""
        return time.time() + self._added

    def advance(self, seconds: float) -> None:
        """Move the sandbox's time forward; whoever sleeps past it wakes at once."""
        if seconds < 0:
            raise ValueError("the sandbox's clock only goes forward")
        self._added += seconds
        self._jumped.set()
        self._jumped = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Return when that many sandbox seconds have passed, really or by a jump."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            jumped = self._jumped
            try:
                async with asyncio.timeout(left):
                    await jumped.wait()
            except TimeoutError:
                pass
