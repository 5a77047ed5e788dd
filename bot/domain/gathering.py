"""Pictures that were gathered and are not yet part of an edit: in a member's tray, or up for choice in a picker.

Their files are on disk, since Discord's links end; like every draft they hold nothing.
"""

from dataclasses import dataclass

from bot.domain.draft import DraftState
from bot.domain.request import EditRequest, InputFile

TRAY_LIVES_S = 86_400
PICKER_LIVES_S = 900
MOST = 16  # pictures of a tray, and of a picker: as many as the most capable models take
MOST_BYTES = 200 * 1024 * 1024  # of a tray: what is fetched for one edit is no more
MOST_OPEN = 5  # pickers of one member


@dataclass(frozen=True, slots=True)
class Gathered:
    """A picture on disk, whose it is, and what came with it.

    `author_id` is the member whose picture it is, None where it belongs to nobody in particular; `spoiler` says that it
    was hidden or came from a channel for adults; `base` is the job that made it, where that is one of ours.
    """

    file: InputFile
    author_id: int | None = None
    spoiler: bool = False
    base: int | None = None


@dataclass(frozen=True, slots=True)
class TrayPicture:
    """One place of a tray; times in seconds since the epoch."""

    id: int
    picture: Gathered
    expires_at: float


@dataclass(frozen=True, slots=True)
class Picker:
    """An edit that waits for its member to choose pictures: `request` is without any yet.

    `chosen` are places among the candidates, from 0, in the order in which the member chose them.
    """

    id: int
    state: DraftState
    request: EditRequest
    candidates: tuple[Gathered, ...]
    chosen: tuple[int, ...]
    expires_at: float

    @property
    def picked(self) -> tuple[Gathered, ...]:
        """The chosen pictures in their order."""
        return tuple(self.candidates[place] for place in self.chosen)
