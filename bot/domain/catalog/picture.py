"""What a card makes of a picture by its size alone: refused, padded, scaled down, or thought small."""

import math

from bot.domain.catalog.card import ModelCard
from bot.domain.errors import NotSquare, PictureTooLong, PictureTooSmall

LEAST_EDGE_PX = 16
SMALL_EDGE_PX = 256  # below it a model has little to go by
LONGEST_RATIO = 10


def check_picture(card: ModelCard, name: str, width: int, height: int) -> None:
    """Raises `PictureTooSmall`, `PictureTooLong` or `NotSquare` for an upright size in pixels that cannot be edited."""
    size = f"{width}x{height}"
    if min(width, height) < LEAST_EDGE_PX:
        raise PictureTooSmall(name=name, size=size, least=LEAST_EDGE_PX)
    if max(width, height) > LONGEST_RATIO * min(width, height):
        raise PictureTooLong(name=name, size=size, limit=LONGEST_RATIO)
    if card.square and not card.pads and width != height:
        raise NotSquare(name=name, size=size, model=card.name)


def sent_size(card: ModelCard, width: int, height: int) -> tuple[int, int]:
    """The size at which a picture of this size is sent, before any padding: its own, or scaled down to fit.

    Where only squares are taken, the square around it has to fit.
    """
    area = max(width, height) ** 2 if card.square else width * height
    if area <= card.picture_pixels:
        return width, height
    scale = math.sqrt(card.picture_pixels / area)
    return max(1, int(width * scale)), max(1, int(height * scale))


def is_small(width: int, height: int) -> bool:
    """Whether a picture has so few pixels that the member should know."""
    return max(width, height) < SMALL_EDGE_PX
