"""Making a picture fit: few enough pixels, and written so that it stays under a number of bytes."""

import math
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bot.images.tasks import named

Size = tuple[int, int]

FALLING = (95, 90, 80, 70)
_LONGEST_EDGE = {"webp": 16383, "jpeg": 65500}  # pixels; the formats have no room for more
# libwebp takes 23 bytes a pixel to keep all of a picture, and 36 where there is alpha, of the gibibyte that we have.
_MOST_LOSSLESS_WEBP, _MOST_CLEAR_WEBP = 30_000_000, 18_000_000
_SMALLEST_EDGE = 8
_HARD = 0.7  # of each side: half the pixels, where an encoder gave up on a picture that it has room for
_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Encoding:
    """A format and how much of the picture it keeps; the quality means nothing to PNG and to lossless WebP."""

    format: str
    quality: int = 100
    lossless: bool = False


PNG = Encoding("png")


@dataclass(frozen=True, slots=True)
class Written:
    """A picture on disk."""

    path: Path
    format: str
    width: int
    height: int
    encoding: Encoding = PNG

    @property
    def bytes(self) -> int:
        """How heavy the file is."""
        return self.path.stat().st_size


def encodings(formats: tuple[str, ...], *, has_alpha: bool, lossy: bool) -> tuple[Encoding, ...]:
    """What to try, in order, of the formats that a card lists: PNG first unless the source had lost detail before.

    JPEG is for pictures without alpha; WebP takes its place where there is alpha, or no JPEG is listed.
    """
    png = (PNG,) if "png" in formats else ()
    squeezed = next((name for name in ("jpeg", "webp") if name in formats and not (has_alpha and name == "jpeg")), None)
    falling = tuple(Encoding(squeezed, quality) for quality in FALLING) if squeezed else ()
    if lossy and falling:
        return falling
    return png + falling or (Encoding("jpeg", FALLING[0]),)


def write_under(picture: Image.Image, most_bytes: int, tries: tuple[Encoding, ...], path: Path) -> Written | None:
    """Write the picture to `path` with the right suffix; None where it cannot be made light enough.

    When every encoding was too heavy, the last one is tried with fewer and fewer pixels.
    """
    for encoding in tries:
        weight = _write(picture, encoding, path)
        if weight <= most_bytes:
            return Written(named(path, encoding.format), encoding.format, *picture.size, encoding)
        named(path, encoding.format).unlink(missing_ok=True)
    for _ in range(_ROUNDS):
        picture = resized(picture, _scaled(picture.size, _smaller(picture, encoding, weight, most_bytes)))
        weight = _write(picture, encoding, path)
        if weight <= most_bytes:
            return Written(named(path, encoding.format), encoding.format, *picture.size, encoding)
        if max(picture.size) <= _SMALLEST_EDGE:
            break
    named(path, encoding.format).unlink(missing_ok=True)
    return None


def fitted(size: Size, most_pixels: int, *, square: bool) -> Size:
    """The size at which a picture of this size is sent; where it is padded, the square around it has to fit.

    The arithmetic is that of `domain.catalog.sent_size`, which has told the member before the picture was opened.
    """
    area = max(size) ** 2 if square else size[0] * size[1]
    if area <= most_pixels:
        return size
    scale = math.sqrt(most_pixels / area)
    return max(1, int(size[0] * scale)), max(1, int(size[1] * scale))


def resized(picture: Image.Image, size: Size) -> Image.Image:
    """The picture in another size, by the filter that keeps most detail."""
    return picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS)


def square(picture: Image.Image, *, fill: tuple[int, ...] | int) -> Image.Image:
    """The picture in the middle of a square of this colour."""
    edge = max(picture.size)
    canvas = Image.new(picture.mode, (edge, edge), fill)
    canvas.paste(picture, ((edge - picture.width) // 2, (edge - picture.height) // 2))
    return canvas


def megabytes(count: int) -> int:
    """Bytes as a person counts them."""
    return max(1, round(count / 2**20))


def _write(picture: Image.Image, encoding: Encoding, path: Path) -> int:
    """Encode nothing but pixels; how many bytes it became.

    What an encoder cannot take counts as heavier than anything. (Of large pictures full of noise, lossy WebP has no
    room for some tables.)
    """
    if _room(picture, encoding) < 1:
        return sys.maxsize
    picture.info.clear()
    path = named(path, encoding.format)
    try:
        _encode(picture, encoding, path)
    except (ValueError, MemoryError, OSError) as exc:
        if isinstance(exc, OSError) and exc.errno is not None:
            raise
        return sys.maxsize
    return path.stat().st_size


def _encode(picture: Image.Image, encoding: Encoding, path: Path) -> None:
    """Run-length PNG and the cheapest lossless WebP take a third of the default's time and are about as small on
    photographs. Colours under full transparency are kept, for some models look at them."""
    match encoding.format:
        case "jpeg":
            _flat(picture).save(path, "JPEG", quality=encoding.quality, subsampling=0)
        case "webp" if encoding.lossless:
            picture.save(path, "WEBP", lossless=True, quality=0, method=0, exact=True)
        case "webp":
            picture.save(path, "WEBP", quality=encoding.quality, method=1, exact=True)
        case _:
            picture.save(path, "PNG", compress_type=zlib.Z_RLE)


def _flat(picture: Image.Image) -> Image.Image:
    """The picture on white, where it has alpha."""
    if picture.mode == "RGB":
        return picture
    paper = Image.new("RGB", picture.size, "white")
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _room(picture: Image.Image, encoding: Encoding) -> float:
    """How far the sides have to be scaled for the encoder to take the picture; 1 where it does as it is."""
    edge, area = _LONGEST_EDGE.get(encoding.format, sys.maxsize), sys.maxsize
    if encoding.format == "webp" and encoding.lossless:
        area = _MOST_LOSSLESS_WEBP
    if encoding.format == "webp" and picture.mode == "RGBA":
        area = _MOST_CLEAR_WEBP
    if picture.width * picture.height > area:
        edge = min(edge, int(max(picture.size) * math.sqrt(area / (picture.width * picture.height))) - 1)
    return min(1.0, edge / max(picture.size))


def _smaller(picture: Image.Image, encoding: Encoding, weight: int, most_bytes: int) -> float:
    """How far to scale the sides so that the weight should fit.

    Weight goes with the area, and a little less than hoped for saves a round.
    """
    room = _room(picture, encoding)
    if room < 1:
        return room
    if weight == sys.maxsize:
        return _HARD
    return min(0.9, max(0.25, 0.95 * math.sqrt(most_bytes / weight)))


def _scaled(size: Size, scale: float) -> Size:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
