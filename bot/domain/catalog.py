"""What one model accepts, returns and costs, as cards of data; and the one function that says no."""

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from bot.domain.errors import (
    FileTooBig,
    MaskUnsupported,
    OptionAbsent,
    OptionUnknown,
    PromptTooLong,
    SizeImpossible,
    TooManyPictures,
    TooManyResults,
    UnknownModel,
)
from bot.domain.request import Options

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class TokenPrice:
    """A price by tokens, in USD per million times a thousand; `base` and `table` give the output tokens by quality.

    `table` holds (square, oblong) where the vendor publishes numbers instead of a formula.
    """

    text_in: int
    image_in: int
    image_out: int
    base: Mapping[str, int]
    table: Mapping[str, tuple[int, int]]


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
    """One model: a row of data, never an `if` in code. Bytes are bytes, sizes are width x height in pixels."""

    name: str
    status: str
    max_pictures: int
    picture_formats: tuple[str, ...]
    picture_bytes: int
    square: bool
    mask: bool
    mask_bytes: int
    prompt_characters: int
    max_n: int
    sizes: FlexibleSizes | tuple[str, ...]
    default_pixels: int
    quality: tuple[str, ...]
    background: tuple[str, ...]
    output_format: tuple[str, ...]
    default_quality: str | None
    response_format: str | None
    returns: tuple[str, ...]
    price: TokenPrice | FlatPrice

    def quality_or_dearest(self, quality: str | None) -> str:
        """The quality whose price is certain: `auto` and none at all are priced as the dearest there is."""
        known = [name for name in self.quality if name != "auto"]
        return quality if quality in known else known[-1]


class Catalog:
    """The models that can be used here."""

    def __init__(self, cards: Mapping[str, ModelCard], default: str) -> None:
        self._cards = dict(cards)
        self.default = default
        self.card(default)

    @property
    def names(self) -> tuple[str, ...]:
        """Every model's name, the default first."""
        return (self.default, *(name for name in self._cards if name != self.default))

    def card(self, name: str | None) -> ModelCard:
        """The card of this model, the default's for None. Raises `UnknownModel`."""
        try:
            return self._cards[name or self.default]
        except KeyError:
            raise UnknownModel(model=str(name), known=", ".join(self._cards)) from None


def check_announced(card: ModelCard, pictures: int, sizes: Mapping[str, int], mask: str | None, limit: int) -> None:
    """What can be refused before a byte is fetched: too many pictures, a mask that cannot be, a file over the limit.

    `sizes` maps each file's shown name to its announced bytes, `limit` is the most that is fetched of one file.
    """
    if pictures > card.max_pictures:
        raise TooManyPictures(count=pictures, model=card.name, limit=card.max_pictures)
    if mask is not None and not card.mask:
        raise MaskUnsupported(model=card.name, name=mask)
    for name, size in sizes.items():
        if size > limit:
            raise FileTooBig(name=name, size=math.ceil(size / MIB), limit=limit // MIB)


def check_wish(card: ModelCard, prompt: str, options: Options) -> None:
    """Raises the `Refused` that names the limit and the nearest thing that works."""
    if len(prompt) > card.prompt_characters:
        raise PromptTooLong(length=len(prompt), model=card.name, limit=card.prompt_characters)
    if not 1 <= options.n <= card.max_n:
        raise TooManyResults(model=card.name, limit=card.max_n, count=options.n)
    _check_choice(card, "quality", options.quality, card.quality)
    _check_choice(card, "background", options.background, card.background)
    _check_choice(card, "format", options.output_format, card.output_format)
    if options.size not in (None, "auto"):
        _check_size(card, str(options.size))


def settled_options(card: ModelCard, options: Options, first_picture: tuple[int, int]) -> Options:
    """The options with an explicit size and quality: gateways disagree about defaults, and both decide the price.

    Size `auto`, or none, becomes the allowed size nearest to the first picture's shape. A card without sizes gets none.
    """
    options = replace(options, quality=options.quality or card.default_quality)
    if not card.sizes:
        return replace(options, size=None)
    if options.size not in (None, "auto"):
        return options
    return replace(options, size=text_of(nearest_size(card, *first_picture, pixels=card.default_pixels)))


def nearest_size(card: ModelCard, width: int, height: int, pixels: int | None = None) -> tuple[int, int]:
    """The allowed size nearest to this one, in shape first, then in pixels; `pixels` caps the area where it is free."""
    if isinstance(card.sizes, FlexibleSizes):
        return _nearest_flexible(card.sizes, width, height, pixels or card.sizes.max_pixels)
    shapes = [dimensions(size) for size in card.sizes if size != "auto"]

    def distance(shape: tuple[int, int]) -> tuple[float, float]:
        shape_off = math.log(shape[0] / shape[1]) - math.log(width / height)
        return abs(shape_off), abs(math.log(shape[0] * shape[1] / (width * height)))

    return min(shapes, key=distance)


def dimensions(size: str) -> tuple[int, int]:
    """Width and height of a size like "1536x1024", in pixels. Raises ValueError for anything else."""
    if not re.fullmatch("[1-9][0-9]{0,5}x[1-9][0-9]{0,5}", size):
        raise ValueError(size)
    width, height = size.split("x")
    return int(width), int(height)


def text_of(size: tuple[int, int]) -> str:
    """(1536, 1024) as "1536x1024"."""
    return f"{size[0]}x{size[1]}"


def _check_choice(card: ModelCard, option: str, value: str | None, known: tuple[str, ...]) -> None:
    if value is None or value in known:
        return
    if not known:
        raise OptionAbsent(model=card.name, option=option)
    raise OptionUnknown(model=card.name, option=option, value=value, known=", ".join(known))


def _check_size(card: ModelCard, size: str) -> None:
    if not card.sizes:
        raise OptionAbsent(model=card.name, option="size")
    try:
        width, height = dimensions(size)
    except ValueError:
        example = card.sizes if isinstance(card.sizes, tuple) else ("1024x1024", "1536x1024")
        raise OptionUnknown(model=card.name, option="size", value=size, known=", ".join(example)) from None
    possible = _fits(card.sizes, width, height) if isinstance(card.sizes, FlexibleSizes) else size in card.sizes
    if not possible:
        raise SizeImpossible(size=size, model=card.name, nearest=text_of(nearest_size(card, width, height)))


def _fits(rule: FlexibleSizes, width: int, height: int) -> bool:
    return (
        width % rule.step == 0
        and height % rule.step == 0
        and max(width, height) <= rule.max_edge
        and max(width, height) <= rule.max_ratio * min(width, height)
        and rule.min_pixels <= width * height <= rule.max_pixels
    )


def _nearest_flexible(rule: FlexibleSizes, width: int, height: int, pixels: int) -> tuple[int, int]:
    ratio = min(rule.max_ratio, max(1 / rule.max_ratio, width / height))
    area = min(pixels, max(rule.min_pixels, width * height), rule.max_edge**2 * min(ratio, 1 / ratio))
    ideal = (math.sqrt(area * ratio), math.sqrt(area / ratio))
    steps = [{max(1, int(edge // rule.step) + more) * rule.step for more in (-1, 0, 1, 2)} for edge in ideal]
    possible = [(w, h) for w in steps[0] for h in steps[1] if _fits(rule, w, h)]
    return min(possible, key=lambda size: ((size[0] - ideal[0]) ** 2 + (size[1] - ideal[1]) ** 2, -size[0] * size[1]))


@cache
def shipped_cards() -> Mapping[str, ModelCard]:
    """The cards that come with the bot, from `cards.toml`."""
    tables = tomllib.loads(files("bot.domain").joinpath("cards.toml").read_text("utf-8"))
    return {name: read_card(name, table, tables["sizes"]) for name, table in tables["models"].items()}


def read_card(name: str, table: Mapping[str, Any], rules: Mapping[str, Any]) -> ModelCard:
    """A card from its TOML table. Raises KeyError or TypeError where the table is not a card."""
    sizes = table["sizes"]
    return ModelCard(
        name=name,
        status=table["status"],
        max_pictures=table["max_pictures"],
        picture_formats=tuple(table["picture_formats"]),
        picture_bytes=table["picture_bytes"],
        square=table.get("square", False),
        mask=table["mask"],
        mask_bytes=table.get("mask_bytes", 0),
        prompt_characters=table["prompt_characters"],
        max_n=table["max_n"],
        sizes=FlexibleSizes(**rules[sizes]) if isinstance(sizes, str) else tuple(sizes),
        default_pixels=table.get("default_pixels", 1_572_864),
        quality=tuple(table.get("quality", ())),
        background=tuple(table.get("background", ())),
        output_format=tuple(table.get("output_format", ())),
        default_quality=table.get("default_quality"),
        response_format=table.get("response_format"),
        returns=tuple(table.get("returns", ("b64_json",))),
        price=_read_price(table["price"]),
    )


def _read_price(table: Mapping[str, Any]) -> TokenPrice | FlatPrice:
    if "flat" in table:
        return FlatPrice(table["flat"])
    pairs = {quality: (pair[0], pair[1]) for quality, pair in table.get("table", {}).items()}
    return TokenPrice(
        table["text_in"],
        table["image_in"],
        table["image_out"],
        table.get("base", dict.fromkeys(pairs, 0)),
        pairs,
    )
