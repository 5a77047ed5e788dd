"""What the conductors ask of the image APIs: one paid call, and what became of it."""

from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.domain.catalog import ModelCard
from bot.domain.errors import Trouble
from bot.domain.money import Usage
from bot.domain.progress import Progress
from bot.domain.request import Options
from bot.workflow.ports.pictures import SendFile


@dataclass(frozen=True, slots=True)
class Call:
    """One paid call: an attempt's id, the card, and what goes into the form. Answers are written into `folder`.

    `options.n` is what this call asks for, at most the card's `n_per_call`. With `options.stream` or previews the
    answer is asked for as a stream, unless this provider is known to break streams.
    """

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


@dataclass(frozen=True, slots=True)
class Preview:
    """A partial picture of a streamed answer; the file lives as long as the call's folder."""

    path: Path
    number: int


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


class Shut(Exception):
    """This provider's breaker is open: it lets nobody in, and was not asked."""


class Provider(Protocol):
    """Speaks to the image APIs, each under its own limits."""

    def turn(self, card: ModelCard, pictures: int) -> AbstractAsyncContextManager[None]:
        """A place at the card's provider for one call with so many input pictures, once its limits give one.

        Waits for its concurrency, its pictures a minute, and as long as it asked for patience. Raises `Shut`.
        """

    def is_shut(self, provider: str) -> bool:
        """Whether the provider's breaker is open, so that nothing should be placed for it."""

    def edit(self, call: Call) -> AsyncGenerator[Progress | Preview | Answer, None]:
        """Make one paid call; yields progress and previews, then the answer, last.

        Raises `Unsent`, `Declined` or `Doubtful`.
        """
