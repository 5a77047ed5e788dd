"""A JSON answer taken apart as it arrives: base64 pictures go to files, what is left stays as small JSON.

A quotation mark inside a JSON string is always escaped, so the bytes `"b64_json": "` can only be that key and the
start of its value; from there to the next quotation mark it is a picture. In what is left, the picture's number
stands for it. At most one block of a picture and the small rest are ever held in memory.
"""

import binascii
import re
from collections.abc import Sequence
from pathlib import Path

import pybase64

from bot.provider.pour import Spool

REST_CAP = 1024 * 1024

_OPENING = re.compile(rb'"b64_json"\s{0,20}:\s{0,20}"')
_LONGEST_OPENING = 64
# The URL's alphabet, and white space within the string: its bytes are meant all the same.
_ALPHABETS = ((b"-", b"+"), (b"_", b"/"), (b" ", b""), (b"\t", b""), (b"\r", b""), (b"\n", b""))
# What some JSON writers make of base64: an escaped slash, plus or equals sign, and lines.
_ESCAPES = (
    (b"\\/", b"/"),
    (b"\\n", b""),
    (b"\\r", b""),
    (b"\\u002b", b"+"),
    (b"\\u002B", b"+"),
    (b"\\u002f", b"/"),
    (b"\\u002F", b"/"),
    (b"\\u003d", b"="),
    (b"\\u003D", b"="),
)
_LONGEST_ESCAPE = 6
_LONGEST_PREFIX = 128


class Base64File:
    """One picture: base64 in pieces of any length, bytes on disk. `path` None counts the picture and drops it."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.whole = False
        self._spool = Spool(path) if path else None
        self._held = b""
        self._prefixed = True  # whether a `data:` prefix may still stand at the front
        self._padded = False
        self._spoilt = path is None

    @property
    def held(self) -> int:
        """Bytes that wait in memory for their successors."""
        return len(self._held)

    def feed(self, text: bytes) -> None:
        """Take the next piece of the string between the quotation marks."""
        if self._spoilt:
            return
        text = self._held + text
        cut = _open_escape(text)
        text, escape = text[:cut], text[cut:]
        text = self._past_prefix(_unescaped(text))
        quads = 0 if self._prefixed else len(text) & ~3
        self._held = text[quads:] + escape
        self._decode(text[:quads])

    def finish(self) -> None:
        """The string ended: it is whole where every byte of it was base64."""
        rest = _unescaped(self._held)
        if not self._spoilt and not rest.startswith(b"data:"):
            self._decode(rest + b"=" * (-len(rest) % 4))
        self.whole = not self._spoilt and self._spool is not None and self._spool.size > 0
        self.close()

    def close(self) -> None:
        """Stop here, whole or not."""
        self._held, self._spoilt = b"", True
        if self._spool is not None:
            self._spool.close()

    def _past_prefix(self, text: bytes) -> bytes:
        if not self._prefixed or len(text) < len(b"data:"):
            return text
        if text.startswith(b"data:"):
            comma = text.find(b",", 0, _LONGEST_PREFIX)
            if comma == -1:
                self._spoilt = len(text) >= _LONGEST_PREFIX
                return text
            text = text[comma + 1 :]
        self._prefixed = False
        return text

    def _decode(self, quads: bytes) -> None:
        if not quads or self._spool is None:
            return
        try:
            picture = pybase64.b64decode(quads, validate=True)
        except (binascii.Error, ValueError):
            self._spoilt = True
            return
        self._spoilt = self._padded
        self._padded = quads.endswith(b"=")
        self._spool.write(picture)


class Splitter:
    """Bytes of an answer in; pictures in `folder` (the first `most`, as NAME_0 …) and the small rest out.

    Blocks: off the loop.
    """

    def __init__(self, folder: Path, most: int, name: str = "answer") -> None:
        self.pictures: list[Base64File] = []
        self._folder, self._most, self._name = folder, most, name
        self._rest = bytearray()
        self._searched = 0
        self._open: Base64File | None = None
        self._flooded = False

    @property
    def held(self) -> int:
        """Bytes that are in memory between two pieces."""
        return len(self._rest) + (self._open.held if self._open else 0)

    @property
    def rest(self) -> bytes:
        """The answer without its pictures; empty where it was too long to be one."""
        return b"" if self._flooded else bytes(self._rest)

    @property
    def whole(self) -> Sequence[Path]:
        """The pictures that came in full, in their order."""
        return [picture.path for picture in self.pictures if picture.whole and picture.path is not None]

    def feed(self, piece: bytes) -> None:
        """Take the next piece. Raises OSError where a picture cannot be written."""
        while piece and not self._flooded:
            piece = self._into_picture(piece) if self._open else self._into_rest(piece)

    def close(self) -> None:
        """No more comes: a picture that is still open is not whole."""
        if self._open is not None:
            self._open.close()

    def _into_rest(self, piece: bytes) -> bytes:
        self._rest += piece
        opening = _OPENING.search(self._rest, self._searched)
        end = opening.end() if opening else len(self._rest)
        if end > REST_CAP:
            self._flooded, self._rest = True, bytearray()
            return b""
        if opening is None:
            self._searched = max(self._searched, end - _LONGEST_OPENING)
            return b""
        remaining = bytes(self._rest[end:])
        del self._rest[end:]
        self._begin()
        return remaining

    def _begin(self) -> None:
        number = len(self.pictures)
        self._open = Base64File(self._folder / f"{self._name}_{number}" if number < self._most else None)
        self.pictures.append(self._open)
        self._rest += b"%d" % number
        self._searched = len(self._rest)

    def _into_picture(self, piece: bytes) -> bytes:
        picture, end = self._open, piece.find(b'"')
        if picture is None:
            return piece
        if end == -1:
            picture.feed(piece)
            return b""
        picture.feed(piece[:end])
        picture.finish()
        self._open = None
        return piece[end:]


def _open_escape(text: bytes) -> int:
    # Where an escape begins whose end is not there yet; the length of the text where there is none.
    start = text.rfind(b"\\", max(0, len(text) - _LONGEST_ESCAPE + 1))
    if start == -1:
        return len(text)
    needed = _LONGEST_ESCAPE if text[start + 1 : start + 2] == b"u" else 2
    return len(text) if len(text) - start >= needed else start


def _unescaped(text: bytes) -> bytes:
    for spelling, letter in (*_ESCAPES, *_ALPHABETS) if b"\\" in text else _ALPHABETS:
        text = text.replace(spelling, letter)
    return text
