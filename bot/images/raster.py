"""From a file to pixels: the full decode by Pillow, which sees only bytes without metadata, in a format we chose."""

import errno
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageFile

from bot.domain.errors import PictureDamaged, PictureTooHard, PictureUnknown, Trouble
from bot.images import jpeg, png, webp
from bot.images.container import Content, Header
from bot.images.probe import PIXEL_LIMIT, opened, seen, skeleton, survey
from bot.workflow.ports import Probe

Profile = bytes | None

_STRIPS: dict[str, Callable[[Content], Iterator[bytes]]] = {"png": png.strip, "jpeg": jpeg.strip, "webp": webp.strip}
_PROFILES: dict[str, Callable[[Content], Profile]] = {"png": png.profile, "jpeg": jpeg.profile, "webp": webp.profile}
RESULT_FORMATS = frozenset(_STRIPS)


def guard() -> None:
    """Set Pillow's own limits, which stand behind ours."""
    Image.MAX_IMAGE_PIXELS = PIXEL_LIMIT
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def verify(path: Path, name: str) -> Probe:
    """Decode a result wholly. Raises the refusal that says why it is no whole PNG, JPEG or WebP."""
    with opened(path, name) as content, skeleton(name):
        header = survey(content, name)
        if header.format not in RESULT_FORMATS:
            raise PictureUnknown(name=name, found=header.format.upper())
        stripped = BytesIO(b"".join(strip(content, header.format)))
    decode(stripped, header.format, name)
    return seen(header)


def stripped_copy(path: Path, name: str, copy: Path) -> tuple[Header, Profile]:
    """Write the picture without its metadata and tail to `copy`; its header, and the profile that was left out."""
    with opened(path, name) as content, skeleton(name):
        header = survey(content, name)
        with copy.open("wb") as file:
            file.writelines(strip(content, header.format))
        return header, _profile(content, header.format)


def strip(content: Content, format_: str) -> Iterator[bytes]:
    """The pieces of the file that make its picture. A GIF is given whole: its pixels are always written anew."""
    return _STRIPS[format_](content) if format_ in _STRIPS else iter((content[:],))


def _profile(content: Content, format_: str) -> Profile:
    return _PROFILES[format_](content) if format_ in _PROFILES else None


def decode(file: BinaryIO, format_: str, name: str) -> Image.Image:
    """All pixels of the first frame. Raises `PictureDamaged`, or `PictureTooHard` where memory does not suffice.

    Pillow keeps libwebp's canvases as long as the picture; at 50 megapixels they are 600 MB that turning it needs.
    """
    with pixels(name):
        picture = Image.open(file, formats=(format_.upper(),))
        picture.load()
        picture.fp = None
        vars(picture).pop("_decoder", None)
        return picture


@contextmanager
def pixels(name: str) -> Iterator[None]:
    """Translate what a decoder raises; trouble with the disk is not the picture's and rises."""
    try:
        yield
    except Trouble:
        raise
    except MemoryError as exc:
        raise PictureTooHard(name=name) from exc
    except Exception as exc:  # a decoder may raise anything over hostile bytes
        if isinstance(exc, OSError) and exc.errno is not None and exc.errno != errno.EINVAL:
            raise
        raise (PictureTooHard if "memory" in str(exc) else PictureDamaged)(name=name) from exc
