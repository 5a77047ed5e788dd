"""The decoder: what the other rooms ask of pictures, done by processes that may die of them."""

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from bot.domain.catalog import Polarity
from bot.domain.errors import Failed
from bot.images.pool import Limits, Pool
from bot.images.tasks import SUFFIXES, Made, MaskTask, PictureTask, ProbeTask, Task, VerifyTask, named
from bot.workflow.ports import Preparation, Prepared, Probe, SendFile, Source

_RESULT = "result"
_LARGE_PIXELS = 16_000_000  # above it one picture is decoded at a time, for each takes hundreds of megabytes
_Answer = TypeVar("_Answer", Probe, Made)


class Decoder:
    """Looks into pictures by child processes; implements `Pictures`. Nothing is started before the first question."""

    def __init__(self, size: int = 2, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._pool = Pool(size, self._limits)
        self._large = asyncio.Semaphore(1)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Kill the children. Questions that are open, and later ones, raise `Stopping`."""
        await self._pool.aclose()

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the children that live."""
        return self._pool.pids

    async def probe(self, source: Source) -> Probe:
        """Read the header only. Raises the `Refused` that names the file and what is wrong with it."""
        return await self._ask(ProbeTask(_absolute(source.path), source.name), Probe, self._limits.header_s)

    async def verify(self, path: Path) -> Probe:
        """Decode a result wholly. Raises `Refused` where it is no whole PNG, JPEG or WebP."""
        seen = await self.probe(Source(path, _RESULT))
        async with self._gate(seen):
            return await self._ask(VerifyTask(_absolute(path), _RESULT), Probe, self._limits.verify_s)

    async def prepare(self, preparation: Preparation) -> Prepared:
        """Decode everything and write what is sent. Raises the `Refused` that names the file.

        All headers are read before the first pixel, so that a bad file among good ones is refused at once. One
        picture is one task, so that time runs for each and a trouble has the right name.
        """
        probes = [await self.probe(source) for source in preparation.pictures]
        mask_probe = await self.probe(preparation.mask) if preparation.mask else None
        pictures: list[SendFile] = []
        mask: SendFile | None = None
        for place, seen in enumerate(probes):
            task = _picture_task(preparation, place)
            made = await self._make(task, seen)
            pictures.append(_send_file(task.target, made))
            if place == 0 and preparation.mask and mask_probe:
                mask_task = _mask_task(preparation, preparation.mask, made)
                mask = _send_file(mask_task.target, await self._make(mask_task, mask_probe))
        return Prepared(tuple(pictures), mask)

    async def _make(self, task: PictureTask | MaskTask, seen: Probe) -> Made:
        async with self._gate(seen):
            return await self._ask(task, Made, self._limits.prepare_s)

    async def _ask(self, task: Task, expected: type[_Answer], seconds: float) -> _Answer:
        answer = await self._pool.ask(task, seconds)
        if not isinstance(answer, expected):
            raise Failed
        return answer

    def _gate(self, seen: Probe) -> AbstractAsyncContextManager[None]:
        return self._large if seen.width * seen.height > _LARGE_PIXELS else nullcontext()


def _picture_task(preparation: Preparation, place: int) -> PictureTask:
    """With a mask, picture 1 is a PNG whatever the card lists beside it."""
    source = preparation.pictures[place]
    masked = preparation.mask is not None and place == 0
    return PictureTask(
        _absolute(source.path),
        source.name,
        target=_absolute(preparation.folder / f"image_{place}"),
        formats=("png",) if masked else preparation.formats,
        most_bytes=preparation.picture_bytes,
        square=preparation.square,
        model=preparation.model,
    )


def _mask_task(preparation: Preparation, mask: Source, first: Made) -> MaskTask:
    return MaskTask(
        _absolute(mask.path),
        mask.name,
        target=_absolute(preparation.folder / "mask"),
        most_bytes=preparation.mask_bytes,
        square=preparation.square,
        model=preparation.model,
        width=first.upright_width,
        height=first.upright_height,
        fit_width=first.width,
        fit_height=first.height,
        white=preparation.mask_polarity is Polarity.WHITE,
    )


def _send_file(target: str, made: Made) -> SendFile:
    if made.format not in SUFFIXES:
        raise Failed
    path = named(Path(target), made.format)
    return SendFile(path, path.name, f"image/{made.format}", made.width, made.height, made.bytes)


def _absolute(path: Path) -> str:
    return str(path.absolute())
