"""Writing on a canvas in one line: letters that the built-in font lacks come from a wider one of the system."""

from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

from bot.sandbox.lettering import Font, font, named_font, spelled
from bot.sandbox.portrait.shapes import TEXT, Colour


@dataclass(frozen=True, slots=True)
class Ink:
    """A size in pixels, a colour, and whether it is bold."""

    size: int
    colour: Colour = TEXT
    bold: bool = False

    def width(self, text: str) -> float:
        """How much room a text takes."""
        room = sum(float(_face(name, self.size).getlength(piece)) for piece, name in _pieces(text))
        return room + (self.size / 20 if self.bold and text else 0)

    def write(self, canvas: Image.Image, x: float, middle: float, text: str) -> float:
        """Write from x on, the letters around a height, and return where the text ends."""
        pen = ImageDraw.Draw(canvas)
        baseline = middle + self.size * 0.34
        for piece, name in _pieces(text):
            face = _face(name, self.size)
            # The built-in font comes in one weight.
            stroke = self.size / 46 if self.bold else 0
            pen.text((x, baseline), piece, font=face, fill=self.colour, anchor="ls", stroke_width=stroke)
            x += face.getlength(piece)
        return x

    def fitted(self, text: str, room: float) -> str:
        """The text, cut with an ellipsis where it is longer than the room."""
        if self.width(text) <= room:
            return text
        while text and self.width(f"{text}…") > room:
            text = text[:-1]
        return f"{text.rstrip()}…"


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[tuple[str, str], ...]:
    """The text in runs of one font each."""
    pieces: list[tuple[str, str]] = []
    for letter in text:
        drawn, name = spelled(letter)
        if pieces and pieces[-1][1] == name:
            pieces[-1] = (pieces[-1][0] + drawn, name)
        elif drawn:
            pieces.append((drawn, name))
    return tuple(pieces)


def _face(name: str, size: int) -> Font:
    return named_font(name, size) or font(size)
