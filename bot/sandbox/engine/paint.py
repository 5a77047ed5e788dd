"""Paints the results: picture 1 as the ground, tinted by the prompt, with everything else that arrived laid over it.

With a mask all of it lies where the mask is transparent: outside, the pixels of a PNG result are those of picture 1,
unless the step of the plan wants them otherwise.
"""

import colorsys
import random
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from bot.sandbox.engine.pictures import Inputs
from bot.sandbox.engine.stamps import Caption, Colour, Rect, stamp
from bot.sandbox.engine.validate import Order

_COLOURS: Mapping[str, Colour] = {
    "red": (214, 48, 49),
    "orange": (240, 130, 40),
    "sunset": (246, 122, 62),
    "autumn": (214, 122, 40),
    "yellow": (246, 205, 60),
    "gold": (226, 176, 52),
    "golden": (226, 176, 52),
    "green": (56, 161, 92),
    "teal": (32, 150, 150),
    "blue": (52, 120, 214),
    "night": (48, 62, 140),
    "winter": (150, 190, 226),
    "snow": (178, 206, 232),
    "purple": (132, 74, 190),
    "violet": (132, 74, 190),
    "pink": (236, 106, 156),
    "brown": (140, 92, 56),
    "grey": (120, 126, 136),
    "gray": (120, 126, 136),
    "black": (60, 62, 70),
    "white": (226, 230, 236),
}
_COARSE = 96
# What becomes of red, green and blue where a mask is ignored: to the eye another picture everywhere, since the one
# colour that would stay as it is, a dark pink of (170, 85, 128), is rare.
_ANEW = (lambda red: 255 - red // 2, lambda green: 127 - green // 2, lambda blue: 255 - blue)
_BRIGHTER, _MOVED = 6, 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all results of one call share; `manner` is one of the plan's PAINTS, `ignored` that there was a mask."""

    order: Order
    size: tuple[int, int]
    ground: Image.Image
    insets: tuple[Image.Image, ...]
    editable: Image.Image | None
    place: Rect
    call: int
    manner: str | None
    ignored: bool


def laid_out(order: Order, inputs: Inputs, size: tuple[int, int], call: int, manner: str | None = None) -> Sheet:
    """Fit the ground and the mask to the size of the result and find the place for the stamps."""
    ground, editable = inputs.ground, inputs.editable
    if ground.size != size:
        ground = ImageOps.fit(ground, size, Image.Resampling.LANCZOS)
        editable = editable and ImageOps.fit(editable, size, Image.Resampling.NEAREST)
    ignored = manner == "everywhere" and editable is not None
    editable = None if ignored else editable
    rim = min(size) // 18 if order.background == "transparent" else 0
    whole = Rect(rim, rim, size[0] - 2 * rim, size[1] - 2 * rim)
    place = whole if editable is None else roomiest(editable)
    return Sheet(order, size, ground, inputs.insets, editable, place, call, manner, ignored)


def painted(sheet: Sheet, of: int) -> Iterator[bytes]:
    """The results, encoded as the order asks, one after the other."""
    for index in range(of):
        yield encoded(result(sheet, index, of), sheet.order)


def result(sheet: Sheet, index: int, of: int) -> Image.Image:
    """One result picture, numbered."""
    order, ground = sheet.order, sheet.ground
    canvas = _painted_over(sheet, index).convert("RGBA")
    if "A" in ground.getbands():
        shown = ground.getchannel("A")
        canvas.putalpha(ImageChops.lighter(shown, sheet.editable) if sheet.editable else shown)
    about = [f"picture {index + 1} of {of}", f"request #{sheet.call}", order.model]
    about += [f"{sheet.size[0]}x{sheet.size[1]}", order.quality, _inputs(sheet)]
    about += [f"OBEYED FROM THE PROMPT: {order.injected}"] if order.injected else []
    stamp(canvas, sheet.place, Caption(order.prompt, " · ".join(filter(None, about))), sheet.insets)
    canvas = canvas.convert(ground.mode)
    if sheet.editable is not None:
        outside = _astray(ground) if sheet.manner == "astray" else ground
        canvas = Image.composite(canvas, outside, sheet.editable)
    if sheet.manner == "noise":
        canvas = _noisy(canvas, sheet.call)
    return _on_background(canvas, order, cut_out=sheet.editable is None)


def encoded(picture: Image.Image, order: Order) -> bytes:
    """The bytes of a picture in the format and at the compression that were ordered."""
    out = BytesIO()
    if order.output_format == "jpeg":
        _flat(picture).save(out, "JPEG", quality=max(1, min(95, order.compression)))
    elif order.output_format == "webp":
        picture.save(out, "WEBP", quality=order.compression, method=1)
    else:
        picture.save(out, "PNG", compress_level=3, compress_type=zlib.Z_RLE)
    return out.getvalue()


def roomiest(editable: Image.Image) -> Rect:
    """The largest upright rectangle, found on a coarse grid, that lies wholly where the mask lets change happen."""
    width, height = editable.size
    step = max(1, max(width, height) // _COARSE)
    inside = editable.filter(ImageFilter.MinFilter(3)) if step == 1 else editable.reduce(step)
    rows = [inside.crop((0, y, inside.width, y + 1)).tobytes() for y in range(inside.height)]
    best, heights = Rect(0, 0, 0, 0), [0] * inside.width
    for y, row in enumerate(rows):
        heights = [tall + 1 if value == 255 else 0 for tall, value in zip(heights, row, strict=True)]
        best = max(best, _widest(heights, y), key=lambda rect: rect.width * rect.height)
    if best.width * best.height == 0:
        box = editable.getbbox() or (0, 0, 1, 1)
        return Rect(box[0], box[1], box[2] - box[0], box[3] - box[1])
    right, bottom = min(width, (best.x + best.width) * step), min(height, (best.y + best.height) * step)
    return Rect(best.x * step, best.y * step, right - best.x * step, bottom - best.y * step)


def _widest(heights: list[int], y: int) -> Rect:
    """The largest rectangle that stands on row y under these heights."""
    best, open_at = Rect(0, 0, 0, 0), list[tuple[int, int]]()
    for x, tall in enumerate([*heights, 0]):
        start = x
        while open_at and open_at[-1][1] >= tall:
            start, height = open_at.pop()
            if height * (x - start) > best.width * best.height:
                best = Rect(start, y - height + 1, x - start, height)
        open_at.append((start, tall))
    return best


def _tint(prompt: str, index: int) -> Colour:
    """The first colour that the prompt names, else one that is always the same for the same prompt."""
    words = re.findall(r"[a-z]+", prompt.lower())
    named = next((_COLOURS[word] for word in words if word in _COLOURS), None)
    hue = (zlib.crc32(prompt.encode("utf-8", "replace")) % 360) / 360
    red, green, blue = named or tuple(round(255 * part) for part in colorsys.hls_to_rgb(hue, 0.5, 0.6))
    hue, light, depth = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    turned = colorsys.hls_to_rgb((hue + index * 0.035) % 1, light, depth)
    return round(turned[0] * 255), round(turned[1] * 255), round(turned[2] * 255)


def _painted_over(sheet: Sheet, index: int) -> Image.Image:
    """The ground as the model would have it, without what is transparent in it."""
    ground = sheet.ground.convert("RGB")
    if sheet.ignored:
        return _each_colour(ground, _ANEW)
    return _washed(ground, _tint(sheet.order.prompt, index), 0.5 if sheet.editable is None else 0.78)


def _washed(ground: Image.Image, tint: Colour, strength: float) -> Image.Image:
    """The ground in the colour of the tint, deep at the top and glowing at the foot."""
    dark = (tint[0] // 6, tint[1] // 6, tint[2] // 6)
    light = (255 - (255 - tint[0]) // 6, 255 - (255 - tint[1]) // 6, 255 - (255 - tint[2]) // 6)
    toned = ImageOps.colorize(ImageOps.grayscale(ground), dark, light, tint, midpoint=150)
    toned = Image.blend(ground, toned, strength)
    slope = Image.linear_gradient("L").resize(ground.size)
    glowing = Image.composite(Image.new("RGB", ground.size, light), toned, slope.point(lambda y: y // 3))
    return Image.composite(Image.new("RGB", ground.size, tint), glowing, slope.point(lambda y: max(0, 110 - y)))


def _astray(ground: Image.Image) -> Image.Image:
    """The ground as a model gives back what it should have left alone: a little brighter, and moved by a pixel."""
    brighter = _each_colour(ground, (lambda value: min(255, value + _BRIGHTER),) * 3)
    moved = brighter.copy()
    moved.paste(brighter, (_MOVED, _MOVED))
    return moved


def _each_colour(ground: Image.Image, change: Sequence[Callable[[int], int]]) -> Image.Image:
    bands = ground.split()
    changed = [band.point(table) for band, table in zip(bands, change, strict=False)]
    return Image.merge(ground.mode, (*changed, *bands[3:]))


def _noisy(picture: Image.Image, call: int) -> Image.Image:
    """The picture under a grain that no codec makes small; from afar it looks as before. A call has its own grain."""
    size = picture.width * picture.height * 3
    grain = Image.frombytes("RGB", picture.size, random.Random(call).randbytes(size))  # noqa: S311 - no secret
    grainy = ImageChops.add(picture.convert("RGB"), grain.point(lambda value: value // 2), offset=-64)
    if "A" in picture.getbands():
        grainy.putalpha(picture.getchannel("A"))
    return grainy


def _inputs(sheet: Sheet) -> str:
    count = len(sheet.insets) + 1
    mask = " + mask" if sheet.editable is not None else " + mask, ignored" if sheet.ignored else ""
    return f"{count} input{'s' if count > 1 else ''}{mask}"


def _on_background(picture: Image.Image, order: Order, *, cut_out: bool) -> Image.Image:
    if order.background == "opaque" or order.output_format == "jpeg":
        return _flat(picture)
    if order.background == "transparent" and cut_out:
        edge = Image.new("L", picture.size, 0)
        margin = min(picture.size) // 24
        box = (margin, margin, picture.width - margin, picture.height - margin)
        ImageDraw.Draw(edge).rounded_rectangle(box, radius=2 * margin, fill=255)
        picture = picture.convert("RGBA")
        soft = edge.filter(ImageFilter.GaussianBlur(margin / 3))
        picture.putalpha(ImageChops.darker(picture.getchannel("A"), soft))
    return picture


def _flat(picture: Image.Image) -> Image.Image:
    if "A" not in picture.getbands():
        return picture
    paper = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    return Image.alpha_composite(paper, picture.convert("RGBA")).convert("RGB")
