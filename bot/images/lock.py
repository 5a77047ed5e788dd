"""The mask lock: a result put over picture 1 so that it shows only where the mask lets it, and given a wished size.

The seam lies inside the selection. From its border on, the result's weight rises over a few pixels from nothing to
all; where the selection is too thin for that the seam becomes thinner, and in a stroke of a pixel or two there is none.
Outside, nothing is computed at all: picture 1's own pixels stay in their place.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

from bot.domain.errors import PictureTooHard
from bot.domain.request import ResultSize
from bot.images.comparison import strayed
from bot.images.doctor import resized, select
from bot.images.fit import PNG, Encoding, write_under
from bot.images.load import load
from bot.images.probe import probe
from bot.images.raster import pixels
from bot.images.tasks import Composed, FinishTask

Size = tuple[int, int]
Box = tuple[int, int, int, int]  # left, upper, right, lower

_CHANGES = 128  # of 255: an alpha below it lets a pixel change
_SHAPE_TOLERANCE = 0.025  # of the ratio of the sides: models round to multiples of 16 or 64 pixels
_SEAM_SHARE = 0.004  # of the shorter side
_FINEST_SEAM = 2  # pixels
_BAND = 256  # rows that are blended at a time, so that 50 megapixels need no second canvas
_QUALITY = 95  # of JPEG and WebP
_ANY_WEIGHT = 2**40  # bytes; what is too heavy to be posted is made lighter when it is posted
_LANCZOS = Image.Resampling.LANCZOS


@dataclass(frozen=True, slots=True)
class Frame:
    """The upright sizes of a result and of picture 1, the part of the result that shows picture 1, and whether that
    can be scaled onto picture 1 without bending what it shows."""

    result: Size
    first: Size
    region: Box
    fits: bool

    @classmethod
    def of(cls, result: Size, first: Size, *, square: bool) -> "Frame":
        """With `square`, picture 1 was put into the middle of a square, and a result that is one shows it there."""
        if square and _same_shape(result, (1, 1)):
            return cls(result, first, _middle(result, _fitting(first, result)), True)
        return cls(result, first, (0, 0, *result), _same_shape(result, first))

    @property
    def cut(self) -> Box:
        """The largest part of the result that can become picture 1: the region, or its middle where it has not its
        shape."""
        return self.region if self.fits else _middle(self.result, _fitting(self.first, self.result))


def finish(task: FinishTask, decoded: Callable[[], None]) -> Composed:
    """Write what is posted beside the target, unless that is the result as it came; `decoded` is called in between.

    Raises the refusal that names the result, picture 1 or the mask.
    """
    seen, first = probe(Path(task.path), task.name), probe(Path(task.first), task.first_name)
    frame = Frame.of((seen.width, seen.height), (first.width, first.height), square=task.square)
    picture, share, locked = _composed(task, frame, decoded)
    if picture is None:
        return Composed(seen.format, *frame.result, Path(task.path).stat().st_size, False, locked, share)
    with pixels(task.name):
        wished = _encoding(task.format, locked=locked)
        written = write_under(picture, _ANY_WEIGHT, (wished, PNG), Path(task.target))
    if written is None:
        raise PictureTooHard(name=task.name)
    return Composed(written.format, written.width, written.height, written.bytes, True, locked, share)


def _composed(
    task: FinishTask, frame: Frame, decoded: Callable[[], None]
) -> tuple[Image.Image | None, int | None, bool]:
    """The picture to write (None: the result as it came), how far the model strayed, and whether it is locked."""
    if task.mask and frame.fits:
        return _with_mask(task, frame, decoded)
    if not _other_size(task, frame):
        decoded()
        return None, None, False
    result = load(Path(task.path), task.name)
    decoded()
    with pixels(task.name):
        return _sized(result, frame), None, False


def _with_mask(
    task: FinishTask, frame: Frame, decoded: Callable[[], None]
) -> tuple[Image.Image | None, int | None, bool]:
    first = load(Path(task.first), task.first_name)
    mask = load(Path(task.mask), task.mask_name)
    result = load(Path(task.path), task.name)
    decoded()
    with pixels(task.mask_name):
        alpha = select(first, mask, task.mask_name).alpha
    del mask
    with pixels(task.name):
        share = strayed(first, alpha, _cropped(result, frame.region))
        if not task.lock:
            return _sized(result, frame) if _other_size(task, frame) else None, share, False
        if ResultSize(task.size) is ResultSize.ASKED and frame.result != frame.first:
            first, alpha = _placed(first, alpha, frame)
        else:
            result = _cropped(result, frame.region)
        selected = alpha.point(lambda value: 255 if value < _CHANGES else 0)
        return lay_over(first, result, selected, _seam(first.size, frame, task.feather)), share, True


def lay_over(picture: Image.Image, result: Image.Image, selected: Image.Image, seam: int) -> Image.Image:
    """The result, scaled, over the picture where that is selected ("L", 255). Works in the picture itself."""
    area = _grown(selected.getbbox(), seam + 1, picture.size)
    weight = weights(selected.crop(area), seam)
    result = _like(picture, result)
    across, down = result.width / picture.width, result.height / picture.height
    for upper in range(area[1], area[3], _BAND):
        band = (area[0], upper, area[2], min(upper + _BAND, area[3]))
        share = weight.crop((0, band[1] - area[1], weight.width, band[3] - area[1]))
        if share.getbbox():
            right, lower = min(band[2] * across, result.width), min(band[3] * down, result.height)
            piece = result.resize(share.size, _LANCZOS, box=(band[0] * across, band[1] * down, right, lower))
            _blend(picture, piece, band, share)
    return picture


def weights(selected: Image.Image, seam: int) -> Image.Image:
    """How much of the result is seen where ("L"): nothing outside of what is selected, rising inside over the seam.

    A blur is one half on a straight border, so what it exceeds one half rises from the border on. Parts too thin to
    reach the top of that slope are left to a seam of half the width, and in the end to none.
    """
    total, rest = Image.new("L", selected.size), Image.new("L", selected.size, 255)
    while seam >= _FINEST_SEAM:
        slope = selected.filter(ImageFilter.BoxBlur(seam)).point(_SLOPE)
        total = ImageChops.add(total, ImageChops.multiply(slope, rest))
        thin = ImageChops.darker(spread(slope.point(_TOP), seam + seam // 8 + 1).point(_INVERSE), selected)
        if thin.getbbox() is None:
            return ImageChops.darker(total, selected)
        rest = ImageChops.multiply(rest, thin)
        seam //= 2
    return ImageChops.darker(ImageChops.add(total, rest), selected)


def spread(area: Image.Image, by: int) -> Image.Image:
    """Each pixel the brightest of the square that reaches so many pixels to every side.

    Copies are laid over one another, each moved so far that no gap is left: twenty for a hundred pixels.
    """
    reach = 0
    while reach < by:
        step = min(by - reach, 2 * reach + 1)
        for across, down in ((step, 0), (0, step)):
            moved = (_moved(area, across, down), _moved(area, -across, -down))
            area = ImageChops.lighter(area, ImageChops.lighter(*moved))
        reach += step
    return area


def _moved(area: Image.Image, across: int, down: int) -> Image.Image:
    return area.crop((across, down, area.width + across, area.height + down))


def _rise(value: int) -> int:
    """From one half to all, without a bend at either end."""
    part = max(0.0, 2 * value / 255 - 1)
    return round(255 * part * part * (3 - 2 * part))


_SLOPE = [_rise(value) for value in range(256)]
_TOP = [min(255, max(0, round((value - 160) * 255 / 90))) for value in range(256)]  # the upper third of the slope
_INVERSE = [255 - value for value in range(256)]


def _blend(picture: Image.Image, piece: Image.Image, band: Box, share: Image.Image) -> None:
    """Put a piece into the picture. With alpha that happens in premultiplied colours, and only where it is seen."""
    if picture.mode == "RGBA":
        under = picture.crop(band).convert("RGBa")
        piece = Image.composite(piece, under, share).convert("RGBA")
        share = share.point(lambda value: 255 if value else 0)
    picture.paste(piece, band, share)


def _like(picture: Image.Image, result: Image.Image) -> Image.Image:
    """The result in the colours in which it is blended, once for all bands; with its alpha, the picture gets one."""
    clear = result.mode == "RGBA" and result.getchannel("A").getextrema() != (255, 255)
    if picture.mode == "RGB" and not clear:
        return result.convert("RGB")
    if picture.mode == "RGB":
        picture.putalpha(255)
    return result.convert("RGBA").convert("RGBa")


def _placed(first: Image.Image, alpha: Image.Image, frame: Frame) -> tuple[Image.Image, Image.Image]:
    """Picture 1 and its alpha where the result shows them, in the result's size; around them it is clear and stays."""
    left, upper, right, lower = frame.region
    first = first.resize((right - left, lower - upper), _LANCZOS)
    alpha = resized(alpha, first.size)
    if first.size == frame.result:
        return first, alpha
    picture, around = Image.new("RGBA", frame.result), Image.new("L", frame.result, 255)
    picture.paste(first, (left, upper))
    around.paste(alpha, (left, upper))
    return picture, around


def _seam(canvas: Size, frame: Frame, feather: int) -> int:
    """How wide the seam is in a picture of this size; a feather counts in pixels of picture 1."""
    if feather:
        return max(1, round(feather * min(canvas) / min(frame.first)))
    return max(_FINEST_SEAM, round(_SEAM_SHARE * min(canvas)))


def _other_size(task: FinishTask, frame: Frame) -> bool:
    return ResultSize(task.size) is ResultSize.SAME and frame.result != frame.first


def _sized(result: Image.Image, frame: Frame) -> Image.Image:
    """The result in picture 1's size, without the part of it that this has no room for."""
    return _cropped(result, frame.cut).resize(frame.first, _LANCZOS)


def _cropped(result: Image.Image, box: Box) -> Image.Image:
    """This part of the result, so that no filter looks at what is beside it."""
    return result if box == (0, 0, *result.size) else result.crop(box)


def _encoding(format_: str, *, locked: bool) -> Encoding:
    """As little loss as the format can do with; none where picture 1 is to stand unchanged outside of the mask."""
    match format_:
        case "jpeg":
            return Encoding("jpeg", _QUALITY)
        case "webp":
            return Encoding("webp", lossless=True) if locked else Encoding("webp", _QUALITY)
        case _:
            return PNG


def _same_shape(one: Size, other: Size) -> bool:
    across, down = one[0] * other[1], one[1] * other[0]
    return abs(across - down) <= _SHAPE_TOLERANCE * down


def _fitting(shape: Size, into: Size) -> Size:
    """The largest size of this shape that fits."""
    scale = min(into[0] / shape[0], into[1] / shape[1])
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _middle(size: Size, inner: Size) -> Box:
    left, upper = (size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2
    return left, upper, left + inner[0], upper + inner[1]


def _grown(box: Box | None, by: int, size: Size) -> Box:
    """The box with a border, inside the picture. Where nothing is selected it is a corner of which nothing is seen."""
    left, upper, right, lower = box or (0, 0, 1, 1)
    return max(0, left - by), max(0, upper - by), min(size[0], right + by), min(size[1], lower + by)
