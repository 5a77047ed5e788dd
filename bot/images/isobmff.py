"""AVIF and HEIC as containers: boxes within boxes (ISO/IEC 14496-12), the picture being an item (ISO/IEC 23008-12).

Of the `meta` box we read which item is the picture, its properties, and where every item's bytes lie; of an animated
AVIF also the tracks, because its frames come from there. The two libraries differ: libheif crops and turns a picture
by itself, so that a HEIC's size is given as it comes out, whereas Pillow leaves the turning of an AVIF to us.
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from bot.images.container import PROFILE_LIMIT, Content, Foreign, Header

_MOST = 4096  # boxes in a box, items, and parts of items; libheif itself stops at a thousand items
_MOST_PROPERTIES = 4 * _MOST
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0", b"urn:mpeg:hevc:2015:auxid:1\0")
_VISIBLE = frozenset({b"hvc1", b"av01", b"grid", b"iovl", b"iden"})  # kinds of item that are pictures
_HIDDEN = 1  # flag of an item
_WIDTHS = frozenset({0, 4, 8})  # bytes of a number in an item's place

# The EXIF orientation of a quarter turn to the left (0 to 3 times) and then a mirroring: none, upside down, sideways.
_ORIENTATIONS = ((1, 4, 2), (8, 5, 7), (3, 2, 4), (6, 7, 5))

Box = tuple[bytes, int, int]  # name, and where the payload begins and ends


@dataclass(frozen=True, slots=True)
class _Meta:
    """The `meta` box: the picture's item number, all boxes inside, and the properties by item, in their order.

    `file` holds the boxes of the file, as far as they are whole.
    """

    content: Content
    file: tuple[Box, ...]
    primary: int
    boxes: tuple[Box, ...]
    properties: dict[int, tuple[Box, ...]]

    def of_primary(self, name: bytes) -> Iterator[tuple[int, int]]:
        """Where the properties of this name begin and end."""
        return ((start, end) for found, start, end in self.properties.get(self.primary, ()) if found == name)


def size(content: Content) -> tuple[int, int]:
    """Width and height in pixels as stored: of the whole picture, not of the tiles that it may be made of."""
    return _size(_meta(content))


def avif(content: Content) -> Header:
    """What the boxes say of an AVIF."""
    meta = _meta(content)
    _check_places(meta)
    width, height = _size(meta)
    frames = 1 if content[8:12] == b"avif" else _frames(meta, (width, height))
    return Header(
        "avif",
        width,
        height,
        orientation=_orientation(meta),
        animated=frames > 1 or _has_others(meta),
        has_alpha=_has_alpha(meta),
        lossy=True,
    )


def heic(content: Content) -> Header:
    """What the boxes say of a HEIC; the size is the one that libheif gives, cropped and turned."""
    meta = _meta(content)
    _check_places(meta)
    width, height = _upright(meta)
    return Header("heic", width, height, animated=_has_others(meta), has_alpha=_has_alpha(meta), lossy=True)


def strip(content: Content) -> Iterator[bytes]:
    """The file without a tail; what else is in it is left behind when its pixels are written anew."""
    yield content[: _end(_file(content))]


def profile(content: Content) -> bytes | None:
    """The ICC profile among the picture's properties."""
    for start, end in _meta(content).of_primary(b"colr"):
        if content[start : start + 4] in (b"prof", b"rICC") and end - start - 4 <= PROFILE_LIMIT:
            return content[start + 4 : end]
    return None


# ── boxes ───────────────────────────────────────────────────────────────────────────────────────────────────


def _file(content: Content) -> tuple[Box, ...]:
    """The boxes of the file up to its tail, or to where it was cut."""
    boxes: list[Box] = []
    with suppress(ValueError, struct.error):
        boxes.extend(_boxes(content, 0, len(content)))
    return tuple(boxes)


def _boxes(content: Content, start: int, end: int) -> Iterator[Box]:
    """The boxes between two places, which they have to fill."""
    at = start
    for _ in range(_MOST):
        if at == end:
            return
        length, name = struct.unpack_from(">I4s", content, at)
        head = 8
        if length == 1:
            (length,), head = struct.unpack_from(">Q", content, at + 8), 16
        elif length == 0 and name == b"mdat":  # the pixels may run to the end of the file
            length = end - at
        if length < head or at + length > end:
            raise ValueError("the file ends inside a box")
        yield name, at + head, at + length
        at += length
    raise ValueError("there are too many boxes")


def _only(boxes: tuple[Box, ...], name: bytes) -> tuple[int, int]:
    """Where the one box of this name begins and ends."""
    places = [(start, end) for found, start, end in boxes if found == name]
    if len(places) != 1:
        raise ValueError("a box is missing or stands twice")
    return places[0]


def _end(boxes: tuple[Box, ...]) -> int:
    return max((end for _, _, end in boxes), default=0)


def _meta(content: Content) -> _Meta:
    file = _file(content)
    if all(name != b"meta" for name, _, _ in file) and any(name == b"moov" for name, _, _ in file):
        raise Foreign("a film")
    start, end = _only(file, b"meta")
    boxes = tuple(_boxes(content, start + 4, end))
    start, _ = _only(boxes, b"pitm")
    (primary,) = struct.unpack_from(">I" if content[start] else ">H", content, start + 4)
    inside = tuple(_boxes(content, *_only(boxes, b"iprp")))
    properties = tuple(_boxes(content, *_only(inside, b"ipco")))
    by_item: dict[int, tuple[Box, ...]] = {}
    for name, start, end in inside:
        if name == b"ipma":
            by_item.update(_associations(content, start, end, properties))
    return _Meta(content, file, primary, boxes, by_item)


def _associations(
    content: Content, start: int, end: int, properties: tuple[Box, ...]
) -> Iterator[tuple[int, tuple[Box, ...]]]:
    """Which properties each item has; number 0 stands for none."""
    item, index = (">I" if content[start] else ">H"), ("H" if content[start + 3] & 1 else "B")
    mask = 0x7FFF if index == "H" else 0x7F
    (count,) = struct.unpack_from(">I", content, start + 4)
    at, parts = start + 8, 0
    for _ in range(_bounded(count)):
        (number,) = struct.unpack_from(item, content, at)
        at += struct.calcsize(item)
        parts = _bounded(parts + content[at], _MOST_PROPERTIES)
        shape = f">{content[at]}{index}"
        places = [place & mask for place in struct.unpack_from(shape, content, at + 1)]
        at += 1 + struct.calcsize(shape)
        if at > end:
            raise ValueError("a box is shorter than its list")
        yield number, tuple(properties[place - 1] for place in places if place)


def _bounded(count: int, most: int = _MOST) -> int:
    if count > most:
        raise ValueError("there are too many items")
    return count


# ── the picture's properties ────────────────────────────────────────────────────────────────────────────────


def _size(meta: _Meta) -> tuple[int, int]:
    sizes = {struct.unpack_from(">II", meta.content, start + 4) for start, _ in meta.of_primary(b"ispe")}
    if len(sizes) != 1:
        raise ValueError("the picture has no size, or two")
    width, height = sizes.pop()
    return width, height


def _upright(meta: _Meta) -> tuple[int, int]:
    """The size after cropping and turning, in the order in which the file asks for them."""
    width, height = _size(meta)
    for name, start, _ in meta.properties.get(meta.primary, ()):
        if name == b"clap":
            width_by, width_of, height_by, height_of = struct.unpack_from(">4I", meta.content, start)
            width, height = min(width, _rounded(width_by, width_of)), min(height, _rounded(height_by, height_of))
        elif name == b"irot" and meta.content[start] & 1:
            width, height = height, width
    return width, height


def _rounded(part: int, whole: int) -> int:
    if not whole:
        raise ValueError("nothing is divided by zero")
    return (part + whole // 2) // whole


def _orientation(meta: _Meta) -> int:
    """The turning and mirroring of an AVIF as an EXIF orientation (turned first, as MIAF orders them)."""
    turns = next((meta.content[start] & 3 for start, _ in meta.of_primary(b"irot")), 0)
    mirror = next((1 + (meta.content[start] & 1) for start, _ in meta.of_primary(b"imir")), 0)
    return _ORIENTATIONS[turns][mirror]


# ── the other items ─────────────────────────────────────────────────────────────────────────────────────────


def _references(meta: _Meta) -> Iterator[tuple[bytes, int, tuple[int, ...]]]:
    """How items refer to one another: in what sense, from which, to which."""
    for found, start, end in meta.boxes:
        if found == b"iref":
            number = "I" if meta.content[start] else "H"
            for name, inner, _ in _boxes(meta.content, start + 4, end):
                source, count = struct.unpack_from(f">{number}H", meta.content, inner)
                after = inner + struct.calcsize(f">{number}H")
                yield name, source, struct.unpack_from(f">{_bounded(count)}{number}", meta.content, after)


def _has_alpha(meta: _Meta) -> bool:
    """Whether an item belongs to the picture that calls itself its alpha."""
    helpers = {source for name, source, targets in _references(meta) if name == b"auxl" and meta.primary in targets}
    return any(
        name == b"auxC" and meta.content[start + 4 : end].startswith(_ALPHA)
        for helper in helpers
        for name, start, end in meta.properties.get(helper, ())
    )


def _has_others(meta: _Meta) -> bool:
    """Whether there is a second picture, which is neither a tile nor a thumbnail nor anything else of the first."""
    belonging = {meta.primary}
    for name, source, targets in _references(meta):
        belonging.update(targets if name == b"dimg" else (source,))
    return bool(_pictures(meta) - belonging)


def _pictures(meta: _Meta) -> set[int]:
    """The items that may be looked at by themselves."""
    start, end = _only(meta.boxes, b"iinf")
    seen = set()
    for name, inner, _ in _boxes(meta.content, start + (8 if meta.content[start] else 6), end):
        version, hidden = meta.content[inner], meta.content[inner + 3] & _HIDDEN
        if name == b"infe" and version >= 2 and not hidden:
            number, _, kind = struct.unpack_from(">HH4s" if version == 2 else ">IH4s", meta.content, inner + 4)
            if kind in _VISIBLE:
                seen.add(number)
    return seen


def _check_places(meta: _Meta) -> None:
    """The bytes of every item have to lie inside the file, or inside the box that keeps small ones."""
    content = meta.content
    kept = next((end - start for name, start, end in meta.boxes if name == b"idat"), 0)
    limits = {0: _end(meta.file), 1: kept}
    for method, start, length in _places(content, *_only(meta.boxes, b"iloc")):
        if method in limits and start + length > limits[method]:
            raise ValueError("the file ends inside an item")


def _places(content: Content, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """How (0: from the file's beginning, 1: from the box's, 2: from another item's), where and how long."""
    version, first, second = content[start], content[start + 4], content[start + 5]
    offset, length, base, index = first >> 4, first & 15, second >> 4, second & 15 if version else 0
    if not _WIDTHS.issuperset((offset, length, base, index)):
        raise ValueError("no number is that wide")
    wide = 4 if version == 2 else 2
    at, parts = start + 6 + wide, 0
    for _ in range(_bounded(_number(content, start + 6, wide))):
        at += wide
        method = _number(content, at, 2) & 15 if version else 0
        at += 2 if version else 0
        if _number(content, at, 2):
            raise ValueError("an item lies in another file")
        begin, count = _number(content, at + 2, base), _number(content, at + 2 + base, 2)
        at += 4 + base
        parts = _bounded(parts + count)
        for _ in range(count):
            at += index
            yield method, begin + _number(content, at, offset), _number(content, at + offset, length)
            at += offset + length
        if at > end:
            raise ValueError("a box is shorter than its list")


def _number(content: Content, at: int, width: int) -> int:
    return int.from_bytes(content[at : at + width], "big")


# ── tracks ──────────────────────────────────────────────────────────────────────────────────────────────────


def _frames(meta: _Meta, size: tuple[int, int]) -> int:
    """How many frames the tracks have, which have to be of the picture's size: the first frame is what is decoded."""
    content, frames = meta.content, 0
    films = [(start, end) for name, start, end in meta.file if name == b"moov"]
    if not films and content[8:12] == b"avis":
        raise ValueError("there are no frames")
    for start, end in (track for film in films for track in _inside(content, film, b"trak")):
        for _, tail in _inside(content, (start, end), b"tkhd"):
            width, height = _number(content, tail - 8, 2), _number(content, tail - 4, 2)
            if (width, height) not in ((0, 0), size):
                raise ValueError("a track is of another size")
        for sizes, _ in _inside(content, (start, end), b"mdia", b"minf", b"stbl", b"stsz"):
            frames = max(frames, _number(content, sizes + 8, 4))
    return frames


def _inside(content: Content, place: tuple[int, int], *path: bytes) -> Iterator[tuple[int, int]]:
    """Where the boxes at the end of a path of names begin and end."""
    if not path:
        yield place
        return
    for name, start, end in _boxes(content, *place):
        if name == path[0]:
            yield from _inside(content, (start, end), *path[1:])
