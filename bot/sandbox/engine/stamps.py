"""What is laid over a result: a panel with the request in words, and the other pictures as numbered insets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter, ImageOps

from bot.sandbox.lettering import font, lettered, wrapped

NOTICE = "SIMULATED by the Darkroom sandbox – no model was used"

Colour = tuple[int, int, int]
_INK, _PAPER, _FAINT, _WARN = (14, 16, 24), (255, 255, 255), (196, 201, 214), (255, 203, 107)
_SMALLEST, _LARGEST, _OVER = 9, 44, 4
_LEAST = 20


@dataclass(frozen=True, slots=True)
class Rect:
    """A place on a picture, in pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Caption:
    """The words of a panel: the prompt, and one line about the picture."""

    prompt: str
    about: str


def stamp(canvas: Image.Image, place: Rect, caption: Caption, insets: Sequence[Image.Image]) -> None:
    """Lay panel and insets into a place of an RGBA canvas: side by side if it is wide, else one over the other.

    A place too small for a single letter is left to the tint.
    """
    if min(place.width, place.height) < _LEAST:
        return
    margin = max(2, min(place.width, place.height) // 32)
    inner = Rect(
        place.x + margin, place.y + margin, max(1, place.width - 2 * margin), max(1, place.height - 2 * margin)
    )
    wide = bool(insets) and inner.width > 1.9 * inner.height
    room = inner.width if not wide else max(1, inner.width - inner.height - margin)
    panel = _panel(room, int(inner.height * (0.5 if insets and not wide else 0.7)), caption)
    foot = inner.y + inner.height
    canvas.alpha_composite(panel, (inner.x, foot - panel.height))
    above = Rect(inner.x, inner.y, inner.width, max(1, inner.height - panel.height - margin))
    badge = max(10, min(46, min(inner.width, inner.height) // 9))
    if above.height > badge:
        _number(canvas, 1, (above.x, above.y), badge)
    beside = Rect(inner.x + room + margin, inner.y, max(1, inner.width - room - margin), inner.height)
    _lay_out(canvas, beside if wide else above, insets, badge)


def _panel(width: int, most: int, caption: Caption) -> Image.Image:
    size = max(_SMALLEST, min(_LARGEST, width // 24))
    while (lines := _lines(width, caption, size))[-1][1] > most and size > _SMALLEST:
        size -= 1
    height = min(lines[-1][1], max(most, _SMALLEST))
    panel = Image.new("RGBA", (width, height), (*_INK, 0))
    panel.paste((*_INK, 188), (0, 0), _rounded((width, height), size // 2))
    draw = ImageDraw.Draw(panel)
    top = size // 2
    for text, bottom, letter_size, colour in lines[:-1]:
        words, face = lettered(text, letter_size)
        if bottom <= height:
            draw.text((size * 0.7, top), words, font=face, fill=colour)
        top = bottom
    return panel


def _lines(width: int, caption: Caption, size: int) -> list[tuple[str, int, int, Colour]]:
    """Each line with the y where it ends; the last entry is the foot of the panel."""
    room, small = width - size * 1.4, max(_SMALLEST - 1, int(size * 0.66))
    lines, y = list[tuple[str, int, int, Colour]](), size // 2
    for text, letter_size, colour, most in (
        (f"“{caption.prompt.strip() or ' '}”", size, _PAPER, 3),
        (caption.about, small, _FAINT, 2),
        (NOTICE, small, _WARN, 2),
    ):
        words, face = lettered(text, letter_size)
        for line in wrapped(words, face, room, most):
            y += int(letter_size * 1.32)
            lines.append((line, y, letter_size, colour))
    return [*lines, ("", y + size // 2, size, _PAPER)]


def _lay_out(canvas: Image.Image, place: Rect, insets: Sequence[Image.Image], badge: int) -> None:
    if not insets:
        return
    columns, cell = _grid(place, len(insets), 0.42 * min(canvas.size))
    rows = -(-len(insets) // columns)
    left = place.x + place.width - columns * cell
    top = place.y + max(0, (place.height - rows * cell) // 2)
    for nth, inset in enumerate(insets):
        corner = (left + nth % columns * cell, top + nth // columns * cell)
        card = _card(inset, max(8, int(cell * 0.86)), 2.5 if nth % 2 else -2.5)
        offset = (max(0, corner[0] + (cell - card.width) // 2), max(0, corner[1] + (cell - card.height) // 2))
        canvas.alpha_composite(card, offset)
        _number(canvas, nth + 2, (offset[0] + card.width // 40, offset[1] + card.height // 40), min(badge, cell // 4))


def _grid(place: Rect, count: int, most: float) -> tuple[int, int]:
    """Columns and the side of a cell that make the cells largest, yet leave some of a wide ground in sight."""
    across = place.width if place.width < 1.3 * place.height else place.width * 0.7
    best = max(range(1, count + 1), key=lambda columns: min(across / columns, place.height / -(-count // columns)))
    return best, max(8, int(min(across / best, place.height / -(-count // best), most)))


def _card(inset: Image.Image, side: int, tilt: float) -> Image.Image:
    """The inset as a print with a white border and a shadow, a little askew."""
    border = max(1, side // 28)
    photo = ImageOps.contain(inset.convert("RGBA"), (side - 4 * border, side - 4 * border))
    width, height = photo.width + 2 * border, photo.height + 2 * border
    room = 3 * border
    card = Image.new("RGBA", (width + 2 * room, height + 2 * room), (0, 0, 0, 0))
    card.paste((0, 0, 0, 150), (room, room + border, room + width, room + border + height))
    card = card.filter(ImageFilter.GaussianBlur(border))
    card.paste(_PAPER, (room, room, room + width, room + height))
    card.paste((*_PAPER, 255), (room, room, room + width, room + height))
    card.alpha_composite(photo, (room + border, room + border))
    return card.rotate(tilt, Image.Resampling.BICUBIC, expand=True)


def _number(canvas: Image.Image, number: int, corner: tuple[int, int], size: int) -> None:
    size = max(6, size)
    disc = Image.new("RGBA", (size, size), (*_PAPER, 0))
    disc.paste((*_PAPER, 255), (0, 0), _rounded((size, size), size // 2))
    rim = max(1, size // 12)
    disc.paste((*_INK, 255), (rim, rim), _rounded((size - 2 * rim, size - 2 * rim), (size - 2 * rim) // 2))
    ImageDraw.Draw(disc).text(
        (size / 2, size / 2), str(number), font=font(max(6, int(size * 0.52))), fill=_PAPER, anchor="mm"
    )
    canvas.alpha_composite(disc, corner)


@lru_cache(maxsize=64)
def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    """A mask with round corners, smooth because it is drawn larger."""
    over = _OVER if max(size) < 700 else 2
    large = Image.new("L", (size[0] * over, size[1] * over), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, large.width - 1, large.height - 1), radius=radius * over, fill=255)
    return large.resize(size, Image.Resampling.BOX)
