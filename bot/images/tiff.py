"""TIFF as a container: a directory of tags that says where the strips or tiles of the first page lie (TIFF 6.0).

The rest of the file is not walked: one look tells whether a second page follows. What decides how pixels are read
has to be there once, and every strip has to lie inside the file, because Pillow leaves black what it does not find.
Photographs straight from a camera are TIFFs too, but they are no pictures yet.
"""

import struct
from dataclasses import dataclass
from math import ceil

from bot.images.container import PROFILE_LIMIT, Content, Foreign, Header

_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_STRIPS, _ORIENTATION, _SAMPLES, _ROWS, _STRIP_BYTES, _PLANES = 273, 274, 277, 278, 279, 284
_TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES = 322, 323, 324, 325
_DIRECTORIES, _EXTRA, _SAMPLE_FORMAT, _ICC, _DNG = 330, 338, 339, 34675, 50706

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}  # bytes, by kind of number
_WHOLE = {1: "B", 3: "H", 4: "I"}  # the kinds that are whole numbers
_MOST_TAGS = 4096
_MOST_NUMBERS = 2**18  # more strips than rows, or tiles than a picture of our limit has, are not read

_UNPACKED, _JPEG = 1, 7
# None, the three of fax machines, LZW, JPEG, deflate by both its numbers, PackBits, Zstandard, WebP.
_COMPRESSIONS = frozenset({_UNPACKED, 2, 3, 4, 5, _JPEG, 8, 32946, 32773, 50000, 50001})
_SENSOR = frozenset({32803, 34892})  # photometric: what a camera's sensor saw
_WHITE_IS_ZERO, _RGB = 0, 2
_REDUCED = 1  # flag of the subfile type: a small version of another picture
_ALPHA = (1, 2)  # kinds of extra sample
_DEPTHS = {1: (1, 2, 4, 8, 16), 2: (16, 32), 3: (32,)}  # bits a sample: without a sign, with one, with a fraction


@dataclass(frozen=True, slots=True)
class _Directory:
    """The tags of one page: kind of number, how many, and where they stand."""

    content: Content
    order: str
    tags: dict[int, tuple[int, int, int]]
    following: int  # where the next page's directory stands, or 0

    def __contains__(self, tag: int) -> bool:
        return tag in self.tags

    def numbers(self, tag: int) -> tuple[int, ...]:
        """The whole numbers of a tag; none where it is absent."""
        kind, count, at = self.tags.get(tag, (1, 0, 0))
        if count > _MOST_NUMBERS:
            raise ValueError("a tag holds too many numbers")
        return struct.unpack_from(f"{self.order}{count}{_WHOLE[kind]}", self.content, at)

    def number(self, tag: int, otherwise: int) -> int:
        """The first number of a tag."""
        return next(iter(self.numbers(tag)), otherwise)


def size(content: Content) -> tuple[int, int]:
    """Width and height in pixels as stored."""
    page = _first(content)
    return page.number(_WIDTH, 0), page.number(_HEIGHT, 0)


def header(content: Content) -> Header:
    """What the first directory says. Pillow turns a TIFF upright by itself, so that its size is given upright."""
    page = _first(content)
    _check_kind(page)
    _check_pieces(page)
    width, height = size(content)
    if page.number(_ORIENTATION, 1) in (5, 6, 7, 8):
        width, height = height, width
    return Header(
        "tiff",
        width,
        height,
        animated=_has_second_page(page),
        has_alpha=_has_alpha(page),
        lossy=page.number(_COMPRESSION, _UNPACKED) == _JPEG,
        deep=max(page.numbers(_BITS), default=1) > 8,
    )


def profile(content: Content) -> bytes | None:
    """The ICC profile of its tag."""
    _, count, at = _first(content).tags.get(_ICC, (7, 0, 0))
    return content[at : at + count] if 0 < count <= PROFILE_LIMIT else None


def _first(content: Content) -> _Directory:
    order = {b"II": "<", b"MM": ">"}[content[:2]]
    (at,) = struct.unpack_from(order + "I", content, 4)
    return _directory(content, order, at)


def _directory(content: Content, order: str, at: int) -> _Directory:
    (count,) = struct.unpack_from(order + "H", content, at)
    if count > _MOST_TAGS:
        raise ValueError("a page has too many tags")
    tags = {}
    for place in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, many = struct.unpack_from(order + "HHI", content, place)
        weight = _SIZES.get(kind, 0) * many
        start = place + 8 if weight <= 4 else struct.unpack_from(order + "I", content, place + 8)[0]
        if start + weight > len(content):
            raise ValueError("the file ends inside a tag")
        if tag in tags:
            raise ValueError("a tag stands twice")
        tags[tag] = (kind, many, start)
    (following,) = struct.unpack_from(order + "I", content, at + 2 + 12 * count)
    return _Directory(content, order, tags, following)


def _check_kind(page: _Directory) -> None:
    """Raise `Foreign` for what is no picture yet, or is packed in a way that we leave alone."""
    photometric = page.number(_PHOTOMETRIC, _WHITE_IS_ZERO)
    is_preview = _DIRECTORIES in page and page.number(_SUBFILE, 0) & _REDUCED
    if is_preview or _DNG in page or photometric in _SENSOR or page.content[8:10] == b"CR":
        raise Foreign("a camera's raw file")
    depths, formats = set(page.numbers(_BITS)), set(page.numbers(_SAMPLE_FORMAT)) or {1}
    known = len(formats) == 1 and depths.issubset(_DEPTHS.get(formats.pop(), ()))
    if not known or (photometric == _WHITE_IS_ZERO and max(depths, default=1) > 8):  # Pillow would show its negative
        raise Foreign("a scientific TIFF")
    if page.number(_COMPRESSION, _UNPACKED) not in _COMPRESSIONS:
        raise Foreign("a TIFF with a rare compression")


def _check_pieces(page: _Directory) -> None:
    """Every strip or tile is there, inside the file and, where it is not packed, as long as its rows."""
    is_tiled = _TILES in page
    if is_tiled == (_STRIPS in page):
        raise ValueError("pixels lie either in strips or in tiles")
    starts, weights = (
        page.numbers(_TILES if is_tiled else _STRIPS),
        page.numbers(_TILE_BYTES if is_tiled else _STRIP_BYTES),
    )
    least = _least_bytes(page, is_tiled=is_tiled)
    if not len(starts) == len(weights) == len(least):
        raise ValueError("strips or tiles are missing")
    packed = page.number(_COMPRESSION, _UNPACKED) != _UNPACKED
    for start, weight, needed in zip(starts, weights, least, strict=True):
        if weight < (1 if packed else needed) or start + weight > len(page.content):
            raise ValueError("the file ends inside a strip or a tile")


def _least_bytes(page: _Directory, *, is_tiled: bool) -> list[int]:
    """How many bytes each strip or tile takes when it is not packed."""
    width, height = page.number(_WIDTH, 0), page.number(_HEIGHT, 0)
    samples = page.number(_SAMPLES, 1)
    planes = samples if page.number(_PLANES, 1) == 2 else 1
    wide = page.number(_TILE_WIDTH, 0) if is_tiled else width
    high = page.number(_TILE_HEIGHT, 0) if is_tiled else min(page.number(_ROWS, height), height)
    if not wide or not high or wide > 4 * width + 4096 or high > 4 * height + 4096:
        raise ValueError("a strip or a tile has no such size")
    across, down = ceil(width / wide), ceil(height / high)
    if across * down * planes > _MOST_NUMBERS:
        raise ValueError("there are too many strips or tiles")
    row = ceil(wide * page.number(_BITS, 1) * (samples // planes) / 8)
    last = high if is_tiled else height - high * (down - 1)
    plane = [row * (high if y < down - 1 else last) for y in range(down) for _ in range(across)]
    return plane * planes


def _has_alpha(page: _Directory) -> bool:
    extra = page.numbers(_EXTRA)
    if extra:
        return extra[0] in _ALPHA
    return page.number(_PHOTOMETRIC, _WHITE_IS_ZERO) == _RGB and page.number(_SAMPLES, 1) == 4


def _has_second_page(page: _Directory) -> bool:
    """Whether another page follows that is not the first one made small; a broken one is none."""
    try:
        second = _directory(page.content, page.order, page.following)
        return bool(page.following) and _WIDTH in second and not second.number(_SUBFILE, 0) & _REDUCED
    except (ValueError, KeyError, struct.error):
        return False
