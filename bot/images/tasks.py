"""What the decoder process is asked and what it answers: plain nouns, and their bytes on the pipe.

A message is four bytes of length (big-endian) and that much JSON, whose "is" names the noun. Neither side ever
unpacks anything that could run: the process that answers may have been taken over by the picture it opened.
"""

import json
import struct
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from bot.domain.errors import Fields
from bot.workflow.ports import Probe

LENGTH = struct.Struct(">I")
LONGEST = 2**20  # bytes; the longest message is some hundred
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
    square: bool
    model: str


@dataclass(frozen=True, slots=True)
class MaskTask:
    """Write `path` as the mask of a picture: `width` by `height` as it came, `fit_width` by `fit_height` as sent.

    `white` asks for grey with white where the picture may change, instead of alpha 0.
    """

    path: str
    name: str
    target: str
    most_bytes: int
    square: bool
    model: str
    width: int
    height: int
    fit_width: int
    fit_height: int
    white: bool = False


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


Task = ProbeTask | VerifyTask | PictureTask | MaskTask
Answer = Probe | Made | Ready | Complaint | Fault

_TASKS: dict[str, type[Task]] = {noun.__name__: noun for noun in (ProbeTask, VerifyTask, PictureTask, MaskTask)}
_ANSWERS: dict[str, type[Answer]] = {noun.__name__: noun for noun in (Probe, Made, Ready, Complaint, Fault)}


def pack(noun: Task | Answer) -> bytes:
    """A message with its length in front."""
    body = json.dumps({"is": type(noun).__name__, **asdict(noun)}).encode()
    return LENGTH.pack(len(body)) + body


def unpack_task(body: bytes) -> Task:
    """The task of a message's body. Raises ValueError, KeyError or TypeError for anything else."""
    fields: dict[str, Any] = json.loads(body)
    noun = _TASKS[fields.pop("is")]
    if "formats" in fields:
        fields["formats"] = tuple(fields["formats"])  # JSON knows lists only
    return noun(**fields)


def unpack_answer(body: bytes) -> Answer:
    """The answer of a message's body. Raises ValueError, KeyError or TypeError for anything else."""
    fields: dict[str, Any] = json.loads(body)
    return _ANSWERS[fields.pop("is")](**fields)


def read_message(pipe: BinaryIO) -> bytes | None:
    """The body of the next message, or None where the pipe has ended. Waits."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = pipe.read(length)
    return body if len(body) == length else None
