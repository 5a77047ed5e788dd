"""What the client suggests while a member types an option: the model's own words, at most 25 of them."""

from bot.domain.catalog import Catalog, ModelCard, nearest_size, text_of
from bot.domain.errors import UnknownModel

MOST = 25
COMMON_SIZES = ((1024, 1024), (1536, 1024), (1024, 1536), (2048, 2048), (2048, 1152), (1152, 2048), (3840, 2160))


def models(catalog: Catalog, typed: str) -> tuple[str, ...]:
    """The models that have the typed text in their name."""
    return _matching(catalog.names, typed)


def options(catalog: Catalog, model: str | None, option: str, typed: str) -> tuple[str, ...]:
    """What this model knows for "size", "quality", "background" or "format"; nothing for a model that is not there."""
    try:
        card = catalog.card(model)
    except UnknownModel:
        return ()
    known = {
        "size": _sizes(card),
        "quality": card.quality,
        "background": card.background,
        "format": card.output_format,
    }
    return _matching(known[option], typed)


def _sizes(card: ModelCard) -> tuple[str, ...]:
    if isinstance(card.sizes, tuple):
        return card.sizes
    possible = [text_of(size) for size in COMMON_SIZES if nearest_size(card, *size) == size]
    return ("auto", *possible)


def _matching(known: tuple[str, ...], typed: str) -> tuple[str, ...]:
    return tuple(name for name in known if typed.casefold() in name.casefold())[:MOST]
