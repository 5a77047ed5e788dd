"""Colours, measures and the blocks of which a picture of a conversation is stacked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Draw = Callable[[Image.Image, int, int], None]

WIDTH = 1200
LEFT, RIGHT = 110, 48
COLUMN = WIDTH - LEFT - RIGHT
BODY, SMALL, LINE = 23, 18, 1.36

GROUND, BAR, CARD, PRIVATE, FIELD = (49, 51, 56), (43, 45, 49), (43, 45, 49), (57, 60, 78), (30, 31, 34)
EDGE, RULE = (32, 34, 37), (78, 80, 88)
TEXT, FAINT, NAME, BRAND, LINK = (219, 222, 225), (148, 155, 164), (242, 243, 245), (88, 101, 242), (0, 168, 252)
MENTION_GROUND, MENTION = (60, 66, 112), (201, 205, 251)
BUTTONS: Mapping[int, Colour] = {1: BRAND, 3: (36, 128, 70), 4: (218, 55, 60)}
GREY_BUTTON = (78, 80, 88)


@dataclass(frozen=True, slots=True)
class Block:
    """Something of a height in pixels, and how it is drawn on a canvas from its upper left corner on."""

    height: int
    draw: Draw


def space(height: int) -> Block:
    """Nothing, so high."""
    return Block(height, lambda _canvas, _x, _y: None)


def stacked(parts: Sequence[Block]) -> Block:
    """One below the other."""

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        for part in parts:
            part.draw(canvas, x, y)
            y += part.height

    return Block(sum(part.height for part in parts), draw)


def moved(block: Block, right: int) -> Block:
    """The block further to the right."""
    return Block(block.height, lambda canvas, x, y: block.draw(canvas, x + right, y))


def rounded_card(block: Block, width: int, ground: Colour, *, padding: int, bar: Colour | None = None) -> Block:
    """The block on a card with round corners, with a bar of colour at its left."""

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        size = (width, block.height + 2 * padding)
        card = Image.new("RGB", size, ground)
        if bar is not None:
            card.paste(bar, (0, 0, 6, size[1]))
        canvas.paste(card, (x, y), rounded(size, 10))
        block.draw(canvas, x + padding + (6 if bar is not None else 0), y + padding)

    return Block(block.height + 2 * padding, draw)


@lru_cache(maxsize=128)
def rounded(size: tuple[int, int], radius: int) -> Image.Image:
    """A mask with round corners; with half its side as the radius it is a disc."""
    large = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, large.width - 1, large.height - 1), radius=radius * 2, fill=255)
    return large.resize(size, Image.Resampling.BOX)


def chevron(canvas: Image.Image, x: int, y: int, colour: Colour, *, right: bool = False) -> None:
    """A small arrow head pointing down, or to the right, around a point."""
    points = [(x - 4, y - 8), (x + 4, y), (x - 4, y + 8)] if right else [(x - 8, y - 4), (x, y + 4), (x + 8, y - 4)]
    ImageDraw.Draw(canvas).line(points, fill=colour, width=3, joint="curve")
