"""Small stand-ins for the rooms, each obeying its port: they keep what they are told in memory, for tests to read.

They share one `Steps`: it notes in which order the rooms were called, and lets a test stop or interrupt any call.
The largest of them, the book, has its own file: `workflow/memory_book.py`.
"""

import asyncio
import hashlib
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.catalog import ModelCard
from bot.domain.draft import Draft
from bot.domain.errors import MaskEmpty, PictureDamaged, PictureUnknown, Trouble
from bot.domain.job import Announcement, Job, State
from bot.domain.money import Usage
from bot.domain.progress import Phase, Progress
from bot.domain.request import EditRequest, PlaceKind, ResultSize
from bot.workflow.ports import (
    Answer,
    Blobs,
    Call,
    Clock,
    Delivery,
    Disk,
    Exhibit,
    Finished,
    Finishing,
    Freight,
    GaugeBook,
    Gauges,
    LighterCopy,
    LogLine,
    MaskForm,
    MaskReading,
    Metrics,
    Outcome,
    Parcel,
    Pictures,
    Postbox,
    Preparation,
    Prepared,
    Preview,
    Probe,
    Provider,
    Repost,
    Reposted,
    Rung,
    SendFile,
    Shut,
    Source,
)


class Stop:
    """A place where a call hangs: `reached` when it is there, until `go` is set or it is cancelled."""

    def __init__(self) -> None:
        self.reached, self.go = asyncio.Event(), asyncio.Event()

    async def hang(self) -> None:
        """Say that the place is reached, and wait."""
        self.reached.set()
        await self.go.wait()


class Steps:
    """The calls to the rooms in their order. A verb of the book is two steps: "sent", and "sent written" after it."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self._meanwhile: dict[str, list[Callable[[], Awaitable[object]]]] = {}

    async def take(self, name: str) -> None:
        """Note the step, and do what a test put in its way."""
        if not name.endswith(" written"):
            self.taken.append(name)
        if self._meanwhile.get(name):
            await self._meanwhile[name].pop(0)()

    def meanwhile(self, name: str, do: Callable[[], Awaitable[object]]) -> None:
        """Do this the next time that the step is taken; given twice, the second is for the time after."""
        self._meanwhile.setdefault(name, []).append(do)

    def stop_at(self, name: str) -> "Stop":
        """Hang the next time that the step is taken, until the stop is let go."""
        stop = Stop()
        self.meanwhile(name, stop.hang)
        return stop

    def raise_at(self, name: str, *troubles: Exception) -> None:
        """Raise these the next times that the step is taken, one each time."""
        for trouble in troubles:
            self.meanwhile(name, _raiser(trouble))

    def count(self, name: str) -> int:
        """How often the step was taken."""
        return self.taken.count(name)


def _raiser(trouble: Exception) -> Callable[[], Awaitable[None]]:
    async def stumble() -> None:
        raise trouble

    return stumble


class HandClock:
    """A clock that only a test or a sleep moves; every sleep is noted. Its step is "sleep"."""

    def __init__(self, steps: Steps, moment: float = 1_795_000_000.0) -> None:
        self.steps, self.moment = steps, moment
        self.slept: list[float] = []

    def now(self) -> float:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.steps.take("sleep")
        self.moment += seconds


class RoomyDisk:
    """A disk with as much room as a test says, in bytes."""

    def __init__(self, free: int = 100 * 1024**3, total: int = 200 * 1024**3) -> None:
        self.room = free, total

    async def free(self) -> tuple[int, int]:
        return self.room


# ── storage ─────────────────────────────────────────────────────────────────────────────────────────────────


class FolderBlobs:
    """Blobs as files of one folder. The steps are "keep" and "workshop"."""

    def __init__(self, folder: Path, clock: Clock, steps: Steps) -> None:
        self.folder, self.clock, self.steps = folder, clock, steps
        self.kept_at: dict[str, float] = {}

    @asynccontextmanager
    async def workshop(self) -> AsyncIterator[Path]:
        await self.steps.take("workshop")
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            yield Path(folder)

    async def keep(self, path: Path) -> str:
        await self.steps.take("keep")
        return self.put(await asyncio.to_thread(path.read_bytes))

    def put(self, content: bytes) -> str:
        """Keep these bytes."""
        key = hashlib.sha256(content).hexdigest()
        self.path(key).write_bytes(content)
        self.kept_at[key] = self.clock.now()
        return key

    def path(self, key: str) -> Path:
        return self.folder / key

    async def sweep(self, in_use: Collection[str], older_than: float) -> int:
        stale = [key for key, kept in self.kept_at.items() if key not in in_use and kept < older_than]
        for key in stale:
            self.path(key).unlink()
            del self.kept_at[key]
        return len(stale)


# ── images ──────────────────────────────────────────────────────────────────────────────────────────────────


class PlainPictures:
    """Reads pictures that are plain words: b"png 64x48", b"gif 64x48 animated", b"png 64x48 damaged behind its header".

    A mask says how much it selects, in thousandths: b"png 64x48 selects 230"; a result how far it strays outside of
    one: b"png 64x48 strays 900". The steps are "probe", "read mask", "prepare", "verify", "retouch", "lighten",
    "sheet" and "compare".
    """

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.finishings: list[Finishing] = []
        self.preparations: list[Preparation] = []

    async def probe(self, source: Source) -> Probe:
        await self.steps.take("probe")
        return _read_words(source.path, source.name)

    async def read_mask(self, first: Source, mask: Source, overlay: Path) -> MaskReading:
        await self.steps.take("read mask")
        _whole(first.path, first.name)
        _whole(mask.path, mask.name)
        share = _number(mask.path, "selects", 230)
        if not share:
            raise MaskEmpty(name=mask.name)
        await asyncio.to_thread(overlay.write_bytes, b"webp 64x64 overlay")
        return MaskReading(MaskForm.ALPHA, share, overlay)

    async def prepare(self, preparation: Preparation) -> Prepared:
        await self.steps.take("prepare")
        self.preparations.append(preparation)
        folder, mask = preparation.folder, preparation.mask
        pictures = [_prepared(one, folder, f"image_{place}") for place, one in enumerate(preparation.pictures)]
        return Prepared(tuple(pictures), _prepared(mask, folder, "mask") if mask else None)

    async def verify(self, path: Path) -> Probe:
        await self.steps.take("verify")
        return _whole(path, path.name)

    async def finish(self, finishing: Finishing) -> Finished:
        await self.steps.take("retouch")
        self.finishings.append(finishing)
        first = _read_words(finishing.first.path, finishing.first.name)
        result = _whole(finishing.result, finishing.result.name)
        fits = first.width * result.height == result.width * first.height
        locked = finishing.mask is not None and finishing.wish.lock and fits
        strayed = _number(finishing.result, "strays", 0) if finishing.mask is not None and fits else None
        if not locked and finishing.size is not ResultSize.SAME:
            size = finishing.result.stat().st_size
            return Finished(finishing.result, result.format, result.width, result.height, size, False, strayed)
        path = finishing.folder / "finished.png"
        path.write_text(f"png {first.width}x{first.height} finished {finishing.result.name}", "utf-8")
        return Finished(path, "png", first.width, first.height, path.stat().st_size, locked, strayed)

    async def lighten(self, source: Source, most_bytes: int, folder: Path) -> LighterCopy:
        await self.steps.take("lighten")
        path = folder / "lighter.webp"
        path.write_bytes((b"webp " + source.path.read_bytes().split()[1])[:most_bytes])
        return LighterCopy(path, "webp", path.stat().st_size, Rung.LOSSLESS)

    async def sheet(self, sources: Sequence[Source], target: Path) -> Path:
        await self.steps.take("sheet")
        path = target.with_suffix(".webp")
        path.write_text(f"webp 64x64 sheet of {' | '.join(_thumbnail(one.path) for one in sources[:16])}", "utf-8")
        return path

    async def compare(self, before: Source, after: Source, target: Path) -> Path:
        await self.steps.take("compare")
        path = target.with_suffix(".webp")
        path.write_bytes(b"webp 64x64 " + before.path.read_bytes() + b" | " + after.path.read_bytes())
        return path


def _thumbnail(path: Path) -> str:
    try:
        return f"{_whole(path, path.name).width} wide"
    except (Trouble, OSError):
        return "nothing"


def _number(path: Path, word: str, otherwise: int) -> int:
    words = path.read_text("utf-8").split()
    return int(words[words.index(word) + 1]) if word in words else otherwise


def _read_words(path: Path, name: str) -> Probe:
    words = path.read_text("utf-8").split()
    if not words or words[0] not in {"png", "jpeg", "webp", "gif"}:
        raise PictureUnknown(name=name, found=words[0] if words else "nothing")
    width, height = words[1].split("x")
    return Probe(words[0], int(width), int(height), "animated" in words, "alpha" in words)


def _whole(path: Path, name: str) -> Probe:
    if b"damaged" in path.read_bytes():
        raise PictureDamaged(name=name)
    return _read_words(path, name)


def _prepared(source: Source, folder: Path, stem: str) -> SendFile:
    probe = _whole(source.path, source.name)
    target = Path(shutil.copyfile(source.path, folder / f"{stem}.png"))
    return SendFile(target, target.name, "image/png", probe.width, probe.height, target.stat().st_size)


# ── provider ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Comes:
    """An answer with these pictures, and what a stream shows before them."""

    pictures: tuple[bytes, ...] = (b"png 1024x1024 result",)
    usage: Usage | None = None
    request_id: str | None = "req_1"
    previews: tuple[bytes, ...] = ()
    revised_prompt: str | None = None


class ScriptedProvider:
    """Plays one outcome a call: an answer, an exception to raise, or None for a stream that ends without an answer.

    A call beyond the script is a broken promise, and so is one outside a turn at its provider. The steps are "turn",
    "edit", before anything leaves, and "edit sent"; to let a call hang, stop at one of them. Providers in `shut` let
    nobody in; so does one for which a test lets the step "turn" raise `Shut`.
    """

    def __init__(self, steps: Steps, *script: Comes | Exception | None) -> None:
        self.steps = steps
        self.script = list(script)
        self.calls: list[Call] = []
        self.shut: set[str] = set()
        self.turns: list[tuple[str, int]] = []  # every place that was given: the provider, and how many input pictures
        self._inside: list[str] = []

    @asynccontextmanager
    async def turn(self, card: ModelCard, pictures: int) -> AsyncIterator[None]:
        await self.steps.take("turn")
        if self.is_shut(card.provider):
            raise Shut
        self.turns.append((card.provider, pictures))
        self._inside.append(card.provider)
        try:
            yield
        finally:
            self._inside.remove(card.provider)

    def is_shut(self, provider: str) -> bool:
        return provider in self.shut

    async def edit(self, call: Call) -> AsyncGenerator[Progress | Preview | Answer, None]:
        self.calls.append(call)
        if not self.script:
            raise AssertionError(f"paid call {len(self.calls)} was not in the script")
        if call.card.provider not in self._inside:
            raise AssertionError(f"paid call {len(self.calls)} has no turn at {call.card.provider}")
        outcome = self.script.pop(0)
        await self.steps.take("edit")
        yield Progress(Phase.SENDING)
        await self.steps.take("edit sent")
        yield Progress(Phase.WAITING)
        if isinstance(outcome, Exception):
            raise outcome
        if outcome is not None:
            for number, path in enumerate(_written(call, "preview", outcome.previews), start=1):
                yield Preview(path, number)
            paths = _written(call, "result", outcome.pictures)
            yield Answer(paths, outcome.usage, outcome.request_id, outcome.revised_prompt)


def _written(call: Call, kind: str, pictures: tuple[bytes, ...]) -> tuple[Path, ...]:
    paths = tuple(call.folder / f"{call.attempt}-{kind}-{place}" for place in range(len(pictures)))
    for path, content in zip(paths, pictures, strict=True):
        path.write_bytes(content)
    return paths


# ── chat ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class RecordingPostbox:
    """Keeps what was said. Its steps are "announce", "ask", "deliver", "post" for every message of results, "show",
    "repost", "retract" and "tell".

    Let one of them raise `Undeliverable` or `Unreachable` with `steps.raise_at`.
    """

    steps: Steps
    announced: list[Job] = field(default_factory=list)
    shown: list[Progress] = field(default_factory=list)
    previews: list[tuple[int, int]] = field(default_factory=list)  # the job and the number of each preview
    deliveries: list[Delivery] = field(default_factory=list)
    messages: list[tuple[str, ...]] = field(default_factory=list)  # the file names of each message of results
    asked: list[tuple[Draft, bytes | None]] = field(default_factory=list)  # with the bytes of the overlay
    unasked: list[Draft] = field(default_factory=list)
    exhibits: list[tuple[Exhibit, tuple[tuple[str, bytes], ...]]] = field(default_factory=list)  # names and bytes
    reposts: list[Repost] = field(default_factory=list)
    retracted: list[tuple[int, tuple[int, ...], tuple[int, ...]]] = field(default_factory=list)  # job, ids, channels
    told: list[Job] = field(default_factory=list)
    closed: list[Job] = field(default_factory=list)
    alerts: list[Trouble] = field(default_factory=list)
    log_lines: list[tuple[int, LogLine]] = field(default_factory=list)  # the channel, and what its line is about
    per_message: int = 10
    most_bytes: int = 10 * 1024 * 1024

    def file_limit(self, job: Job) -> int:
        return self.most_bytes

    async def announce(self, job: Job, ahead: int) -> Announcement:
        await self.steps.take("announce")
        self.announced.append(job)
        place = job.request.place
        home = 7_000 + job.id if place.kind is PlaceKind.CHANNEL else place.channel_id
        return Announcement(place.channel_id, job.request.status_message or 8_000 + job.id, home)

    async def ask(self, draft: Draft, overlay: Path | None) -> int:
        await self.steps.take("ask")
        self.asked.append((draft, await asyncio.to_thread(overlay.read_bytes) if overlay else None))
        return 6_000 + draft.id

    async def unask(self, draft: Draft) -> None:
        self.unasked.append(draft)

    async def show(self, job: Job, exhibit: Exhibit, parcels: tuple[Parcel, ...]) -> str:
        await self.steps.take("show")
        self.exhibits.append((exhibit, tuple((one.filename, one.path.read_bytes()) for one in parcels)))
        return f"https://discord.test/{job.id}/{exhibit.value}"

    async def repost(self, repost: Repost) -> Reposted:
        await self.steps.take("repost")
        known = [(one.job.id, one.occasion, one.tag) for one in self.reposts]
        if (this := (repost.job.id, repost.occasion, repost.tag)) not in known:
            self.reposts.append(repost)
            known.append(this)
        number = known.index(this)
        return Reposted(f"https://discord.test/{repost.job.id}/{number}", (9_500 + number,))

    async def retract(self, job: Job, message_ids: Collection[int], elsewhere: Collection[int] = ()) -> None:
        await self.steps.take("retract")
        self.retracted.append((job.id, tuple(message_ids), tuple(elsewhere)))

    def progress(self, job: Job, progress: Progress, preview: Preview | None = None) -> None:
        self.shown.append(progress)
        if preview is not None:
            self.previews.append((job.id, preview.number))

    async def deliver(self, delivery: Delivery) -> AsyncGenerator[tuple[int, int], None]:
        self.deliveries.append(delivery)
        await self.steps.take("deliver")
        for part, start in enumerate(range(0, len(delivery.parcels), self.per_message)):
            names = tuple(parcel.filename for parcel in delivery.parcels[start : start + self.per_message])
            if part not in delivery.posted:
                yield part, await self._post(names, look_first=delivery.look_first)

    async def tell(self, job: Job) -> None:
        await self.steps.take("tell")
        self.told.append(job)

    async def close(self, job: Job) -> None:
        self.closed.append(job)

    async def log_line(self, channel_id: int, line: LogLine) -> None:
        self.log_lines.append((channel_id, line))

    async def alert(self, trouble: Trouble) -> None:
        self.alerts.append(trouble)

    async def _post(self, names: tuple[str, ...], *, look_first: bool) -> int:
        if not (look_first and names in self.messages):
            await self.steps.take("post")
            self.messages.append(names)
        return 9_000 + self.messages.index(names)


# ── metrics ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(slots=True)
class Tally:
    """Keeps what was counted, as a test asks for it."""

    placed: list[EditRequest] = field(default_factory=list)
    ended: list[tuple[State, bool, str | None]] = field(default_factory=list)  # as it was settled, muted, by whom
    waits: list[float] = field(default_factory=list)
    calls: list[tuple[str, str, Outcome, float]] = field(default_factory=list)
    deliveries: list[float] = field(default_factory=list)
    freights: list[tuple[Freight, int]] = field(default_factory=list)
    discord: list[str] = field(default_factory=list)
    decoders: int = 0

    def edit_placed(self, request: EditRequest) -> None:
        self.placed.append(request)

    def edit_ended(self, job: Job, provider: str | None) -> None:
        self.ended.append((job.state, job.muted, provider))

    def queued(self, seconds: float) -> None:
        self.waits.append(seconds)

    def called(self, provider: str, model: str, outcome: Outcome, seconds: float) -> None:
        self.calls.append((provider, model, outcome, seconds))

    def delivered(self, seconds: float) -> None:
        self.deliveries.append(seconds)

    def carried(self, freight: Freight, size: int) -> None:
        self.freights.append((freight, size))

    def discord_failed(self, code: str) -> None:
        self.discord.append(code)

    def decoder_replaced(self) -> None:
        self.decoders += 1


@dataclass(slots=True)
class DialledGauges:
    """Gauges that show what a test sets; `trouble` is raised instead, and a `stop` lets whoever reads them hang."""

    shows: Gauges = field(default_factory=Gauges)
    trouble: Exception | None = None
    stop: Stop | None = None

    async def read(self) -> Gauges:
        await self.glance()
        return self.shows

    async def glance(self) -> None:
        if self.stop is not None:
            await self.stop.hang()
        if self.trouble is not None:
            raise self.trouble


# A type checker reads here that every stand-in obeys its port.
OBEDIENT: tuple[
    type[Clock],
    type[Disk],
    type[Blobs],
    type[Pictures],
    type[Provider],
    type[Postbox],
    type[Metrics],
    type[GaugeBook],
] = (
    HandClock,
    RoomyDisk,
    FolderBlobs,
    PlainPictures,
    ScriptedProvider,
    RecordingPostbox,
    Tally,
    DialledGauges,
)
