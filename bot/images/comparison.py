"""Picture 1 and a result compared: side by side for the eye, and as the share of what changed outside of the mask."""

from collections.abc import Callable
from functools import reduce
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

from bot.images.load import load
from bot.images.probe import probe
from bot.images.raster import pixels
from bot.images.tasks import CompareTask, Made, named

Size = tuple[int, int]

_LONGEST_SIDE = 4096  # pixels
_GAP = 8  # pixels between the two; clear, so that it shows whatever is behind the picture
_QUALITY = 90

_SMALL = 256  # pixels of the longer side of the copies in which changes are looked for
_BLUR = 1.5  # pixels of such a copy; what a JPEG adds and takes away is smaller
_SHIFT = 5  # a pixel and its two neighbours on each side, among which it may have moved
_MARGIN = 5  # pixels around the selection, where a soft transition is nobody's fault
_VISIBLE = 32  # of 255, in any channel
_LEAST_OUTSIDE = 0.01  # of the picture; less than that says nothing


def compare(task: CompareTask, decoded: Callable[[], None]) -> Made:
    """Write both pictures in one height, one beside the other, as WebP. Raises the refusal that names either."""
    before, after = (probe(Path(path), name) for path, name in ((task.path, task.name), (task.after, task.after_name)))
    sizes = side_by_side((before.width, before.height), (after.width, after.height))
    left = _resized(load(Path(task.path), task.name), sizes[0], task.name)
    right = load(Path(task.after), task.after_name)
    decoded()
    right = _resized(right, sizes[1], task.after_name)
    with pixels(task.after_name):
        picture = Image.new("RGBA", (left.width + _GAP + right.width, left.height))
        picture.paste(left, (0, 0))
        picture.paste(right, (left.width + _GAP, 0))
        path = named(Path(task.target), "webp")
        picture.save(path, "WEBP", quality=_QUALITY, method=1)
    return Made("webp", *picture.size, path.stat().st_size, *picture.size)


def side_by_side(before: Size, after: Size) -> tuple[Size, Size]:
    """Both sizes brought to the larger height, or to the height at which both fit beside one another."""
    ratios = [width / height for width, height in (before, after)]
    room = _LONGEST_SIDE - _GAP
    height = max(1, min(max(before[1], after[1]), _LONGEST_SIDE, int(room / sum(ratios))))
    first, second = (min(room // 2, max(1, int(ratio * height))) for ratio in ratios)
    return (first, height), (second, height)


def strayed(first: Image.Image, alpha: Image.Image, result: Image.Image) -> int | None:
    """How much of picture 1 outside of its mask the model visibly changed, in thousandths; None where nothing is.

    `alpha` ("L", of picture 1's size) is below 128 where that may change; the result may have any size. What encoding
    does, a shift by a pixel or two and a slight change of colour are not counted.
    """
    size = _small(first.size)
    before, after = _copy(first, size), _copy(result, size)
    outside = ImageChops.darker(_outside(alpha, size), before.getchannel("A").point(lambda value: 255 * (value > 250)))
    count = outside.histogram()[255]
    if count < max(1, _LEAST_OUTSIDE * size[0] * size[1]):
        return None
    changed = ImageChops.darker(_changes(before, after), outside)
    return round(1000 * changed.histogram()[255] / count)


def _changes(before: Image.Image, after: Image.Image) -> Image.Image:
    """Where the one has a colour that the other has nowhere near ("L", 255)."""
    brightest, darkest = before.filter(ImageFilter.MaxFilter(_SHIFT)), before.filter(ImageFilter.MinFilter(_SHIFT))
    beyond = ImageChops.lighter(ImageChops.subtract(after, brightest), ImageChops.subtract(darkest, after))
    return reduce(ImageChops.lighter, beyond.split()).point(lambda value: 255 * (value > _VISIBLE))


def _outside(alpha: Image.Image, size: Size) -> Image.Image:
    """What is neither selected nor close to it ("L", 255)."""
    selected = alpha.point(lambda value: 255 * (value < 128)).resize(size, Image.Resampling.BOX)
    touched = selected.point(lambda value: 255 * (value > 0))
    return touched.filter(ImageFilter.MaxFilter(2 * _MARGIN + 1)).point(lambda value: 255 - value)


def _copy(picture: Image.Image, size: Size) -> Image.Image:
    small = picture.resize(size, Image.Resampling.BOX, reducing_gap=4.0)
    return small.convert("RGBA").filter(ImageFilter.GaussianBlur(_BLUR))


def _small(size: Size) -> Size:
    scale = min(1.0, _SMALL / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _resized(picture: Image.Image, size: Size, name: str) -> Image.Image:
    with pixels(name):
        return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0).convert("RGBA")
