"""Sizes in pixels: which a card allows, and which of those is nearest to another."""

import math
import re

from bot.domain.catalog.card import FlexibleSizes, ModelCard

SIZE = re.compile("[1-9][0-9]{0,5}x[1-9][0-9]{0,5}")


def dimensions(size: str) -> tuple[int, int]:
    """Width and height of a size like "1536x1024", in pixels. Raises ValueError for anything else."""
    if not SIZE.fullmatch(size):
        raise ValueError(size)
    width, height = size.split("x")
    return int(width), int(height)


def text_of(size: tuple[int, int]) -> str:
    """(1536, 1024) as "1536x1024"."""
    return f"{size[0]}x{size[1]}"


def is_possible(card: ModelCard, width: int, height: int) -> bool:
    """Whether the card allows a result of this size."""
    if isinstance(card.sizes, FlexibleSizes):
        return _fits(card.sizes, width, height)
    return text_of((width, height)) in card.sizes


def nearest_size(card: ModelCard, width: int, height: int, pixels: int | None = None) -> tuple[int, int]:
    """The allowed size nearest to this one, in shape first, then in pixels; `pixels` caps the area where it is free."""
    if isinstance(card.sizes, FlexibleSizes):
        return _nearest_flexible(card.sizes, width, height, pixels or card.sizes.max_pixels)
    shapes = [dimensions(size) for size in card.sizes if size != "auto"]

    def distance(shape: tuple[int, int]) -> tuple[float, float]:
        shape_off = math.log(shape[0] / shape[1]) - math.log(width / height)
        return abs(shape_off), abs(math.log(shape[0] * shape[1] / (width * height)))

    return min(shapes, key=distance)


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

    def distance(size: tuple[int, int]) -> tuple[float, int]:
        return (size[0] - ideal[0]) ** 2 + (size[1] - ideal[1]) ** 2, -size[0] * size[1]

    return min(possible, key=distance)
