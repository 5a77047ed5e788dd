"""What the conductors ask of the world: the time of day, and waiting."""

from typing import Protocol


class Clock(Protocol):
    """Time of day, and waiting."""

    def now(self) -> float:
        """Seconds since the epoch."""

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""
