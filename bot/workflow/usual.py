"""How long edits of a kind usually take: measured, and of the whole model where there are too few of the kind."""

from collections.abc import Sequence
from typing import Protocol

from bot.domain.job import Job
from bot.domain.progress import typical_s

Kind = tuple[str, str | None, str | None]


class Measured(Protocol):
    """What is asked of the book."""

    async def latencies(self, model: str, quality: str | None, size: str | None) -> Sequence[float]:
        """How many seconds the last fifty such jobs took from being sent to their end, the newest first."""


def kind_of(job: Job) -> Kind:
    """What an edit's time hangs on: its model, quality and size."""
    return job.request.model, job.request.options.quality, job.request.options.size


async def usual_s(book: Measured, kind: Kind) -> float | None:
    """The seconds from being sent to the end; None where too few were measured."""
    if (typical := typical_s(await book.latencies(*kind))) is not None:
        return typical
    return typical_s(await book.latencies(kind[0], None, None))
