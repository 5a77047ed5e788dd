"""Buttons and select menus, in rows under a message and in forms."""

from collections.abc import Sequence

from PIL import Image

from bot.sandbox.portrait.ink import Ink
from bot.sandbox.portrait.shapes import (
    BUTTONS,
    COLUMN,
    EDGE,
    FAINT,
    FIELD,
    GREY_BUTTON,
    GROUND,
    NAME,
    TEXT,
    Block,
    Colour,
    chevron,
    rounded,
)
from bot.sandbox.spoken import Button, Control, Select

HEIGHT, GAP = 44, 10
LABEL = Ink(20, NAME, bold=True)
SELECT_WIDTH, CHIP_GROUND = 620, (66, 69, 77)


def rows_of(rows: Sequence[Sequence[Control]], room: int = COLUMN) -> list[Block]:
    """Every row of components below the last."""
    return [
        _select(row[0], min(room, SELECT_WIDTH)) if isinstance(row[0], Select) else _buttons(row, room)
        for row in rows
        if row
    ]


def _buttons(row: Sequence[Control], room: int) -> Block:
    places: list[tuple[int, int, int, Button]] = []
    x, y = 0, 8
    for button in (each for each in row if isinstance(each, Button)):
        width = int(LABEL.width(button.label)) + 44 + (22 if button.style == 5 else 0)
        if x and x + width > room:
            x, y = 0, y + HEIGHT + GAP
        places.append((x, y, min(width, room), button))
        x += width + GAP

    def draw(canvas: Image.Image, left: int, top: int) -> None:
        for right, down, width, button in places:
            draw_button(canvas, left + right, top + down, width, button)

    return Block(y + HEIGHT + 2, draw)


def draw_button(canvas: Image.Image, x: int, y: int, width: int, button: Button) -> None:
    """One button with its label in the middle; a link has an arrow behind it."""
    colour = BUTTONS.get(button.style, GREY_BUTTON)
    pill = Image.new("RGB", (width, HEIGHT), _faded(colour) if button.disabled else colour)
    canvas.paste(pill, (x, y), rounded(pill.size, 10))
    ink = Ink(20, FAINT if button.disabled else NAME, bold=True)
    label = f"{button.label} ↗" if button.style == 5 else button.label
    words = ink.fitted(label, width - 24)
    ink.write(canvas, x + (width - ink.width(words)) / 2, y + HEIGHT / 2, words)


def _faded(colour: Colour) -> Colour:
    red, green, blue = ((a + b) // 2 for a, b in zip(colour, GROUND, strict=True))
    return red, green, blue


def _select(select: Select, width: int) -> Block:
    box = select_box(select, width)
    return Block(box.height + 10, lambda canvas, x, y: box.draw(canvas, x, y + 8))


def select_box(select: Select, width: int) -> Block:
    """A menu as it is when closed: what is chosen, each on a chip if there are several, or its placeholder."""
    lines = _chips(select.chosen, width - 80) if len(select.chosen) > 1 else []
    height = max(52, 12 + 40 * len(lines))

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        _box(canvas, x, y, (width, height))
        chevron(canvas, x + width - 30, y + height // 2, FAINT if select.disabled else TEXT)
        if lines:
            for nth, line in enumerate(lines):
                _draw_chips(canvas, line, x + 14, y + 10 + 40 * nth)
            return
        words = select.chosen[0] if select.chosen else select.placeholder
        ink = Ink(20, NAME if select.chosen and not select.disabled else FAINT)
        ink.write(canvas, x + 18, y + height / 2, ink.fitted(words, width - 80))

    return Block(height, draw)


def _box(canvas: Image.Image, x: int, y: int, size: tuple[int, int], ground: Colour = FIELD) -> None:
    canvas.paste(Image.new("RGB", size, EDGE), (x, y), rounded(size, 8))
    inner = (size[0] - 4, size[1] - 4)
    canvas.paste(Image.new("RGB", inner, ground), (x + 2, y + 2), rounded(inner, 7))


def _chips(chosen: Sequence[str], room: int) -> list[list[str]]:
    lines: list[list[str]] = [[]]
    used = 0.0
    for one in chosen:
        width = Ink(18).width(Ink(18).fitted(one, room - 30)) + 36
        if lines[-1] and used + width > room:
            lines.append([])
            used = 0.0
        lines[-1].append(Ink(18).fitted(one, room - 30))
        used += width
    return lines


def _draw_chips(canvas: Image.Image, chips: Sequence[str], x: int, y: int) -> None:
    ink = Ink(18, NAME)
    for chip in chips:
        size = (int(ink.width(chip)) + 26, 32)
        canvas.paste(Image.new("RGB", size, CHIP_GROUND), (x, y), rounded(size, 6))
        ink.write(canvas, x + 13, y + 16, chip)
        x += size[0] + 8
