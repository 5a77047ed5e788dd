"""A contact sheet: small copies of several pictures in one, each in a place of its own with its number.

It is made in two steps, so that a picture which cannot be read costs its own place and nobody else's: each small copy
is a task of its own, and the sheet is put together from the copies.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.images.load import load
from bot.images.raster import pixels
from bot.images.tasks import Made, SheetTask, ThumbnailTask, named

COLUMNS = 4
CELL = 256  # pixels of each side of a place, and of the longer side of a copy at most
MOST_BYTES = 1_000_000

_GAP = 8  # pixels between the places, and around them all
_GROUND, _EMPTY, _FAINT = "#2b2d31", "#1e1f22", "#4e5058"  # as dark as Discord, so that the sheet has no edges
_LIGHT_SQUARE, _DARK_SQUARE, _SQUARE = "#c9ccd1", "#9a9ea6", 16  # of the chequer behind what is transparent
_BADGE, _INK = "#111214", "#ffffff"
_BADGE_HEIGHT, _FONT = 40, 26  # pixels; Discord shows a sheet at less than half its size
_INSET, _ARM = 8, 24
_QUALITY = 92  # of a small copy, which is encoded once more as part of the sheet
_FALLING = (88, 75, 60, 40)

Place = tuple[int, int]


def thumbnail(task: ThumbnailTask, decoded: Callable[[], None]) -> Made:
    """Write a small copy as WebP beside the task's target, no larger than it is. Raises the refusal that names it."""
    picture = load(Path(task.path), task.name)
    decoded()
    with pixels(task.name):
        small = picture.resize(_within(picture.size), Image.Resampling.LANCZOS, reducing_gap=3.0)
        path = named(Path(task.target), "webp")
        small.save(path, "WEBP", quality=_QUALITY, method=1)
    return Made("webp", *small.size, path.stat().st_size, *picture.size)


def sheet(task: SheetTask, decoded: Callable[[], None]) -> Made:
    """Write the sheet as WebP beside the task's target; a copy without a path leaves its place empty."""
    copies = [load(Path(path), task.name) if path else None for path in task.thumbnails]
    decoded()
    with pixels(task.name):
        picture = put_together(copies)
        path = named(Path(task.target), "webp")
        _save(picture, path)
    return Made("webp", *picture.size, path.stat().st_size, *picture.size)


def put_together(copies: Sequence[Image.Image | None]) -> Image.Image:
    """The sheet in RGB, four places to a row and no more rows than are needed."""
    columns = max(1, min(COLUMNS, len(copies)))
    rows = max(1, -(-len(copies) // columns))
    picture = Image.new("RGB", (_length(columns), _length(rows)), _GROUND)
    draw = ImageDraw.Draw(picture)
    for number, copy in enumerate(copies):
        place = corner(number)
        draw.rounded_rectangle((*place, place[0] + CELL - 1, place[1] + CELL - 1), 8, _EMPTY)
        if copy is None:
            _cross(draw, place)
        else:
            _show(picture, copy, place)
        _badge(draw, number + 1, place)
    return picture


def corner(number: int) -> Place:
    """The upper left corner of a place, counted from 0."""
    row, column = divmod(number, COLUMNS)
    return _length(column), _length(row)


def _length(places: int) -> int:
    """How far so many places reach, with the gaps before, between and behind them."""
    return _GAP + places * (CELL + _GAP)


def _within(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, CELL / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _show(picture: Image.Image, copy: Image.Image, place: Place) -> None:
    """The copy in the middle of its place, on a chequer where it is transparent."""
    left, upper = place[0] + (CELL - copy.width) // 2, place[1] + (CELL - copy.height) // 2
    if copy.mode == "RGBA":
        picture.paste(_chequer(copy.size), (left, upper))
        picture.paste(copy, (left, upper), copy)
    else:
        picture.paste(copy, (left, upper))


def _chequer(size: tuple[int, int]) -> Image.Image:
    ground = Image.new("RGB", size, _LIGHT_SQUARE)
    draw = ImageDraw.Draw(ground)
    for y in range(0, size[1], _SQUARE):
        for x in range(y // _SQUARE % 2 * _SQUARE, size[0], 2 * _SQUARE):
            draw.rectangle((x, y, x + _SQUARE - 1, y + _SQUARE - 1), _DARK_SQUARE)
    return ground


def _cross(draw: ImageDraw.ImageDraw, place: Place) -> None:
    """What stands for a picture that cannot be shown."""
    x, y = place[0] + CELL // 2, place[1] + CELL // 2
    for slope in (1, -1):
        draw.line((x - _ARM, y - slope * _ARM, x + _ARM, y + slope * _ARM), _FAINT, 6)


def _badge(draw: ImageDraw.ImageDraw, number: int, place: Place) -> None:
    """The number in the upper left corner, white on dark with a light rim, so that it is read on any picture."""
    left, upper = place[0] + _INSET, place[1] + _INSET
    width = _BADGE_HEIGHT if number < 10 else _BADGE_HEIGHT + 12
    box = (left, upper, left + width, upper + _BADGE_HEIGHT)
    draw.rounded_rectangle(box, _BADGE_HEIGHT // 2, _BADGE, _INK, 2)
    middle = (left + width / 2, upper + _BADGE_HEIGHT / 2)
    draw.text(middle, str(number), _INK, ImageFont.load_default(_FONT), anchor="mm")


def _save(picture: Image.Image, path: Path) -> None:
    for quality in _FALLING:
        picture.save(path, "WEBP", quality=quality, method=4)
        if path.stat().st_size < MOST_BYTES:
            return
