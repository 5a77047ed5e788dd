"""What the conductors answer to the door: an accepted edit, and what was decided about its files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.domain.draft import Draft
from bot.domain.job import Announcement, Job


class NoteKind(StrEnum):
    """What an answer adds, so that nothing is decided silently."""

    MASK = "mask"  # this file was taken as the mask; {form} and {share} in thousandths say how
    FIRST_FRAME = "first_frame"  # of this animation only the first picture is used
    FIRST_PAGE = "first_page"  # of these pages only the first is used
    SCALED = "scaled"  # too many pixels for the model: sent as {size}
    PADDED = "padded"  # not square: sent with transparent borders
    SMALL = "small"  # so few pixels, {size}, that the result may be poor
    NEARLY_SPENT = "nearly_spent"  # little of the member's allowance is left; about no file, so `filename` is empty


@dataclass(frozen=True, slots=True)
class Note:
    """A remark about one file of the member, or about the edit itself.

    That an allowance is nearly spent has `unit`, `left`, `limit` (images or micro-USD) and `resets_at`.
    """

    kind: NoteKind
    filename: str
    fields: Mapping[str, int | str] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True)
class Asking:
    """What the member gets for an edit that is so dear that it waits for a yes; `draft` knows its message."""

    draft: Draft
    notes: tuple[Note, ...] = ()
