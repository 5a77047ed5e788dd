"""The mask doctor: every way to say which part may change says the same part."""

import random
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from bot.images.doctor import diagnose, glance, is_hard, read_mask, resized, select, share
from bot.images.load import load
from bot.workflow.ports import MaskForm
from tests.images.files import encoded
from tests.images.masks import (
    BLACK,
    GREEN,
    MAGENTA,
    MASKS,
    PICTURES,
    RED,
    SAVED,
    SIZE,
    SMALL,
    UNSEEN,
    WHITE,
    Colour,
    Maker,
    clear,
    cut_free,
    drawn,
    graphic,
    grey,
    highlighted,
    hole,
    light_on_dark,
    lines,
    multiplied,
    night,
    photo,
    reference,
    reread,
    scribbled,
    selected,
    share_off,
    soft,
    task,
    white_on_black,
)

# ── the forms ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("way", SAVED)
@pytest.mark.parametrize("kind", PICTURES)
def test_every_form_selects_the_same(kind: str, way: str) -> None:
    """Whatever the form, the picture and the way it was saved, the selection is the painted area within 1 %."""
    picture, area = PICTURES[kind](), reference()
    for label, (make, form) in MASKS.items():
        mask = make(picture, area)
        if (kind, label) in UNSEEN or (way == "jpeg" and mask.mode == "RGBA"):
            continue
        selection = select(picture, SAVED[way](mask), "mask.png")

        assert (label, selection.form) == (label, form)
        assert selection.alpha.mode == "L"
        assert selection.alpha.size == picture.size
        assert share_off(selection.alpha, area) <= 0.01, label


def test_random_areas_and_colours() -> None:
    """Blobs, bars and outlines in any strong colour, over any picture, in any form and format."""
    chance = random.Random(20)
    pictures = [photo(SMALL, 1), photo(SMALL, 7), graphic(SMALL), grey(SMALL), night(SMALL)]
    for case in range(200):
        picture = chance.choice(pictures)
        area = random_area(chance)
        colour = chance.choice([RED, GREEN, MAGENTA, (0, 220, 255), (255, 0, 130), (130, 255, 0)])
        canvas = chance.choice([(255, 255, 255, 255), (0, 0, 0, 255), (0, 0, 0, 0)])
        make = chance.choice([clear, hole, white_on_black, light_on_dark, scribbled(colour), drawn(colour, canvas)])
        mask = make(picture, area)
        ways = [way for way in SAVED if way != "half" and not (way == "jpeg" and mask.mode == "RGBA")]
        way = chance.choice(ways)

        off = share_off(select(picture, SAVED[way](mask), "mask.png").alpha, area)

        assert off <= 0.01, (case, way, off)


def random_area(chance: random.Random) -> Image.Image:
    """One to four shapes that cover 1 to 80 % together."""
    width, height = SMALL
    while True:
        area = Image.new("L", SMALL)
        pen = ImageDraw.Draw(area)
        for _ in range(chance.randint(1, 4)):
            left, upper = chance.randrange(width - 30), chance.randrange(height - 30)
            box = (left, upper, left + chance.randint(20, 120), upper + chance.randint(20, 120))
            match chance.randrange(3):
                case 0:
                    pen.ellipse(box, fill=255)
                case 1:
                    pen.rectangle(box, fill=255)
                case _:
                    pen.ellipse(box, outline=255, width=chance.randint(4, 9))
        if 0.01 <= area.histogram()[255] / (width * height) <= 0.8:
            return area


@pytest.mark.parametrize("way", ["png", "jpeg", "double"])
@pytest.mark.parametrize(
    "brush", [highlighted(RED, 0.5), highlighted((0, 120, 255), 0.7), multiplied((255, 240, 0)), multiplied(MAGENTA)]
)
def test_highlighters(brush: Maker, way: str) -> None:
    """Paint that lets the picture through is found as well, be it blended or multiplied."""
    selection = select(photo(), SAVED[way](brush(photo(), reference())), "mask.png")

    assert share_off(selection.alpha, reference()) <= 0.01


def test_similar_colours_elsewhere() -> None:
    """What had the colour of the paint before is not selected, and a similar colour below the paint is."""
    picture, area = graphic(), reference()
    mask = scribbled((200, 20, 30))(picture, area)

    selection = select(picture, mask, "mask.png")

    assert share_off(selection.alpha, area) <= 0.01


def test_an_outline_is_the_outline() -> None:
    """A ring around a part selects the ring: nobody can know that its inside was meant."""
    picture, ring = photo(), Image.new("L", SIZE)
    ImageDraw.Draw(ring).ellipse((60, 40, 220, 200), outline=255, width=4)

    selection = select(picture, reread(scribbled(RED)(picture, ring), "JPEG", quality=85), "mask.png")

    assert share_off(selection.alpha, ring) <= 0.01
    assert selection.alpha.getpixel((140, 120)) == 255


def test_pinholes_are_closed() -> None:
    """White dots of the picture below white paint are painted as well; those beside it are not."""
    dotted, area = grey().point(lambda level: min(level, 190)), reference()
    for x in range(4, SIZE[0], 12):
        for y in range(4, SIZE[1], 12):
            dotted.paste(WHITE, (x, y, x + 2, y + 2))

    selection = select(dotted, scribbled(WHITE)(dotted, area), "m")

    assert share_off(selection.alpha, area) <= 0.001


def test_a_dot() -> None:
    """Five pixels by five are enough."""
    picture, dot = photo(), Image.new("L", SIZE)
    dot.paste(255, (50, 50, 55, 55))

    selection = select(picture, scribbled(MAGENTA)(picture, dot), "mask.png")

    assert ImageChops.difference(selected(selection.alpha), dot).getbbox() is None
    assert share(selection.alpha) == 1


def test_white_is_never_the_background() -> None:
    """White on black means the white part, and black on white the white part, too."""
    assert share_off(select(photo(), ImageChops.invert(reference()).convert("RGB"), "m").alpha, reference()) >= 0.99


def test_writing_that_was_barred() -> None:
    """On a two-tone picture, a copy with a black bar is told from a mask in black and white."""
    page, bar = lines(), Image.new("L", SIZE)
    bar.paste(255, (20, 20, 160, 90))

    barred, white = select(page, scribbled(BLACK)(page, bar), "m"), select(page, bar.convert("RGB"), "m")

    assert (barred.form, white.form) == (MaskForm.SCRIBBLE, MaskForm.BLACK_AND_WHITE)
    assert share_off(white.alpha, bar) == 0
    assert barred.alpha.getpixel((100, 150)) == 255
    assert ImageChops.subtract(selected(barred.alpha), bar).getbbox() is None


@pytest.mark.parametrize("size", [(1, 16), (16, 1), (3, 5), (16, 16)])
def test_tiny_pictures(size: tuple[int, int]) -> None:
    """Half of a picture of some pixels is half of it."""
    picture, area = photo().resize(size), Image.new("L", size)
    area.paste(255, (0, 0, max(1, size[0] // 2), max(1, size[1] // 2)))

    for make in (clear, hole, white_on_black, scribbled(MAGENTA)):
        assert share_off(select(picture, make(picture, area), "m").alpha, area) == 0


def test_soft_values_stay() -> None:
    """What is partly transparent is partly selected, and grey levels are spread from black to white."""
    half = Image.new("RGBA", SIZE, (0, 0, 0, 255))
    half.paste((0, 0, 0, 77), (0, 0, 160, 240))

    levels = select(photo(), soft(photo(), reference()), "m").alpha.getextrema()

    assert select(photo(), half, "m").alpha.getpixel((5, 5)) == 77
    assert levels == (0, 255)


def test_a_weak_eraser() -> None:
    """An eraser that takes a third away everywhere has marked that part all the same."""
    erased = photo().convert("RGBA")
    erased.putalpha(reference().point(lambda value: 170 if value else 255))

    assert share_off(select(photo(), erased, "m").alpha, reference()) == 0


# ── picture 1 with transparent parts ────────────────────────────────────────────────────────────────────────


def test_a_hole_beside_its_own() -> None:
    """Where picture 1 is transparent itself, the hole is what was cut out in addition."""
    first, own = cut_free(photo()), Image.new("L", SIZE)
    own.paste(255, (0, 0, 40, 240))
    added = ImageChops.subtract(reference(), own)

    for way in ("png", "webp", "half"):
        selection = select(first, SAVED[way](hole(first, reference())), "m")

        assert selection.form is MaskForm.HOLE
        assert share_off(selection.alpha, added) <= (0 if way == "png" else 0.01)


def test_picture_1_as_its_own_mask() -> None:
    """Picture 1 once more, with nothing added, selects its transparent part."""
    selection = select(cut_free(photo()), cut_free(photo()), "m")

    assert selection.form is MaskForm.HOLE
    assert share(selection.alpha) == 125


@pytest.mark.parametrize("paper", [None, WHITE, BLACK])
def test_a_scribble_beside_transparency(paper: Colour | None) -> None:
    """A scribble counts, not the transparency around it, nor what an editor put in its place."""
    first = cut_free(photo())
    mask = scribbled(RED)(first, reference())
    if paper:
        sheet = Image.new("RGB", SIZE, paper)
        sheet.paste(mask, mask=mask.getchannel("A"))
        mask = reread(sheet, "JPEG", quality=80)

    selection = select(first, mask, "m")

    assert selection.form is MaskForm.SCRIBBLE
    assert share_off(selection.alpha, reference()) <= 0.01


@pytest.mark.parametrize("make", [clear, white_on_black])
def test_other_masks_for_a_transparent_picture(make: Maker) -> None:
    """A mask that is no copy says all there is to say."""
    assert share_off(select(cut_free(photo()), make(photo(), reference()), "m").alpha, reference()) == 0


@pytest.mark.parametrize("thickness", [1, 2])
@pytest.mark.parametrize("beside", [0, 60])
def test_a_thin_stroke_survives(thickness: int, beside: int) -> None:
    """A line of two pixels is still there in a picture of a fifth of the size, and of one where it is all there is."""
    line = Image.new("L", (400, 300), 255)
    line.paste(0, (0, 102, 400, 102 + thickness))
    line.paste(0, (0, 0, beside, beside))

    small = resized(line, (80, 60))

    assert is_hard(small)
    assert (small.getpixel((40, 20)) == 0) is (thickness == 2 or not beside)


# ── from files ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("label", MASKS)
def test_a_turned_photograph(tmp_path: Path, label: str) -> None:
    """A phone stores its photograph lying; the mask was painted on what the member saw."""
    exif = Image.Exif()
    exif[0x0112] = 6
    make, form = MASKS[label]
    stored = photo().transpose(Image.Transpose.ROTATE_90)
    asked = task(tmp_path, stored, encoded(make(photo(), reference()), "PNG"), exif=exif)
    calls: list[bool] = []

    answer = read_mask(asked, lambda: calls.append((tmp_path / "o.webp").exists()))

    assert answer.form == form.value
    assert abs(answer.share - 1000 * reference().histogram()[255] / (320 * 240)) <= 10
    assert calls == [False]
    with Image.open(tmp_path / "o.webp") as overlay:
        assert (overlay.format, overlay.size) == ("WEBP", SIZE)


@pytest.mark.parametrize(
    "content",
    [
        encoded(reference(), "GIF"),
        encoded(reference().convert("1"), "PNG"),
        encoded(reference().convert("LA"), "PNG"),
        encoded(reference(), "JPEG", quality=75),
        encoded(reference().convert("I").point(lambda level: level * 257).convert("I;16"), "PNG"),
    ],
)
def test_black_and_white_files(tmp_path: Path, content: bytes) -> None:
    """One bit a pixel, sixteen, or a palette: black and white is black and white."""
    answer = read_mask(task(tmp_path, photo(), content), lambda: None)

    assert answer.form == "black_and_white"
    mask = load(tmp_path / "mask", "m")
    assert share_off(diagnose(glance(photo()), mask, "m").alpha, reference()) <= 0.01
