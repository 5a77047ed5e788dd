"""GIF as a container: a screen, then blocks (GIF89a specification); the first frame is the picture."""

import struct

from bot.images.container import Content, Header

_IMAGE, _EXTENSION = 0x2C, 0x21
_GRAPHIC_CONTROL = 0xF9


def size(content: Content) -> tuple[int, int]:
    """Width and height of the screen in pixels."""
    width, height = struct.unpack_from("<HH", content, 6)
    return width, height


def header(content: Content) -> Header:
    """What the blocks up to the second frame say; a first frame that leaves the screen enlarges it."""
    width, height = size(content)
    has_alpha = False
    at = 13 + _palette(content[10])
    while content[at] == _EXTENSION:
        if content[at + 1] == _GRAPHIC_CONTROL:
            has_alpha = bool(content[at + 3] & 1)
        at = _after_blocks(content, at + 2)
    if content[at] != _IMAGE:
        raise ValueError("there is no frame")
    left, top, wide, high, flags = struct.unpack_from("<HHHHB", content, at + 1)
    return Header(
        "gif",
        max(width, left + wide),
        max(height, top + high),
        animated=_has_second_frame(content, at + 10 + _palette(flags) + 1),
        has_alpha=has_alpha,
    )


def _has_second_frame(content: Content, at: int) -> bool:
    """Whether another frame follows the compressed bytes that begin here; a cut file has none."""
    try:
        at = _after_blocks(content, at)
        while content[at] == _EXTENSION:
            at = _after_blocks(content, at + 2)
        return content[at] == _IMAGE
    except IndexError:
        return False


def _after_blocks(content: Content, at: int) -> int:
    """Where a row of sub-blocks that begins here has ended."""
    while content[at]:
        at += content[at] + 1
    return at + 1


def _palette(flags: int) -> int:
    """How many bytes of colour table these flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0
