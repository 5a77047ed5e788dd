"""The upload ladder: the gentlest rung that fits is taken, and what it says of itself is true."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.domain.errors import PictureDamaged, PictureTooHeavy, PictureUnknown
from bot.images.ladder import lighten
from bot.images.tasks import LightenTask, Lighter, named
from bot.workflow.ports import Rung
from tests.images.files import encoded

SEED = 7
SIZE = (320, 240)


def photograph(size: tuple[int, int] = SIZE, *, grain: float = 12) -> Image.Image:
    """Soft shapes under grain; the grain is what makes it heavy."""
    channels = []
    for _ in "RGB":
        shapes = Image.effect_noise((size[0] // 32, size[1] // 32), 90).resize(size, Image.Resampling.BICUBIC)
        channels.append(ImageChops.add(shapes, Image.effect_noise(size, grain), offset=-128))
    return Image.merge("RGB", channels)


def see_through(picture: Image.Image) -> Image.Image:
    """The picture, clear in its middle; colours stay under the clear pixels."""
    picture = picture.convert("RGBA")
    picture.putalpha(Image.radial_gradient("L").resize(picture.size))
    return picture


def lightened(folder: Path, content: bytes, most_bytes: int) -> tuple[Lighter, Image.Image]:
    """Lighten these bytes: the answer, and the pixels of the copy, which is what it says and alone in its folder."""
    path, target, signs = folder / "result", folder / "light" / "lighter", []
    target.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    lighter = lighten(LightenTask(str(path), "result 1", str(target), most_bytes), lambda: signs.append("decoded"))
    copy = named(target, lighter.format)
    picture = Image.open(BytesIO(copy.read_bytes()))
    picture.load()
    assert signs == ["decoded"]
    assert list(target.parent.iterdir()) == [copy]
    assert (picture.format or "").lower() == lighter.format
    assert copy.stat().st_size == lighter.bytes <= most_bytes
    return lighter, picture


def weight(picture: Image.Image, format_: str, **options: object) -> int:
    return len(encoded(picture, format_, **options))


def lossless(picture: Image.Image) -> int:
    return weight(picture, "WEBP", lossless=True, quality=0, method=0, exact=True)


def difference(one: Image.Image, other: Image.Image) -> float:
    """The mean difference of the pixels, as they look on white, 0 to 255."""
    papers = []
    for picture in (one, other):
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture.convert("RGBA"))
        papers.append(paper.convert("RGB"))
    return max(ImageStat.Stat(ImageChops.difference(*papers)).mean)


RUNGS: dict[str, tuple[Callable[[Image.Image], int], Rung, str]] = {
    "lossless, just": (lossless, Rung.LOSSLESS, "webp"),
    "lossless, a byte too many": (lambda picture: lossless(picture) - 1, Rung.WEBP, "webp"),
    "webp, just": (lambda picture: weight(picture, "WEBP", quality=90, method=1, exact=True), Rung.WEBP, "webp"),
    "jpeg": (lambda picture: weight(picture.convert("RGB"), "JPEG", quality=70, subsampling=0), Rung.JPEG, "jpeg"),
    "smaller": (lambda _: 2_500, Rung.SMALLER, "jpeg"),
}


@pytest.mark.parametrize("rung", RUNGS)
def test_rungs(tmp_path: Path, rung: str) -> None:
    """The first rung that fits is taken, to the byte."""
    picture = photograph()
    limit, expected, format_ = RUNGS[rung]

    lighter, copy = lightened(tmp_path, encoded(picture, "PNG"), limit(picture))

    assert (lighter.rung, lighter.format) == (expected, format_)
    assert (copy.size == picture.size) == (expected is not Rung.SMALLER)
    assert difference(copy.resize(SIZE), picture) < (0.1 if expected is Rung.LOSSLESS else 12)


@pytest.mark.parametrize("rung", RUNGS)
def test_rungs_with_transparency(tmp_path: Path, rung: str) -> None:
    """Transparency is kept on every rung: where JPEG has none, WebP of falling quality takes its place."""
    picture = see_through(photograph())
    limit, expected, _ = RUNGS[rung]
    wanted = weight(picture, "WEBP", quality=70, method=1, exact=True) if expected is Rung.JPEG else limit(picture)

    lighter, copy = lightened(tmp_path, encoded(picture, "PNG"), wanted + 4_000 * (expected is Rung.SMALLER))

    assert (lighter.rung, lighter.format) == (Rung.WEBP if expected is Rung.JPEG else expected, "webp")
    assert difference(copy.resize(SIZE).getchannel("A"), picture.getchannel("A")) < 4


@pytest.mark.parametrize("format_", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_the_same_pixels(tmp_path: Path, mode: str, format_: str) -> None:
    """The lossless rung keeps every pixel of every kind of result, colours under transparency too."""
    picture = (see_through(photograph()) if mode == "RGBA" else photograph()).convert(mode)
    if format_ == "JPEG" or (format_ == "WEBP" and mode in "LP"):
        picture = picture.convert("RGB")
    content = encoded(picture, format_, quality=80)
    shown = Image.open(BytesIO(content)).convert("RGBA")

    lighter, copy = lightened(tmp_path, content, 10**7)

    assert lighter.rung == Rung.LOSSLESS
    assert copy.convert("RGBA").tobytes() == shown.tobytes()


def test_transparency_that_says_nothing(tmp_path: Path) -> None:
    """A result whose alpha is opaque everywhere may become JPEG."""
    picture = photograph()
    limit = weight(picture, "JPEG", quality=70, subsampling=0)

    lighter, copy = lightened(tmp_path, encoded(picture.convert("RGBA"), "PNG"), limit)

    assert (lighter.rung, lighter.format, copy.mode) == (Rung.JPEG, "jpeg", "RGB")


@pytest.mark.parametrize(
    ("mode", "rung", "format_", "width"), [("RGB", Rung.JPEG, "jpeg", 20_000), ("RGBA", Rung.SMALLER, "webp", 16_383)]
)
def test_a_strip_longer_than_webp(tmp_path: Path, mode: str, rung: Rung, format_: str, width: int) -> None:
    """A side that is too long for WebP falls through to JPEG; with transparency it is made to fit WebP."""
    lighter, copy = lightened(tmp_path, encoded(Image.new(mode, (20_000, 16)), "PNG"), 10**6)

    assert (lighter.rung, lighter.format, copy.width) == (rung, format_, width)


@pytest.mark.parametrize("limit", [10**7, 20_000])
def test_nothing_else_remains(tmp_path: Path, limit: int) -> None:
    """A lighter copy holds pixels and nothing else."""
    exif = Image.Exif()
    exif[0x010E] = "my cellar"

    _, copy = lightened(tmp_path, encoded(photograph(), "JPEG", exif=exif, comment=b"my cellar"), limit)

    assert {"exif", "xmp", "icc_profile", "comment"}.isdisjoint(copy.info)
    assert not copy.getexif()


def test_absurd_limits(tmp_path: Path) -> None:
    """Where nothing is light enough, that is said, and nothing is left on the disk."""
    with pytest.raises(PictureTooHeavy) as caught:
        lightened(tmp_path, encoded(photograph(), "PNG"), 20)

    assert caught.value.fields == {"name": "result 1", "limit": 1, "model": "Discord"}
    assert not list((tmp_path / "light").iterdir())


@pytest.mark.parametrize(("content", "error"), [(b"GIF89b is none", PictureUnknown), (None, PictureDamaged)])
def test_no_picture(tmp_path: Path, content: bytes | None, error: type[Exception]) -> None:
    """What is no whole picture is refused by name, as everywhere."""
    with pytest.raises(error):
        lightened(tmp_path, content or encoded(photograph(), "PNG")[:-500], 10**6)


def test_any_picture_under_any_limit(tmp_path: Path) -> None:
    """For 60 pictures of random shape, grain and limit: the copy fits, is of the same shape, and says what it is."""
    random = Random(SEED)
    for number in range(60):
        size = (random.randint(1, 300), random.randint(1, 300))
        picture = photograph((max(32, size[0]), max(32, size[1])), grain=random.choice((0, 4, 60))).resize(size)
        picture = see_through(picture) if random.random() < 0.4 else picture
        folder = tmp_path / str(number)
        folder.mkdir()

        lighter, copy = lightened(folder, encoded(picture, "PNG"), random.randint(2_000, 60_000))

        assert (copy.size != size) == (lighter.rung == Rung.SMALLER), (number, size)
        assert abs(copy.width * size[1] - copy.height * size[0]) <= max(size) * 1.01, (number, size)
        assert (lighter.format == "jpeg") <= (picture.mode == "RGB"), (number, size)
