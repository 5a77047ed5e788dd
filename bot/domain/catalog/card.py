"""One model at one provider: what it accepts, returns and costs. A row of data, never an `if` in code."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Standing(StrEnum):
    """Where a model is in its life."""

    ACTIVE = "active"
    ENDS = "ends"  # its vendor has named the day
    GONE = "gone"  # its vendor no longer sells it; gateways may
    GATEWAY = "gateway"  # no vendor sells it under this name; gateways do


@dataclass(frozen=True, slots=True)
class Status:
    """A model's standing, with the day of its end where there is one."""

    standing: Standing
    ends_on: date | None = None

    def gone_by(self, today: date) -> bool:
        """Whether its vendor has switched it off by that day."""
        return self.standing is Standing.GONE or (self.ends_on is not None and self.ends_on <= today)


class Polarity(StrEnum):
    """What in a mask marks the area that may change."""

    TRANSPARENT = "transparent"
    WHITE = "white"


@dataclass(frozen=True, slots=True)
class MaskRule:
    """How a mask has to be: a PNG under so many bytes; `honoured` is False where the provider ignores it silently."""

    bytes: int
    polarity: Polarity
    honoured: bool


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """A price by tokens, in USD per million times a thousand; `base` and `table` give the output tokens by quality.

    `table` holds (square, oblong) where the vendor publishes numbers instead of a formula; `partial` is what each
    partial picture of a stream adds.
    """

    text_in: int
    image_in: int
    image_out: int
    base: Mapping[str, int]
    table: Mapping[str, tuple[int, int]]
    partial: int = 100


@dataclass(frozen=True, slots=True)
class FlatPrice:
    """A price by picture, in micro-USD."""

    flat: int


@dataclass(frozen=True, slots=True)
class FlexibleSizes:
    """Any size whose edges are multiples of `step` and that keeps within the limits (pixels; `ratio` long to short)."""

    step: int
    max_edge: int
    max_ratio: int
    min_pixels: int
    max_pixels: int


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model at one provider. Bytes are bytes, sizes are width x height in pixels; an empty tuple is "not there".

    `name` is what members say, `wire_name` what the provider is told. A member may ask for `max_n` results, and one
    call gives `n_per_call` of them; `partial_images` is the most previews of a stream. A picture of more than
    `picture_pixels` is scaled down before it is sent; where only squares are taken, another shape is padded, or refused
    if `pads` is False.
    """

    name: str
    provider: str
    wire_name: str
    status: Status
    max_pictures: int
    picture_formats: tuple[str, ...]
    picture_bytes: int
    picture_pixels: int
    square: bool
    pads: bool
    mask: MaskRule | None
    prompt_characters: int
    max_n: int
    n_per_call: int
    sizes: FlexibleSizes | tuple[str, ...]
    default_pixels: int
    quality: tuple[str, ...]
    default_quality: str | None
    background: tuple[str, ...]
    input_fidelity: tuple[str, ...]
    output_format: tuple[str, ...]
    compressed_formats: tuple[str, ...]
    response_format: str | None
    returns: tuple[str, ...]
    stream: bool
    partial_images: int
    user: bool
    price: TokenPrice | FlatPrice

    def priced_quality(self, quality: str | None) -> str:
        """The quality that an edit is priced as: the one that is sent, the card's own, and for `auto` the dearest."""
        if not isinstance(self.price, TokenPrice):
            return quality or ""
        known = tuple(self.price.base)
        wish = quality or self.default_quality
        return wish if wish in known else known[-1]

    def sends_mask(self) -> bool:
        """Whether the provider is given a mask at all: one that ignores masks need not see it."""
        return self.mask is not None and self.mask.honoured

    def takes_mask(self, *, lock: bool = True) -> bool:
        """Whether a mask does anything here: the provider heeds it, or the lock puts back what is outside of it."""
        return self.mask is not None and (self.mask.honoured or lock)
