"""What the containers have in common: the header that each yields, and the orientation inside EXIF.

The modules `png`, `jpeg`, `webp`, `gif`, `bmp`, `tiff` and `isobmff` (AVIF and HEIC) read a file's skeleton and
nothing else: no pixel is decoded and no text or profile is unpacked, so a probe costs about nothing and hostile
metadata reaches no library. Each has

    size(content)      width and height as stored, from the first bytes
    header(content)    the rest of what a probe wants to know
    strip(content)     the file's pieces again, without metadata and without a tail (not for GIF, BMP and TIFF)
    end(content)       where the picture ends and a tail begins (PNG, JPEG and WebP)
    profile(content)   the ICC profile, if there is one (not for GIF and BMP)

and raises ValueError, KeyError, IndexError, struct.error or zlib.error where the skeleton is broken, and `Foreign`
where it is whole but not of a kind that we open.
"""

import struct
from dataclasses import dataclass
from mmap import mmap

Content = bytes | mmap

PROFILE_LIMIT = 4 * 2**20  # bytes; the largest profiles of printers stay below it
_ORIENTATION = 0x0112
_SHORT = 3


class Foreign(Exception):
    """A file that begins like a picture but is of a kind that we leave alone; says what it is, as `sniff` would."""


@dataclass(frozen=True, slots=True)
class Header:
    """A file's skeleton: the size that its decoder yields, and the EXIF orientation (1 to 8) that turns it upright."""

    format: str
    width: int
    height: int
    orientation: int = 1
    animated: bool = False
    has_alpha: bool = False
    lossy: bool = False
    deep: bool = False  # 16 bits a channel

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height as a person sees them."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)


def orientation(exif: bytes) -> int:
    """The orientation that an EXIF block asks for; 1 where it is absent, out of range or broken."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        return _orientation(tiff, order)
    except struct.error:
        return 1


def _orientation(tiff: bytes, order: str) -> int:
    (directory,) = struct.unpack_from(order + "I", tiff, 4)
    (count,) = struct.unpack_from(order + "H", tiff, directory)
    for place in range(count):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", tiff, directory + 2 + 12 * place)
        if tag == _ORIENTATION:
            return int(value) if kind == _SHORT and 1 <= value <= 8 else 1
    return 1
