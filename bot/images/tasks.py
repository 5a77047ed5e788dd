"""What the decoder process is asked and what it answers: plain nouns, and their bytes on the pipe.

A message is four bytes of length (big-endian) and that much JSON, whose "is" names the noun. Neither side ever
unpacks anything that could run: the process that answers may have been taken over by the picture it opened.
"""

import json
import struct
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, BinaryIO, get_args

from bot.domain.errors import Fields
from bot.workflow.ports import Probe

LENGTH = struct.Struct(">I")
LONGEST = 2**20  # bytes; the longest message is some hundred
PLACES = 9  # of a chart: the first eight by what they spent, and all others
SUFFIXES = {"png": ".png", "jpeg": ".jpg", "webp": ".webp"}


@dataclass(frozen=True, slots=True)
class ProbeTask:
    """Read the header of `path`, which a sentence calls `name`."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class VerifyTask:
    """Decode `path` wholly."""

    path: str
    name: str


@dataclass(frozen=True, slots=True)
class PictureTask:
    """Write `path` as a card accepts it beside `target`, which gets the suffix of the format that was chosen."""

    path: str
    name: str
    target: str
    formats: tuple[str, ...]
    most_bytes: int
    most_pixels: int
    square: bool
    model: str


@dataclass(frozen=True, slots=True)
class ReadMaskTask:
    """Find out what the mask `path` selects of the picture `first`, and write a small picture of it to `overlay`."""

    path: str
    name: str
    first: str
    first_name: str
    overlay: str


@dataclass(frozen=True, slots=True)
class MaskTask:
    """Write `path` as the mask of the picture `first`, which is `fit_width` by `fit_height` as sent.

    `white` asks for grey with white where the picture may change, instead of alpha 0; `feather` is in pixels of the
    picture as it came.
    """

    path: str
    name: str
    first: str
    first_name: str
    target: str
    most_bytes: int
    square: bool
    model: str
    fit_width: int
    fit_height: int
    feather: int = 0
    white: bool = False


@dataclass(frozen=True, slots=True)
class FinishTask:
    """Make the result `path` into what is posted, beside `target`: the nouns of `Finishing`, as strings and numbers.

    `mask` is empty where there is none, and `format` where any will do.
    """

    path: str
    name: str
    first: str
    first_name: str
    mask: str
    mask_name: str
    square: bool
    size: str
    lock: bool
    feather: int
    format: str
    target: str


@dataclass(frozen=True, slots=True)
class LightenTask:
    """Write a copy of `path` of at most so many bytes beside `target`."""

    path: str
    name: str
    target: str
    most_bytes: int


@dataclass(frozen=True, slots=True)
class CompareTask:
    """Write `path` and `after` side by side beside `target`."""

    path: str
    name: str
    after: str
    after_name: str
    target: str


@dataclass(frozen=True, slots=True)
class ThumbnailTask:
    """Write a small copy of `path` beside `target`, for a sheet."""

    path: str
    name: str
    target: str


@dataclass(frozen=True, slots=True)
class SheetTask:
    """Put small copies together beside `target`, in their order; an empty path is a picture that could not be read."""

    name: str
    target: str
    thumbnails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChartTask:
    """Draw what was spent beside `target`: for each of the days a column of micro-USD, one for each of `PLACES`."""

    name: str
    target: str
    days: tuple[str, ...]
    columns: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A file for the provider, beside its task's target; the upright size is what it had before it was made to fit."""

    format: str
    width: int
    height: int
    bytes: int
    upright_width: int
    upright_height: int


@dataclass(frozen=True, slots=True)
class Selected:
    """What a mask was understood to say: the form by its name, the share in thousandths."""

    form: str
    share: int


@dataclass(frozen=True, slots=True)
class Composed:
    """A finished result: beside its task's target where `changed`, else the result itself."""

    format: str
    width: int
    height: int
    bytes: int
    changed: bool
    locked: bool
    strayed: int | None


@dataclass(frozen=True, slots=True)
class Lighter:
    """A lighter copy beside its task's target, and by which rung of the ladder."""

    format: str
    bytes: int
    rung: str


@dataclass(frozen=True, slots=True)
class Decoded:
    """Not an answer but a sign of life: everything foreign is decoded, what is left is work on our own pixels."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The process has started and limited itself."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A trouble to raise, by the name and fields under which `domain.errors` revives it."""

    code: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that no picture explains: a full disk, a mistake of ours."""

    reason: str


def named(target: Path, format_: str) -> Path:
    """Where a picture of this format is written. Both sides know, so that no answer can name another file."""
    return target.with_suffix(SUFFIXES[format_])


Task = (
    ProbeTask
    | VerifyTask
    | PictureTask
    | ReadMaskTask
    | MaskTask
    | FinishTask
    | LightenTask
    | CompareTask
    | ThumbnailTask
    | SheetTask
    | ChartTask
)
Answer = Probe | Made | Selected | Composed | Lighter | Ready | Complaint | Fault
Said = Answer | Decoded

_TASKS: dict[str, type[Task]] = {noun.__name__: noun for noun in get_args(Task)}
_SAID: dict[str, type[Said]] = {noun.__name__: noun for noun in get_args(Said)}


def pack(noun: Task | Said) -> bytes:
    """A message with its length in front."""
    body = json.dumps({"is": type(noun).__name__, **asdict(noun)}).encode()
    return LENGTH.pack(len(body)) + body


def unpack_task(body: bytes) -> Task:
    """The task of a message's body. Raises ValueError, KeyError or TypeError for anything else."""
    asked: dict[str, Any] = json.loads(body)
    noun = _TASKS[asked.pop("is")]
    return noun(**{name: _frozen(value) for name, value in asked.items()})


def unpack_said(body: bytes) -> Said:
    """What a child said in a message's body, every field of its type.

    Raises ValueError, KeyError, TypeError, AttributeError or RecursionError for anything else.
    """
    said: dict[str, Any] = json.loads(body)
    noun = _SAID[said.pop("is")](**said)
    for field in fields(noun):
        if not _is_a(getattr(noun, field.name), field.type):
            raise TypeError
    return noun


def _frozen(value: Any) -> Any:
    """JSON knows lists only; tasks have tuples."""
    return tuple(_frozen(one) for one in value) if isinstance(value, list) else value


def _is_a(value: object, type_: Any) -> bool:
    """Whether a value is what a field was declared to be. Keys are strings in JSON, whatever they were."""
    if type_ == Fields:
        return isinstance(value, dict) and all(isinstance(each, int | str) for each in value.values())
    return isinstance(value, type_)


def read_message(pipe: BinaryIO) -> bytes | None:
    """The body of the next message, or None where the pipe has ended. Waits."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = pipe.read(length)
    return body if len(body) == length else None
