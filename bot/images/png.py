"""PNG as a container: signature, then chunks of length, name, payload and checksum (W3C, PNG third edition)."""

import struct
import zlib
from collections.abc import Iterator

from bot.images.container import PROFILE_LIMIT, Content, Header, orientation

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEPT = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT"})
_END = b"\0\0\0\0IEND\xae\x42\x60\x82"
_WITH_ALPHA = (4, 6)  # colour types


def size(content: Content) -> tuple[int, int]:
    """Width and height in pixels."""
    length, name, width, height = struct.unpack_from(">I4sII", content, len(_SIGNATURE))
    if name != b"IHDR" or length != 13:
        raise ValueError("a PNG begins with IHDR")
    return width, height


def header(content: Content) -> Header:
    """What the chunks say; a file that ends before its IEND is broken."""
    width, height = size(content)
    depth, colour = struct.unpack_from(">BB", content, 24)
    names: set[bytes] = set()
    turned = 1
    for name, start, end in _chunks(content):
        names.add(name)
        if name == b"eXIf":
            turned = orientation(content[start:end])
    return Header(
        "png",
        width,
        height,
        orientation=turned,
        animated=b"acTL" in names,
        has_alpha=colour in _WITH_ALPHA or b"tRNS" in names,
        deep=depth == 16,
    )


def strip(content: Content) -> Iterator[bytes]:
    """The signature and the chunks that make the picture; of an APNG, the still picture."""
    yield _SIGNATURE
    for name, start, end in _chunks(content):
        if name in _KEPT:
            chunk = content[start - 8 : end + 4]
            if zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
                raise ValueError("a chunk does not match its checksum")
            yield chunk
    yield _END


def end(content: Content) -> int:
    """Where the last chunk ends."""
    return max(stop + 4 for _, _, stop in _chunks(content))


def profile(content: Content) -> bytes | None:
    """The ICC profile of an iCCP chunk, unpacked up to a limit."""
    for name, start, end in _chunks(content):
        if name == b"iCCP":
            _, _, packed = content[start:end].partition(b"\0")
            return zlib.decompressobj().decompress(packed[1:], PROFILE_LIMIT)
    return None


def _chunks(content: Content) -> Iterator[tuple[bytes, int, int]]:
    """Name, and where the payload begins and ends, up to and with IEND."""
    at, name = len(_SIGNATURE), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", content, at)
        end = at + 8 + length
        if end + 4 > len(content):
            raise ValueError("the file ends inside a chunk")
        yield name, at + 8, end
        at = end + 4
