"""Writing a picture so that it stays under a number of bytes: other encodings first, then fewer pixels."""

import sys
import zlib
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from PIL import Image

from bot.images.tasks import named

SQUARE_EDGE = 2048  # models that ask for squares work on 1024 pixels; more would only cost time
_SMALLEST_EDGE = 8
_ROUNDS = 12
_FALLING = (95, 90, 80, 70)


@dataclass(frozen=True, slots=True)
class Encoding:
    """A format and how much of the picture it keeps; the quality means nothing to PNG."""

    format: str
    quality: int = 100


@dataclass(frozen=True, slots=True)
class Written:
    """A picture on disk."""

    path: Path
    format: str
    width: int
    height: int

    @property
    def bytes(self) -> int:
        """How heavy the file is."""
        return self.path.stat().st_size


PNG = Encoding("png")


def encodings(formats: tuple[str, ...], *, has_alpha: bool, lossy: bool) -> tuple[Encoding, ...]:
    """What to try, in order, of the formats that a card lists: PNG first unless the source had lost detail before.

    JPEG is for pictures without alpha; WebP takes its place where there is alpha, or no JPEG is listed.
    """
    png = (PNG,) if "png" in formats else ()
    squeezed = next((name for name in ("jpeg", "webp") if name in formats and not (has_alpha and name == "jpeg")), None)
    falling = tuple(Encoding(squeezed, quality) for quality in _FALLING) if squeezed else ()
    if lossy and falling:
        return falling
    return png + falling or (Encoding("jpeg", _FALLING[0]),)


def write_under(picture: Image.Image, most_bytes: int, tries: tuple[Encoding, ...], path: Path) -> Written | None:
    """Write the picture to `path` with the right suffix; None where it cannot be made light enough.

    When every encoding was too heavy, the last one is tried with fewer and fewer pixels.
    """
    for encoding in tries:
        weight = _write(picture, encoding, path)
        if weight <= most_bytes:
            return Written(named(path, encoding.format), encoding.format, *picture.size)
    for _ in range(_ROUNDS):
        picture = picture.resize(_smaller(picture.size, weight, most_bytes), Image.Resampling.LANCZOS)
        weight = _write(picture, encoding, path)
        if weight <= most_bytes:
            return Written(named(path, encoding.format), encoding.format, *picture.size)
        if max(picture.size) <= _SMALLEST_EDGE:
            break
    named(path, encoding.format).unlink(missing_ok=True)
    return None


def square(picture: Image.Image, *, fill: tuple[int, ...] | int) -> Image.Image:
    """The picture in the middle of a square of this colour, made smaller where it is very long."""
    edge = min(max(picture.size), SQUARE_EDGE)
    if max(picture.size) > edge:
        scale = edge / max(picture.size)
        picture = picture.resize(_scaled(picture.size, scale), Image.Resampling.LANCZOS)
    canvas = Image.new(picture.mode, (edge, edge), fill)
    canvas.paste(picture, ((edge - picture.width) // 2, (edge - picture.height) // 2))
    return canvas


def megabytes(count: int) -> int:
    """Bytes as a person counts them."""
    return max(1, round(count / 2**20))


def _write(picture: Image.Image, encoding: Encoding, path: Path) -> int:
    """Encode nothing but pixels; how many bytes it became.

    What an encoder cannot take (WebP ends at 16383 pixels, JPEG at 65500) counts as heavier than anything.
    """
    picture.info.clear()
    path = named(path, encoding.format)
    try:
        _encode(picture, encoding, path)
    except (ValueError, OSError) as exc:
        if isinstance(exc, OSError) and exc.errno is not None:
            raise
        return sys.maxsize
    return path.stat().st_size


def _encode(picture: Image.Image, encoding: Encoding, path: Path) -> None:
    """Run-length PNG costs a third of the default and is as small on photographs."""
    match encoding.format:
        case "jpeg":
            _flat(picture).save(path, "JPEG", quality=encoding.quality, subsampling=0)
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


def _smaller(size: tuple[int, int], weight: int, most_bytes: int) -> tuple[int, int]:
    """A size whose weight should fit: weight goes with the area, and a little less than hoped for saves a round."""
    return _scaled(size, min(0.9, max(0.25, 0.95 * sqrt(most_bytes / weight))))


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
