"""What the client suggests while somebody types an option: at most 25 of what there is."""

from collections.abc import Iterable
from datetime import date
from functools import cache
from zoneinfo import available_timezones

from discord.app_commands import Choice

from bot.domain.catalog import Catalog, ModelCard, dimensions, nearest_size, text_of
from bot.domain.errors import ModelGone, UnknownModel
from bot.domain.preset import Preset
from bot.domain.request import ResultSize
from bot.words import labels
from bot.words.escape import cut, plain
from bot.words.models import DOT, ending

MOST = 25
LONGEST = 100  # characters of a choice, as it is shown and as it is sent
COMMON_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536), (2048, 2048), (2048, 1152), (1152, 2048), (3840, 2160))

PRESET_MARK = "★"  # tells a preset from what somebody types

Choices = list[Choice[str]]


def models(catalog: Catalog, typed: str, today: date, locale: str) -> Choices:
    """The models that have the typed text in their name; one that ends, or has ended, says so."""
    shown = {}
    for name in catalog.names:
        end = ending(catalog.card(name).status, locale, today)
        shown[name] = DOT.join((name, end)) if end else name
    return _matching(shown, typed)


def options(catalog: Catalog, model: str | None, option: str, typed: str, locale: str) -> Choices:
    """What this model knows, at any of its providers, for "size", "quality", "background", "format" or "fidelity".

    Nothing for a model that is not there.
    """
    try:
        cards = catalog.offers(model)
    except (UnknownModel, ModelGone):
        return []
    known = {value: value for card in cards for value in _values(card, option)}
    if option == "size":
        same = ResultSize.SAME.value
        known[same] = DOT.join((same, labels.label(labels.SAME_SIZE, locale)))
    found = _matching(known, typed)
    return found or (_nearest(cards, typed) if option == "size" else [])


def presets(known: Iterable[Preset], typed: str) -> Choices:
    """The presets that have the typed text in their name, as they are asked for by it."""
    return _matching({preset.name: f"{PRESET_MARK} {plain(preset.name)}" for preset in known}, typed.strip())


def zones(typed: str) -> Choices:
    """Time zones with the typed text in their name. Reads them from disk at first."""
    return _matching(_zones(), typed.replace(" ", "_"))


@cache
def _zones() -> dict[str, str]:
    return {name: name for name in sorted(available_timezones())}


def _values(card: ModelCard, option: str) -> tuple[str, ...]:
    known = {
        "size": _sizes(card),
        "quality": card.quality,
        "background": card.background,
        "format": card.output_format,
        "fidelity": card.input_fidelity,
    }
    return known[option]


def _sizes(card: ModelCard) -> tuple[str, ...]:
    if isinstance(card.sizes, tuple):
        return card.sizes
    possible = [text_of(size) for size in COMMON_SIZES if nearest_size(card, *size) == size]
    return ("auto", *possible)


def _nearest(cards: Iterable[ModelCard], typed: str) -> Choices:
    """Whoever types a size of their own is shown the one that is possible."""
    try:
        size = dimensions(typed.strip().lower())
        near = dict.fromkeys(text_of(nearest_size(card, *size)) for card in cards if card.sizes)
    except ValueError:
        return []
    return _matching({value: value for value in near}, "")


def _matching(known: dict[str, str], typed: str) -> Choices:
    """Choices of the values, each as it is shown, that have the typed text in them."""
    fitting = [(value, shown) for value, shown in known.items() if typed.casefold() in shown.casefold()]
    return [Choice(name=cut(shown, LONGEST), value=value) for value, shown in fitting if len(value) <= LONGEST][:MOST]
