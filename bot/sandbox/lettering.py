"""Lettering on pictures: Pillow's own font, wrapped and cut to a width, for whatever a person may have typed."""

import unicodedata
from collections.abc import Mapping
from functools import cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_PLAIN: Mapping[int, str] = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "→": "->", "←": "<-", "×": "x", "•": "·", "✓": "+", "✔": "+", "ł": "l", "ß": "ss"}
)
# Tried where the built-in font, which is all but ASCII, would show empty boxes.
_WIDER = ("NotoSansCJK-Regular.ttc", "NotoSans-Regular.ttf", "DejaVuSans.ttf")
BUILT_IN = ""


@cache
def font(size: int) -> Font:
    """The built-in font at a size in pixels."""
    return ImageFont.load_default(size)


def lettered(text: str, size: int) -> tuple[str, Font]:
    """The text on one line as it can be drawn, and the font for it: a wider one of the system if it needs that."""
    tidy = " ".join(text.split())
    foreign = any(letter != "?" and _letter(letter) == "?" for letter in tidy.translate(_PLAIN))
    wide = _wide(size) if foreign else None
    return (legible(tidy), font(size)) if wide is None else (tidy, wide)


def legible(text: str) -> str:
    """The text in letters that the built-in font has, `?` for each that it has not."""
    return "".join(_letter(each) for each in " ".join(text.split()).translate(_PLAIN))


@cache
def _wide(size: int) -> Font | None:
    return next((found for name in _WIDER if (found := _of_system(name, size)) is not None), None)


@cache
def spelled(letter: str) -> tuple[str, str]:
    """A letter and the font that has it: the built-in one, else a wider one, else as legible as can be."""
    for name in (BUILT_IN, *_WIDER):
        face = named_font(name, 20)
        if face is not None and (letter == " " or _drawn(letter, face)):
            return letter, name
    return legible(letter), BUILT_IN


@cache
def named_font(name: str, size: int) -> Font | None:
    """The font of that name at a size in pixels; None where the system has it not."""
    return font(size) if name == BUILT_IN else _of_system(name, size)


@cache
def _of_system(name: str, size: int) -> Font | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


def wrapped(text: str, face: Font, width: float, most: int) -> tuple[str, ...]:
    """At most so many lines that fit a width in pixels; the last ends in an ellipsis where text was cut."""
    lines: list[str] = []
    for word in (piece for long in text.split() for piece in _broken(long, face, width)):
        if lines and face.getlength(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    if len(lines) > most:
        lines = lines[: max(most, 1)]
        while lines[-1] and face.getlength(lines[-1] + "…") > width:
            lines[-1] = lines[-1][:-1]
        lines[-1] = lines[-1].rstrip() + "…"
    return tuple(lines)


def _broken(word: str, face: Font, width: float) -> list[str]:
    pieces = [""]
    for letter in word[:600]:
        if pieces[-1] and face.getlength(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


@cache
def _letter(letter: str) -> str:
    if letter.isascii() or _drawn(letter):
        return letter
    if unicodedata.category(letter) in ("Cf", "Mn"):
        return ""
    base = "".join(each for each in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(each))
    return base if base and all(each.isascii() for each in base) else "?"


def _drawn(letter: str, face: Font | None = None) -> bool:
    face = face or font(20)
    return bytes(face.getmask(letter)) != bytes(face.getmask("\uffff"))
