"""Paint on pictures: whether a picture is a copy of another, where it was painted over, and in which colour.

Sets of pixels are "L" pictures of 0 and 255. Everything here is for copies of a few megapixels.
"""

from dataclasses import dataclass
from math import sqrt

from PIL import Image, ImageChops, ImageFilter, ImageStat

from bot.domain.errors import MaskEmpty, MaskUnclear, MaskWhole

Colour = tuple[int, ...]
Pixels = Image.Image  # a set of them

_IN = 255
_MIDDLE = 128
_SCALES = ((512, 16), (64, 8))  # pixels of the longest side, and the levels from which on there is structure there
_FLAT_MISSES = 0.4  # of the local range; something flat is off by half of it
_STRAY = 0.02  # of a canvas may be of a third colour
_DIFFERS = 40  # levels beyond what lossy formats do to a picture
_SEEN, _LEAST_SEEN = 24, 6  # levels that a pixel beside certain paint must differ by, at most and at least
_MEAN_DIFFERS = 40  # levels, of 25 pixels
_BEYOND = 8  # levels that certain paint must differ by beside the noise
_USUAL = 0.97  # of the pixels of a copy are within its noise
_NEAR = 40  # levels around the colour of the paint
_GREYISH = 32  # levels between the channels of a blank canvas, at most
_PAINTLIKE = 96  # levels, at the blended border of paint
_ONE_COLOUR = 0.75  # of what differs, to be called painted in one colour
_CORE = 0.4  # of what differs, where the rest is blended with what is around
_SPECKS = 0.01  # of all pixels; fewer of many colours are noise of a lossy format
_ALL_OF_IT = 0.95  # of what the best highlighter explains, to be taken for one colour instead
_MOSTLY_CLEAR = 2.4  # of 3 channels: paint that hides nothing only brightens, as no pen does
_EVERYWHERE = 0.9  # of a picture cannot be meant by a highlighter
_STEADY = 30.0  # variance, against slopes of a flat ground
_WINDOW = 4  # levels to either side in which a colour is counted as one


def over(picture: Image.Image, level: int) -> Pixels:
    """The pixels brighter than this."""
    return picture.point(lambda value: _IN if value > level else 0)


def count(chosen: Pixels) -> int:
    """How many pixels are in the set."""
    return chosen.histogram()[_IN]


def both(one: Image.Image, other: Pixels) -> Image.Image:
    """The one inside the other."""
    return ImageChops.darker(one, other)


def dense(chosen: Pixels) -> Pixels:
    """The set without specks: the pixels with at least two more around them."""
    return both(chosen, over(chosen.filter(ImageFilter.BoxBlur(1)), 70))


def grown(chosen: Pixels, reach: int) -> Pixels:
    """The set and what is within so many pixels of it, at most 5."""
    return over(chosen.filter(ImageFilter.BoxBlur(reach)), 0)


def far(one: Image.Image, other: Image.Image) -> Image.Image:
    """How far two RGB pictures are apart, in the channel in which they are furthest."""
    return _highest(ImageChops.difference(one, other))


def chroma(picture: Image.Image) -> Image.Image:
    """How colourful each pixel is: the levels between its channels."""
    red, green, blue = picture.split()
    lowest = ImageChops.darker(ImageChops.darker(red, green), blue)
    return ImageChops.subtract(_highest(picture), lowest)


def colour_of(picture: Image.Image, where: Pixels, least: float = _ONE_COLOUR) -> Colour | None:
    """The one colour that at least this share of the pixels has; None where there is none."""
    peak = _commonest(picture, where)
    near = ImageChops.subtract(where, over(far(picture, _sheet(picture, peak)), _NEAR))
    if not count(near) or count(near) < least * count(where):
        return None
    return tuple(round(level) for level in ImageStat.Stat(picture, near).mean)


# ── likeness ────────────────────────────────────────────────────────────────────────────────────────────────


def likeness(first: Image.Image, mask: Image.Image, where: Pixels | None = None) -> float | None:
    """How much of the structure of the first picture the other one shows, 0 to 1; None where the first has none.

    `where` leaves out all other pixels. The better of the scales counts.
    """
    shares = [_likeness(first, mask, where, *scale) for scale in _SCALES]
    return max((share for share in shares if share is not None), default=None)


def _likeness(first: Image.Image, mask: Image.Image, where: Pixels | None, edge: int, floor: int) -> float | None:
    size = _within(first.size, edge)
    first, mask = first.resize(size, Image.Resampling.BOX), mask.resize(size, Image.Resampling.BOX)
    highest, lowest = first.filter(ImageFilter.MaxFilter(3)), first.filter(ImageFilter.MinFilter(3))
    varies = ImageChops.subtract(highest, lowest).convert("L")
    off = ImageChops.difference(first, mask).filter(ImageFilter.MaxFilter(3)).convert("L")
    structure = over(varies, floor - 1)
    if where is not None:
        structure = both(structure, over(where.resize(size, Image.Resampling.BOX), _IN - 1))
    shown = over(ImageChops.subtract(varies.point(lambda level: int(level * _FLAT_MISSES)), off), 0)
    structured = count(structure)
    return count(both(shown, structure)) / structured if structured >= max(size) / 8 else None


def _within(size: tuple[int, int], edge: int) -> tuple[int, int]:
    scale = min(1.0, edge / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


# ── paint ───────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Paint:
    """How much of each channel shows through, 0 to 1, and what is added to it, in levels."""

    through: tuple[float, ...]
    added: tuple[float, ...]

    def on(self, picture: Image.Image) -> Image.Image:
        """The picture with the paint all over it."""
        lut = [
            min(255, max(0, round(slope * level + offset)))
            for slope, offset in zip(self.through, self.added, strict=True)
            for level in range(256)
        ]
        return picture.point(lut)


def painted_over(first: Image.Image, mask: Image.Image, name: str, least: int) -> Image.Image:
    """The alpha of a copy that was painted over, whose middle is the border of the paint.

    Raises `MaskEmpty` for a plain copy, `MaskUnclear` for other changes. What is certain is grown by a few pixels into
    what is nearer to the paint than to the picture; where the picture had the colour of the paint, pinholes are closed.
    """
    apart = far(first, mask)
    differing = both(dense(over(apart, _DIFFERS)), _changed(first, mask))
    differs, every = count(differing), apart.width * apart.height
    paint = _paint(first, mask, differing) if differs >= least else None
    if paint is None:
        raise (MaskEmpty if differs < _SPECKS * every else MaskUnclear)(name=name)
    off = far(mask, paint.on(first))
    noise = _noise(apart, over(off, _PAINTLIKE))
    certain = dense(ImageChops.subtract(over(apart, min(_DIFFERS, noise + _BEYOND)), over(off, _NEAR)))
    reached = both(grown(certain, 3), over(apart, noise))
    alpha = ImageChops.lighter(_nearer(off, apart), ImageChops.invert(reached))
    closed = _shrunk(grown(over(ImageChops.invert(alpha), _MIDDLE), 3), 3)
    pinholes = ImageChops.subtract(ImageChops.subtract(closed, over(off, _NEAR)), over(apart, noise))
    return ImageChops.subtract(alpha, pinholes)


def blank_canvas(mask: Image.Image, name: str, strong: Pixels) -> Image.Image:
    """The alpha of strokes on a blank canvas, whose middle is the border of the strokes; `strong` are the colourful
    pixels. Raises `MaskUnclear`, and `MaskWhole` where there is no canvas."""
    blank = ImageChops.invert(over(chroma(mask), _GREYISH))
    colour, canvas = colour_of(mask, strong, _CORE), colour_of(mask, blank)
    if colour is None or (canvas is None and count(blank)):
        raise MaskUnclear(name=name)
    if canvas is None:
        raise MaskWhole(name=name)
    stroke, sheet = _sheet(mask, colour), _sheet(mask, canvas)
    from_stroke, from_canvas = far(mask, stroke), far(mask, sheet)
    stray = count(over(_detour(from_stroke, from_canvas, stroke, sheet), _PAINTLIKE))
    if stray > min(_STRAY * mask.width * mask.height, (1 - _ONE_COLOUR) * count(strong)):
        raise MaskUnclear(name=name)
    return _nearer(from_stroke, from_canvas)


def _changed(first: Image.Image, mask: Image.Image) -> Pixels:
    """Where the mean of some pixels differs: lossy formats move colours across an edge, but lose few of them."""
    blur = ImageFilter.BoxBlur(2)
    return over(far(first.filter(blur), mask.filter(blur)), _MEAN_DIFFERS)


def _detour(to_one: Image.Image, to_other: Image.Image, one: Image.Image, other: Image.Image) -> Image.Image:
    """How far a pixel lies from the way between two colours: nothing for a blend of both."""
    return ImageChops.subtract(ImageChops.add(to_one, to_other, 2), far(one, other).point(_half)).point(_twice)


def _half(level: int) -> int:
    return level // 2


def _twice(level: int) -> int:
    return min(_IN, 2 * level)


def _nearer(here: Image.Image, there: Image.Image) -> Image.Image:
    """An alpha below the middle where a pixel is nearer to here; where half is each, it is the middle."""
    return ImageChops.subtract(here, there, 2, _MIDDLE)


def _noise(apart: Image.Image, elsewhere: Pixels) -> int:
    """The levels by which a copy differs where nothing was painted: 6 for an exact one, at most `_SEEN`."""
    counts, seen = apart.histogram(elsewhere), 0
    for level, pixels in enumerate(counts):
        seen += pixels
        if seen >= _USUAL * sum(counts):
            return min(_SEEN, max(_LEAST_SEEN, level))
    return _SEEN


def _paint(first: Image.Image, mask: Image.Image, differing: Pixels) -> Paint | None:
    """What was painted with, in one colour or with a highlighter; None where neither explains most of what differs."""
    inner = differing.filter(ImageFilter.MinFilter(3))
    sure = inner if count(inner) >= max(16, sqrt(count(differing))) else differing
    kinds = (_opaque(mask, sure), _glaze(first, mask, sure))
    explained = [count(ImageChops.subtract(sure, over(far(mask, kind.on(first)), _NEAR))) for kind in kinds]
    best = 1 if explained[0] < _ALL_OF_IT * max(explained) else 0
    if best and (count(sure) > _EVERYWHERE * sure.width * sure.height or sum(kinds[1].through) > _MOSTLY_CLEAR):
        return None
    if explained[best] < _ONE_COLOUR * count(sure) and not (
        explained[best] > _CORE * count(sure) and _is_fringed(kinds[best].on(first), first, mask, sure)
    ):
        return None
    return kinds[best]


def _is_fringed(painted: Image.Image, first: Image.Image, mask: Image.Image, sure: Pixels) -> bool:
    """Whether nearly all that differs is a blend of picture and paint: thin strokes in a small copy are mostly that."""
    strays = over(_detour(far(mask, painted), far(mask, first), painted, first), _NEAR)
    return count(both(strays, sure)) < (1 - _ALL_OF_IT) * count(sure)


def _opaque(mask: Image.Image, sure: Pixels) -> Paint:
    return Paint((0.0, 0.0, 0.0), colour_of(mask, sure) or _commonest(mask, sure))


def _glaze(first: Image.Image, mask: Image.Image, sure: Pixels) -> Paint:
    """The straight line per channel that fits best; then the best without the misfits of the one before."""
    paint = _fitted(first, mask, sure)
    for _ in range(3):
        fitting = ImageChops.subtract(sure, over(far(mask, paint.on(first)), _NEAR))
        if not count(fitting):
            break
        paint = _fitted(first, mask, fitting)
    return paint


def _fitted(first: Image.Image, mask: Image.Image, where: Pixels) -> Paint:
    before, after = ImageStat.Stat(first, where), ImageStat.Stat(mask, where)
    product = ImageStat.Stat(ImageChops.multiply(first, mask), where).mean
    through, added = [], []
    for band in range(3):
        together = 255 * product[band] - before.mean[band] * after.mean[band]
        slope = min(1.0, max(0.0, together / (before.var[band] + _STEADY)))
        through.append(slope)
        added.append(after.mean[band] - slope * before.mean[band])
    return Paint(tuple(through), tuple(added))


def _shrunk(chosen: Pixels, reach: int) -> Pixels:
    return ImageChops.invert(grown(ImageChops.invert(chosen), reach))


def _commonest(picture: Image.Image, where: Pixels) -> Colour:
    """The commonest level of each channel of an RGB picture, counted with its neighbours."""
    counts = picture.histogram(where)
    return tuple(_peak(counts[start : start + 256]) for start in (0, 256, 512))


def _peak(counts: list[int]) -> int:
    return max(range(256), key=lambda level: sum(counts[max(0, level - _WINDOW) : level + _WINDOW + 1]))


def _sheet(picture: Image.Image, colour: Colour) -> Image.Image:
    return Image.new("RGB", picture.size, colour)


def _highest(picture: Image.Image) -> Image.Image:
    red, green, blue = picture.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)
