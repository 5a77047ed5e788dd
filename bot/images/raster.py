"""From a file to pixels: the full decode by Pillow, which sees only bytes without metadata, in a format we chose."""

import errno
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

# Every plugin that may be asked, loaded here so that none is looked for while a picture waits.
from PIL import (  # noqa: F401
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
from pillow_heif import register_heif_opener

from bot.domain.errors import PictureDamaged, PictureTooHard, PictureUnknown, Trouble
from bot.images import isobmff, jpeg, png, tiff, webp
from bot.images.container import Content, Header
from bot.images.probe import PIXEL_LIMIT, check_size, opened, seen, skeleton, survey
from bot.workflow.ports import Probe

Profile = bytes | None

_STRIPS: dict[str, Callable[[Content], Iterator[bytes]]] = {
    "png": png.strip,
    "jpeg": jpeg.strip,
    "webp": webp.strip,
    "avif": isobmff.strip,
    "heic": isobmff.strip,
}
_PROFILES: dict[str, Callable[[Content], Profile]] = {
    "png": png.profile,
    "jpeg": jpeg.profile,
    "webp": webp.profile,
    "tiff": tiff.profile,
    "avif": isobmff.profile,
    "heic": isobmff.profile,
}
_PLUGINS = {  # the one plugin of Pillow that may open a format
    "png": "PNG",
    "jpeg": "JPEG",
    "webp": "WEBP",
    "gif": "GIF",
    "bmp": "BMP",
    "tiff": "TIFF",
    "avif": "AVIF",
    "heic": "HEIF",
}
_ENDS = {"png": png.end, "jpeg": jpeg.end, "webp": webp.end}  # of the formats in which results come

# One thread a picture: the pool has as many processes as it wants to use, and every thread takes address space.
register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)
AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def guard() -> None:
    """Set Pillow's own limits, which stand behind ours."""
    Image.MAX_IMAGE_PIXELS = PIXEL_LIMIT
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)


def verify(path: Path, name: str) -> Probe:
    """Decode a result wholly, and cut off what hangs on behind its picture; every byte before that stays as it came.

    Raises the refusal that says why it is no whole PNG, JPEG or WebP.
    """
    with opened(path, name) as content, skeleton(name):
        header = survey(content, name)
        if header.format not in _ENDS:
            raise PictureUnknown(name=name, found=header.format.upper())
        stripped = BytesIO(b"".join(strip(content, header.format)))
        end = _ENDS[header.format](content)
    decode(stripped, header.format, name)
    os.truncate(path, end)
    return seen(header)


def stripped_copy(path: Path, name: str, copy: Path) -> tuple[Header, Profile]:
    """Write the picture without its metadata and tail to `copy`; its header, and the profile that was left out."""
    with opened(path, name) as content, skeleton(name):
        header = survey(content, name)
        with copy.open("wb") as file:
            file.writelines(strip(content, header.format))
        return header, profile_of(content, header.format)


def strip(content: Content, format_: str) -> Iterator[bytes]:
    """The pieces of the file that make its picture. GIF, BMP and TIFF are given whole: they are always written anew."""
    return _STRIPS[format_](content) if format_ in _STRIPS else iter((content[:],))


def profile_of(content: Content, format_: str) -> Profile:
    """The ICC profile inside the file, where its format has one."""
    return _PROFILES[format_](content) if format_ in _PROFILES else None


def decode(file: BinaryIO, format_: str, name: str) -> Image.Image:
    """All pixels of the first picture, as its header announced it except for the orientation.

    Raises `PictureDamaged`, or `PictureTooHard` where memory does not suffice.
    """
    with pixels(name):
        noisy = jpeg.noisy(file.read()) if format_ == "jpeg" else None
        expected = _decoded(BytesIO(noisy), format_, name).histogram() if noisy else None
        picture = _decoded(file, format_, name)
        if expected not in (None, picture.histogram()):
            raise PictureDamaged(name=name)
        return _opaque(picture) if format_ == "bmp" else picture


def _decoded(file: BinaryIO, format_: str, name: str) -> Image.Image:
    file.seek(0)
    picture = Image.open(file, formats=(_PLUGINS[format_],))
    announced = picture.size
    check_size(*announced, name)
    picture.info.pop("xmp", None)  # Pillow would turn a TIFF as it says, against its own tag
    picture.load()
    if picture.size != announced:
        raise PictureDamaged(name=name)
    _let_go(picture)
    return picture


def _let_go(picture: Image.Image) -> None:
    """Drop the decoder: libwebp keeps its canvases as long as the picture, 600 MB at 50 megapixels."""
    vars(picture).update(fp=None, _fp=None, _heif_file=None)
    vars(picture).pop("_decoder", None)


def _opaque(picture: Image.Image) -> Image.Image:
    """The picture without its alpha where that hides everything: many programs leave the bits at zero in a BMP."""
    hidden = picture.mode == "RGBA" and picture.getchannel("A").getextrema() == (0, 0)
    return picture.convert("RGB") if hidden else picture


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
