"""What can be done with which model: cards of data, the shelf they stand on, and the function that says no."""

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
from bot.domain.catalog.picture import check_picture, is_small, sent_size
from bot.domain.catalog.reading import (
    CardsWrong,
    read_shelf,
    shipped_cards,
    shipped_models,
    shipped_shelf,
)
from bot.domain.catalog.shelf import Catalog, Provider
from bot.domain.catalog.sizes import dimensions, nearest_size, text_of
from bot.domain.catalog.wish import accepts, check_announced, check_files, check_wish, settled_options

__all__ = [
    "CardsWrong",
    "Catalog",
    "FlatPrice",
    "FlexibleSizes",
    "MaskRule",
    "ModelCard",
    "Polarity",
    "Provider",
    "Standing",
    "Status",
    "TokenPrice",
    "accepts",
    "check_announced",
    "check_files",
    "check_picture",
    "check_wish",
    "dimensions",
    "is_small",
    "nearest_size",
    "read_shelf",
    "sent_size",
    "settled_options",
    "shipped_cards",
    "shipped_models",
    "shipped_shelf",
    "text_of",
]
