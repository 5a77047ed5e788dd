"""A thread as a picture, drawn as a chat client would show it, so that a page of documentation can show one."""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageOps, UnidentifiedImageError

from bot.sandbox.lettering import lettered, wrapped
from bot.sandbox.transcript import NOBODY, Attached, Button, Message, Names, Spoken, spoken, weight

WIDTH = 1200

Colour = tuple[int, int, int]
_GROUND, _BAR, _CARD, _PRIVATE = (49, 51, 56), (43, 45, 49), (43, 45, 49), (54, 57, 74)
_TEXT, _FAINT, _NAME, _BRAND = (219, 222, 225), (148, 155, 164), (242, 243, 245), (88, 101, 242)
_BUTTONS: Mapping[int, Colour] = {1: _BRAND, 3: (36, 128, 70), 4: (218, 55, 60)}
_AVATARS: Sequence[Colour] = (
    (88, 101, 242),
    (235, 69, 158),
    (59, 165, 92),
    (250, 166, 26),
    (120, 88, 200),
    (30, 150, 180),
)
_LEFT, _RIGHT, _AVATAR, _HEAD = 110, 48, 60, 76
_BODY, _SMALL, _LINE = 23, 18, 1.36
_COLUMN = WIDTH - _LEFT - _RIGHT
# As in a client, a person who goes on speaking gets no new heading for a while.
_GROUPED_S = 420

Draw = Callable[[Image.Image, int], None]


@dataclass(frozen=True, slots=True)
class Block:
    """Something to be drawn below what came before: its height in pixels, and how, given the canvas and a y."""

    height: int
    draw: Draw


def portrait(
    messages: Sequence[Message],
    files: Mapping[str, bytes],
    title: str,
    path: Path,
    viewer: str = "mira",
    names: Names = NOBODY,
) -> Path:
    """Draw the messages, oldest first, into a PNG of WIDTH pixels; `files` as in `transcript.spoken`."""
    blocks = [_title(title)]
    last: Spoken | None = None
    for message in messages:
        said = spoken(message, files, names)
        blocks += _message(said, last, viewer)
        last = said
    canvas = Image.new("RGB", (WIDTH, sum(block.height for block in blocks) + 28), _GROUND)
    y = 0
    for block in blocks:
        block.draw(canvas, y)
        y += block.height
    path.parent.mkdir(parents=True, exist_ok=True)
    canvas.save(path, "PNG", compress_level=6)
    return path


def _message(said: Spoken, last: Spoken | None, viewer: str) -> list[Block]:
    parts: list[Block] = []
    joined = last is not None and (last.author, last.private) == (said.author, said.private)
    near = last is not None and abs((said.at - last.at).total_seconds()) < _GROUPED_S
    if said.replies_to is not None:
        parts.append(_quote(said.replies_to))
    if not (joined and near) or said.replies_to is not None:
        parts.append(_heading(said))
    parts += [_words(line) for line in said.text.splitlines()]
    parts += [_embed(lines) for lines in said.embeds if lines]
    parts += _attachments(said.files)
    if said.buttons:
        parts.append(_button_row(said.buttons))
    if said.thread is not None:
        parts.append(_note(f"Thread: {said.thread}", _NAME))
    if said.private:
        parts.append(_note(f"Only {viewer} can see this", _FAINT))
    gap = 10 if joined and near else 24
    return [_space(gap), _together(parts, _PRIVATE if said.private else None)]


def _together(parts: Sequence[Block], ground: Colour | None) -> Block:
    height = sum(part.height for part in parts) + (20 if ground else 0)

    def draw(canvas: Image.Image, y: int) -> None:
        if ground:
            pen = ImageDraw.Draw(canvas)
            pen.rectangle((0, y, WIDTH, y + height), fill=ground)
            pen.rectangle((0, y, 4, y + height), fill=_BRAND)
            y += 10
        for part in parts:
            part.draw(canvas, y)
            y += part.height

    return Block(height, draw)


def _space(height: int) -> Block:
    return Block(height, lambda _canvas, _y: None)


def _title(title: str) -> Block:
    def draw(canvas: Image.Image, y: int) -> None:
        pen = ImageDraw.Draw(canvas)
        pen.rectangle((0, y, WIDTH, y + _HEAD), fill=_BAR)
        pen.line((0, y + _HEAD, WIDTH, y + _HEAD), fill=(32, 34, 37), width=2)
        words, face = lettered(title, 27)
        (line,) = wrapped(words, face, WIDTH - 120, 1) or ("",)
        pen.text((44, y + _HEAD / 2), "#", font=lettered("#", 34)[1], fill=_FAINT, anchor="lm")
        pen.text((80, y + _HEAD / 2), line, font=face, fill=_NAME, anchor="lm", stroke_width=0.4)

    return Block(_HEAD, draw)


def _quote(words: str) -> Block:
    def draw(canvas: Image.Image, y: int) -> None:
        pen = ImageDraw.Draw(canvas)
        pen.line((62, y + 32, 62, y + 15, _LEFT - 12, y + 15), fill=(90, 94, 102), width=3, joint="curve")
        text, face = lettered(words, _SMALL)
        (line,) = wrapped(text, face, _COLUMN, 1) or ("",)
        pen.text((_LEFT, y + 15), line, font=face, fill=_FAINT, anchor="lm")

    return Block(34, draw)


def _heading(said: Spoken) -> Block:
    def draw(canvas: Image.Image, y: int) -> None:
        canvas.paste(_avatar(said.author, said.bot), (32, y), _disc(_AVATAR))
        pen = ImageDraw.Draw(canvas)
        name, face = lettered(said.author, 24)
        pen.text((_LEFT, y + 14), name, font=face, fill=_NAME, anchor="lm", stroke_width=0.5)
        x = _LEFT + int(face.getlength(name)) + 12
        if said.bot:
            pen.rounded_rectangle((x, y + 3, x + 50, y + 25), radius=5, fill=_BRAND)
            pen.text((x + 25, y + 14), "APP", font=lettered("APP", 15)[1], fill=_NAME, anchor="mm", stroke_width=0.3)
            x += 62
        pen.text((x, y + 15), f"{said.at:%H:%M}", font=lettered("0", 17)[1], fill=_FAINT, anchor="lm")

    return Block(34, draw)


def _words(text: str) -> Block:
    small = text.startswith("-# ")
    size, colour = (_SMALL, _FAINT) if small else (_BODY, _TEXT)
    words, face = lettered(text.removeprefix("-# "), size)
    lines, step = wrapped(words, face, _COLUMN, 40), int(size * _LINE)

    def draw(canvas: Image.Image, y: int) -> None:
        pen = ImageDraw.Draw(canvas)
        for nth, line in enumerate(lines):
            pen.text((_LEFT, y + nth * step), line, font=face, fill=colour)

    return Block(max(1, len(lines)) * step, draw)


def _embed(lines: Sequence[str]) -> Block:
    step, room = int(20 * _LINE), 640
    rows = [
        (line, face)
        for text in lines
        for words, face in [lettered(text, 20)]
        for line in wrapped(words, face, room, 12)
    ]
    height = len(rows) * step + 28

    def draw(canvas: Image.Image, y: int) -> None:
        pen = ImageDraw.Draw(canvas)
        pen.rounded_rectangle((_LEFT, y + 6, _LEFT + room + 44, y + height), radius=8, fill=_CARD)
        pen.rounded_rectangle((_LEFT, y + 6, _LEFT + 6, y + height), radius=3, fill=_BRAND)
        for nth, (line, face) in enumerate(rows):
            pen.text((_LEFT + 22, y + 17 + nth * step), line, font=face, fill=_NAME if nth == 0 else _TEXT)

    return Block(height + 4, draw)


def _attachments(files: Sequence[Attached]) -> list[Block]:
    opened = [(file, _opened(file)) for file in files]
    pictures = [(file, picture) for file, picture in opened if picture is not None]
    rest = [file for file, picture in opened if picture is None]
    blocks = [_gallery([(picture, bool(file.alt)) for file, picture in pictures])] if pictures else []
    if pictures:
        blocks.append(_note(" · ".join(f"{file.name} {file.width}x{file.height}" for file, _ in pictures), _FAINT))
    return blocks + [_note(f"{file.name} · {weight(file.size)}", _TEXT) for file in rest]


def _opened(file: Attached) -> Image.Image | None:
    if file.content is None:
        return None
    try:
        with Image.open(BytesIO(file.content), formats=("PNG", "JPEG", "WEBP", "GIF")) as picture:
            picture.draft("RGB", (_COLUMN, _COLUMN))
            return picture.convert("RGBA")
    except (UnidentifiedImageError, OSError):
        return None


def _gallery(pictures: Sequence[tuple[Image.Image, bool]]) -> Block:
    """One picture large, two or four in pairs, more in rows of three; a badge on those that have a description."""
    count = len(pictures)
    columns = {1: 1, 2: 2, 4: 2}.get(count, 3)
    cell = {1: 620, 2: 440}.get(columns, 330)
    fitted = [
        ImageOps.contain(each, (cell, cell)) if count == 1 else ImageOps.fit(each, (cell, cell)) for each, _ in pictures
    ]
    rows = -(-count // columns)
    height = fitted[0].height if count == 1 else rows * (cell + 10) - 10

    def draw(canvas: Image.Image, y: int) -> None:
        for nth, picture in enumerate(fitted):
            corner = (_LEFT + nth % columns * (cell + 10), y + 8 + nth // columns * (cell + 10))
            backed = Image.alpha_composite(_chequers(picture.size), picture)
            canvas.paste(backed.convert("RGB"), corner, _rounded(picture.size, 12))
            if pictures[nth][1]:
                _alt_badge(canvas, corner[0] + 10, corner[1] + picture.height - 38)

    return Block(height + 18, draw)


def _alt_badge(canvas: Image.Image, x: int, y: int) -> None:
    pen = ImageDraw.Draw(canvas)
    pen.rounded_rectangle((x, y, x + 46, y + 28), radius=6, fill=_BAR)
    pen.text((x + 23, y + 14), "ALT", font=lettered("ALT", 16)[1], fill=_TEXT, anchor="mm", stroke_width=0.3)


@lru_cache(maxsize=8)
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


def _button_row(buttons: Sequence[Button]) -> Block:
    places: list[tuple[int, int, int, Button]] = []
    x, y = _LEFT, 8
    for button in buttons:
        words, face = lettered(button.label, 20)
        width = int(face.getlength(words)) + 44
        if x + width > WIDTH - _RIGHT:
            x, y = _LEFT, y + 54
        places.append((x, y, width, button))
        x += width + 10

    def draw(canvas: Image.Image, top: int) -> None:
        for left, down, width, button in places:
            colour = _BUTTONS.get(button.style, (78, 80, 88))
            faded = Image.new("RGB", (width, 44), tuple((a + b) // 2 for a, b in zip(colour, _GROUND, strict=True)))
            pill = faded if button.disabled else Image.new("RGB", (width, 44), colour)
            words, face = lettered(button.label, 20)
            ink = _FAINT if button.disabled else _NAME
            ImageDraw.Draw(pill).text((width / 2, 22), words, font=face, fill=ink, anchor="mm", stroke_width=0.3)
            canvas.paste(pill, (left, top + down), _rounded((width, 44), 10))

    return Block(y + 54, draw)


def _note(text: str, colour: Colour) -> Block:
    words, face = lettered(text, _SMALL)
    (line,) = wrapped(words, face, _COLUMN, 1) or ("",)

    def draw(canvas: Image.Image, y: int) -> None:
        ImageDraw.Draw(canvas).text((_LEFT, y + 4), line, font=face, fill=colour)

    return Block(32, draw)


def _avatar(name: str, bot: bool) -> Image.Image:
    colour = _AVATARS[0] if bot else _AVATARS[1 + zlib.crc32(name.encode()) % (len(_AVATARS) - 1)]
    avatar = Image.new("RGB", (_AVATAR, _AVATAR), colour)
    letter, face = lettered(name[:1].upper(), 30)
    middle = _AVATAR / 2
    ImageDraw.Draw(avatar).text((middle, middle), letter, font=face, fill=_NAME, anchor="mm", stroke_width=0.5)
    return avatar


def _disc(side: int) -> Image.Image:
    return _rounded((side, side), side // 2)


@lru_cache(maxsize=64)
def _rounded(size: tuple[int, int], radius: int) -> Image.Image:
    large = Image.new("L", (size[0] * 2, size[1] * 2), 0)
    ImageDraw.Draw(large).rounded_rectangle((0, 0, large.width - 1, large.height - 1), radius=radius * 2, fill=255)
    return large.resize(size, Image.Resampling.BOX)
