"""BMP as a container: two headers, a palette and rows (Microsoft, "Bitmap Storage")."""

import struct
from dataclasses import dataclass

from bot.images.container import Content, Header

_FILE_HEADER = 14  # bytes
_CORE = 12  # the header of OS/2, whose numbers are half as wide
_KINDS = (_CORE, 40, 52, 56, 64, 108, 124)  # sizes of the picture header in bytes
_RAW, _RLE8, _RLE4, _FIELDS = 0, 1, 2, 3
_BITS = {_RAW: (1, 4, 8, 16, 24, 32), _RLE8: (8,), _RLE4: (4,), _FIELDS: (16, 24, 32)}  # of a pixel, by compression
_ALPHA_MASK = 66  # where the mask of the alpha bits stands, in headers of 56 bytes and more
_WITH_ALPHA = (56, 108, 124)


@dataclass(frozen=True, slots=True)
class _Layout:
    """What the two headers say; sizes in bytes, `height` without the sign that turns the rows over."""

    kind: int
    pixels_at: int
    width: int
    height: int
    bits: int
    compression: int
    size: int
    colours: int


def size(content: Content) -> tuple[int, int]:
    """Width and height in pixels."""
    layout = _layout(content)
    return layout.width, layout.height


def header(content: Content) -> Header:
    """What the headers say; a file that is shorter than its rows is broken."""
    layout = _layout(content)
    if layout.bits not in _BITS.get(layout.compression, ()):
        raise ValueError("no such kind of BMP is read")
    if _pixels_at(layout) + _weight(layout) > len(content):
        raise ValueError("the file ends inside its rows")
    return Header("bmp", layout.width, layout.height, has_alpha=_has_alpha(content, layout))


def _layout(content: Content) -> _Layout:
    pixels_at, kind = struct.unpack_from("<II", content, 10)
    if kind not in _KINDS:
        raise ValueError("no such header of a BMP is known")
    if kind == _CORE:
        width, height, _, bits = struct.unpack_from("<4H", content, 18)
        return _Layout(kind, pixels_at, width, height, bits, _RAW, 0, 0)
    width, height, _, bits, compression, weight, _, _, colours = struct.unpack_from("<IiHHIIIII", content, 18)
    return _Layout(kind, pixels_at, width, abs(height), bits, compression, weight, colours)


def _pixels_at(layout: _Layout) -> int:
    """Where the rows begin. Some writers leave the place out, and then they follow the palette."""
    if layout.pixels_at:
        return layout.pixels_at
    colours = (layout.colours or 1 << layout.bits) if layout.bits <= 8 else 0
    return _FILE_HEADER + layout.kind + colours * (3 if layout.kind == _CORE else 4)


def _weight(layout: _Layout) -> int:
    """How many bytes the rows take; packed rows say so themselves."""
    if layout.compression in (_RLE8, _RLE4):
        return layout.size
    return (layout.width * layout.bits + 31) // 32 * 4 * layout.height


def _has_alpha(content: Content, layout: _Layout) -> bool:
    if layout.compression != _FIELDS or layout.kind not in _WITH_ALPHA or layout.bits != 32:
        return False
    (mask,) = struct.unpack_from("<I", content, _ALPHA_MASK)
    return bool(mask)
