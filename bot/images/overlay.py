"""The small picture that shows a member what a mask selects: picture 1, tinted where it may change, with a rim."""

from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

LONGEST_SIDE = 512
MOST_BYTES = 200_000
_TINT = (255, 0, 144)  # few pictures have it
_TINTED = 140  # of 255
_DIMMED = 56  # of 255, towards black, where the picture stays
_RIM = (255, 255, 255)
_MIDDLE = 128  # of 255: an alpha below it counts as selected
_STEP = 4  # times smaller at once: of 16 parts of a pixel, none is lost in rounding
_NEXT_TO_NOTHING = 2  # of 255
_FALLING = (80, 60, 40, 20)


def write_overlay(first: Image.Image, alpha: Image.Image, path: Path) -> None:
    """Write it as WebP of at most `MOST_BYTES`; `first` is RGB or RGBA of the shape of `alpha`, whatever its size."""
    picture = overlay(first, alpha)
    for quality in _FALLING:
        picture.save(path, "WEBP", quality=quality, method=4)
        if path.stat().st_size <= MOST_BYTES:
            return


def overlay(first: Image.Image, alpha: Image.Image) -> Image.Image:
    """The picture in RGB, its longest side at most `LONGEST_SIDE`.

    A selection too small to be seen at that size still has its rim.
    """
    size = _within(alpha.size)
    picture = _flat(first.resize(size, Image.Resampling.LANCZOS))
    soft = ImageChops.invert(alpha).resize(size, Image.Resampling.BOX)
    picture = Image.composite(_mixed(picture, _TINT, _TINTED), _mixed(picture, (0, 0, 0), _DIMMED), soft)
    picture.paste(_RIM, mask=_rim(_touched(alpha, size)))
    return picture


def _touched(alpha: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The pixels of the small picture in which anything is selected: 255."""
    chosen = alpha.point(lambda value: 255 if value < _MIDDLE else 0)
    while chosen.width > _STEP * size[0] or chosen.height > _STEP * size[1]:
        chosen = chosen.reduce(_STEP).point(_any_part)
    return chosen.resize(size, Image.Resampling.BILINEAR).point(_any_part)  # BOX drops a pixel between two of its boxes


def _any_part(value: int) -> int:
    return 255 if value > _NEXT_TO_NOTHING else 0


def _rim(chosen: Image.Image) -> Image.Image:
    """A line of one pixel around what is selected."""
    return ImageChops.subtract(chosen.filter(ImageFilter.MaxFilter(3)), chosen)


def _mixed(picture: Image.Image, colour: tuple[int, int, int], weight: int) -> Image.Image:
    return Image.blend(picture, Image.new("RGB", picture.size, colour), weight / 255)


def _flat(picture: Image.Image) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    paper = Image.new("RGB", picture.size, (255, 255, 255))
    paper.paste(picture, mask=picture.getchannel("A"))
    return paper


def _within(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, LONGEST_SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
