"""A mask as it goes to the provider: a PNG of picture 1's size, RGBA with alpha 0, or grey with white, to be changed.

What a member sends may say it in other ways: `FORMS` is the table of those that are understood.
"""

from collections.abc import Callable
from pathlib import Path

from PIL import Image

from bot.domain.errors import MaskMisfit, MaskOpaque, PictureTooHeavy
from bot.images import colour
from bot.images.fit import Written, megabytes, square
from bot.images.prepare import upright
from bot.images.raster import decode, pixels, stripped_copy
from bot.images.tasks import Made, MaskTask, named

Size = tuple[int, int]

_KEEP = 255
_BRIGHT = 128  # of 255: from here on, grey counts as white
_LEVELS = (1, 6)  # of compression
_SHAPE_TOLERANCE = 0.01  # of the ratio of the sides


def make_mask(task: MaskTask) -> Made:
    """Write the mask. Raises the refusal that names it."""
    picture_size, fit = (task.width, task.height), (task.fit_width, task.fit_height)
    alpha = _alpha(task)
    if not same_shape(alpha.size, picture_size):
        raise MaskMisfit(name=task.name, mask_size=_words(alpha.size), size=_words(picture_size))
    with pixels(task.name):
        if task.square:
            alpha = square(resized(alpha, picture_size), fill=_KEEP)
        written = _write_under(resized(alpha, fit), task, named(Path(task.target), "png"))
    if written is None:
        raise PictureTooHeavy(name=task.name, limit=megabytes(task.most_bytes), model=task.model)
    return Made("png", *fit, written.bytes, *alpha.size)


def same_shape(mask: Size, picture: Size) -> bool:
    """Whether a mask of this size can be scaled onto the picture without being bent."""
    across, down = mask[0] * picture[1], picture[0] * mask[1]
    return abs(across - down) <= _SHAPE_TOLERANCE * down


def resized(alpha: Image.Image, size: Size) -> Image.Image:
    """The alpha in another size: hard edges stay hard, soft ones soft."""
    if alpha.size == size:
        return alpha
    return alpha.resize(size, Image.Resampling.NEAREST if _is_binary(alpha) else Image.Resampling.LANCZOS)


def from_alpha(mask: Image.Image) -> Image.Image:
    """A picture with transparent parts: those may change."""
    return mask.getchannel("A")


def from_brightness(mask: Image.Image) -> Image.Image:
    """A picture without alpha: white may change."""
    return mask.convert("L").point(lambda grey: 0 if grey >= _BRIGHT else _KEEP)


FORMS: dict[str, Callable[[Image.Image], Image.Image]] = {"RGBA": from_alpha, "RGB": from_brightness}


def _alpha(task: MaskTask) -> Image.Image:
    """What may change, upright, as alpha. Raises `MaskOpaque` where that is nothing."""
    copy = Path(task.target).with_suffix(".stripped")
    header, _ = stripped_copy(Path(task.path), task.name, copy)
    with copy.open("rb") as file:
        picture = decode(file, header.format, task.name)
    copy.unlink()
    with pixels(task.name):
        picture = upright(colour.plain(picture, None, deep=header.deep), header)
        alpha = FORMS[picture.mode](picture)
    lowest, _ = alpha.getextrema()
    if lowest == _KEEP:
        raise MaskOpaque(name=task.name)
    return alpha


def _write_under(alpha: Image.Image, task: MaskTask, path: Path) -> Written | None:
    """Write it, with hard edges where soft ones are too heavy; None where that does not help either.

    Compressing harder takes long and saves a third at most, so it is tried only where that may do.
    """
    for form in (alpha, _hardened(alpha)):
        for level in _LEVELS:
            weight = _save(form, level, path, white=task.white)
            if weight <= task.most_bytes:
                return Written(path, "png", *alpha.size)
            if weight > 2 * task.most_bytes:
                break
    path.unlink()
    return None


def _save(alpha: Image.Image, level: int, path: Path, *, white: bool) -> int:
    _spoken(alpha, white=white).save(path, "PNG", compress_level=level)
    return path.stat().st_size


def _spoken(alpha: Image.Image, *, white: bool) -> Image.Image:
    """The mask as the provider reads it."""
    if white:
        return alpha.point(lambda value: _KEEP - value)
    black = Image.new("L", alpha.size)
    return Image.merge("RGBA", (black, black, black, alpha))


def _hardened(alpha: Image.Image) -> Image.Image:
    return alpha.point(lambda value: _KEEP if value >= _BRIGHT else 0)


def _is_binary(alpha: Image.Image) -> bool:
    counts = alpha.histogram()
    return counts[0] + counts[_KEEP] == alpha.width * alpha.height


def _words(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
