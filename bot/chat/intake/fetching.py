"""Pictures from wherever they were found to our disk: all of them or none, or as many of them as come."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bot.chat.intake.download import Downloads, FreshLink, Offered, no_fresh_link
from bot.chat.intake.finder import Picture, bytes_of, name_of
from bot.domain.errors import FileEmpty, FileTooBig, Refused
from bot.domain.gathering import Gathered
from bot.domain.request import InputFile
from bot.words.amounts import MIB, megabytes
from bot.workflow.ports import Blobs


@dataclass(frozen=True, slots=True)
class Caps:
    """The most that is fetched: of one file, and for one edit, in bytes."""

    file: int = 50 * MIB
    edit: int = 200 * MIB


Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Fetching:
    """The way to the disk. What is there already is only named."""

    blobs: Blobs
    downloads: Downloads
    caps: Caps
    fresh_link: FreshLink = no_fresh_link

    def check(self, pictures: Sequence[Picture]) -> None:
        """Raises `FileEmpty`, or `FileTooBig` for all of them together, by what is known before a byte has come."""
        for one in pictures:
            if bytes_of(one) == 0:
                raise FileEmpty(name=name_of(one))
        self._check_sum(pictures, sum(bytes_of(one) or 0 for one in pictures))

    async def every(self, pictures: Sequence[Picture]) -> tuple[Gathered, ...]:
        """All of them, in their order. Raises the `Refused` that names the one that does not come."""
        kept = await self._side_by_side(pictures, self._keep)
        self._check_sum(pictures, sum(one.file.bytes for one in kept))
        return kept

    async def whichever(self, pictures: Sequence[Picture]) -> tuple[tuple[Picture, Gathered], ...]:
        """Those of them that can be had, together as large as an edit may be.

        Raises `Refused` where none can, with what is wrong with the first.
        """
        refusals: list[Refused] = []

        async def keep(one: Picture, path: Path) -> Gathered | None:
            try:
                self.check([one])
                return await self._keep(one, path)
            except Refused as refusal:
                refusals.append(refusal)
                return None

        few = self._within(pictures)
        found = zip(few, await self._side_by_side(few, keep), strict=True)
        come = tuple((one, gathered) for one, gathered in found if gathered is not None)
        if refusals and not come:
            raise refusals[0]
        return come

    def _within(self, pictures: Sequence[Picture]) -> tuple[Picture, ...]:
        """The first of them, as many as may be fetched for one edit; what is not announced counts as the most."""
        few: list[Picture] = []
        left = self.caps.edit
        for one in pictures:
            size = bytes_of(one)
            left -= self.caps.file if size is None else size
            if left >= 0 or not few:
                few.append(one)
        return tuple(few)

    def _check_sum(self, pictures: Sequence[Picture], total: int) -> None:
        if total > self.caps.edit:
            name = ", ".join(dict.fromkeys(name_of(one) for one in pictures))
            raise FileTooBig(name=name, size=megabytes(total), limit=self.caps.edit // MIB)

    async def _side_by_side(
        self, pictures: Sequence[Picture], keep: Callable[[Picture, Path], Coroutine[Any, Any, Kept]]
    ) -> tuple[Kept, ...]:
        async with self.blobs.workshop() as folder:
            try:
                async with asyncio.TaskGroup() as group:
                    paths = [folder / str(place) for place in range(len(pictures))]
                    tasks = [group.create_task(keep(*one)) for one in zip(pictures, paths, strict=True)]
            except ExceptionGroup as several:
                raise several.exceptions[0] from None
        return tuple(task.result() for task in tasks)

    async def _keep(self, one: Picture, path: Path) -> Gathered:
        if not isinstance(one, Offered):
            return one
        size = await self.downloads.fetch(one, path, self.caps.file, self.fresh_link)
        file = InputFile(await self.blobs.keep(path), one.shown_name, size)
        return Gathered(file, one.author_id, one.spoiler, one.base)
