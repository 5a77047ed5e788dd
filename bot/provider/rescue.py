"""A stream that a gateway took for an error and quotes in its message, as LiteLLM's proxy does: read all the same.

`{"error": {"message": "… event: image_edit.completed\\ndata: {\\"b64_json\\": …"}}` arrives with status 500, but the
edit was made and is billed. The text is taken out of its JSON string as it comes, so that the picture in it never
stands in memory.
"""

import re
from pathlib import Path

from bot.provider.reply import Reply
from bot.provider.sse import Event, EventReader, Kind

_ESCAPE = re.compile(rb'\\(["\\/bfnrt])')
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b""}
_FIRST_EVENT = re.compile(
    rb'event: ?image_(?:edit|generation)\.|data: ?\{\\"(?:b64_json\\"|type\\": ?\\"image_(?:edit|generation)\.)'
)
_LONGEST_MARK = 64


class Quoted:
    """Takes the body of an error. `found` says that a stream is quoted in it, `result` how that ended."""

    def __init__(self, folder: Path) -> None:
        self.found = False
        self.result: Reply | None = None
        self.partials = 0
        self._reader = EventReader(folder)
        self._held = b""  # what may be half an escape, or the beginning of the first event
        self._over = False

    def feed(self, piece: bytes) -> None:
        """Take a piece. Raises OSError where a picture cannot be written: it blocks, so not on the loop."""
        piece = self._held + piece
        if not self.found:
            first = _FIRST_EVENT.search(piece)
            if first is None:
                self._held = piece[-_LONGEST_MARK:]
                return
            self.found, piece = True, piece[first.start() :]
        if not self._over:
            self._read(piece)

    def _read(self, piece: bytes) -> None:
        # An odd number of backslashes at the end: the last one's letter is still on its way.
        cut = len(piece) - (len(piece) - len(piece.rstrip(b"\\"))) % 2
        piece, self._held = piece[:cut], piece[cut:]
        quote = _closing_quote(piece)
        if quote != -1:
            self._over, piece = True, piece[:quote]
        self._note(self._reader.feed(_ESCAPE.sub(_letter, piece)))

    def close(self) -> None:
        """No more comes."""
        self._note(self._reader.close())

    def _note(self, events: list[Event]) -> None:
        for event in events:
            if event.kind in (Kind.COMPLETED, Kind.ERROR) and self.result is None:
                self.result = event.reply
            self.partials += event.kind is Kind.PARTIAL


def _letter(escape: re.Match[bytes]) -> bytes:
    return _LETTERS.get(escape[1], escape[1])


def _closing_quote(piece: bytes) -> int:
    # The first quotation mark that no backslash escapes, -1 where there is none.
    quote = piece.find(b'"')
    while quote != -1:
        before = piece[max(0, quote - 64) : quote]
        if (len(before) - len(before.rstrip(b"\\"))) % 2 == 0:
            return quote
        quote = piece.find(b'"', quote + 1)
    return -1
