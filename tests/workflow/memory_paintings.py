"""Paintings in memory, in the memory of a book that uses them up."""

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.painting import MOST_PAINTINGS, Painting, PaintingState
from bot.domain.request import Door, EditRequest, Origin
from bot.workflow.ports.paintings import Paintings as Port

if TYPE_CHECKING:
    from tests.workflow.memory_book import MemoryBook


class MemoryPaintings:
    """The steps are "open_painting" and those of the book."""

    def __init__(self, book: "MemoryBook") -> None:
        self.steps, self.rows = book.steps, book.gathered
        self._number = 0

    async def open_painting(self, request: EditRequest, expires_at: float) -> Painting:
        await self.steps.take("open_painting")
        self._number += 1
        own = replace(request, origin=Origin(Door.PAINTER, self._number))
        painting = Painting(self._number, PaintingState.OPEN, own, expires_at)
        self.rows.paintings[painting.id] = painting
        mine = [one for one in self.rows.paintings.values() if one.request.user_id == request.user_id]
        for one in [one for one in mine if one.state is PaintingState.OPEN][:-MOST_PAINTINGS]:
            self.rows.paintings[one.id] = replace(one, state=PaintingState.DROPPED)
        return painting

    async def painting(self, painting_id: int) -> Painting | None:
        return self.rows.paintings.get(painting_id)


# A type checker reads here that the stand-in obeys its port.
OBEDIENT: type[Port] = MemoryPaintings
