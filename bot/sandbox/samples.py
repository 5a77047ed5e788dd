"""Sample pictures drawn by code: a lake at noon, a balloon, and a mask that leaves only the sky open to change."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]

SIDE = 1024
_OVER = 2


@dataclass(frozen=True, slots=True)
class Samples:
    """Where the samples were written: a PNG, a JPEG and the mask of the first, all 1024 x 1024."""

    picture: Path
    second: Path
    mask: Path


def write_samples(folder: Path) -> Samples:
    """Draw the samples into a folder, the same bytes every time."""
    folder.mkdir(parents=True, exist_ok=True)
    samples = Samples(folder / "lake.png", folder / "balloon.jpg", folder / "sky-mask.png")
    lake().save(samples.picture, "PNG", compress_level=6)
    balloon().save(samples.second, "JPEG", quality=90)
    sky_mask().save(samples.mask, "PNG", compress_level=6)
    return samples


def lake() -> Image.Image:
    """A lake between hills, with a small house on its shore."""
    canvas = _gradient((86, 158, 222), (222, 240, 248))
    draw = ImageDraw.Draw(canvas, "RGBA")
    _sun(canvas, (760, 210), 62)
    for x, y, size in ((190, 170, 1.0), (470, 110, 0.7), (880, 360, 0.8)):
        _cloud(draw, x, y, size)
    for ridge, colour in _RIDGES:
        _area(draw, ridge, 700, colour)
    _snow(draw)
    _water(canvas)
    _shore(canvas)
    return _finished(canvas)


def balloon() -> Image.Image:
    """A striped hot-air balloon over soft dunes."""
    canvas = _gradient((255, 224, 178), (255, 246, 226))
    draw = ImageDraw.Draw(canvas, "RGBA")
    for x, y, size in ((170, 260, 0.8), (850, 180, 0.9), (800, 620, 0.6)):
        _cloud(draw, x, y, size)
    for ridge, colour in _DUNES:
        _area(draw, ridge, SIDE, colour)
    _envelope(canvas, (512, 400), 250)
    _basket(canvas, (512, 780))
    return _finished(canvas)


def sky_mask() -> Image.Image:
    """The mask of the lake: transparent, hence editable, above the far hills; opaque below."""
    alpha = Image.new("L", (SIDE, SIDE), 0)
    draw = ImageDraw.Draw(alpha)
    for ridge, _ in _RIDGES:
        draw.polygon([*((x, ridge(x)) for x in range(SIDE + 1)), (SIDE, SIDE), (0, SIDE)], fill=255)
    mask = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 255))
    mask.putalpha(alpha)
    return mask


def _waves(base: float, *waves: tuple[float, float, float]) -> Callable[[float], float]:
    return lambda x: base + sum(size * math.sin(x / length + shift) for size, length, shift in waves)


def _peak(x: float) -> float:
    """The skyline of the far mountain."""
    rough = 10 * math.sin(x / 17) + 6 * math.sin(x / 7.3 + 1)
    return 560 - 210 * max(0.0, 1 - abs(x - 330) / 300) - 120 * max(0.0, 1 - abs(x - 640) / 240) + rough


_RIDGES: Sequence[tuple[Callable[[float], float], Colour]] = (
    (_peak, (126, 150, 190)),
    (_waves(560, (34, 130, 0.6), (12, 47, 2.0)), (96, 146, 132)),
    (_waves(612, (26, 105, 3.4), (9, 39, 0.3)), (70, 128, 92)),
)
_DUNES: Sequence[tuple[Callable[[float], float], Colour]] = (
    (_waves(800, (36, 170, 0.4)), (240, 190, 140)),
    (_waves(866, (40, 150, 2.4)), (224, 158, 112)),
    (_waves(944, (28, 190, 4.6)), (198, 124, 92)),
)


def _gradient(top: Colour, bottom: Colour) -> Image.Image:
    side = SIDE * _OVER
    ramp = Image.linear_gradient("L").resize((side, side), Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", (side, side), bottom), Image.new("RGB", (side, side), top), ramp)


def _finished(canvas: Image.Image) -> Image.Image:
    return canvas.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _scaled(*points: Point) -> list[Point]:
    return [(x * _OVER, y * _OVER) for x, y in points]


def _area(draw: ImageDraw.ImageDraw, ridge: Callable[[float], float], foot: float, colour: Colour) -> None:
    draw.polygon(_scaled(*((x, ridge(x)) for x in range(SIDE + 1)), (SIDE, foot), (0, foot)), fill=colour)


def _sun(canvas: Image.Image, centre: Point, radius: float) -> None:
    glow = Image.new("L", canvas.size, 0)
    x, y = centre
    draw = ImageDraw.Draw(glow)
    draw.circle((x * _OVER, y * _OVER), radius * 2.1 * _OVER, fill=120)
    glow = glow.reduce(8).filter(ImageFilter.GaussianBlur(radius * _OVER / 10)).resize(canvas.size)
    canvas.paste((255, 246, 206), (0, 0), glow)
    ImageDraw.Draw(canvas).circle((x * _OVER, y * _OVER), radius * _OVER, fill=(255, 236, 150))


def _cloud(draw: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    for across, down, radius in ((-78, 14, 34), (-34, -10, 48), (22, -18, 56), (72, 8, 40)):
        draw.circle(_scaled((x + across * size, y + down * size))[0], radius * size * _OVER, fill=(255, 255, 255))
    box = _scaled((x - 110 * size, y + 8 * size), (x + 112 * size, y + 48 * size))
    draw.rounded_rectangle(box, radius=20 * size * _OVER, fill=(255, 255, 255))


def _snow(draw: ImageDraw.ImageDraw) -> None:
    for top, half, depth in ((330, 74, 58), (640, 52, 36)):
        line = [(x, _peak(x)) for x in range(top - half, top + half + 1)]
        foot = _peak(top) + depth
        jag = [
            (top + half * part, foot + (22 if nth % 2 else -4)) for nth, part in enumerate((0.7, 0.35, 0, -0.4, -0.75))
        ]
        draw.polygon(_scaled(*line, *jag), fill=(244, 248, 252))


def _water(canvas: Image.Image) -> None:
    top, deep = 668, 356
    water = Image.composite(
        Image.new("RGB", (SIDE * _OVER, deep * _OVER), (38, 92, 132)),
        Image.new("RGB", (SIDE * _OVER, deep * _OVER), (142, 200, 222)),
        Image.linear_gradient("L").resize((SIDE * _OVER, deep * _OVER), Image.Resampling.BICUBIC),
    )
    above = canvas.crop((0, (top - deep) * _OVER, SIDE * _OVER, top * _OVER)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    canvas.paste(Image.blend(water, above.filter(ImageFilter.GaussianBlur(5 * _OVER)), 0.42), (0, top * _OVER))
    draw = ImageDraw.Draw(canvas, "RGBA")
    for nth in range(46):
        y = top + 8 + nth * nth * 0.16
        x = (nth * 389) % SIDE
        length = 26 + (nth * 53) % 90
        draw.rounded_rectangle(_scaled((x, y), (x + length, y + 1.6 + nth * 0.05)), radius=2, fill=(255, 255, 255, 74))


def _shore(canvas: Image.Image) -> None:
    draw = ImageDraw.Draw(canvas, "RGBA")
    half = [86 * math.sqrt(max(0.0, 1 - (x / 640) ** 2)) for x in range(641)]
    top = [(x, 818 - half[x] + 5 * math.sin(x / 40) * half[x] / 86) for x in range(641)]
    draw.polygon(_scaled(*top, *((x, 818 + half[x] * 0.8) for x in range(640, -1, -1))), fill=(58, 112, 66))
    draw.polygon(
        _scaled(*((x, 905 + 26 * math.sin(x / 120)) for x in range(SIDE + 1)), (SIDE, SIDE), (0, SIDE)),
        fill=(46, 96, 56),
    )
    for x, y, size in ((60, 744, 1.0), (122, 742, 1.3), (404, 772, 0.9), (940, 930, 1.5), (860, 940, 1.1)):
        _fir(draw, x, y, size)
    _house(draw, 248, 738)


def _fir(draw: ImageDraw.ImageDraw, x: float, y: float, size: float) -> None:
    draw.rectangle(_scaled((x - 4 * size, y - 10), (x + 4 * size, y + 16 * size)), fill=(92, 64, 46))
    for level, (half, shade) in enumerate(((38, 30), (31, 36), (23, 42))):
        foot = y - level * 30 * size
        tip = foot - 54 * size
        draw.polygon(_scaled((x - half * size, foot), (x, tip), (x + half * size, foot)), fill=(shade, 70 + shade, 58))


def _house(draw: ImageDraw.ImageDraw, x: float, y: float) -> None:
    draw.rectangle(_scaled((x - 52, y - 62), (x + 52, y + 18)), fill=(250, 240, 222))
    draw.rectangle(_scaled((x + 22, y - 116), (x + 38, y - 70)), fill=(150, 84, 66))
    draw.polygon(_scaled((x - 68, y - 60), (x, y - 118), (x + 68, y - 60)), fill=(196, 78, 62))
    draw.rectangle(_scaled((x - 12, y - 30), (x + 14, y + 18)), fill=(120, 78, 56))
    for left in (-42, 24):
        draw.rectangle(_scaled((x + left, y - 40), (x + left + 20, y - 18)), fill=(126, 190, 220))


def _envelope(canvas: Image.Image, centre: Point, radius: float) -> None:
    """The striped bag: stripes are ellipses of falling width, cut out by the outline of the bag."""
    outline = Image.new("L", canvas.size, 0)
    draw = ImageDraw.Draw(outline)
    (x, y), (cx, cy) = centre, _scaled(centre)[0]
    draw.circle((cx, cy), radius * _OVER, fill=255)
    draw.polygon(
        _scaled(
            (x - radius * 0.925, y + radius * 0.38),
            (x + radius * 0.925, y + radius * 0.38),
            (x + 46, y + 320),
            (x - 46, y + 320),
        ),
        fill=255,
    )
    stripes = Image.new("RGB", canvas.size, (214, 62, 62))
    paint = ImageDraw.Draw(stripes)
    for part, colour in ((0.82, (248, 196, 82)), (0.56, (60, 140, 176)), (0.28, (250, 240, 222)), (0.1, (214, 62, 62))):
        paint.ellipse(_scaled((x - radius * part, y - radius * 1.06), (x + radius * part, y + 420)), fill=colour)
    shade = Image.new("L", canvas.size, 0)
    ImageDraw.Draw(shade).circle(_scaled((x - 70, y - 70))[0], radius * 0.98 * _OVER, fill=255)
    shade = shade.reduce(8).filter(ImageFilter.GaussianBlur(20)).resize(canvas.size)
    dark = Image.blend(stripes, Image.new("RGB", canvas.size, (70, 24, 60)), 0.32)
    canvas.paste(Image.composite(stripes, dark, shade), (0, 0), ImageChops.multiply(outline, outline))


def _basket(canvas: Image.Image, centre: Point) -> None:
    draw = ImageDraw.Draw(canvas, "RGBA")
    x, y = centre
    for side in (-1, 1):
        draw.line(_scaled((x + side * 44, y - 62), (x + side * 34, y - 4)), fill=(96, 66, 48), width=3 * _OVER)
        draw.line(_scaled((x + side * 16, y - 62), (x + side * 12, y - 4)), fill=(96, 66, 48), width=2 * _OVER)
    draw.rounded_rectangle(_scaled((x - 38, y - 6), (x + 38, y + 50)), radius=10 * _OVER, fill=(150, 98, 58))
    draw.rounded_rectangle(_scaled((x - 42, y - 8), (x + 42, y + 6)), radius=6 * _OVER, fill=(116, 74, 46))
    for down in (18, 32):
        draw.line(_scaled((x - 36, y + down), (x + 36, y + down)), fill=(128, 82, 48), width=2 * _OVER)
