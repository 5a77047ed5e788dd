"""What the process asks of the one who runs a job and decides when."""

from collections.abc import Awaitable, Callable
from typing import Protocol


class Dispatcher(Protocol):
    """Who runs a job and when."""

    def bind(self, work: Callable[[int], Awaitable[None]]) -> None:
        """What to call with a job's id; called again for the same job after a crash, never twice at once."""

    def wake(self) -> None:
        """There may be something new."""

    async def run(self) -> None:
        """Hand out tickets until `stop`, then return when every call in flight has."""

    def stop(self) -> None:
        """Hand out no more tickets."""
