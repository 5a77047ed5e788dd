"""The decoder: what the other rooms ask of pictures, done by processes that may die of them."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import structlog

from bot.domain.catalog import Polarity
from bot.domain.deed import Spend
from bot.domain.errors import DiskFull, Failed, Stopping, Trouble
from bot.domain.gathering import MOST
from bot.images.pool import CHILD, Limits, Pool
from bot.images.tasks import (
    PLACES,
    SUFFIXES,
    Answer,
    ChartTask,
    CompareTask,
    Composed,
    FinishTask,
    LightenTask,
    Lighter,
    Made,
    MaskTask,
    PictureTask,
    ProbeTask,
    ReadMaskTask,
    Selected,
    SheetTask,
    Task,
    ThumbnailTask,
    VerifyTask,
    named,
)
from bot.words.report import ranking
from bot.workflow.ports import (
    Finished,
    Finishing,
    LighterCopy,
    MaskForm,
    MaskReading,
    Metrics,
    Preparation,
    Prepared,
    Probe,
    Rung,
    SendFile,
    Source,
)
from bot.workflow.silent import SILENT

log: Any = structlog.get_logger()

_RESULT, _FINISHED, _LIGHTER, _SHEET = "result", "finished", "lighter", "sheet"
_LARGE_PIXELS = 16_000_000  # above it one task is done at a time, for each takes hundreds of megabytes
_READABLE = frozenset(("png", "jpeg", "webp", "gif", "bmp", "tiff", "avif", "heic"))
_FORMS, _RUNGS = frozenset(MaskForm), frozenset(Rung)
_Answer = TypeVar("_Answer", Probe, Made, Selected, Composed, Lighter)


class Decoder:
    """Looks into pictures by child processes, and draws charts there; implements `Pictures` and `Charts`.

    Nothing is started before the first question. All headers of a question are read before the first pixel, so that a
    bad file among good ones is refused at once.
    `program` is what Python is told to run as a child.
    """

    def __init__(
        self,
        size: int = 2,
        limits: Limits | None = None,
        program: tuple[str, ...] = CHILD,
        metrics: Metrics = SILENT,
    ) -> None:
        self._pool = Pool(size, limits or Limits(), program, metrics)
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
        return await self._ask(ProbeTask(_absolute(source.path), source.name), Probe)

    async def verify(self, path: Path) -> Probe:
        """Decode a result wholly. Raises `Refused` where it is no whole PNG, JPEG or WebP."""
        seen = await self.probe(_result(path))
        async with self._gate(seen):
            return await self._ask(VerifyTask(_absolute(path), _RESULT), Probe)

    async def read_mask(self, first: Source, mask: Source, overlay: Path) -> MaskReading:
        """What the mask selects of picture 1; a small picture of that is written to `overlay`.

        Raises the `Refused` that names the file: damaged, of another shape, nothing or everything selected, unclear.
        """
        task = ReadMaskTask(
            _absolute(mask.path), mask.name, _absolute(first.path), first.name, overlay=_absolute(overlay)
        )
        async with self._gate(*await self._probes(first, mask)):
            selected = await self._ask(task, Selected)
        return MaskReading(MaskForm(selected.form), selected.share, overlay)

    async def prepare(self, preparation: Preparation) -> Prepared:
        """Decode everything and write what is sent. Raises the `Refused` that names the file.

        One picture is one task, so that time runs for each and a trouble has the right name.
        """
        probes = await self._probes(*preparation.pictures)
        mask_probe = await self.probe(preparation.mask) if preparation.mask else None
        pictures: list[SendFile] = []
        mask: SendFile | None = None
        for place, seen in enumerate(probes):
            made = await self._make(_picture_task(preparation, place), seen)
            pictures.append(made)
            if place == 0 and preparation.mask and mask_probe:
                mask = await self._make(_mask_task(preparation, preparation.mask, made), seen, mask_probe)
        return Prepared(tuple(pictures), mask)

    async def finish(self, finishing: Finishing) -> Finished:
        """Put picture 1 back outside the mask, and give the result the size that was wished. Raises `Refused`."""
        result, mask = _result(finishing.result), finishing.mask
        async with self._gate(*await self._probes(result, finishing.first, *((mask,) if mask else ()))):
            made = await self._ask(_finish_task(finishing), Composed)
        path = named(finishing.folder / _FINISHED, made.format) if made.changed else finishing.result
        return Finished(path, made.format, made.width, made.height, made.bytes, made.locked, made.strayed)

    async def lighten(self, source: Source, most_bytes: int, folder: Path) -> LighterCopy:
        """A copy of at most so many bytes in `folder`, as gently as possible. Raises `Refused` where none can be."""
        target = folder / _LIGHTER
        task = LightenTask(_absolute(source.path), source.name, _absolute(target), most_bytes)
        async with self._gate(await self.probe(source)):
            made = await self._ask(task, Lighter)
        return LighterCopy(named(target, made.format), made.format, made.bytes, Rung(made.rung))

    async def compare(self, before: Source, after: Source, target: Path) -> Path:
        """One picture with both side by side, beside `target` with the suffix of its format. Raises `Refused`."""
        task = CompareTask(
            _absolute(before.path), before.name, _absolute(after.path), after.name, target=_absolute(target)
        )
        async with self._gate(*await self._probes(before, after)):
            made = await self._ask(task, Made)
        return named(target, made.format)

    async def sheet(self, sources: Sequence[Source], target: Path) -> Path:
        """Small copies of up to sixteen pictures side by side, numbered from 1, beside `target`.

        Each copy is a task of its own, so that a picture that kills the process leaves its place empty and no other.
        """
        places = [target.with_name(f"{target.name}-{number}") for number in range(1, len(sources[:MOST]) + 1)]
        copies = [await self._thumbnail(*one) for one in zip(sources, places, strict=False)]
        made = await self._ask(SheetTask(_SHEET, _absolute(target), tuple(copies)), Made)
        return named(target, made.format)

    async def chart(self, spends: Sequence[Spend], target: Path) -> Path:
        """Spend by day and by member, beside `target` with the suffix of its format.

        Members are named by their place in `ranking(spends)`, from 1.
        """
        made = await self._ask(_chart_task(spends, target), Made)
        return named(target, made.format)

    async def _thumbnail(self, source: Source, target: Path) -> str:
        """Where the small copy is; nowhere, if the picture cannot be read."""
        try:
            async with self._gate(await self.probe(source)):
                made = await self._ask(ThumbnailTask(_absolute(source.path), source.name, _absolute(target)), Made)
        except (Stopping, DiskFull):
            raise
        except Trouble:
            return ""
        return _absolute(named(target, made.format))

    async def _probes(self, *sources: Source) -> tuple[Probe, ...]:
        return tuple([await self.probe(source) for source in sources])

    async def _make(self, task: PictureTask | MaskTask, *seen: Probe) -> SendFile:
        async with self._gate(*seen):
            return _send_file(task.target, await self._ask(task, Made))

    async def _ask(self, task: Task, expected: type[_Answer]) -> _Answer:
        answer = await self._pool.ask(task)
        if not isinstance(answer, expected) or not _can_be(answer):
            log.error("decoder_answer_impossible", task=type(task).__name__, answer=type(answer).__name__)
            raise Failed
        return answer

    def _gate(self, *seen: Probe) -> AbstractAsyncContextManager[None]:
        """What to wait for before these files are decoded: the other large ones, where one of them is large."""
        largest = max(each.width * each.height for each in seen)
        return self._large if largest > _LARGE_PIXELS else nullcontext()


def _can_be(answer: Answer) -> bool:
    """Whether an answer is possible at all: the process that gave it may have been taken over by a picture."""
    match answer:
        case Probe():
            return answer.format in _READABLE and _are_positive(answer.width, answer.height)
        case Made():
            sizes = (answer.width, answer.height, answer.upright_width, answer.upright_height)
            return answer.format in SUFFIXES and _are_positive(answer.bytes, *sizes)
        case Selected():
            return answer.form in _FORMS and 1 <= answer.share <= 999
        case Composed():
            strayed = answer.strayed is None or 0 <= answer.strayed <= 1000
            return answer.format in SUFFIXES and strayed and _are_positive(answer.bytes, answer.width, answer.height)
        case Lighter():
            return answer.format in SUFFIXES and answer.rung in _RUNGS and _are_positive(answer.bytes)
        case _:
            return False


def _are_positive(*numbers: int) -> bool:
    return min(numbers) > 0


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
        most_pixels=preparation.picture_pixels,
        square=preparation.square,
        model=preparation.model,
    )


def _mask_task(preparation: Preparation, mask: Source, sent: SendFile) -> MaskTask:
    first = preparation.pictures[0]
    return MaskTask(
        _absolute(mask.path),
        mask.name,
        _absolute(first.path),
        first.name,
        target=_absolute(preparation.folder / "mask"),
        most_bytes=preparation.mask_bytes,
        square=preparation.square,
        model=preparation.model,
        fit_width=sent.width,
        fit_height=sent.height,
        feather=preparation.feather,
        white=preparation.mask_polarity is Polarity.WHITE,
    )


def _finish_task(finishing: Finishing) -> FinishTask:
    first, mask = finishing.first, finishing.mask
    return FinishTask(
        _absolute(finishing.result),
        _RESULT,
        _absolute(first.path),
        first.name,
        mask=_absolute(mask.path) if mask else "",
        mask_name=mask.name if mask else "",
        square=finishing.square,
        size=finishing.size.value,
        lock=finishing.wish.lock,
        feather=finishing.wish.feather,
        format=finishing.format or "",
        target=_absolute(finishing.folder / _FINISHED),
    )


def _chart_task(spends: Sequence[Spend], target: Path) -> ChartTask:
    """Every day from the first to the last, those without an edit too; the first places, and one for all others."""
    places = {total.user_id: min(place, PLACES - 1) for place, total in enumerate(ranking(spends))}
    columns = {day: [0] * PLACES for day in _days(spends)}
    for one in spends:
        columns[one.day][places[one.user_id]] += one.micro_usd
    return ChartTask("chart", _absolute(target), tuple(columns), tuple(tuple(column) for column in columns.values()))


def _days(spends: Sequence[Spend]) -> tuple[str, ...]:
    named_days = [date.fromisoformat(one.day) for one in spends]
    if not named_days:
        return ()
    first, last = min(named_days), max(named_days)
    return tuple((first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1))


def _result(path: Path) -> Source:
    return Source(path, _RESULT)


def _send_file(target: str, made: Made) -> SendFile:
    path = named(Path(target), made.format)
    return SendFile(path, path.name, f"image/{made.format}", made.width, made.height, made.bytes)


def _absolute(path: Path) -> str:
    return str(path.absolute())
