"""What stands above and below a message: whose it is, what it answers, its thread, and who sees it."""

import zlib
from collections.abc import Sequence
from datetime import datetime

from PIL import Image, ImageDraw

from bot.sandbox.portrait.ink import Ink
from bot.sandbox.portrait.shapes import (
    BAR,
    BRAND,
    COLUMN,
    EDGE,
    FAINT,
    LEFT,
    LINK,
    NAME,
    TEXT,
    WIDTH,
    Block,
    Colour,
    chevron,
    rounded,
)
from bot.sandbox.spoken import Above, Spoken

AVATAR, HEAD = 60, 76
AVATARS: Sequence[Colour] = (
    (88, 101, 242),
    (235, 69, 158),
    (59, 165, 92),
    (250, 166, 26),
    (120, 88, 200),
    (30, 150, 180),
)


def title_bar(title: str) -> Block:
    """The name of a place over its messages: "@Darkroom" is a person, "… › …" a thread in a channel, else a channel."""
    sign = "@" if title.startswith("@") else "#"
    parent, _, name = title.removeprefix("@").rpartition(" › ")

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        pen = ImageDraw.Draw(canvas)
        pen.rectangle((x, y, WIDTH, y + HEAD - 1), fill=BAR)
        pen.line((x, y + HEAD - 1, WIDTH, y + HEAD - 1), fill=EDGE, width=2)
        at = x + 44.0
        if parent:
            at = Ink(34, FAINT).write(canvas, at, y + HEAD / 2, "#") + 10
            at = Ink(25, FAINT).write(canvas, at, y + HEAD / 2, Ink(25).fitted(parent, 300)) + 24
            chevron(canvas, int(at), y + HEAD // 2, FAINT, right=True)
            at += 24
        else:
            at = Ink(34, FAINT).write(canvas, at, y + HEAD / 2, sign) + 12
        ink = Ink(27, NAME, bold=True)
        ink.write(canvas, at, y + HEAD / 2, ink.fitted(name, WIDTH - 60 - at))

    return Block(HEAD, draw)


def heading(said: Spoken) -> Block:
    """Avatar, name and time."""

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        canvas.paste(avatar(said.author, said.bot, AVATAR), (x + 32 - LEFT, y), rounded((AVATAR, AVATAR), AVATAR // 2))
        at = Ink(24, NAME, bold=True).write(canvas, x, y + 14, said.author) + 12
        if said.bot:
            at = _app_tag(canvas, int(at), y + 3) + 10
        Ink(17, FAINT).write(canvas, at, y + 15, when(said.at))

    return Block(34, draw)


def when(moment: datetime) -> str:
    """A time of today."""
    return f"Today at {moment:%H:%M}"


def above(what: Above) -> Block:
    """The line over a message that answers another, or a command."""

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        pen = ImageDraw.Draw(canvas)
        left = x + 62 - LEFT
        pen.arc((left, y + 15, left + 20, y + 35), 180, 270, fill=(90, 94, 102), width=3)
        pen.line((left + 10, y + 16, x - 10, y + 16), fill=(90, 94, 102), width=3)
        at = float(x)
        if what.who:
            canvas.paste(avatar(what.who, what.who == "Darkroom", 26), (x, y + 3), rounded((26, 26), 13))
            at = Ink(18, TEXT, bold=True).write(canvas, x + 34, y + 16, what.who) + 8
        if what.did:
            Ink(18, LINK if what.did else FAINT).write(canvas, at, y + 16, what.words)
        else:
            Ink(18, FAINT).write(canvas, at, y + 16, Ink(18).fitted(what.words, x + COLUMN - at))

    return Block(38, draw)


def system_line(said: Spoken, words: str) -> Block:
    """Something that happened, told in one small line."""

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        _arrow(canvas, x - 48, y + 17)
        at = Ink(21, NAME, bold=True).write(canvas, x, y + 17, said.author) + 8
        at = Ink(21, FAINT).write(canvas, at, y + 17, Ink(21).fitted(words, COLUMN - 200)) + 14
        Ink(16, FAINT).write(canvas, at, y + 17, when(said.at))

    return Block(36, draw)


def thread_card(name: str) -> Block:
    """The thread that hangs on a message."""

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        size = (min(640, COLUMN), 62)
        canvas.paste(Image.new("RGB", size, BAR), (x, y + 8), rounded(size, 10))
        ink = Ink(20, NAME, bold=True)
        at = ink.write(canvas, x + 20, y + 39, ink.fitted(name, size[0] - 170)) + 14
        at = Ink(18, LINK).write(canvas, at, y + 39, "See Thread") + 14
        chevron(canvas, int(at), y + 39, LINK, right=True)

    return Block(80, draw)


def only_you() -> Block:
    """What stands under a private answer."""

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        pen = ImageDraw.Draw(canvas)
        pen.ellipse((x, y + 9, x + 26, y + 25), outline=FAINT, width=2)
        pen.ellipse((x + 9, y + 13, x + 17, y + 21), fill=FAINT)
        at = Ink(17, FAINT).write(canvas, x + 36, y + 17, "Only you can see this ·") + 6
        Ink(17, LINK).write(canvas, at, y + 17, "Dismiss message")

    return Block(34, draw)


def forwarded_mark() -> Block:
    """The word over what was forwarded."""

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        _arrow(canvas, x, y + 14)
        Ink(18, FAINT).write(canvas, x + 34, y + 14, "Forwarded")

    return Block(30, draw)


def avatar(name: str, bot: bool, side: int) -> Image.Image:
    """Somebody's picture: their first letter on a colour of theirs."""
    colour = AVATARS[0] if name == "Darkroom" and bot else AVATARS[1 + zlib.crc32(name.encode()) % (len(AVATARS) - 1)]
    drawn = Image.new("RGB", (side, side), colour)
    ink = Ink(side // 2, NAME, bold=True)
    letter = name[:1].upper()
    ink.write(drawn, side / 2 - ink.width(letter) / 2, side / 2, letter)
    return drawn


def _app_tag(canvas: Image.Image, x: int, y: int) -> float:
    ImageDraw.Draw(canvas).rounded_rectangle((x, y, x + 50, y + 22), radius=5, fill=BRAND)
    ink = Ink(15, NAME, bold=True)
    ink.write(canvas, x + 25 - ink.width("APP") / 2, y + 11, "APP")
    return x + 50


def _arrow(canvas: Image.Image, x: int, y: int) -> None:
    pen = ImageDraw.Draw(canvas)
    pen.line((x, y, x + 24, y), fill=FAINT, width=3)
    chevron(canvas, x + 20, y, FAINT, right=True)
