"""Model cards from tables: those that come with the bot, and what an operator adds or changes.

A card is put together from the general to the special: the model's own table, what its dialect leaves of it, what the
dialect says of this very model, what the operator says. `like` takes another model's table as the ground.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from bot.domain.catalog.card import (
    FlatPrice,
    FlexibleSizes,
    MaskRule,
    ModelCard,
    Polarity,
    Standing,
    Status,
    TokenPrice,
)
from bot.domain.catalog.shelf import Provider
from bot.domain.catalog.sizes import dimensions

Table = Mapping[str, Any]
LISTS = ("picture_formats", "quality", "background", "input_fidelity", "output_format", "compressed_formats", "returns")
NOTHING: Table = {}
EVERY_PIXEL = 50_000_000  # more is refused by the decoder anyway
# Every line that a card may have.
LINES = frozenset(LISTS) | {
    "like",
    "wire_name",
    "status",
    "max_pictures",
    "picture_bytes",
    "picture_pixels",
    "square",
    "pads",
    "mask",
    "mask_bytes",
    "mask_polarity",
    "mask_honoured",
    "prompt_characters",
    "max_n",
    "n_per_call",
    "sizes",
    "default_pixels",
    "default_quality",
    "response_format",
    "stream",
    "partial_images",
    "user",
    "price",
}


# The least that makes sense of what is counted.
LEAST = {
    "max_pictures": 1,
    "picture_bytes": 1,
    "picture_pixels": 65_536,
    "prompt_characters": 1,
    "max_n": 1,
    "n_per_call": 1,
    "default_pixels": 1,
    "partial_images": 0,
}


class CardsWrong(ValueError):
    """A table is no model card or no provider; the text says which and why, in one sentence."""


@cache
def _shipped() -> Table:
    return tomllib.loads(files("bot.domain.catalog").joinpath("cards.toml").read_text("utf-8"))


def shipped_models() -> tuple[str, ...]:
    """The names of the models that come with the bot."""
    return tuple(_shipped()["models"])


def dialect_names() -> tuple[str, ...]:
    """The dialects that there are."""
    return tuple(_shipped()["dialects"])


@cache
def shipped_cards(dialect: str = "openai", *, direct: bool = True) -> Mapping[str, ModelCard]:
    """Every card that comes with the bot, as a provider of this dialect would have it."""
    return {name: offers[0] for name, offers in shipped_shelf(dialect, direct=direct).items()}


@cache
def shipped_shelf(dialect: str = "openai", *, direct: bool = True) -> Mapping[str, tuple[ModelCard, ...]]:
    """The same as a shelf with one provider, which is named as its dialect."""
    return read_shelf((Provider(dialect, "", "", dialect, shipped_models(), direct),))


def read_shelf(providers: Sequence[Provider], own: Table = NOTHING) -> Mapping[str, tuple[ModelCard, ...]]:
    """The cards by model, a provider each, in the order of the providers. `own` is an operator's `[models]`.

    Raises `CardsWrong` for a model without a card and for a table that is none.
    """
    shelf: dict[str, tuple[ModelCard, ...]] = {}
    for provider in providers:
        for name in provider.models:
            shelf[name] = (*shelf.get(name, ()), _card(name, provider, own))
    return shelf


def _card(name: str, provider: Provider, own: Table) -> ModelCard:
    dialect = _shipped()["dialects"][provider.dialect]
    if strange := sorted(set(own.get(name, NOTHING)) - LINES):
        raise CardsWrong(f"The card of {name} has a line that I don't know: {strange[0]}.")
    table = dict(_ground(name, own, dialect))
    for key, most in dialect.get("only", NOTHING).items():
        table[key] = [value for value in table.get(key, ()) if value in most]
    for key in dialect.get("absent", ()):
        table[key] = [] if key in (*LISTS, "sizes") else False
    table |= dialect.get("set", NOTHING)
    line = _line(name, own)
    table |= _said_of(line, dialect.get("models", NOTHING))
    if provider.direct:
        table |= _said_of(line, dialect.get("direct", NOTHING))
    table |= {key: value for key, value in own.get(name, NOTHING).items() if key != "like"}
    try:
        card = _read_card(name, provider.name, table)
        _check_numbers(card)
        _check_choices(card)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as wrong:
        raise CardsWrong(f"The card of {name} at {provider.name} cannot be read: look at {wrong}.") from wrong
    return card


def _ground(name: str, own: Table, dialect: Table, seen: tuple[str, ...] = ()) -> Table:
    """A model's own table over what it is `like`, over what comes with the bot under its name."""
    said: Table = own.get(name, NOTHING)
    like = said.get("like")
    if name in seen:
        raise CardsWrong(f"The card of {name} is like itself.")
    if like is not None and like != name:
        below = _template(like) or _ground(like, own, dialect, (*seen, name))
    else:
        below = _shipped_chain(name) or _template(dialect.get("template"))
    if not (below or said):
        raise CardsWrong(f'There is no card for {name}: add [models."{name}"] with a line like = "gpt-image-2".')
    return {**below, **said}


def _line(name: str, own: Table) -> tuple[str, ...]:
    """The model, what it is like, what that is like, and so on."""
    line = [name]
    while (
        like := {**_shipped()["models"].get(line[-1], NOTHING), **own.get(line[-1], NOTHING)}.get("like")
    ) not in line:
        if like is None:
            break
        line.append(like)
    return tuple(line)


def _said_of(line: Sequence[str], tables: Table) -> Table:
    """What a dialect says of this model, or else of the nearest that it is like."""
    said: Table = next((tables[name] for name in line if name in tables), NOTHING)
    return said


def _template(name: str | None) -> Table:
    template: Table = _shipped()["templates"].get(name, NOTHING)
    return template


def _shipped_chain(name: str) -> Table:
    table: Table = _shipped()["models"].get(name, NOTHING)
    return {**_shipped_chain(table["like"]), **table} if "like" in table else table


def _read_card(name: str, provider: str, table: Table) -> ModelCard:
    sizes = table["sizes"]
    listed = {key: tuple(table.get(key, ())) for key in LISTS if key != "returns"}
    if not all(isinstance(value, str) for values in listed.values() for value in values):
        raise ValueError("its lists, which hold words")
    max_n = int(table["max_n"])
    return ModelCard(
        name=name,
        provider=provider,
        wire_name=table.get("wire_name", name),
        status=_read_status(table["status"]),
        max_pictures=int(table["max_pictures"]),
        picture_bytes=int(table["picture_bytes"]),
        picture_pixels=int(table.get("picture_pixels", EVERY_PIXEL)),
        square=bool(table.get("square", False)),
        pads=bool(table.get("pads", True)),
        mask=_read_mask(table),
        prompt_characters=int(table["prompt_characters"]),
        max_n=max_n,
        n_per_call=min(max_n, int(table.get("n_per_call", max_n))),
        sizes=FlexibleSizes(**_shipped()["sizes"][sizes]) if isinstance(sizes, str) else tuple(sizes),
        default_pixels=int(table.get("default_pixels", 1_572_864)),
        default_quality=table.get("default_quality"),
        response_format=table.get("response_format") or None,
        returns=tuple(table.get("returns", ("b64_json",))),
        stream=bool(table.get("stream", False)),
        partial_images=int(table.get("partial_images", 0)) if table.get("stream") else 0,
        user=bool(table.get("user", False)),
        price=_read_price(table["price"]),
        **listed,
    )


def _check_numbers(card: ModelCard) -> None:
    for line, least in LEAST.items():
        if getattr(card, line) < least:
            raise ValueError(f"{line}, which has to be {least} or more")
    if isinstance(card.sizes, FlexibleSizes) and card.default_pixels < card.sizes.min_pixels:
        raise ValueError(f"default_pixels, which has to be {card.sizes.min_pixels} or more")
    price = card.price
    if isinstance(price, FlatPrice):
        numbers = [price.flat]
    else:
        pairs = [number for pair in price.table.values() for number in pair]
        numbers = [price.text_in, price.image_in, price.image_out, *price.base.values(), *pairs]
    # A broken number would make the sum that is held a float, or less than nothing.
    if not numbers or not all(type(number) is int and number >= 0 for number in numbers):
        raise ValueError("price, which has to be whole numbers from 0")


def _check_choices(card: ModelCard) -> None:
    if isinstance(card.price, TokenPrice) and not card.price.base:
        raise ValueError("price, which needs a base or a table")
    if not card.picture_formats:
        raise ValueError("picture_formats, of which there has to be one")
    if card.quality and card.default_quality not in (None, *card.quality):
        raise ValueError("default_quality, which has to be one of quality")
    if isinstance(card.sizes, tuple):
        for size in card.sizes:
            if size != "auto":
                dimensions(size)
        if card.sizes == ("auto",):
            raise ValueError("sizes, of which one has to be in pixels")


def _read_status(text: str) -> Status:
    standing, _, day = text.partition(" ")
    return Status(Standing(standing), date.fromisoformat(day) if day else None)


def _read_mask(table: Table) -> MaskRule | None:
    if not table.get("mask"):
        return None
    polarity = Polarity(table.get("mask_polarity", "transparent"))
    return MaskRule(int(table["mask_bytes"]), polarity, honoured=bool(table.get("mask_honoured", True)))


def _read_price(table: Table) -> TokenPrice | FlatPrice:
    if "flat" in table:
        return FlatPrice(table["flat"])
    pairs = {quality: (pair[0], pair[1]) for quality, pair in table.get("table", {}).items()}
    base = table.get("base", dict.fromkeys(pairs, 0))
    return TokenPrice(table["text_in"], table["image_in"], table["image_out"], base, pairs)
