"""What the conductors ask of the rows about paintings; that one is used happens in the transaction of `Book.place`."""

from typing import Protocol

from bot.domain.painting import Painting
from bot.domain.request import EditRequest


class Paintings(Protocol):
    """One verb, one transaction."""

    async def open_painting(self, request: EditRequest, expires_at: float) -> Painting:
        """A painting of picture 1, open, as the origin of its request.

        Of more than `MOST_PAINTINGS` of one member the oldest are given up.
        """

    async def painting(self, painting_id: int) -> Painting | None:
        """The painting as it is now."""
