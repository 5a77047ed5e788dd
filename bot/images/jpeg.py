"""JPEG as a container: segments up to the end of the first picture (ITU-T T.81, annex B); an MPO is its first one."""

import re
import struct
from collections.abc import Iterator

from bot.images.container import PROFILE_LIMIT, Content, Header, orientation

_SCAN = 0x00  # the name we give the compressed bytes between a start of scan and the next marker
_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_KEPT = _FRAMES | {_SCAN, _SOS, _EOI, 0xC4, 0xCC, 0xDB, 0xDC, 0xDD}
_ARITHMETIC = frozenset(range(0xC9, 0xD0)) - {0xCC}
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_MARKER = re.compile(rb"\xff[^\x00\xff]")
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
# Restart markers are among it, for a cut may lie before one; it begins with a zero, for a cut may lie inside a marker.
_NOISE = b"".join(bytes(pow(3, place, 251) - 1 for place in range(250)) + bytes((0xFF, 0xD0 + n)) for n in range(8))
# A JFIF segment decides how colours are read, so it is kept, but without its thumbnail.
_JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_ICC = b"ICC_PROFILE\0"


def size(content: Content) -> tuple[int, int]:
    """Width and height in pixels, from the first frame header."""
    for marker, start, _ in _segments(content):
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", content, start + 5)
            return width, height
    raise ValueError("there is no frame header")


def header(content: Content) -> Header:
    """What the segments before the first scan say."""
    width, height = size(content)
    turned = 0
    for marker, start, end in _segments(content):
        if marker == _SOS:
            break
        if marker == _APP1 and not turned and content[start + 4 : start + 10] == b"Exif\0\0":
            turned = orientation(content[start + 4 : end])
    return Header("jpeg", width, height, orientation=turned or 1, lossy=True)


def strip(content: Content) -> Iterator[bytes]:
    """What a decoder needs of the first picture, and what decides its colours; a file without an end is broken."""
    yield b"\xff\xd8"
    has_jfif = False
    for marker, start, end in _segments(content):
        if marker in _KEPT:
            yield content[start:end]
        elif marker == _APP0 and not has_jfif and content[start + 4 : start + 9] == b"JFIF\0":
            has_jfif = True
            yield _JFIF
        elif marker == _APP14 and content[start + 4 : start + 9] == b"Adobe" and end - start >= 16:
            yield b"\xff\xee\x00\x0e" + content[start + 4 : start + 16]


def end(content: Content) -> int:
    """Where the first picture ends."""
    return max(stop for _, _, stop in _segments(content))


def noisy(stripped: bytes) -> bytes | None:
    """A file that `strip` made, with noise behind its last scan; None where that may be shorter than it counts.

    Decoders skip what is too much, and paint grey what is missing without a word. So the noise is seen in a picture
    that was cut and then given an end, and in no other; only arithmetic coding may leave out the zeros of an end.
    """
    if any(marker in _ARITHMETIC for marker, _, _ in _segments(stripped)):
        return None
    return stripped[:-2] + _NOISE + stripped[-2:]


def profile(content: Content) -> bytes | None:
    """The ICC profile, put together from its numbered segments (ICC.1, annex B.4)."""
    parts: dict[int, bytes] = {}
    for marker, start, end in _segments(content):
        if marker == _SOS:
            break
        if marker == _APP2 and content[start + 4 : start + 16] == _ICC:
            parts[content[start + 16]] = content[start + 18 : end]
    whole = b"".join(parts[number] for number in sorted(parts))
    return whole if 0 < len(whole) <= PROFILE_LIMIT else None


def _segments(content: Content) -> Iterator[tuple[int, int, int]]:
    """Marker, and where the segment begins (with its marker) and ends, up to the end of the first picture."""
    at = 2
    while True:
        at = _next_marker(content, at)
        marker = content[at + 1]
        if marker == _EOI:
            yield marker, at, at + 2
            return
        if marker == _SOI:
            raise ValueError("a picture begins inside the picture")
        if marker in _ALONE:
            at += 2
            continue
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        if length < 2 or end > len(content):
            raise ValueError("the file ends inside a segment")
        yield marker, at, end
        if marker == _SOS:
            following = _AFTER_SCAN.search(content, end)
            if following is None:
                raise ValueError("the file ends inside a scan")
            yield _SCAN, end, following.start()
            end = following.start()
        at = end


def _next_marker(content: Content, at: int) -> int:
    """Where the next marker is; decoders skip what stands between segments, and fill bytes, and so do we."""
    found = _MARKER.search(content, at)
    if found is None:
        raise ValueError("the file ends between segments")
    return found.start()
