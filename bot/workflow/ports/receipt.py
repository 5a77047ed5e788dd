"""What the conductors answer to the door: an accepted edit, and what was decided about its files."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.job import Announcement, Job


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
