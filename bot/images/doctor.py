"""The mask doctor: which part of picture 1 a mask selects, in whichever way its painter chose to say so.

A mask with transparent parts speaks by them. One without is a two-tone picture, or a copy of picture 1 that was
painted over, or a soft grey picture, or one strong colour on a blank canvas; they are asked after in that order:

* Two flat tones are no copy of a picture that has more. Where picture 1 is itself two-tone, the copy must be plain.
* A copy shows the structure of picture 1. Where picture 1 varies by r within three pixels, something flat is off by
  r / 2 at least, whatever its level: what is off by less is no accident. That is looked at finely and coarsely.
* What was painted over is nearer to the paint than to picture 1. Paint lets through a part of what is below: none,
  some (a highlighter), or some of each colour; a straight line per channel describes all of them.

Looking is done on copies of some megapixels. An alpha here is 0 where picture 1 may change and 255 where it stays.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter

from bot.domain.errors import MaskEmpty, MaskMisfit, MaskWhole
from bot.images.load import load
from bot.images.overlay import write_overlay
from bot.images.paint import (
    blank_canvas,
    both,
    chroma,
    colour_of,
    count,
    dense,
    far,
    grown,
    likeness,
    over,
    painted_over,
)
from bot.images.raster import pixels
from bot.images.tasks import ReadMaskTask, Selected
from bot.images.tones import TONE_GAP, tones
from bot.workflow.ports import MaskForm

Size = tuple[int, int]

KEEP = 255
_MIDDLE = 128  # of 255: below it, a pixel counts as selected
_LOOKED_AT = 4_000_000  # pixels of the copies that are looked at
_SHAPE_TOLERANCE = 0.01  # of the ratio of the sides
_ROUNDED = 0.05  # of the ratio, where a pixel more or less explains it
_OPAQUE = 250  # of 255; some editors do not come nearer
_THIRD = 170  # of 255: alpha of a pixel whose third is selected
_COLOURFUL = 48  # levels between the channels of a pixel; what JPEG does to grey is far below
_NOISE = 48  # levels that lossy formats may change
_COPY = 0.08  # of the structure of picture 1 must be there
_PLAIN_COPY = 0.6  # of it, where mask and picture 1 both have two tones
_DIRT = 0.05  # of the opaque part may differ in a copy with a hole
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Selection:
    """How the mask says it, and what: an "L" picture of picture 1's size."""

    form: MaskForm
    alpha: Image.Image


@dataclass(frozen=True, slots=True)
class Glance:
    """As much of picture 1 as recognising needs: its size, and a copy of at most 4 megapixels, RGB or RGBA."""

    size: Size
    small: Image.Image


@dataclass(frozen=True, slots=True)
class _Found:
    """A form, and an alpha of the mask's size or smaller. A hard one is to be cut at its middle once it has its size:
    before, its border may lie between two pixels."""

    form: MaskForm
    alpha: Image.Image
    hard: bool = False


def read_mask(task: ReadMaskTask, decoded: Callable[[], None]) -> Selected:
    """Write the overlay and say what the mask selects. Raises the refusal that names the file."""
    first = glance(load(Path(task.first), task.first_name))
    mask = load(Path(task.path), task.name)
    decoded()
    with pixels(task.name):
        selection = diagnose(first, mask, task.name)
        write_overlay(first.small, selection.alpha, Path(task.overlay))
        return Selected(selection.form.value, share(selection.alpha))


def select(first: Image.Image, mask: Image.Image, name: str) -> Selection:
    """What the mask selects of picture 1. Raises `MaskMisfit`, `MaskEmpty`, `MaskWhole` or `MaskUnclear`."""
    return diagnose(glance(first), mask, name)


def glance(first: Image.Image) -> Glance:
    """Look at picture 1; it is not needed afterwards."""
    scale = min(1.0, sqrt(_LOOKED_AT / (first.width * first.height)))
    return Glance(first.size, _brought(first, (max(1, int(first.width * scale)), max(1, int(first.height * scale)))))


def diagnose(first: Glance, mask: Image.Image, name: str) -> Selection:
    """`select` for a picture 1 that was only glanced at."""
    if not same_shape(mask.size, first.size):
        raise MaskMisfit(name=name, mask_size=_words(mask.size), size=_words(first.size))
    size = min(mask.width, first.small.width), min(mask.height, first.small.height)
    found = _understood(_brought(first.small, size), _brought(mask, size), mask, name)
    alpha = _sized(found.alpha, first.size, hard=found.hard or is_hard(found.alpha))
    _check(alpha, name)
    return Selection(found.form, alpha)


def share(alpha: Image.Image) -> int:
    """How much is selected, in thousandths: 1 to 999, since nothing and everything are refused before."""
    return min(999, max(1, round(1000 * _selected(alpha) / (alpha.width * alpha.height))))


def same_shape(mask: Size, picture: Size) -> bool:
    """Whether a mask of this size can be scaled onto the picture without being bent."""
    across, down = mask[0] * picture[1], picture[0] * mask[1]
    bent = abs(across - down)
    pixels_off = bent / max(picture)
    return bent <= _SHAPE_TOLERANCE * down or pixels_off <= 0.5 or (pixels_off <= 1 and bent <= _ROUNDED * down)


def resized(alpha: Image.Image, size: Size) -> Image.Image:
    """The alpha in another size: hard edges stay hard, soft ones soft, and a thin stroke is not lost."""
    return alpha if alpha.size == size else _sized(alpha, size, hard=is_hard(alpha))


def is_hard(alpha: Image.Image) -> bool:
    """Whether every pixel may change or stays, with nothing between."""
    counts = alpha.histogram()
    return counts[0] + counts[KEEP] == alpha.width * alpha.height


def _sized(alpha: Image.Image, size: Size, *, hard: bool) -> Image.Image:
    soft = alpha if alpha.size == size else alpha.resize(size, Image.Resampling.BILINEAR)
    if not hard:
        return soft
    cut = over(soft, _THIRD if 2 * size[0] < alpha.width else _MIDDLE - 1)
    return over(soft, KEEP - 1) if not _selected(cut) and _selected(alpha) else cut


def _understood(first: Image.Image, small: Image.Image, mask: Image.Image, name: str) -> _Found:
    """The form, and an alpha of the mask's size or of that of the copies."""
    if mask.mode == "RGBA":
        clear = sum(mask.getchannel("A").histogram()[:_OPAQUE])
        if clear >= _least(mask.size):
            return _by_alpha(first, small, mask.getchannel("A"), name)
    return _by_colour(first, small.convert("RGB"), mask, name)


def _by_alpha(first: Image.Image, small: Image.Image, alpha: Image.Image, name: str) -> _Found:
    """Transparent parts may change, unless they surround strokes of one strong colour."""
    if _shows(first, small):
        return _Found(MaskForm.HOLE, _stretched(_hole(first, small, alpha)))
    if first.mode == "RGBA" and not count(_cut_out(first, small)):
        plain, painted = _on_paper(first, _WHITE), _on_paper(small, _WHITE)
        if _is_copy(plain, painted, _COPY):
            return _Found(MaskForm.SCRIBBLE, painted_over(plain, painted, name, _least(plain.size)), hard=True)
    strokes = over(small.getchannel("A"), _MIDDLE)
    colour = colour_of(small.convert("RGB"), strokes)
    if colour is not None and max(colour) - min(colour) > _COLOURFUL:
        return _Found(MaskForm.SCRIBBLE, _stretched(ImageChops.invert(alpha)))
    return _Found(MaskForm.ALPHA, _stretched(alpha))


def _shows(first: Image.Image, small: Image.Image) -> bool:
    """Whether the opaque part of the mask is picture 1."""
    opaque = over(small.getchannel("A"), _OPAQUE - 1).filter(ImageFilter.MinFilter(3))
    seen = count(opaque)
    off = over(far(_on_paper(first, _WHITE), small.convert("RGB")), _NOISE)
    if not seen or count(both(off, opaque)) > _DIRT * seen:
        return False
    like = likeness(_on_paper(first, _WHITE), small.convert("RGB"), opaque)
    return like is None or like > 0.5


def _hole(first: Image.Image, small: Image.Image, alpha: Image.Image) -> Image.Image:
    """What is transparent in the mask but not in picture 1; all that is transparent, where nothing was cut out."""
    if first.mode == "RGB":
        return alpha
    cut = _cut_out(first, small)
    if count(cut) < _least(cut.size):
        return alpha
    added = ImageChops.subtract(first.getchannel("A"), small.getchannel("A"))
    return ImageChops.invert(both(added, grown(cut, 3)))


def _cut_out(first: Image.Image, small: Image.Image) -> Image.Image:
    return dense(over(ImageChops.subtract(first.getchannel("A"), small.getchannel("A")), _MIDDLE))


def _stretched(alpha: Image.Image) -> Image.Image:
    """The alpha so that something is selected, where a weak eraser or pen left nothing below the middle."""
    lowest = next(level for level, pixels in enumerate(alpha.histogram()) if pixels)
    if not _MIDDLE <= lowest < _OPAQUE:
        return alpha
    return alpha.point(lambda value: KEEP * (value - lowest) // (KEEP - lowest))


def _by_colour(first: Image.Image, small: Image.Image, mask: Image.Image, name: str) -> _Found:
    """A mask without transparent parts."""
    seen = tones(small.convert("L"), _least(small.size))
    colourless = count(over(chroma(small), _COLOURFUL)) < _least(small.size)
    two = colourless and seen.are_two
    plain = _as_flattened(first, small)
    bare = two and seen.clean
    if not (bare and not _is_two_tone(plain)) and _is_copy(plain, small, _PLAIN_COPY if bare else _COPY):
        return _Found(MaskForm.SCRIBBLE, painted_over(plain, small, name, _least(small.size)), hard=True)
    if not colourless:
        return _Found(MaskForm.SCRIBBLE, blank_canvas(small, name, over(chroma(small), _COLOURFUL)), hard=True)
    if seen.gap < TONE_GAP:
        raise (MaskWhole if seen.threshold >= _MIDDLE else MaskEmpty)(name=name)
    if two:
        return _Found(MaskForm.BLACK_AND_WHITE, mask.convert("L").point(seen.parted), hard=True)
    return _Found(MaskForm.GREY, mask.convert("L").point(lambda grey: KEEP - seen.stretch(grey)))


def _as_flattened(first: Image.Image, mask: Image.Image) -> Image.Image:
    """Picture 1 without alpha, on white or on black, whichever an editor may have put below this copy of it."""
    if first.mode == "RGB":
        return first
    sheets = (_on_paper(first, _WHITE), _on_paper(first, _BLACK))
    return min(sheets, key=lambda sheet: count(over(far(sheet, mask), _NOISE)))


def _is_two_tone(first: Image.Image) -> bool:
    colourless = count(over(chroma(first), _COLOURFUL)) < _least(first.size)
    return colourless and tones(first.convert("L"), _least(first.size)).are_two


def _is_copy(first: Image.Image, mask: Image.Image, needed: float) -> bool:
    """Whether the mask shows picture 1; where that has no structure, whether half of it is the same."""
    like = likeness(first, mask)
    if like is not None:
        return like >= needed
    return 2 * count(over(far(first, mask), _NOISE)) <= mask.width * mask.height


def _check(alpha: Image.Image, name: str) -> None:
    selected, every = _selected(alpha), alpha.width * alpha.height
    if selected < _least(alpha.size):
        raise MaskEmpty(name=name)
    if (every - selected) * 1000 < every:
        raise MaskWhole(name=name)


def _least(size: Size) -> int:
    """How many pixels are more than a speck: some in a picture, one in a tiny one."""
    every = size[0] * size[1]
    return max(1, min(4, every // 1000), every // 100_000)


def _selected(alpha: Image.Image) -> int:
    return sum(alpha.histogram()[:_MIDDLE])


def _brought(picture: Image.Image, size: Size) -> Image.Image:
    return picture if picture.size == size else picture.resize(size, Image.Resampling.BOX)


def _on_paper(picture: Image.Image, paper: tuple[int, int, int]) -> Image.Image:
    if picture.mode == "RGB":
        return picture
    sheet = Image.new("RGB", picture.size, paper)
    sheet.paste(picture, mask=picture.getchannel("A"))
    return sheet


def _words(size: Size) -> str:
    return f"{size[0]}x{size[1]}"
