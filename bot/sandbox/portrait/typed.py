"""A command as a member types it: the box below the messages, with the options and the pictures that are attached."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageOps

from bot.sandbox.portrait.ink import Ink
from bot.sandbox.portrait.pictures import opened_picture
from bot.sandbox.portrait.shapes import BRAND, FAINT, GROUND, NAME, TEXT, WIDTH, Block, rounded, space, stacked
from bot.sandbox.spoken import Attached

BOX, CHIP, THUMB = (56, 58, 64), (43, 45, 49), 108
MARGIN, LINE = 32, 46
ROOM = WIDTH - 2 * MARGIN - 40


def typed_command(name: str, options: Mapping[str, object]) -> Block:
    """`/edit` and the like; options that are files are shown as pictures above the others."""
    files = {option: value for option, value in options.items() if isinstance(value, Path)}
    rows = _rows([(option, _words(value)) for option, value in options.items()], Ink(22).width(f"/{name}") + 60)
    inside = stacked([*([_attached(files)] if files else []), *(_line(row, name, nth) for nth, row in enumerate(rows))])
    height = inside.height + 28

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        size = (WIDTH - 2 * MARGIN, height)
        canvas.paste(GROUND, (x, y, x + WIDTH, y + height + 40))
        canvas.paste(Image.new("RGB", size, BOX), (x + MARGIN, y + 20), rounded(size, 14))
        inside.draw(canvas, x + MARGIN + 20, y + 34)

    return Block(height + 40, draw)


def _words(value: object) -> str:
    return value.name if isinstance(value, Path) else str(value)


def _rows(options: Sequence[tuple[str, str]], used: float) -> list[list[tuple[str, str]]]:
    rows: list[list[tuple[str, str]]] = [[]]
    for option, words in options:
        shown = Ink(20).fitted(words, ROOM - 260)
        width = _width(option, shown) + 10
        if used + width > ROOM and (rows[-1] or len(rows) > 1):
            rows.append([])
            used = 0
        rows[-1].append((option, shown))
        used += width
    return rows


def _width(option: str, words: str) -> float:
    return Ink(20, bold=True).width(option) + Ink(20).width(words) + 50


def _line(row: Sequence[tuple[str, str]], name: str, nth: int) -> Block:
    def draw(canvas: Image.Image, x: int, y: int) -> None:
        at = float(x)
        if nth == 0:
            size = (int(Ink(22, bold=True).width(f"/{name}")) + 28, 38)
            canvas.paste(Image.new("RGB", size, BRAND), (x, y + 2), rounded(size, 8))
            Ink(22, NAME, bold=True).write(canvas, x + 14, y + 21, f"/{name}")
            at += size[0] + 10
        for option, words in row:
            at = _chip(canvas, at, y + 2, option, words)

    return Block(LINE, draw)


def _chip(canvas: Image.Image, x: float, y: int, option: str, words: str) -> float:
    size = (int(_width(option, words)), 38)
    canvas.paste(Image.new("RGB", size, CHIP), (int(x), y), rounded(size, 8))
    at = Ink(20, FAINT, bold=True).write(canvas, x + 14, y + 19, option) + 12
    Ink(20, TEXT).write(canvas, at, y + 19, words)
    return x + size[0] + 10


def _attached(files: Mapping[str, Path]) -> Block:
    pictures = [(option, _thumb(path)) for option, path in files.items()]

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        for option, picture in pictures:
            if picture is not None:
                canvas.paste(picture, (x, y), rounded(picture.size, 8))
            Ink(16, FAINT).write(canvas, x + 2, y + THUMB + 14, option)
            x += THUMB + 16

    return stacked([Block(THUMB + 28, draw), space(10)])


def _thumb(path: Path) -> Image.Image | None:
    content = path.read_bytes()
    picture = opened_picture(Attached(path.name, len(content), None, None, "", content, ""), THUMB * 2)
    if picture is None:
        return None
    fitted = ImageOps.fit(picture, (THUMB, THUMB))
    return Image.alpha_composite(Image.new("RGBA", fitted.size, (92, 95, 102, 255)), fitted).convert("RGB")
