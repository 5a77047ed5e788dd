"""WebP as a container: a RIFF file of chunks (RFC 9649)."""

import struct
from collections.abc import Iterator

from bot.images.container import PROFILE_LIMIT, Content, Header, orientation

_KEPT = frozenset({b"VP8X", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"})
_ANIMATED, _ALPHA = 0x02, 0x10  # flags of VP8X


def size(content: Content) -> tuple[int, int]:
    """Width and height in pixels, from the first chunk."""
    first = content[12:16]
    if first == b"VP8X":
        return _uint24(content, 24) + 1, _uint24(content, 27) + 1
    if first == b"VP8L" and content[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if first == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError("there is no frame header")


def header(content: Content) -> Header:
    """What the chunks say; a file shorter than its RIFF header announces is broken."""
    width, height = size(content)
    flags, turned, names = 0, 1, set()
    has_alpha = False
    for name, start, end in _chunks(content):
        names.add(name)
        if name == b"VP8X":
            flags = content[start]
        elif name == b"VP8L":
            has_alpha = bool(content[start + 4] & 0x10)
        elif name == b"EXIF":
            turned = orientation(content[start:end])
    return Header(
        "webp",
        width,
        height,
        orientation=turned,
        animated=bool(flags & _ANIMATED),
        has_alpha=has_alpha or bool(flags & _ALPHA),
        lossy=b"VP8 " in names,
    )


def strip(content: Content) -> Iterator[bytes]:
    """The chunks that make the picture, with the flags of VP8X saying so."""
    kept = [(name, start, end) for name, start, end in _chunks(content) if name in _KEPT]
    length = 4 + sum(8 + _padded(end - start) for _, start, end in kept)
    yield b"RIFF" + struct.pack("<I", length) + b"WEBP"
    for name, start, end in kept:
        payload = content[start:end]
        if name == b"VP8X":
            payload = bytes((payload[0] & (_ANIMATED | _ALPHA),)) + payload[1:]
        yield name + struct.pack("<I", end - start) + payload + b"\0" * (_padded(end - start) - (end - start))


def end(content: Content) -> int:
    """Where the file ends, as its RIFF header says."""
    (length,) = struct.unpack_from("<I", content, 4)
    return 8 + int(length)


def profile(content: Content) -> bytes | None:
    """The ICC profile of an ICCP chunk."""
    for name, start, end in _chunks(content):
        if name == b"ICCP" and end - start <= PROFILE_LIMIT:
            return content[start:end]
    return None


def _chunks(content: Content) -> Iterator[tuple[bytes, int, int]]:
    """Name, and where the payload begins and ends, up to the end that the RIFF header announces."""
    total = end(content)
    if total > len(content):
        raise ValueError("the file is shorter than it says")
    at = 12
    while at + 8 <= total:
        name, length = struct.unpack_from("<4sI", content, at)
        if at + 8 + length > total:
            raise ValueError("a chunk is longer than the file")
        yield name, at + 8, at + 8 + length
        at += 8 + _padded(length)


def _padded(length: int) -> int:
    return length + (length & 1)


def _uint24(content: Content, at: int) -> int:
    return int.from_bytes(content[at : at + 3], "little")
