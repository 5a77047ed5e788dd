"""The tones of a grey picture: whether there are two of them, and where dark ends and bright begins."""

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageStat

from bot.images.paint import both, count, grown, over

TONE_GAP = 32  # levels between two tones that a person tells apart
_CLEAN = 0.001  # of all pixels may be neither tone nor border
_TWO_TONED = 0.02
_IN = 255
_MIDDLE = 128


@dataclass(frozen=True, slots=True)
class Tones:
    """The dark and the bright of a grey picture, in levels; `mixed` is the share of pixels that are neither."""

    low: int
    high: int
    threshold: int
    mixed: float

    @property
    def gap(self) -> int:
        """How far they are apart."""
        return self.high - self.low

    @property
    def are_two(self) -> bool:
        """Whether it is a picture of two flat tones."""
        return self.gap >= TONE_GAP and self.mixed <= _TWO_TONED

    @property
    def clean(self) -> bool:
        """Whether there is nothing else in it, borders aside."""
        return self.gap >= TONE_GAP and self.mixed <= _CLEAN

    def parted(self, level: int) -> int:
        """An alpha below the middle for the bright tone, and at or above it for the dark one."""
        return round(min(255.0, max(0.0, _MIDDLE + (self.threshold - level) * _IN / self.gap)))

    def stretch(self, level: int) -> int:
        """The level between black and white, where the tones are a little inside of both."""
        margin = self.gap / 16
        return round(min(1.0, max(0.0, (level - self.low - margin) / (self.gap - 2 * margin))) * _IN)


def tones(grey: Image.Image, least: int) -> Tones:
    """The tones of an "L" picture; fewer than `least` pixels are no tone.

    The threshold is half-way between the means of what it parts, which finds a dot in a large picture, too.
    """
    counts = grey.histogram()
    low, high = _outermost(counts, least), 255 - _outermost(counts[::-1], least)
    if high - low < TONE_GAP:
        level = round(ImageStat.Stat(grey).mean[0])
        return Tones(level, level, level, 0.0)
    threshold = (low + high) // 2
    for _ in range(32):
        dark, bright = _mean(counts, 0, threshold + 1), _mean(counts, threshold + 1, 256)
        if threshold == (moved := int((dark + bright) / 2)):
            break
        threshold = moved
    mixed = _mixed(_from(grey, round(dark)), _from(grey, round(bright)), round((bright - dark) / 4))
    return (
        Tones(low, high, threshold, mixed)
        if mixed > _TWO_TONED
        else Tones(round(dark), round(bright), threshold, mixed)
    )


def _mixed(from_one: Image.Image, from_other: Image.Image, reach: int) -> float:
    """The share of pixels that belong to neither, and do not lie at a border between both."""
    one, other = ImageChops.invert(over(from_one, reach)), ImageChops.invert(over(from_other, reach))
    border = both(grown(one, 2), grown(other, 2))
    known = ImageChops.lighter(ImageChops.lighter(one, other), border)
    return 1 - count(known) / (known.width * known.height)


def _from(grey: Image.Image, tone: int) -> Image.Image:
    return grey.point(lambda value: abs(value - tone))


def _outermost(counts: list[int], least: int) -> int:
    seen = 0
    for level, pixels in enumerate(counts):
        seen += pixels
        if seen >= least:
            return level
    return len(counts) - 1


def _mean(counts: list[int], start: int, end: int) -> float:
    pixels = sum(counts[start:end])
    return sum(level * counts[level] for level in range(start, end)) / pixels if pixels else (start + end) / 2
