"""Decodes what was uploaded, so that a damaged picture or a wrong mask is refused before anything is painted."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.sandbox.engine.form import File
from bot.sandbox.engine.refusal import Refusal, invalid, unfit
from bot.sandbox.engine.rules import Flexible, Rules
from bot.sandbox.engine.validate import Order

_FORMATS = ("PNG", "JPEG", "WEBP")
_MOST_PIXELS = 80_000_000
_INSET = 640
_FROM_NOTHING = (512, 512)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The decoded pictures: the first in full, the others as insets; `sizes` are those of the originals.

    `editable` is 255 where the mask lets the ground change, and None without a mask.
    """

    ground: Image.Image
    insets: tuple[Image.Image, ...]
    sizes: tuple[tuple[int, int], ...]
    editable: Image.Image | None


def opened(order: Order) -> Inputs:
    """Decode every picture of an order. Raises Refusal for the first that is damaged or does not fit."""
    ground, sizes, insets = None, [], []
    for number, file in enumerate(order.images, 1):
        picture = _decoded(file, number, order.rules)
        if picture is None:
            continue
        if order.rules.square and picture.width != picture.height:
            raise invalid("image", None, "Uploaded image must be a PNG, square and less than 4 MB.")
        sizes.append(picture.size)
        if ground is None:
            ground = _plain(picture)
        else:
            picture.thumbnail((_INSET, _INSET), reducing_gap=2.0)
            insets.append(_plain(picture))
    if ground is None:
        # A server that leaves out what it cannot decode goes on without any picture at all.
        ground = Image.new("RGB", _FROM_NOTHING, (120, 126, 136))
        sizes.append(ground.size)
    editable = None if order.mask is None else _editable(order.mask, order, ground.size)
    return Inputs(ground, tuple(insets), tuple(sizes), editable)


def result_size(order: Order, first: tuple[int, int]) -> tuple[int, int]:
    """The size asked for; for auto that of picture 1 if the model can make it, else the nearest it can."""
    if order.size is not None:
        return order.size
    sizes = order.rules.sizes
    if isinstance(sizes, Flexible):
        return nearest(first, sizes)
    if sizes is None:
        return first
    return _closest_ratio(first, sizes)


def nearest(size: tuple[int, int], rule: Flexible) -> tuple[int, int]:
    """The size within the rule that is closest to this one in shape and then in area."""
    width, height = (float(side) for side in size)
    width, height = max(width, height / rule.max_ratio), max(height, width / rule.max_ratio)
    shrink = min(1.0, rule.max_edge / max(width, height), (rule.max_pixels / (width * height)) ** 0.5)
    grow = max(1.0, (rule.min_pixels / (width * height)) ** 0.5)
    across, down = (max(1, round(side * shrink * grow / rule.step)) for side in (width, height))
    while across * down * rule.step**2 > rule.max_pixels or max(across, down) * rule.step > rule.max_edge:
        across, down = (across - 1, down) if across >= down else (across, down - 1)
    while across * down * rule.step**2 < rule.min_pixels or max(across, down) > rule.max_ratio * min(across, down):
        across, down = (across + 1, down) if across <= down else (across, down + 1)
    return across * rule.step, down * rule.step


def _closest_ratio(first: tuple[int, int], sizes: Sequence[str]) -> tuple[int, int]:
    choices = [tuple(map(int, size.split("x"))) for size in sizes if size != "auto"]
    width, height = min(choices, key=lambda size: abs(size[0] / size[1] - first[0] / first[1]))
    return width, height


def _decoded(file: File, number: int, rules: Rules) -> Image.Image | None:
    complaint = unfit(
        None,
        "invalid_image_file",
        f"Invalid image file or mode for image {number}, please check your image file.",
    )
    picture = _loaded(file)
    if picture is None and rules.skips_damaged:
        return None
    if picture is None or picture.format not in _FORMATS or picture.mode in ("CMYK", "YCCK"):
        raise complaint
    return picture


def _loaded(file: File) -> Image.Image | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(file.body), formats=_FORMATS)
        if picture.width * picture.height > _MOST_PIXELS:
            return None
        picture.load()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return None
    return picture


def _plain(picture: Image.Image) -> Image.Image:
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _editable(file: File, order: Order, size: tuple[int, int]) -> Image.Image | None:
    if order.rules.mask == "unused":
        return None
    mask = _loaded(file)
    if order.rules.mask == "white":
        return None if mask is None else ImageOps.fit(mask.convert("L"), size).point(lambda grey: 255 * (grey > 127))
    if mask is None or mask.format != "PNG":
        raise _unfit_mask("mask image must be a PNG")
    if order.rules.mask_like_image and order.images[0].content_type != file.content_type:
        raise _unfit_mask("mask format does not match image format")
    if not mask.has_transparency_data:
        raise _unfit_mask("mask image missing alpha channel")
    if mask.size != size:
        raise _unfit_mask("mask size does not match image size")
    return mask.convert("RGBA").getchannel("A").point(lambda alpha: 255 if alpha == 0 else 0)


def _unfit_mask(why: str) -> Refusal:
    return unfit(None, "invalid_mask_image_format", f"Invalid mask image format - {why}")
