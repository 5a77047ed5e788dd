"""A chart of what was spent: bars by day, coloured by member, and beside them a bar for each member.

Members have the numbers of the report's table instead of names: the first eight by what they spent, and all others.
"""

from collections.abc import Callable, Sequence
from itertools import cycle
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.images.tasks import PLACES, ChartTask, Made, named
from bot.words.amounts import dollars

_SIZE = (1200, 560)
_PAPER, _INK, _FAINT = "#ffffff", "#23272a", "#dcdfe4"
# Told apart by people who see colours differently, too (Okabe and Ito); the last is for all others.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#4d4d4d", "#b0b4ba")
_OTHERS = PLACES - 1
_LEAST_TOP = 40_000  # micro-USD: steps of a cent
_DAYS = (90, 60, 800, 490)  # left, top, right, bottom of the bars by day, in pixels
_MEMBERS = (900, 60, 1090, 490)
_STEPS = 4

_Box = tuple[int, int, int, int]
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def chart(task: ChartTask, decoded: Callable[[], None]) -> Made:
    """Write the chart as PNG beside the task's target. `columns` has for each day what each place spent."""
    decoded()  # nothing foreign is in it
    picture = Image.new("RGB", _SIZE, _PAPER)
    draw = ImageDraw.Draw(picture)
    small, large = ImageFont.load_default(16), ImageFont.load_default(20)
    draw.text((_DAYS[0], 20), "Spend by day", _INK, large)
    draw.text((_MEMBERS[0] - 30, 20), "Spend by member", _INK, large)
    _draw_days(draw, task, small)
    _draw_members(draw, [sum(column) for column in zip(*task.columns, strict=True)], small)
    path = named(Path(task.target), "png")
    picture.save(path, "PNG", optimize=True)
    return Made("png", *picture.size, path.stat().st_size, *picture.size)


def nice_top(most: int) -> int:
    """The first of 4, 8, 20, 40, 80, 200 cents and so on that is no less: each quarter of it is in whole cents."""
    top = _LEAST_TOP
    for doubled in cycle((4, 5, 4)):
        if top >= most:
            break
        top = top * doubled // 2
    return top


def _draw_days(draw: ImageDraw.ImageDraw, task: ChartTask, font: _Font) -> None:
    left, top, right, bottom = _DAYS
    most = nice_top(max((sum(column) for column in task.columns), default=0))
    for step in range(_STEPS + 1):
        y = bottom - (bottom - top) * step // _STEPS
        draw.line((left, y, right, y), _FAINT if step else _INK)
        draw.text((left - 8, y), dollars(most * step // _STEPS), _INK, font, anchor="rm")
    count = max(1, len(task.days))
    for place, column in enumerate(task.columns):
        x, following = (left + (right - left) * number // count for number in (place, place + 1))
        gap = min(6, (following - x) // 4)
        _draw_column(draw, column, (x + gap, top, max(x + gap, following - gap - 1), bottom), most)
    for place in _labelled(len(task.days)):
        x = left + (right - left) * (2 * place + 1) // (2 * count)
        draw.text((x, bottom + 8), task.days[place], _INK, font, anchor="ma")


def _draw_column(draw: ImageDraw.ImageDraw, column: Sequence[int], box: _Box, most: int) -> None:
    """One day: from the ground up, each place on those before it. Where one ends the next begins, whatever is lost."""
    left, top, right, bottom = box
    height, so_far = bottom - top, 0
    for place, micro_usd in enumerate(column):
        low = bottom - height * so_far // most
        so_far += micro_usd
        high = bottom - height * so_far // most
        if high < low:
            draw.rectangle((left, high, right, low - 1), _COLOURS[place])


def _draw_members(draw: ImageDraw.ImageDraw, sums: Sequence[int], font: _Font) -> None:
    left, top, right, bottom = _MEMBERS
    most, row = max(1, *sums, 1), (bottom - top) // len(_COLOURS)
    for place, micro_usd in enumerate(sums):
        y = top + place * row
        if micro_usd:
            name = "more" if place == _OTHERS else str(place + 1)
            draw.text((left - 8, y + row // 2), name, _INK, font, anchor="rm")
            width = max(1, (right - left) * micro_usd // most)
            draw.rectangle((left, y + 6, left + width, y + row - 6), _COLOURS[place])
            draw.text((left + width + 8, y + row // 2), dollars(micro_usd), _INK, font, anchor="lm")


def _labelled(count: int) -> Sequence[int]:
    """The days that are named: so many that the names do not touch one another."""
    step = -(-count // 7)
    return range(0, count, max(1, step))
