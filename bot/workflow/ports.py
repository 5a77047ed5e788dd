"""The doors between the conductors and the rooms: what each room is asked for, in the nouns of `domain`."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from bot.domain.catalog import ModelCard
from bot.domain.errors import Trouble
from bot.domain.job import Announcement, Job, ResultPicture
from bot.domain.money import Usage
from bot.domain.progress import Progress
from bot.domain.quota import Balance, Line, Window
from bot.domain.request import EditRequest, Options

# ── the world ───────────────────────────────────────────────────────────────────────────────────────────────


class Clock(Protocol):
    """Time of day, and waiting."""

    def now(self) -> float:
        """Seconds since the epoch."""

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""


# ── images ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Probe:
    """What a picture's header says: format ("png", "jpeg", "webp", "gif"), upright size in pixels, and so on."""

    format: str
    width: int
    height: int
    animated: bool
    has_alpha: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A file to prepare, and the name it has in a sentence to the member."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Preparation:
    """What to make of an edit's files so that a card accepts them. Results are written into `folder`."""

    pictures: tuple[Source, ...]
    mask: Source | None
    formats: tuple[str, ...]
    picture_bytes: int
    mask_bytes: int
    square: bool
    model: str  # for the sentence of a refusal
    folder: Path


@dataclass(frozen=True, slots=True)
class SendFile:
    """A file as it goes to the provider: upright, without metadata, of a format the card lists."""

    path: Path
    filename: str  # ASCII, with the right extension: "image_0.png"
    content_type: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that goes to the provider. With a mask, it and picture 1 are PNG of one size, alpha 0 = edit."""

    pictures: tuple[SendFile, ...]
    mask: SendFile | None


class Pictures(Protocol):
    """Looks into pictures, in a process that may die of them."""

    async def probe(self, source: Source) -> Probe:
        """Read the header only. Raises the `Refused` that names the file and what is wrong with it."""

    async def prepare(self, preparation: Preparation) -> Prepared:
        """Decode everything and write what is sent. Raises the `Refused` that names the file."""

    async def verify(self, path: Path) -> Probe:
        """Decode a result wholly. Raises `Refused` where it is no whole PNG, JPEG or WebP."""


# ── provider ────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Call:
    """One paid call: an attempt's id, the card, and what goes into the form. Answers are written into `folder`."""

    attempt: str
    card: ModelCard
    prompt: str
    options: Options
    pictures: tuple[SendFile, ...]
    mask: SendFile | None
    user: str  # a keyed hash of the member, for cards that have the field
    folder: Path


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the files as they were sent, unverified; usage and request id where the provider gives them."""

    pictures: tuple[Path, ...]
    usage: Usage | None
    request_id: str | None
    revised_prompt: str | None = None


class Unsent(Exception):
    """No byte of the body left, or an explicit refusal with nothing billed: the call may be made again.

    `after_s` is what the provider asked to wait, None where it said nothing; `trouble` is told when patience ends.
    """

    def __init__(self, trouble: Trouble, after_s: float | None = None, request_id: str | None = None) -> None:
        super().__init__(trouble.code)
        self.trouble, self.after_s, self.request_id = trouble, after_s, request_id


class Declined(Exception):
    """A final refusal. `billed` says that the provider may have counted it all the same (a 200 without a picture)."""

    def __init__(self, trouble: Trouble, *, billed: bool = False, request_id: str | None = None) -> None:
        super().__init__(trouble.code)
        self.trouble, self.billed, self.request_id = trouble, billed, request_id


class Doubtful(Exception):
    """The body left and no answer can be read: it may have been done and billed. Never repeated by itself."""

    def __init__(self, reason: str, request_id: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.request_id = reason, request_id


class Provider(Protocol):
    """Speaks to the image API."""

    def edit(self, call: Call) -> AsyncGenerator[Progress | Answer, None]:
        """Make one paid call; yields progress, then the answer, last. Raises `Unsent`, `Declined` or `Doubtful`."""


# ── the conductors' own answers ─────────────────────────────────────────────────────────────────────────────


class NoteKind(StrEnum):
    """What an answer adds, so that nothing is decided silently."""

    MASK = "mask"  # this file was taken as the mask
    FIRST_FRAME = "first_frame"  # of this animation only the first picture is used


@dataclass(frozen=True, slots=True)
class Note:
    """A remark about one file of the member."""

    kind: NoteKind
    filename: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the member gets for an accepted edit; without an announcement where Discord would not take it yet.

    `fresh` is False where the same question had placed it before.
    """

    job: Job
    announcement: Announcement | None
    ahead: int
    notes: tuple[Note, ...] = ()
    fresh: bool = True


# ── storage ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Placed:
    """A job in the queue: `fresh` is False where its origin had placed it before; `ahead` counts those in front."""

    job: Job
    fresh: bool
    ahead: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """The end of the money of a job that is done: charged for these pictures, in micro-USD."""

    micro_usd: int
    results: tuple[ResultPicture, ...]


class Book(Protocol):
    """The rows: one verb per invariant, one transaction per verb.

    Verbs that move a job return it after the move, or None where it was not in a state that allows the move
    (somebody else was faster); they never raise for that.
    """

    async def place(self, request: EditRequest, hold: Sequence[Line], predicted: int) -> Placed:
        """Job, hold and ticket in one transaction. Raises the `Refused` of the first allowance that is spent."""

    async def job(self, job_id: int) -> Job | None:
        """The job as it is now."""

    async def ahead(self, job_id: int) -> int:
        """How many unfinished jobs were placed before this one."""

    async def announced(self, job_id: int, announcement: Announcement) -> Job:
        """Note where the member sees the job; the first note stays."""

    async def claim(self, job_id: int) -> Job | None:
        """queued → running; counts the claim."""

    async def sent(self, job_id: int) -> str | None:
        """running → sent, with an open attempt whose id is returned: before the first byte of the paid call."""

    async def refused(self, job_id: int, attempt: str, code: str, request_id: str | None) -> Job | None:
        """sent → running; the attempt ends as refused, nothing billed."""

    async def finish(self, job_id: int, attempt: str, settlement: Settlement, request_id: str | None) -> Job | None:
        """sent → done: the charge, the release of the rest, the results and the version, in one transaction.

        Of a charge above the hold the member pays the hold and the house the rest.
        """

    async def fail(
        self,
        job_id: int,
        trouble: Trouble,
        attempt: str | None = None,
        request_id: str | None = None,
        *,
        billed: bool = False,
    ) -> Job | None:
        """running or sent → failed: the hold is released; `billed` books the prediction as the house's suspense."""

    async def doubt(self, job_id: int, attempt: str | None, trouble: Trouble, request_id: str | None) -> Job | None:
        """sent → unknown: the member's hold is released, the house's becomes suspense. None: the open attempt."""

    async def lose(self, job_id: int) -> Job | None:
        """running → queued: the process stops before the call; the hold stays."""

    async def cancel(self, job_id: int) -> Job | None:
        """queued or running → cancelled with the hold released; sent or done → muted."""

    async def unmute(self, job_id: int) -> Job | None:
        """A muted job whose pictures are wanted after all: told or done → done, with a new ticket."""

    async def delivered(self, job_id: int) -> Job | None:
        """done → delivered (or told if muted); failed, cancelled, unknown → told. Ends the ticket."""

    async def posted(self, job_id: int, part: int, message_id: int) -> None:
        """Note that this part of the results is in the thread."""

    async def parts(self, job_id: int) -> dict[int, int]:
        """The parts that were noted as posted, with their message ids."""

    async def recover(self, trouble: Trouble) -> Sequence[Job]:
        """On start, one transaction: running → queued; sent → unknown with this trouble. Returns those that moved."""

    async def balances(self, windows: Sequence[Window]) -> tuple[Balance, ...]:
        """What is used and held in these windows, in their order."""

    async def once(self, key: str) -> bool:
        """True the first time this key is given, False ever after: for notices that are said once."""

    async def recall(self, key: str) -> str | None:
        """What was remembered under this key."""

    async def remember(self, key: str, value: str) -> None:
        """Keep a small text under this key, over the last one."""

    async def blobs_in_use(self, since: float) -> frozenset[str]:
        """The keys of every blob that a job placed since then, or any unfinished one, refers to."""


class Blobs(Protocol):
    """Pictures on disk, named by what is in them."""

    def workshop(self) -> AbstractAsyncContextManager[Path]:
        """A fresh folder on the same disk, gone afterwards."""

    async def keep(self, path: Path) -> str:
        """Make the file durable under its content's hash (fsync, rename) and return that key."""

    def path(self, key: str) -> Path:
        """Where the bytes of a key are; the file may have been swept."""

    async def sweep(self, in_use: Collection[str], older_than: float) -> int:
        """Delete blobs that are not in use and were last kept before this time. Returns how many."""


class Tickets(Protocol):
    """What the book writes for the dispatcher inside its own transaction, which is opaque here."""

    async def enqueue(self, tx: object, job_id: int, user_id: int) -> None:
        """A ticket for this job, if there is none; delivered at least once after the transaction committed."""

    async def end(self, tx: object, job_id: int) -> None:
        """The job needs no further work."""


# ── dispatch ────────────────────────────────────────────────────────────────────────────────────────────────


class Dispatcher(Protocol):
    """Who runs a job and when."""

    def bind(self, work: Callable[[int], Awaitable[None]]) -> None:
        """What to call with a job's id; called again for the same job after a crash, never twice at once."""

    def wake(self) -> None:
        """There may be something new."""

    async def run(self) -> None:
        """Hand out tickets until `stop`, then return when every call in flight has."""

    def stop(self) -> None:
        """Hand out no more tickets."""


# ── chat ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Parcel:
    """A result to post: its place among the job's results from 1, the file, its shown name and its size in bytes."""

    number: int
    path: Path
    filename: str  # "edit-7-v1-1.png"
    bytes: int


class Undeliverable(Exception):
    """Discord will not take it there, now or later: the place is gone or closed to us."""


class Unreachable(Exception):
    """Discord cannot be reached or has a fault: worth another try in a while."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Results on their way: which parcels, and which parts are posted already.

    `look_first` asks to read the thread for our file names before sending: after a restart or two minutes a nonce
    is no longer remembered.
    """

    job: Job
    parcels: tuple[Parcel, ...]
    posted: dict[int, int] = field(default_factory=dict)
    look_first: bool = False


class Postbox(Protocol):
    """Everything that the bot says of a job outside an interaction. All of it may be said twice; it is seen once."""

    async def announce(self, job: Job, ahead: int) -> Announcement:
        """Post the status message and open its thread, or find them. Raises `Undeliverable` or `Unreachable`."""

    def progress(self, job: Job, progress: Progress) -> None:
        """Show it on the status message, soon, at most one edit of a message every three seconds."""

    def deliver(self, delivery: Delivery) -> AsyncGenerator[tuple[int, int], None]:
        """Post the parcels; yields (part, message id) as each message is there. Raises as `announce`."""

    async def tell(self, job: Job) -> None:
        """Say in the job's place how it ended without pictures: failed, unknown or cancelled. Raises as `announce`."""

    async def close(self, job: Job) -> None:
        """End the status message as the job ended. Never raises: it is a courtesy."""

    async def alert(self, trouble: Trouble) -> None:
        """Tell the operator, by direct message and in the log. Never raises."""
