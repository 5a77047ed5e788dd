"""What the conductors ask of the chat: everything that is said of a job outside an interaction."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from bot.domain.deed import Deed
from bot.domain.draft import Draft
from bot.domain.errors import Trouble
from bot.domain.job import Announcement, Job
from bot.domain.progress import Progress
from bot.workflow.ports.pictures import Rung
from bot.workflow.ports.provider import Preview


@dataclass(frozen=True, slots=True)
class Parcel:
    """A result to post: its place among the job's results from 1, the file, its shown name and its size in bytes.

    Where the place takes no more this is a lighter copy: `lighter_than` is the size of the original, `rung` how it was
    made lighter.
    """

    number: int
    path: Path
    filename: str  # "edit-7-v1-1.png"
    bytes: int
    lighter_than: int | None = None
    rung: Rung | None = None


@dataclass(frozen=True, slots=True)
class Lack:
    """A channel in which the bot lacks these permissions, by the names that the door gives them."""

    guild_id: int
    channel_id: int
    permissions: tuple[str, ...]


# What a line of a guild's log channel is about: an edit that ended, a decision, or a channel where nothing can be done.
LogLine = Job | Deed | Lack


class Exhibit(StrEnum):
    """What can be looked at after an edit, on request."""

    COMPARISON = "comparison"  # picture 1 and the first result side by side
    UNTOUCHED = "untouched"  # the results as the model made them


class Occasion(StrEnum):
    """Why a version is posted once more."""

    BACK = "back"  # what came after it is undone
    AGAIN = "again"  # its member wants it seen, here


class Undeliverable(Exception):
    """Discord will not take it there, now or later: the place is gone or closed to us."""


class Unreachable(Exception):
    """Discord cannot be reached or has a fault: worth another try in a while."""


# A lighter copy of a parcel, of at most so many bytes; the parcel itself where there is none.
Lighten = Callable[[Parcel, int], Awaitable[Parcel]]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Results on their way: which parcels, and which parts are posted already.

    `look_first` asks to read the thread for our file names before sending: after a restart or two minutes a nonce
    is no longer remembered. `made_of` is the version that this one was made of, where that is not the one before it.
    `lighten` is for a place that takes less than was known.
    """

    job: Job
    parcels: tuple[Parcel, ...]
    posted: dict[int, int] = field(default_factory=dict)
    look_first: bool = False
    made_of: int | None = None
    lighten: Lighten | None = None


@dataclass(frozen=True, slots=True)
class Repost:
    """A version that is posted once more: where its results are, else in the place of its request.

    `tag` tells this time from another: up to eight letters and digits, the same for two presses that mean one thing.
    """

    job: Job
    parcels: tuple[Parcel, ...]
    occasion: Occasion
    tag: str
    made_of: int | None = None


@dataclass(frozen=True, slots=True)
class Reposted:
    """The link to what was posted once more, and its messages in their order."""

    link: str
    message_ids: tuple[int, ...]


class Postbox(Protocol):
    """Everything that the bot says of a job outside an interaction. All of it may be said twice; it is seen once."""

    async def announce(self, job: Job, ahead: int) -> Announcement:
        """Post the status message and open its thread, or find them. Raises `Undeliverable` or `Unreachable`.

        Where the request names a message that already stands, that one becomes the status message.
        """

    async def ask(self, draft: Draft, overlay: Path | None) -> int:
        """Ask the draft's member for a yes in its place, with a picture of what the mask selects; the message's id.

        Raises as `announce`.
        """

    async def unask(self, draft: Draft) -> None:
        """End the message of a draft that was dropped or has expired. Never raises: it is a courtesy."""

    def progress(self, job: Job, progress: Progress, preview: Preview | None = None) -> None:
        """Show it on the status message, soon, at most one edit of a message every three seconds.

        A preview is shown in place of the one before; its file may be gone by the time that it would be.
        """

    def file_limit(self, job: Job) -> int:
        """The most bytes that one file may have where the job's results go."""

    def deliver(self, delivery: Delivery) -> AsyncGenerator[tuple[int, int], None]:
        """Post the parcels; yields (part, message id) as each message is there. Raises as `announce`."""

    async def show(self, job: Job, exhibit: Exhibit, parcels: tuple[Parcel, ...]) -> str:
        """Post what was asked for where the job's results are; the link to it. Raises as `announce`."""

    async def repost(self, repost: Repost) -> Reposted:
        """Post a version once more, with its buttons. Raises as `announce`."""

    async def retract(self, job: Job, message_ids: Collection[int], elsewhere: Collection[int] = ()) -> None:
        """Delete these messages of ours with results of the job, and what else of it is found; say so on its status.

        `elsewhere` are channels beside its own where some of them may be. Never raises: who deletes a message is
        faster.
        """

    async def tell(self, job: Job) -> None:
        """Say in the job's place how it ended without pictures: failed, unknown or cancelled. Raises as `announce`."""

    async def close(self, job: Job) -> None:
        """End the status message as the job ended. Never raises: it is a courtesy."""

    async def log_line(self, channel_id: int, line: LogLine) -> None:
        """Write a line into a guild's log channel. Never raises: the channel may be gone or closed to us."""

    async def alert(self, trouble: Trouble) -> None:
        """Tell the operator, by direct message and in the log. Never raises."""
