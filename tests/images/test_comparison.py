"""Picture 1 and a result compared: by the eye, and by a number that a provider can be judged by."""

import random
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from bot.domain.errors import PictureDamaged
from bot.images.comparison import compare, side_by_side, strayed
from bot.images.tasks import CompareTask, Made, named

Size = tuple[int, int]
SIZES = [(640, 480), (256, 192), (120, 160)]


def photo(size: Size, seed: int = 1) -> Image.Image:
    """Something with colours, structure and a little grain, another one for each seed."""
    chance = random.Random(seed)
    grain = Image.effect_noise(size, 24).filter(ImageFilter.GaussianBlur(1))
    across = Image.linear_gradient("L").rotate(90 * seed).resize(size)
    picture = Image.merge("RGB", (across, Image.radial_gradient("L").resize(size), grain))
    draw = ImageDraw.Draw(picture)
    for _ in range(50):
        left, upper, edge = chance.randrange(size[0]), chance.randrange(size[1]), chance.randrange(8, size[0] // 5)
        draw.ellipse((left, upper, left + edge, upper + edge), tuple(chance.randrange(256) for _ in "rgb"))
    return picture


def selecting(size: Size) -> Image.Image:
    """An alpha that lets an ellipse change."""
    alpha = Image.new("L", size, 255)
    ImageDraw.Draw(alpha).ellipse((size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2), 0)
    return alpha


def edited(picture: Image.Image) -> Image.Image:
    """The picture as an honest provider returns it: changed inside of the mask only."""
    changed = picture.copy()
    changed.paste((255, 0, 255), mask=ImageOps.invert(selecting(picture.size)))
    return changed


def as_jpeg(picture: Image.Image, quality: int = 60) -> Image.Image:
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("RGB")


Change = Callable[[Image.Image], Image.Image]

HONEST: dict[str, Change] = {
    "as it was": lambda picture: picture,
    "encoded anew": as_jpeg,
    "encoded badly": lambda picture: as_jpeg(picture, 30),
    "moved by a pixel": lambda picture: ImageChops.offset(picture, 1, 1),
    "moved by two": lambda picture: ImageChops.offset(picture, 2, -2),
    "a little brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.1),
    "a little paler": lambda picture: ImageEnhance.Color(picture).enhance(0.85),
    "of half the size": lambda picture: picture.reduce(2),
    "of twice the size": lambda picture: picture.resize((2 * picture.width, 2 * picture.height)),
    "with an alpha that says nothing": lambda picture: picture.convert("RGBA"),
}

DISHONEST: dict[str, Change] = {
    "another picture": lambda picture: photo(picture.size, 7),
    "inverted": ImageOps.invert,
    "mirrored": ImageOps.mirror,
    "black": lambda picture: Image.new("RGB", picture.size),
    "clear": lambda picture: Image.new("RGBA", picture.size),
    "in green": lambda picture: Image.merge("RGB", [picture.getchannel(0).point(lambda _: 0), *picture.split()[1:]]),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("change", HONEST)
def test_honest_providers(size: Size, change: str) -> None:
    """What encoding, rounding and a new colour space do is not held against a provider."""
    first = photo(size)

    share = strayed(first, selecting(size), HONEST[change](edited(first)))

    assert share is not None
    assert share < 50


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("change", DISHONEST)
def test_providers_that_ignore_masks(size: Size, change: str) -> None:
    """A picture that was painted anew outside of the mask is found out."""
    first = photo(size)

    share = strayed(first, selecting(size), DISHONEST[change](first))

    assert share is not None
    assert share > 500


@pytest.mark.parametrize("part", [0.25, 0.5, 0.75])
def test_in_part(part: float) -> None:
    """The number is the share of what lies outside of the mask."""
    first, alpha = Image.new("RGB", (400, 300), "grey"), Image.new("L", (400, 300), 255)
    result = first.copy()
    result.paste("red", (0, 0, round(400 * part), 300))
    alpha.paste(0, (0, 0, 400, 4))

    share = strayed(first, alpha, result)

    assert share == pytest.approx(1000 * part, abs=25)


def test_what_is_inside_does_not_count() -> None:
    """Inside of the mask a model may do what it likes, up to its border and a little beyond."""
    first, alpha = photo((400, 300)), Image.new("L", (400, 300), 255)
    alpha.paste(0, (100, 50, 350, 250))
    result = first.copy()
    result.paste("lime", (97, 47, 353, 253))

    assert strayed(first, alpha, result) == 0


def test_what_was_clear_does_not_count() -> None:
    """Where picture 1 was clear, a model that knows no transparency must put something."""
    first = photo((400, 300)).convert("RGBA")
    first.paste((0, 0, 0, 0), (0, 0, 400, 150))
    result = first.convert("RGB")

    assert strayed(first, selecting((400, 300)), result) == 0


@pytest.mark.parametrize("outside", [0, 2])
def test_nothing_is_outside(outside: int) -> None:
    """Where nothing, or next to nothing, lies outside of the mask, nothing can be told."""
    alpha = Image.new("L", (400, 300))
    alpha.paste(255, (0, 0, outside, outside))

    assert strayed(photo((400, 300)), alpha, Image.new("RGB", (400, 300))) is None


# ── side by side ────────────────────────────────────────────────────────────────────────────────────────────


def compared(folder: Path, before: bytes, after: bytes) -> tuple[Made, Image.Image]:
    """Compare these files; the sign of life must come once."""
    (folder / "before").write_bytes(before)
    (folder / "after").write_bytes(after)
    signs: list[str] = []
    task = CompareTask(str(folder / "before"), "cat.png", str(folder / "after"), "result", str(folder / "both"))
    made = compare(task, lambda: signs.append("decoded"))
    assert signs == ["decoded"]
    path = named(folder / "both", made.format)
    picture = Image.open(BytesIO(path.read_bytes()))
    picture.load()
    assert (made.format, picture.format) == ("webp", "WEBP")
    assert (made.width, made.height) == (made.upright_width, made.upright_height) == picture.size
    assert made.bytes == path.stat().st_size
    return made, picture.convert("RGBA")


def encoded(picture: Image.Image, format_: str = "PNG", **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, format_, **options)
    return file.getvalue()


def test_side_by_side(tmp_path: Path) -> None:
    """Before is on the left and after on the right, in one height, with a clear gap between."""
    before, after = Image.new("RGB", (300, 200), "red"), Image.new("RGB", (100, 100), "blue")

    made, picture = compared(tmp_path, encoded(before), encoded(after))

    assert (made.width, made.height) == (300 + 8 + 200, 200)
    red, gap, blue = (picture.getpixel((x, 100)) for x in (150, 304, 400))
    assert isinstance(red, tuple)
    assert isinstance(gap, tuple)
    assert isinstance(blue, tuple)
    assert (red[0] > 240, gap[3], blue[2] > 240) == (True, 0, True)


def test_they_are_upright_and_plain(tmp_path: Path) -> None:
    """Both are shown as a person sees them, and nothing that their files said of them goes along."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "my cellar"
    before = encoded(Image.new("RGB", (60, 40), "red"), "JPEG", exif=exif)

    made, _ = compared(tmp_path, before, encoded(Image.new("RGB", (40, 60), "blue")))

    assert (made.width, made.height) == (40 + 8 + 40, 60)
    assert b"my cellar" not in named(tmp_path / "both", "webp").read_bytes()


def test_what_is_clear_stays_clear(tmp_path: Path) -> None:
    """A result without a background is shown without one."""
    _, picture = compared(tmp_path, encoded(photo((64, 64))), encoded(Image.new("RGBA", (64, 64))))

    assert picture.getchannel("A").crop((64, 0, 136, 64)).getextrema() == (0, 0)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((8000, 6000), (1024, 768)),
        ((1024, 1024), (1024, 1024)),
        ((4096, 4096), (4096, 4096)),
        ((100, 5000), (5000, 100)),
        ((1, 20000), (1, 16)),
        ((20000, 1), (20000, 1)),
        ((1, 1), (7, 3)),
    ],
)
def test_sizes(before: Size, after: Size) -> None:
    """However large or long the two are, they share a height and fit a picture of 4096 pixels."""
    (left, height), (right, other_height) = side_by_side(before, after)

    assert 1 <= height == other_height <= 4096
    assert min(left, right) >= 1
    assert left + 8 + right <= 4096


@pytest.mark.parametrize("size", [(600, 400), (400, 400), (300, 500)])
def test_nothing_is_bent(size: Size) -> None:
    """Each keeps its shape, and the smaller is brought to the height of the larger."""
    larger = size[0] * 3, size[1] * 3

    assert side_by_side(size, larger) == (larger, larger)


@pytest.mark.parametrize("bad", ["cat.png", "result"])
def test_what_is_damaged(tmp_path: Path, bad: str) -> None:
    """A file that is cut is refused under its own name."""
    whole = encoded(photo((64, 48)))

    with pytest.raises(PictureDamaged) as caught:
        compared(tmp_path, *(whole[:-30] if name == bad else whole for name in ("cat.png", "result")))

    assert caught.value.fields == {"name": bad}
