"""What the conductors ask of the world: the time of day, waiting, and room on the disk."""

from typing import Protocol


class Clock(Protocol):
    """Time of day, and waiting."""

    def now(self) -> float:
        """Seconds since the epoch."""

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""


class Disk(Protocol):
    """The disk on which the house keeps everything."""

    async def free(self) -> tuple[int, int]:
        """How many bytes are free, and how many there are."""
