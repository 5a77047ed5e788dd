"""Pictures, and masks for them in every form: what the tests of the mask doctor draw."""

import random
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bot.images.tasks import ReadMaskTask
from bot.workflow.ports import MaskForm

SIZE, SMALL = (320, 240), (240, 180)
RED, GREEN, MAGENTA, WHITE, BLACK = (255, 0, 0), (0, 255, 0), (255, 0, 255), (255, 255, 255), (0, 0, 0)
Colour = tuple[int, int, int]
Maker = Callable[[Image.Image, Image.Image], Image.Image]
Saved = Callable[[Image.Image], Image.Image]


# ── pictures ────────────────────────────────────────────────────────────────────────────────────────────────


@cache
def grain(size: tuple[int, int], strength: int, seed: int) -> Image.Image:
    """The same noise whenever it is asked for."""
    chance = random.Random(seed)
    levels = [min(255, max(0, round(chance.gauss(128, strength)))) for _ in range(4096)]
    return Image.frombytes("L", size, bytes(chance.choices(levels, k=size[0] * size[1])))


def photo(size: tuple[int, int] = SIZE, seed: int = 1) -> Image.Image:
    slope, round_ = Image.linear_gradient("L").resize(size), Image.radial_gradient("L").resize(size)
    picture = Image.merge("RGB", (slope, round_, ImageChops.invert(slope)))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((20, 20, 110, 130), fill=(190, 140, 100))
    pen.polygon([(150, 230), (220, 80), (310, 235)], fill=(60, 90, 50))
    noise = Image.merge("RGB", [grain(size, 16, seed + band) for band in range(3)])
    return ImageChops.add(picture, noise, 1, -128).filter(ImageFilter.GaussianBlur(0.6))


def graphic(size: tuple[int, int] = SIZE) -> Image.Image:
    picture = Image.new("RGB", size, (235, 240, 238))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((10, 10, 140, 110), fill=(200, 60, 40))
    pen.ellipse((160, 60, 290, 200), fill=(30, 60, 190))
    pen.rectangle((40, 140, 130, 220), fill=(240, 200, 40))
    pen.rectangle((270, 4, 312, 20), fill=WHITE)
    pen.text((170, 12), "HELLO", fill="black")
    return picture


def grey(size: tuple[int, int] = SIZE) -> Image.Image:
    return photo(size).convert("L").convert("RGB")


def night(size: tuple[int, int] = SIZE) -> Image.Image:
    picture = Image.new("RGB", size, (4, 4, 6))
    pen = ImageDraw.Draw(picture)
    for x, y in ((40, 50), (265, 30), (200, 160), (60, 200)):
        pen.ellipse((x - 8, y - 8, x + 8, y + 8), fill=(250, 230, 180))
    return ImageChops.add(picture.filter(ImageFilter.GaussianBlur(2)), grain(size, 2, 9).convert("RGB"), 1, -128)


def lines(size: tuple[int, int] = SIZE) -> Image.Image:
    """Black writing on white."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for row in range(5, size[1], 14):
        pen.text((10, row), "the quick brown fox jumps over the lazy dog", fill="black")
    return picture


PICTURES = {"photo": photo, "graphic": graphic, "grey": grey, "night": night}


def reference(size: tuple[int, int] = SIZE) -> Image.Image:
    """What every mask here selects, in white: an ellipse, a rectangle and a thin stroke."""
    area = Image.new("L", size)
    pen = ImageDraw.Draw(area)
    width, height = size
    pen.ellipse((width * 0.1, height * 0.15, width * 0.4, height * 0.6), fill=255)
    pen.rectangle((width * 0.55, height * 0.5, width * 0.85, height * 0.8), fill=255)
    pen.line((width * 0.5, height * 0.1, width * 0.9, height * 0.3), fill=255, width=max(2, width // 80))
    return area


# ── masks ───────────────────────────────────────────────────────────────────────────────────────────────────


def clear(_: Image.Image, area: Image.Image) -> Image.Image:
    mask = Image.new("RGBA", area.size, (0, 0, 0, 255))
    mask.putalpha(ImageChops.invert(area))
    return mask


def hole(picture: Image.Image, area: Image.Image) -> Image.Image:
    mask = picture.convert("RGBA")
    mask.putalpha(ImageChops.darker(mask.getchannel("A"), ImageChops.invert(area)))
    return mask


def white_on_black(_: Image.Image, area: Image.Image) -> Image.Image:
    return area.convert("RGB")


def light_on_dark(_: Image.Image, area: Image.Image) -> Image.Image:
    return area.point(lambda value: 140 if value else 100).convert("RGB")


def soft(_: Image.Image, area: Image.Image) -> Image.Image:
    """Grey that rises over some pixels around the area and lies on a grey ground."""
    wide = area.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.BoxBlur(8))
    ramp = ImageChops.lighter(wide.point(lambda value: min(80, value)), area)
    return ramp.point(lambda value: 20 + value * 215 // 255).convert("RGB")


def scribbled(colour: Colour) -> Maker:
    def mask(picture: Image.Image, area: Image.Image) -> Image.Image:
        copy = picture.copy()
        copy.paste(colour + (255,) * (picture.mode == "RGBA"), mask=area)
        return copy

    return mask


def highlighted(colour: Colour, strength: float) -> Maker:
    def mask(picture: Image.Image, area: Image.Image) -> Image.Image:
        copy = picture.copy()
        copy.paste(Image.blend(picture, Image.new("RGB", picture.size, colour), strength), mask=area)
        return copy

    return mask


def multiplied(colour: Colour) -> Maker:
    """As a highlighter of a phone does."""

    def mask(picture: Image.Image, area: Image.Image) -> Image.Image:
        copy = picture.copy()
        copy.paste(ImageChops.multiply(picture, Image.new("RGB", picture.size, colour)), mask=area)
        return copy

    return mask


def drawn(colour: Colour, canvas: tuple[int, int, int, int]) -> Maker:
    def mask(picture: Image.Image, area: Image.Image) -> Image.Image:
        sheet = Image.new("RGBA", picture.size, canvas)
        sheet.paste((*colour, 255), mask=area)
        return sheet if canvas[3] == 0 else sheet.convert("RGB")

    return mask


MASKS: dict[str, tuple[Maker, MaskForm]] = {
    "clear": (clear, MaskForm.ALPHA),
    "hole": (hole, MaskForm.HOLE),
    "white on black": (white_on_black, MaskForm.BLACK_AND_WHITE),
    "light on dark": (light_on_dark, MaskForm.BLACK_AND_WHITE),
    "soft": (soft, MaskForm.GREY),
    "red on a copy": (scribbled(RED), MaskForm.SCRIBBLE),
    "green on a copy": (scribbled(GREEN), MaskForm.SCRIBBLE),
    "magenta on a copy": (scribbled(MAGENTA), MaskForm.SCRIBBLE),
    "white on a copy": (scribbled(WHITE), MaskForm.SCRIBBLE),
    "black on a copy": (scribbled(BLACK), MaskForm.SCRIBBLE),
    "highlighter": (highlighted((255, 255, 0), 0.6), MaskForm.SCRIBBLE),
    "red on white": (drawn(RED, (255, 255, 255, 255)), MaskForm.SCRIBBLE),
    "green on black": (drawn(GREEN, (0, 0, 0, 255)), MaskForm.SCRIBBLE),
    "magenta on nothing": (drawn(MAGENTA, (0, 0, 0, 0)), MaskForm.SCRIBBLE),
}
UNSEEN = {("night", "black on a copy"), ("graphic", "white on a copy")}  # paint of the colour that was there


def reread(picture: Image.Image, format_: str, **options: object) -> Image.Image:
    """The picture as it comes back from a file."""
    file = BytesIO()
    picture.save(file, format_, **options)
    file.seek(0)
    again = Image.open(file)
    return again.convert("RGBA" if again.has_transparency_data else "RGB")


def halved(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.LANCZOS)


def doubled(picture: Image.Image) -> Image.Image:
    return picture.resize((picture.width * 2, picture.height * 2), Image.Resampling.BICUBIC)


def in_a_palette(picture: Image.Image) -> Image.Image:
    small = picture.quantize(256) if picture.mode == "RGBA" else picture.convert("P", palette=Image.Palette.ADAPTIVE)
    return reread(small, "PNG")


SAVED: dict[str, Saved] = {
    "png": lambda picture: picture,
    "jpeg": lambda picture: reread(picture, "JPEG", quality=75),
    "webp": lambda picture: reread(picture, "WEBP", quality=75),
    "palette": in_a_palette,
    "half": halved,
    "double": doubled,
}


def selected(alpha: Image.Image) -> Image.Image:
    return alpha.point(lambda value: 255 if value < 128 else 0)


def share_off(alpha: Image.Image, area: Image.Image) -> float:
    """The share of pixels that the mask selects and should not, or should and does not."""
    return ImageChops.difference(selected(alpha), area).histogram()[255] / (area.width * area.height)


def cut_free(picture: Image.Image) -> Image.Image:
    """The picture with a left part that is transparent of its own."""
    own = Image.new("L", picture.size, 255)
    own.paste(0, (0, 0, 40, picture.height))
    clear_left = picture.convert("RGBA")
    clear_left.putalpha(own)
    return clear_left


def task(folder: Path, first: Image.Image, mask: bytes, **options: object) -> ReadMaskTask:
    """The task for this mask of a photograph, both of which lie in the folder then."""
    first.save(folder / "first.jpg", "JPEG", quality=90, **options)
    (folder / "mask").write_bytes(mask)
    return ReadMaskTask(str(folder / "mask"), "sky.png", str(folder / "first.jpg"), "a.jpg", str(folder / "o.webp"))
