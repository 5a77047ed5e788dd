"""Pictures in a message: one large, several in rows, blurred where they are spoilers; other files as cards."""

from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter, ImageOps, UnidentifiedImageError

from bot.sandbox.portrait.ink import Ink
from bot.sandbox.portrait.shapes import (
    BAR,
    CARD,
    COLUMN,
    FAINT,
    LINK,
    NAME,
    TEXT,
    Block,
    rounded,
    rounded_card,
    stacked,
)
from bot.sandbox.spoken import Attached
from bot.sandbox.transcript import weight

STICKER, TALLEST = 190, 420


def attachments(files: Sequence[Attached], room: int = COLUMN) -> list[Block]:
    """The pictures together, then a card for every other file."""
    opened = [(file, opened_picture(file)) for file in files]
    pictures = [(file, picture) for file, picture in opened if picture is not None]
    blocks = [gallery(pictures, room)] if pictures else []
    return blocks + [_file(file) for file, picture in opened if picture is None]


def stickers(files: Sequence[Attached]) -> list[Block]:
    """Stickers beside each other, those that cannot be drawn by their name."""
    return [_sticker(file) for file in files]


def opened_picture(file: Attached, most: int = COLUMN) -> Image.Image | None:
    """The picture in a file, about as large as it will be drawn; None where it is none or was not fetched."""
    if file.content is None:
        return None
    try:
        with Image.open(BytesIO(file.content), formats=("PNG", "JPEG", "WEBP", "GIF")) as picture:
            picture.draft("RGB", (most, most))
            return picture.convert("RGBA")
    except (UnidentifiedImageError, OSError):
        return None


def gallery(pictures: Sequence[tuple[Attached, Image.Image]], room: int) -> Block:
    """One picture large, two or four in pairs, more in rows of three; a badge on those that have a description."""
    count = len(pictures)
    columns = {1: 1, 2: 2, 4: 2}.get(count, 3)
    cell = min({1: 620, 2: 440}.get(columns, 330), (room - 10 * (columns - 1)) // columns)
    fitted = [_shown(file, _sized(picture, cell, alone=count == 1)) for file, picture in pictures]
    rows = -(-count // columns)
    height = fitted[0].height if count == 1 else rows * (cell + 10) - 10

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        for nth, picture in enumerate(fitted):
            corner = (x + nth % columns * (cell + 10), y + 8 + nth // columns * (cell + 10))
            canvas.paste(picture, corner, rounded(picture.size, 12))
            if pictures[nth][0].spoiler:
                _spoiler_pill(canvas, corner[0] + picture.width // 2, corner[1] + picture.height // 2)
            elif pictures[nth][0].alt:
                _alt_badge(canvas, corner[0] + 10, corner[1] + picture.height - 38)

    return Block(height + 18, draw)


def framed(file: Attached, room: tuple[int, int]) -> Image.Image | None:
    """A picture inside a card, at most that large."""
    picture = opened_picture(file)
    return None if picture is None else _shown(file, ImageOps.contain(picture, room))


def _sized(picture: Image.Image, cell: int, *, alone: bool) -> Image.Image:
    if not alone:
        return ImageOps.fit(picture, (cell, cell))
    # A client shows a small picture in its own size, half as large again as on this canvas.
    return ImageOps.contain(picture, (min(cell, max(picture.width * 3 // 2, 48)), min(cell, TALLEST)))


def _shown(file: Attached, picture: Image.Image) -> Image.Image:
    backed = Image.alpha_composite(_chequers(picture.size), picture).convert("RGB")
    if not file.spoiler:
        return backed
    blurred = backed.filter(ImageFilter.GaussianBlur(max(picture.size) / 14))
    return Image.blend(blurred, Image.new("RGB", blurred.size, (20, 21, 24)), 0.35)


def _spoiler_pill(canvas: Image.Image, x: int, y: int) -> None:
    ink = Ink(21, NAME, bold=True)
    width = int(ink.width("SPOILER")) + 40
    pill = Image.new("RGB", (width, 46), (22, 23, 26))
    canvas.paste(pill, (x - width // 2, y - 23), rounded(pill.size, 23))
    ink.write(canvas, x - width / 2 + 20, y, "SPOILER")


def _alt_badge(canvas: Image.Image, x: int, y: int) -> None:
    ImageDraw.Draw(canvas).rounded_rectangle((x, y, x + 46, y + 28), radius=6, fill=BAR)
    ink = Ink(16, TEXT, bold=True)
    ink.write(canvas, x + 23 - ink.width("ALT") / 2, y + 14, "ALT")


def _sticker(file: Attached) -> Block:
    picture = opened_picture(file)
    if picture is None:
        return _file(file)
    fitted = ImageOps.contain(picture, (STICKER, STICKER))
    return Block(
        fitted.height + 12, lambda canvas, x, y: canvas.paste(fitted.convert("RGB"), (x, y + 6), fitted.getchannel("A"))
    )


def _file(file: Attached) -> Block:
    about = weight(file.size) if file.size else file.alt
    lines = stacked([_plain(file.name, Ink(20, LINK)), _plain(about, Ink(16, FAINT))])
    card = rounded_card(lines, 480, CARD, padding=16)
    return Block(card.height + 14, lambda canvas, x, y: card.draw(canvas, x, y + 7))


def _plain(text: str, ink: Ink) -> Block:
    def draw(canvas: Image.Image, x: int, y: int) -> None:
        ink.write(canvas, x, y + 14, ink.fitted(text, 440))

    return Block(28, draw)


@lru_cache(maxsize=16)
def _chequers(size: tuple[int, int]) -> Image.Image:
    """What shows through where a picture is transparent."""
    tile = Image.new("RGBA", (2, 2), (92, 95, 102, 255))
    tile.putpixel((0, 0), (76, 79, 86, 255))
    tile.putpixel((1, 1), (76, 79, 86, 255))
    tile = tile.resize((32, 32), Image.Resampling.NEAREST)
    board = Image.new("RGBA", size)
    for y in range(0, size[1], 32):
        for x in range(0, size[0], 32):
            board.paste(tile, (x, y))
    return board
