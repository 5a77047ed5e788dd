"""Embeds: cards with a bar of colour, a title, words, fields side by side, and pictures."""

from collections.abc import Sequence
from datetime import datetime

from PIL import Image

from bot.sandbox.markup import Names, read
from bot.sandbox.portrait.ink import Ink
from bot.sandbox.portrait.pictures import attachments, framed
from bot.sandbox.portrait.prose import note, prose
from bot.sandbox.portrait.shapes import (
    BRAND,
    CARD,
    FAINT,
    NAME,
    TEXT,
    Block,
    Colour,
    rounded,
    rounded_card,
    space,
    stacked,
)
from bot.sandbox.spoken import Embed

WIDTH, PADDING, THUMBNAIL = 700, 20, 120
WORDS = 20


def card(embed: Embed, names: Names, now: datetime, room: int) -> Block:
    """One embed; of a link that is only a picture, the picture alone."""
    shown = [one for one in (embed.image, embed.thumbnail) if one is not None]
    if embed.bare and shown:
        return stacked(attachments(shown[:1], room))
    width = min(WIDTH, room)
    inside = width - 2 * PADDING - 6
    thumbnail = None if embed.thumbnail is None else framed(embed.thumbnail, (THUMBNAIL, THUMBNAIL))
    words = stacked(_words(embed, names, now, inside - (THUMBNAIL + 20 if thumbnail else 0)))
    words = _beside(words, thumbnail, inside) if thumbnail is not None else words
    parts = [words, *_picture(embed, inside), *_footer(embed, inside)]
    block = rounded_card(stacked(parts), width, CARD, padding=PADDING - 4, bar=_colour(embed.colour))
    return Block(block.height + 14, lambda canvas, x, y: block.draw(canvas, x, y + 7))


def _words(embed: Embed, names: Names, now: datetime, room: int) -> list[Block]:
    parts = [note(embed.author, Ink(17, NAME, bold=True), room, 28)] if embed.author else []
    if embed.title:
        parts.append(prose(read(_bold(embed.title), names, now), room, 22))
    parts += [prose(read(embed.text, names, now), room, WORDS)] if embed.text else []
    return parts + _fields(embed.fields, names, now, room)


def _fields(fields: Sequence[tuple[str, str, bool]], names: Names, now: datetime, room: int) -> list[Block]:
    """Those that stand in line in rows of up to three, the others below one another."""
    rows: list[list[tuple[str, str, bool]]] = []
    for field in fields:
        if field[2] and rows and rows[-1][0][2] and len(rows[-1]) < 3:
            rows[-1].append(field)
        else:
            rows.append([field])
    return [_field_row(row, names, now, room) for row in rows]


def _field_row(row: Sequence[tuple[str, str, bool]], names: Names, now: datetime, room: int) -> Block:
    width = room // (3 if row[0][2] else 1)
    columns = [_field(name, value, names, now, width - 14) for name, value, _ in row]

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        for nth, column in enumerate(columns):
            column.draw(canvas, x + nth * width, y)

    return Block(max(column.height for column in columns), draw)


def _field(name: str, value: str, names: Names, now: datetime, room: int) -> Block:
    title = prose(read(_bold(name), names, now), room, 18, NAME)
    return stacked([space(10), title, prose(read(value, names, now), room, 19, TEXT)])


def _bold(text: str) -> str:
    return text if "**" in text else f"**{text}**"


def _beside(words: Block, picture: Image.Image, room: int) -> Block:
    def draw(canvas: Image.Image, x: int, y: int) -> None:
        words.draw(canvas, x, y)
        canvas.paste(picture, (x + room - picture.width, y + 2), rounded(picture.size, 8))

    return Block(max(words.height, picture.height + 4), draw)


def _picture(embed: Embed, room: int) -> list[Block]:
    picture = None if embed.image is None else framed(embed.image, (room, 620))
    if picture is None:
        return []
    return [Block(picture.height + 16, lambda canvas, x, y: _paste(canvas, picture, x, y + 12))]


def _paste(canvas: Image.Image, picture: Image.Image, x: int, y: int) -> None:
    canvas.paste(picture, (x, y), rounded(picture.size, 8))


def _footer(embed: Embed, room: int) -> list[Block]:
    return [space(6), note(embed.footer, Ink(16, FAINT), room, 26)] if embed.footer else []


def _colour(colour: int | None) -> Colour:
    return BRAND if not colour else (colour >> 16 & 255, colour >> 8 & 255, colour & 255)
