"""The picture of `/help`: the three ways to ask for an edit, told without words so that it serves every language.

Each panel shows what a person would see, drawn larger than life, and an arrow to what comes of it. Everything is drawn
twice as large and made smaller in the end, which smooths its edges.
"""

from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from bot.chat.views.about import WAYS as TARGET
from bot.sandbox.samples import lake, sky_mask

__all__ = ["TARGET", "ways"]

WIDTH, PANEL, GAP = 1200, 372, 20  # pixels of the picture
_OVER = 2
_GROUND, _PANEL, _FIELD, _RAISED = "#1e1f22", "#313338", "#383a40", "#111214"
_INK, _FAINT, _LINE, _BRAND, _PING = "#f2f3f5", "#80848e", "#4e5058", "#5865f2", "#c9cdfb"
_SOMEBODY = "#eb459e"
_POINTER = ((0, 0), (0, 40), (10, 31), (17, 47), (24, 44), (17, 29), (30, 28))
_RESULT = 268  # pixels of each side of the changed picture


class Sketch:
    """A canvas on which everything is given in pixels of the finished picture."""

    def __init__(self, size: tuple[int, int], ground: str) -> None:
        self.picture = Image.new("RGB", (size[0] * _OVER, size[1] * _OVER), ground)
        self._draw = ImageDraw.Draw(self.picture)

    def box(self, x: float, y: float, width: float, height: float, colour: str, radius: float = 12) -> None:
        """A rounded rectangle."""
        corners = (x * _OVER, y * _OVER, (x + width) * _OVER - 1, (y + height) * _OVER - 1)
        self._draw.rounded_rectangle(corners, radius * _OVER, colour)

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        """A filled circle around a point."""
        self._draw.ellipse([value * _OVER for value in (x - radius, y - radius, x + radius, y + radius)], colour)

    def line(self, colour: str, width: float, *points: tuple[float, float]) -> None:
        """A line with round ends and bends."""
        scaled = [(x * _OVER, y * _OVER) for x, y in points]
        self._draw.line(scaled, colour, round(width * _OVER), joint="curve")
        for x, y in points:
            self.disc(x, y, width / 2, colour)

    def shape(self, colour: str, *points: tuple[float, float]) -> None:
        """A filled polygon."""
        self._draw.polygon([(x * _OVER, y * _OVER) for x, y in points], colour)

    def arc(self, colour: str, width: float, x: float, y: float, radius: float, start: int, end: int) -> None:
        """Part of a circle, in degrees clockwise from three o'clock."""
        corners = [value * _OVER for value in (x - radius, y - radius, x + radius, y + radius)]
        self._draw.arc(corners, start, end, colour, round(width * _OVER))

    def letters(self, text: str, x: float, y: float, size: int, colour: str = _INK, anchor: str = "lm") -> float:
        """Letters at a point; returns how wide they are."""
        face = ImageFont.load_default(size * _OVER)
        self._draw.text((x * _OVER, y * _OVER), text, colour, face, anchor=anchor)
        return self._draw.textlength(text, face) / _OVER

    def put(self, picture: Image.Image, x: float, y: float, side: float, radius: float = 12) -> None:
        """A square picture with round corners."""
        large = picture.resize((round(side * _OVER),) * 2, Image.Resampling.LANCZOS)
        shape = Image.new("L", large.size, 0)
        ImageDraw.Draw(shape).rounded_rectangle((0, 0, large.width - 1, large.height - 1), radius * _OVER, 255)
        self.picture.paste(large, (round(x * _OVER), round(y * _OVER)), shape)


def ways() -> Image.Image:
    """The three panels, one below the other."""
    sketch = Sketch((WIDTH, 3 * PANEL + 4 * GAP), _GROUND)
    before, after = lake(), changed()
    for number, draw in enumerate((_command, _menu, _reply), 1):
        top = GAP + (number - 1) * (PANEL + GAP)
        sketch.box(GAP, top, WIDTH - 2 * GAP, PANEL, _PANEL, 20)
        sketch.disc(GAP + 52, top + 52, 30, _BRAND)
        sketch.letters(str(number), GAP + 52, top + 52, 36, anchor="mm")
        draw(sketch, top, before)
        _arrow(sketch, 764, top + PANEL / 2)
        sketch.put(after, WIDTH - 2 * GAP - 40 - _RESULT, top + (PANEL - _RESULT) / 2, _RESULT, 16)
    return sketch.picture.resize((WIDTH, sketch.picture.height // _OVER), Image.Resampling.LANCZOS)


def changed() -> Image.Image:
    """The sample picture with its sky turned into an evening."""
    picture = lake()
    warm = Image.new("RGB", picture.size, (255, 96, 60))
    evening = Image.blend(ImageEnhance.Color(picture).enhance(1.2), warm, 0.1)
    glow = Image.linear_gradient("L").resize(picture.size)
    low, high = (Image.new("RGB", picture.size, colour) for colour in ((255, 170, 90), (92, 38, 130)))
    sky = Image.blend(Image.composite(low, high, glow), picture, 0.22)
    return Image.composite(evening, sky, sky_mask().getchannel("A"))


def _command(sketch: Sketch, top: int, before: Image.Image) -> None:
    """A box to write in, with the picture that goes along, the command and its text."""
    sketch.box(124, top + 62, 606, 256, _FIELD, 16)
    sketch.box(144, top + 80, 152, 140, _PANEL)
    sketch.put(before, 155, top + 85, 130, 8)
    sketch.line(_LINE, 2, (144, top + 236), (710, top + 236))
    sketch.box(144, top + 252, 116, 50, _BRAND, 10)
    sketch.letters("/edit", 202, top + 277, 34, anchor="mm")
    _words(sketch, 282, top + 277, 110, 70, 140)
    sketch.line(_INK, 3, (656, top + 260), (656, top + 294))


def _menu(sketch: Sketch, top: int, before: Image.Image) -> None:
    """A picture in a message, its menu, and the menu within that."""
    _face(sketch, 150, top + 130, "#3ba55c")
    _words(sketch, 186, top + 116, 90)
    sketch.put(before, 186, top + 140, 190)
    left, upper = 310, top + 92
    sketch.box(left, upper, 204, 196, _RAISED)
    for row, length in enumerate((110, 80)):
        _words(sketch, left + 24, upper + 32 + 44 * row, length)
    sketch.box(left + 10, upper + 98, 184, 44, _BRAND, 8)
    _apps(sketch, left + 36, upper + 120)
    _words(sketch, left + 60, upper + 120, 64, colour=_INK)
    sketch.line(_INK, 4, (left + 168, upper + 110), (left + 178, upper + 120), (left + 168, upper + 130))
    _words(sketch, left + 24, upper + 168, 95)
    sketch.box(left + 212, upper + 88, 204, 64, _RAISED)
    sketch.box(left + 222, upper + 98, 184, 44, _BRAND, 8)
    _pencil(sketch, left + 248, upper + 120)
    _words(sketch, left + 272, upper + 120, 54, 46, colour=_INK)
    _pointer(sketch, left + 366, upper + 126)


def _reply(sketch: Sketch, top: int, before: Image.Image) -> None:
    """A picture of somebody's, and below it an answer that names the bot."""
    _face(sketch, 150, top + 62, _SOMEBODY)
    _words(sketch, 186, top + 46, 90)
    sketch.put(before, 186, top + 66, 140)
    sketch.arc(_FAINT, 5, 168, top + 262, 18, 180, 270)
    sketch.line(_FAINT, 5, (168, top + 246), (194, top + 246))
    _face(sketch, 214, top + 246, _SOMEBODY, 13)
    _words(sketch, 238, top + 246, 70)
    sketch.put(before, 322, top + 229, 34, 6)
    _face(sketch, 150, top + 306, "#faa61a")
    sketch.box(186, top + 280, 150, 52, "#3c4270", 10)
    sketch.letters("@", 204, top + 305, 34, _PING)
    _words(sketch, 244, top + 306, 72, colour=_PING)
    _words(sketch, 358, top + 306, 90, 130, 70)


def _words(sketch: Sketch, x: float, y: float, *lengths: float, colour: str = _FAINT) -> None:
    """Words that nobody has to read: a bar for each."""
    for length in lengths:
        sketch.box(x, y - 8, length, 16, colour, 8)
        x += length + 14


def _face(sketch: Sketch, x: float, y: float, colour: str, radius: float = 24) -> None:
    """Somebody."""
    sketch.disc(x, y, radius, colour)
    sketch.disc(x, y - radius * 0.2, radius * 0.36, _INK)
    sketch.arc(_INK, radius * 0.5, x, y + radius * 0.95, radius * 0.55, 190, 350)


def _arrow(sketch: Sketch, x: float, y: float) -> None:
    sketch.line(_INK, 8, (x, y), (x + 44, y))
    sketch.shape(_INK, (x + 40, y - 20), (x + 68, y), (x + 40, y + 20))


def _apps(sketch: Sketch, x: float, y: float) -> None:
    """Four squares, one of them turned: what many programs have for apps."""
    for across, down in ((-11, -11), (-11, 2), (2, 2)):
        sketch.box(x + across, y + down, 10, 10, _INK, 3)
    sketch.shape(_INK, (x + 7, y - 14), (x + 15, y - 6), (x + 7, y + 2), (x - 1, y - 6))


def _pencil(sketch: Sketch, x: float, y: float) -> None:
    sketch.line(_INK, 9, (x - 6, y + 6), (x + 8, y - 8))
    sketch.shape(_INK, (x - 13, y + 13), (x - 11, y + 2), (x - 2, y + 11))


def _pointer(sketch: Sketch, x: float, y: float) -> None:
    """A mouse pointer, white with a dark rim."""
    outline = [(x + right, y + down) for right, down in _POINTER]
    sketch.shape(_INK, *outline)
    sketch.line(_RAISED, 3, *outline, outline[0])
