"""A mask as it goes to the provider: a PNG of picture 1's size, with alpha 0, or else white, where that may change."""

from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

from bot.domain.errors import PictureTooHeavy
from bot.images.doctor import KEEP, Size, diagnose, glance, is_hard, resized
from bot.images.fit import megabytes, square
from bot.images.load import load
from bot.images.raster import pixels
from bot.images.tasks import Made, MaskTask, named

_MIDDLE = 128  # of 255: below it, a pixel may change
_LEVELS = (1, 6)  # of compression


def make_mask(task: MaskTask, decoded: Callable[[], None]) -> Made:
    """Write the mask; `decoded` is called when all pixels are there. Raises the refusal that names the file."""
    first = glance(load(Path(task.first), task.first_name))
    mask = load(Path(task.path), task.name)
    decoded()
    upright = mask.size
    with pixels(task.name):
        alpha = diagnose(first, mask, task.name).alpha
        del mask
        alpha = _as_sent(alpha, task)
        weight = _write_under(alpha, task, named(Path(task.target), "png"))
    if weight is None:
        raise PictureTooHeavy(name=task.name, limit=megabytes(task.most_bytes), model=task.model)
    return Made("png", *alpha.size, weight, *upright)


def feathered(alpha: Image.Image, reach: float) -> Image.Image:
    """The alpha with a soft edge of so many pixels around what is selected, which stays selected."""
    if reach <= 0:
        return alpha
    blurred = alpha.filter(ImageFilter.GaussianBlur(reach / 2))
    return ImageChops.darker(alpha, blurred.point(lambda value: min(KEEP, max(0, 2 * value - KEEP))))


def _as_sent(alpha: Image.Image, task: MaskTask) -> Image.Image:
    """The alpha of picture 1 in the size in which that is sent; what was added to make a square stays."""
    fit = task.fit_width, task.fit_height
    scale = max(fit) / max(alpha.size)
    inner = _scaled(alpha.size, scale) if task.square else fit
    alpha = feathered(resized(alpha, inner), task.feather * scale)
    return resized(square(alpha, fill=KEEP), fit) if task.square else alpha


def _scaled(size: Size, scale: float) -> Size:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _write_under(alpha: Image.Image, task: MaskTask, path: Path) -> int | None:
    """How many bytes it took, with hard edges where soft ones are too heavy; None where that does not help either.

    Compressing harder takes long and saves a third at most, so it is tried only where that may do.
    """
    for form in (alpha,) if is_hard(alpha) else (alpha, _hardened(alpha)):
        for level in _LEVELS:
            weight = _save(form, level, path, white=task.white)
            if weight <= task.most_bytes:
                return weight
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
        return ImageChops.invert(alpha)
    black = Image.new("L", alpha.size)
    return Image.merge("RGBA", (black, black, black, alpha))


def _hardened(alpha: Image.Image) -> Image.Image:
    return alpha.point(lambda value: KEEP if value >= _MIDDLE else 0)
