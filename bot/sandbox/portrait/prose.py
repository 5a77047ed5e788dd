"""Text with its styles, wrapped to a width: bold, code, mentions, links, quotes, lists and what is hidden."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from PIL import Image, ImageDraw

from bot.sandbox.markup import Line, Run
from bot.sandbox.portrait.ink import Ink
from bot.sandbox.portrait.shapes import (
    BODY,
    FAINT,
    LINE,
    LINK,
    MENTION,
    MENTION_GROUND,
    NAME,
    RULE,
    SMALL,
    TEXT,
    Block,
    Colour,
    rounded,
    stacked,
)

MOST_LINES = 40
INDENT = 22
CODE_GROUND, HIDDEN_GROUND = (32, 33, 37), (24, 25, 28)


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a run that is never broken, with the run it is of, its room and that of the blank before it."""

    run: Run
    source: Run
    ink: Ink
    width: float
    gap: float


def prose(lines: Sequence[Line], room: int, size: int = BODY, colour: Colour = TEXT) -> Block:
    """The lines of a text as they are shown in a column of that width."""
    return stacked([_line(line, room, size, colour) for line in lines])


def note(text: str, ink: Ink, room: int, height: int = 0) -> Block:
    """One line of plain words, cut to the room."""
    step = height or int(ink.size * LINE)
    return Block(step, lambda canvas, x, y: (ink.write(canvas, x, y + step / 2, ink.fitted(text, room)), None)[1])


def _line(line: Line, room: int, size: int, colour: Colour) -> Block:
    indent = INDENT if line.kind in ("quote", "code") else 14 if line.kind == "item" else 0
    ink = Ink(size, colour)
    if line.kind == "small":
        ink = Ink(min(size, SMALL), FAINT)
    if line.kind == "heading":
        ink = Ink(int(size * 1.2), NAME, bold=True)
    rows = list(_wrapped(line.runs, ink, room - indent))[:MOST_LINES] or [()]
    step = int(ink.size * LINE)

    def draw(canvas: Image.Image, x: int, y: int) -> None:
        if line.kind == "quote":
            ImageDraw.Draw(canvas).rounded_rectangle((x, y + 1, x + 5, y + step * len(rows) - 1), 2, fill=RULE)
        for nth, row in enumerate(rows):
            _draw_row(canvas, row, x + indent, y + nth * step, step)

    return Block(step * len(rows), draw)


def _draw_row(canvas: Image.Image, row: Sequence[Word], x: float, y: int, step: int) -> None:
    places: list[tuple[float, Word]] = []
    for nth, word in enumerate(row):
        x += word.gap if nth else 0
        places.append((x, word))
        x += word.width
    for _, group in groupby(places, key=lambda placed: id(placed[1].source)):
        _draw_ground(canvas, list(group), y, step)
    for left, word in places:
        _draw_word(canvas, word, left, y + step / 2, step)


def _draw_ground(canvas: Image.Image, words: Sequence[tuple[float, Word]], y: int, step: int) -> None:
    """What lies behind the words of one run."""
    ground = _ground(words[0][1].run)
    if ground is not None:
        left, (last, word) = words[0][0] - 3, words[-1]
        box = (int(last + word.width + 3 - left), step - 4)
        canvas.paste(Image.new("RGB", box, ground), (int(left), y + 2), rounded(box, 5))


def _draw_word(canvas: Image.Image, word: Word, x: float, middle: float, step: int) -> None:
    if not word.run.hidden:
        word.ink.write(canvas, x, middle, word.run.text)
    if word.run.struck or word.run.underlined:
        height = middle + (1 if word.run.struck else step * 0.3)
        ImageDraw.Draw(canvas).line((x, height, x + word.width, height), fill=word.ink.colour, width=2)


def _ground(run: Run) -> Colour | None:
    if run.hidden:
        return HIDDEN_GROUND
    if run.mention:
        return MENTION_GROUND
    return CODE_GROUND if run.code else None


def _wrapped(runs: Sequence[Run], ink: Ink, room: float) -> Iterator[tuple[Word, ...]]:
    row: list[Word] = []
    used = 0.0
    for word in _words(runs, ink, room):
        if row and used + word.gap + word.width > room:
            yield tuple(row)
            row, used = [], 0.0
        used += (word.gap if row else 0) + word.width
        row.append(word)
    if row:
        yield tuple(row)


def _words(runs: Sequence[Run], ink: Ink, room: float) -> Iterator[Word]:
    blank = False
    for run in runs:
        styled = _styled(run, ink)
        gap = styled.width("a a") - styled.width("aa")
        for nth, text in enumerate(run.text.split(" ")):
            blank = blank or nth > 0
            for piece in _broken(text, styled, room):
                yield Word(_piece(run, piece), run, styled, styled.width(piece), gap if blank else 0)
                blank = False


def _piece(run: Run, text: str) -> Run:
    return run if run.text == text else replace(run, text=text)


def _styled(run: Run, ink: Ink) -> Ink:
    if run.mention or run.link:
        return replace(ink, colour=MENTION if run.mention else LINK)
    return replace(ink, bold=ink.bold or run.bold, colour=NAME if run.bold and ink.colour == TEXT else ink.colour)


def _broken(word: str, ink: Ink, room: float) -> Iterator[str]:
    """A word in pieces that fit the room; nothing for an empty one."""
    rest = word[:600]
    while rest:
        end = len(rest)
        while end > 1 and ink.width(rest[:end]) > room:
            end = max(1, int(end * 0.8)) if ink.width(rest[:end]) > room * 2 else end - 1
        yield rest[:end]
        rest = rest[end:]
