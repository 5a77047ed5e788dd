"""The bell that wakes everyone in the sandbox who waits for something to happen."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

# The sandbox's clock moves by itself too, so a waiter looks again this often even when nothing rang.
LOOK_AGAIN_S = 0.25


class Bell:
    """Rung at every change; a waiter looks at the world again each time."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._closed = False

    @staticmethod
    def moment() -> float:
        """Real seconds on a clock that never jumps, for telling how long it has been quiet."""
        return asyncio.get_running_loop().time()

    def ring(self) -> None:
        """Wake all who wait."""
        self._rung.set()
        self._rung = asyncio.Event()

    def close(self) -> None:
        """End every wait, now and from now on: the server goes away."""
        self._closed = True
        self.ring()

    async def until(self, look: Callable[[], Found | None], timeout_s: float) -> Found | None:
        """What `look` finds as soon as it finds something; None after that many real seconds or at the end."""
        deadline = self.moment() + timeout_s
        while (found := look()) is None:
            left = deadline - self.moment()
            if left <= 0 or self._closed:
                return None
            await self._rings(min(left, LOOK_AGAIN_S))
        return found

    async def _rings(self, within_s: float) -> None:
        try:
            async with asyncio.timeout(within_s):
                await self._rung.wait()
        except TimeoutError:
            pass
