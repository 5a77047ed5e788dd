"""What a picture's header says, read in a fraction of a millisecond, and the refusals that need no more than that."""

import mmap
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import ceil
from pathlib import Path

from bot.domain.errors import FileEmpty, InputLost, PictureDamaged, PictureTooHard, PictureTooLarge, PictureUnknown
from bot.images import bmp, gif, isobmff, jpeg, png, sniff, tiff, webp
from bot.images.container import Content, Foreign, Header
from bot.workflow.ports import Probe

MEGAPIXELS = 50
PIXEL_LIMIT = MEGAPIXELS * 1_000_000

_BROKEN = (ValueError, LookupError, struct.error, zlib.error)
_SIZES: dict[str, Callable[[Content], tuple[int, int]]] = {
    "png": png.size,
    "jpeg": jpeg.size,
    "webp": webp.size,
    "gif": gif.size,
    "bmp": bmp.size,
    "tiff": tiff.size,
    "avif": isobmff.size,
    "heic": isobmff.size,
}
_HEADERS: dict[str, Callable[[Content], Header]] = {
    "png": png.header,
    "jpeg": jpeg.header,
    "webp": webp.header,
    "gif": gif.header,
    "bmp": bmp.header,
    "tiff": tiff.header,
    "avif": isobmff.avif,
    "heic": isobmff.heic,
}


def probe(path: Path, name: str) -> Probe:
    """Look at a file's header. `name` is what the file is called in a refusal."""
    with opened(path, name) as content, skeleton(name):
        return seen(survey(content, name))


def survey(content: Content, name: str) -> Header:
    """The header of a picture that is neither empty of pixels nor too large.

    The size is judged before anything else is read, so that a bomb without an end is still called a bomb.
    """
    head = content[: sniff.SNIFFED_BYTES]
    format_ = sniff.picture_format(head)
    if format_ is None:
        raise PictureUnknown(name=name, found=sniff.found(head))
    check_size(*_SIZES[format_](content), name)
    header = _HEADERS[format_](content)
    check_size(header.width, header.height, name)
    return header


def seen(header: Header) -> Probe:
    """The header as the other rooms know it: upright."""
    width, height = header.upright
    return Probe(header.format, width, height, header.animated, header.has_alpha)


@contextmanager
def opened(path: Path, name: str) -> Iterator[mmap.mmap]:
    """The bytes of a file, mapped and not read. Raises `FileEmpty`, and `InputLost` where there is no file."""
    try:
        file = path.open("rb")
    except FileNotFoundError as exc:
        raise InputLost from exc
    with file:
        if not path.stat().st_size:
            raise FileEmpty(name=name)
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield content


@contextmanager
def skeleton(name: str) -> Iterator[None]:
    """Translate what a broken container raises."""
    try:
        yield
    except Foreign as exc:
        raise PictureUnknown(name=name, found=str(exc)) from exc
    except MemoryError as exc:
        raise PictureTooHard(name=name) from exc
    except _BROKEN as exc:
        raise PictureDamaged(name=name) from exc


def check_size(width: int, height: int, name: str) -> None:
    """Raise the refusal of a picture with no pixels, or with more than we open."""
    if not width or not height:
        raise PictureDamaged(name=name)
    if width * height > PIXEL_LIMIT:
        raise PictureTooLarge(name=name, megapixels=ceil(width * height / 1_000_000), limit=MEGAPIXELS)
