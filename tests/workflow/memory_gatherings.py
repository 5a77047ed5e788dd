"""Trays and pickers in memory, beside the book that keeps their files and forgets their members."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain.draft import DraftState
from bot.domain.errors import PaintingOver, TrayFull
from bot.domain.gathering import MOST_OPEN, Gathered, Picker, TrayPicture
from bot.domain.painting import Painting, PaintingState
from bot.domain.request import EditRequest
from bot.workflow.ports import Clock
from bot.workflow.ports import Gatherings as Port
from tests.standins import Steps

if TYPE_CHECKING:
    from tests.workflow.memory_book import MemoryBook

PAINTINGS_STAY_S, PICKERS_STAY_S = 86_400, 3600

Whose = tuple[int, int | None]


class Gathering:
    """The rows, which the book looks through as well."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.trays: dict[Whose, list[TrayPicture]] = {}
        self.pickers: dict[int, Picker] = {}
        self.paintings: dict[int, Painting] = {}
        self.closed_at: dict[int, float] = {}
        self.shares: dict[int, bool] = {}

    def blobs(self) -> set[str]:
        """The keys of the files in trays, and of those that open pickers are about."""
        now, found = self.clock.now(), set[str]()
        for tray in self.trays.values():
            found |= {one.picture.file.blob for one in tray if one.expires_at > now}
        for picker in self.pickers.values():
            if picker.state is DraftState.OPEN:
                request = picker.request
                found |= {one.file.blob for one in picker.candidates}
                found |= {file.blob for file in (*request.pictures, request.mask) if file}
        for painting in self.paintings.values():
            if painting.state is PaintingState.OPEN and painting.expires_at > now:
                found |= {file.blob for file in (*painting.request.pictures, painting.request.mask) if file}
        return found

    def open_painting(self, painting_id: int, user_id: int) -> Painting:
        """The painting that may place an edit of this member. Raises `PaintingOver` where it is not open, or theirs."""
        one = self.paintings.get(painting_id)
        if one is None or one.state is not PaintingState.OPEN or one.request.user_id != user_id:
            raise PaintingOver
        return one

    def discard(self, job_id: int) -> None:
        """Take the results of this job out of every tray, and give up the open pickers that offer them."""
        for whose, tray in self.trays.items():
            self.trays[whose] = [one for one in tray if one.picture.base != job_id]
        for number, one in list(self.pickers.items()):
            if one.state is DraftState.OPEN and job_id in {picture.base for picture in one.candidates}:
                del self.pickers[number]
        offering = [one for one in self.paintings.values() if one.request.base == job_id]
        for painting in offering:
            if painting.state is PaintingState.OPEN:
                del self.paintings[painting.id]

    def forget(self, user_id: int) -> None:
        """Take out what the member gathered and chose, and the member's pictures of what others did."""
        self.shares.pop(user_id, None)
        self.trays = {
            whose: [one for one in tray if one.picture.author_id != user_id]
            for whose, tray in self.trays.items()
            if whose[0] != user_id
        }
        self.pickers = {
            number: one
            for number, one in self.pickers.items()
            if user_id not in {one.request.user_id, *(picture.author_id for picture in one.candidates)}
        }
        self.paintings = {
            number: one
            for number, one in self.paintings.items()
            if one.request.user_id != user_id and (one.state is not PaintingState.OPEN or one.request.lender != user_id)
        }


class MemoryGatherings:
    """What is gathered: in the memory of a book that counts its files as in use, or by itself."""

    def __init__(self, clock: Clock, book: "MemoryBook | None" = None) -> None:
        self.steps, self.clock = book.steps if book else Steps(), clock
        self.rows = book.gathered if book else Gathering(clock)
        self._numbers = {"tray": 0, "picker": 0}

    async def tray(self, user_id: int, guild_id: int | None) -> tuple[TrayPicture, ...]:
        now = self.clock.now()
        return tuple(one for one in self.rows.trays.get((user_id, guild_id), []) if one.expires_at > now)

    async def put(
        self, user_id: int, guild_id: int | None, pictures: Sequence[Gathered], expires_at: float, most: int
    ) -> tuple[TrayPicture, ...]:
        await self.steps.take("put")
        before = await self.tray(user_id, guild_id)
        there = {one.picture.file.blob for one in before}
        fresh: dict[str, Gathered] = {}
        for picture in pictures:
            if picture.file.blob not in there:
                fresh.setdefault(picture.file.blob, picture)
        if len(before) + len(fresh) > most:
            raise TrayFull(limit=most)
        added = [TrayPicture(self._number("tray"), picture, expires_at) for picture in fresh.values()]
        kept = [replace(one, expires_at=expires_at) for one in before]
        self.rows.trays[user_id, guild_id] = [*kept, *added]
        return await self.tray(user_id, guild_id)

    async def take_out(self, user_id: int, guild_id: int | None, picture_id: int) -> tuple[TrayPicture, ...]:
        await self.steps.take("take_out")
        rest = [one for one in self.rows.trays.get((user_id, guild_id), []) if one.id != picture_id]
        self.rows.trays[user_id, guild_id] = rest
        return await self.tray(user_id, guild_id)

    async def clear(self, user_id: int, guild_id: int | None) -> None:
        await self.steps.take("clear")
        self.rows.trays.pop((user_id, guild_id), None)

    async def open_picker(self, request: EditRequest, candidates: Sequence[Gathered], expires_at: float) -> Picker:
        await self.steps.take("open_picker")
        for before in self.rows.pickers.values():
            if before.request.origin == request.origin:
                return before
        picker = Picker(self._number("picker"), DraftState.OPEN, request, tuple(candidates), (), expires_at)
        self.rows.pickers[picker.id] = picker
        mine = [one for one in self.rows.pickers.values() if one.request.user_id == request.user_id]
        still_open = [one for one in mine if one.state is DraftState.OPEN]
        for one in still_open[:-MOST_OPEN]:
            self.rows.pickers[one.id] = replace(one, state=DraftState.DROPPED)
            self.rows.closed_at[one.id] = self.clock.now()
        return picker

    async def picker(self, picker_id: int) -> Picker | None:
        return self.rows.pickers.get(picker_id)

    async def choose(self, picker_id: int, chosen: tuple[int, ...]) -> Picker | None:
        await self.steps.take("choose")
        picker = self._open(picker_id)
        if picker is None or picker.expires_at <= self.clock.now():
            return None
        if len(set(chosen)) < len(chosen) or not set(chosen) <= set(range(len(picker.candidates))):
            raise ValueError("what is chosen is among the candidates, and once")
        self.rows.pickers[picker_id] = replace(picker, chosen=chosen)
        return self.rows.pickers[picker_id]

    async def close_picker(self, picker_id: int, state: DraftState) -> Picker | None:
        if state is DraftState.OPEN:
            raise ValueError("a picker is closed as agreed, dropped or expired")
        await self.steps.take("close_picker")
        picker = self._open(picker_id)
        if picker is None:
            return None
        self.rows.pickers[picker_id] = replace(picker, state=state)
        self.rows.closed_at[picker_id] = self.clock.now()
        return self.rows.pickers[picker_id]

    async def set_shares(self, user_id: int, *, shares: bool) -> None:
        await self.steps.take("set_shares")
        self.rows.shares[user_id] = shares

    async def unshared(self, user_ids: Collection[int]) -> frozenset[int]:
        return frozenset(user_id for user_id in user_ids if not self.rows.shares.get(user_id, True))

    async def sweep(self) -> int:
        await self.steps.take("sweep")
        now, count = self.clock.now(), 0
        for whose, tray in self.rows.trays.items():
            rest = [one for one in tray if one.expires_at > now]
            count += len(tray) - len(rest)
            self.rows.trays[whose] = rest
        ends = {one.id: self.rows.closed_at.get(one.id, one.expires_at) for one in self.rows.pickers.values()}
        over = [picker_id for picker_id, end in ends.items() if end <= now - PICKERS_STAY_S]
        for picker_id in over:
            del self.rows.pickers[picker_id]
        late = [one.id for one in self.rows.paintings.values() if one.expires_at <= now - PAINTINGS_STAY_S]
        for painting_id in late:
            del self.rows.paintings[painting_id]
        return count + len(over) + len(late)

    def _open(self, picker_id: int) -> Picker | None:
        picker = self.rows.pickers.get(picker_id)
        return picker if picker and picker.state is DraftState.OPEN else None

    def _number(self, of: str) -> int:
        self._numbers[of] += 1
        return self._numbers[of]


# A type checker reads here that the stand-in obeys its port.
OBEDIENT: type[Port] = MemoryGatherings
