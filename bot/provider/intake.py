"""The body of an answer on its way in: one JSON document, or a stream of events, whichever its first letter says."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.provider.reply import Reply, read_reply
from bot.provider.splitter import Splitter
from bot.provider.sse import Event, EventReader, Kind
from bot.workflow.ports import Preview

NOTHING = Reply((), None, None, None)
_BLANK = b" \t\r\n\xef\xbb\xbf"
_DOCUMENT = b"{[<"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came in. `finished` is False where a stream ended without its result; `previews` counts those it sent."""

    reply: Reply
    finished: bool = True
    previews: int = 0
    streamed: bool = False


class Intake(Protocol):
    """Takes a body piece by piece. Writes files: not for the loop."""

    @property
    def over(self) -> bool:
        """Whether nothing more is wanted."""

    def feed(self, piece: bytes) -> tuple[Preview, ...]:
        """Take a piece; returns the previews that it completed. Raises OSError."""

    def end(self) -> Outcome:
        """What it was, all in all."""


class Sheet:
    """One JSON document."""

    def __init__(self, folder: Path, most: int) -> None:
        self.over = False
        self._splitter = Splitter(folder, most)

    def feed(self, piece: bytes) -> tuple[Preview, ...]:
        """Take a piece."""
        self._splitter.feed(piece)
        return ()

    def end(self) -> Outcome:
        """What the document says."""
        self._splitter.close()
        return Outcome(read_reply(self._splitter))


class Tape:
    """A stream of events: the first `previews` partial pictures are handed on, the first result ends it."""

    def __init__(self, folder: Path, previews: int) -> None:
        self.over = False
        self._reader = EventReader(folder)
        self._most, self._shown = previews, 0
        self._last: Reply | None = None

    def feed(self, piece: bytes) -> tuple[Preview, ...]:
        """Take a piece; returns the previews that it completed."""
        return self._sorted(self._reader.feed(piece))

    def end(self) -> Outcome:
        """The result, or the error, or that there was neither."""
        self._sorted(self._reader.close())
        return Outcome(self._last or NOTHING, self._last is not None, self._shown, streamed=True)

    def _sorted(self, events: list[Event]) -> tuple[Preview, ...]:
        previews = []
        for event in events:
            files = [each for each in event.reply.results if isinstance(each, Path)]
            if event.kind in (Kind.COMPLETED, Kind.ERROR) and self._last is None:
                self._last, self.over = event.reply, True
            elif event.kind is Kind.PARTIAL and files and self._shown < self._most and not self.over:
                previews.append(Preview(files[0], self._shown))
                self._shown += 1
            else:
                self.over = self.over or event.kind is Kind.END
                for file in files:
                    file.unlink(missing_ok=True)
        return tuple(previews)


class Either:
    """A body whose kind is told by its first letter: what a provider sends that was asked for a stream."""

    def __init__(self, folder: Path, most: int, previews: int) -> None:
        self._folder, self._most, self._previews = folder, most, previews
        self._chosen: Sheet | Tape | None = None

    @property
    def over(self) -> bool:
        """Nothing more is wanted."""
        return self._chosen is not None and self._chosen.over

    def feed(self, piece: bytes) -> tuple[Preview, ...]:
        """Take a piece; returns the previews that it completed."""
        if self._chosen is None:
            piece = piece.lstrip(_BLANK)
            if not piece:
                return ()
            document = piece[0] in _DOCUMENT
            self._chosen = Sheet(self._folder, self._most) if document else Tape(self._folder, self._previews)
        return self._chosen.feed(piece)

    def end(self) -> Outcome:
        """What it was, all in all."""
        return Outcome(NOTHING, finished=False, streamed=True) if self._chosen is None else self._chosen.end()
