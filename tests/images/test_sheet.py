"""A contact sheet: several pictures small in one, numbered, whatever is wrong with some of them."""

from pathlib import Path

import pytest
from PIL import Image

from bot.domain.errors import Failed, PictureDamaged, Stopping
from bot.images.decoder import Decoder
from bot.images.pool import Limits
from bot.images.sheet import CELL, MOST_BYTES, corner, put_together, thumbnail
from bot.images.tasks import ThumbnailTask, named
from bot.workflow.ports import Pictures, Source
from tests.images.files import corner as turned
from tests.images.files import encoded

GROUND, EMPTY, FAINT = (0x2B, 0x2D, 0x31), (0x1E, 0x1F, 0x22), (0x4E, 0x50, 0x58)
COLOURS = ("red", "lime", "blue", "yellow", "cyan", "magenta", "white", "orange")


def files(folder: Path, *contents: bytes) -> list[Source]:
    """These bytes as files, in their order."""
    sources = []
    for number, content in enumerate(contents):
        path = folder / f"picture {number}"
        path.write_bytes(content)
        sources.append(Source(path, f"cat {number}.png"))
    return sources


def plain(colour: str, size: tuple[int, int] = (300, 300)) -> bytes:
    return encoded(Image.new("RGB", size, colour), "PNG")


async def laid_out(folder: Path, *contents: bytes) -> Image.Image:
    """The sheet of these files."""
    async with Decoder(1) as decoder:
        pictures: Pictures = decoder
        path = await pictures.sheet(files(folder, *contents), folder / "sheet")
    assert path == folder / "sheet.webp"
    return seen(path)


def seen(path: Path) -> Image.Image:
    """The sheet as a person sees it; it is light enough, and nothing lies beside it but what belongs to it."""
    assert path.stat().st_size < MOST_BYTES
    assert all(other.name.startswith(("picture ", "sheet")) for other in path.parent.iterdir())
    with Image.open(path) as picture:
        return picture.convert("RGB")


def middle(picture: Image.Image, number: int, right: int = 0, down: int = 0) -> tuple[int, ...]:
    """A pixel near the middle of a place, counted from 0."""
    left, upper = corner(number)
    pixel = picture.getpixel((left + CELL // 2 + right, upper + CELL // 2 + down))
    assert isinstance(pixel, tuple)
    return pixel


def close(pixel: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two colours are the same but for what WebP does."""
    return max(abs(one - two) for one, two in zip(pixel, other, strict=True)) < 24


async def test_places_are_in_order(tmp_path: Path) -> None:
    """Four pictures fill a row from left to right, and the fifth begins the next."""
    picture = await laid_out(tmp_path, *(plain(colour) for colour in COLOURS[:5]))

    assert picture.size == (8 + 4 * 264, 8 + 2 * 264)
    expected = [Image.new("RGB", (1, 1), colour).getpixel((0, 0)) for colour in COLOURS[:5]]
    assert [close(middle(picture, number), expected[number]) for number in range(5)] == [True] * 5  # type: ignore[arg-type] # RGB
    assert close(middle(picture, 5), GROUND)


@pytest.mark.parametrize(("count", "columns", "rows"), [(1, 1, 1), (3, 3, 1), (4, 4, 1), (9, 4, 3), (16, 4, 4)])
def test_its_shape(count: int, columns: int, rows: int) -> None:
    """A sheet is no larger than its pictures need."""
    picture = put_together([Image.new("RGB", (20, 20))] * count)

    assert picture.size == (8 + columns * 264, 8 + rows * 264)


def test_every_number_is_another_one() -> None:
    """Each place has its own number, in the same corner."""
    picture = put_together([None] * 16)

    badges = {picture.crop((left, upper, left + 80, upper + 60)).tobytes() for left, upper in map(corner, range(16))}
    assert len(badges) == 16


async def test_more_than_sixteen(tmp_path: Path) -> None:
    """What is beyond sixteen is left out."""
    picture = await laid_out(tmp_path, *[plain("red", (8, 8))] * 17)

    assert picture.size == (8 + 4 * 264, 8 + 4 * 264)


async def test_none(tmp_path: Path) -> None:
    """No pictures at all are an empty sheet, not an accident."""
    picture = await laid_out(tmp_path)

    assert picture.size == (8 + 264, 8 + 264)


async def test_shapes(tmp_path: Path) -> None:
    """A picture keeps its shape, lies in the middle of its place, and a small one is not blown up."""
    long, small = plain("red", (4000, 1000)), plain("lime", (20, 20))

    picture = await laid_out(tmp_path, long, small)

    assert close(middle(picture, 0, right=100, down=20), (255, 0, 0))
    assert close(middle(picture, 0, down=60), EMPTY)
    assert close(middle(picture, 1), (0, 255, 0))
    assert close(middle(picture, 1, right=30), EMPTY)


async def test_a_thread_of_a_picture(tmp_path: Path) -> None:
    """A picture of one pixel's width has its place like any other."""
    picture = await laid_out(tmp_path, plain("red", (1, 16_000)), plain("red", (16_000, 1)))

    assert picture.width == 8 + 2 * 264


async def test_it_is_upright_and_says_nothing_of_its_files(tmp_path: Path) -> None:
    """Copies are turned as a person sees them, and what files said about themselves is not in the sheet."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 3, "my cellar"

    picture = await laid_out(tmp_path, encoded(turned((256, 256)), "JPEG", exif=exif))

    assert close(middle(picture, 0, right=60, down=60), (0, 0, 0))
    assert close(middle(picture, 0, right=60, down=-60), (255, 255, 255))
    assert b"my cellar" not in (tmp_path / "sheet.webp").read_bytes()


async def test_what_is_transparent(tmp_path: Path) -> None:
    """Where a picture is clear its chequer shows, in two greys."""
    picture = await laid_out(tmp_path, encoded(Image.new("RGBA", (256, 256)), "PNG"))

    assert close(middle(picture, 0, right=8, down=8), (0x9A, 0x9E, 0xA6))
    assert close(middle(picture, 0, right=24, down=8), (0xC9, 0xCC, 0xD1))


@pytest.mark.parametrize("bad", [b"", b"<html></html>", plain("red")[:-40], plain("red")[:20]])
async def test_what_cannot_be_read(tmp_path: Path, bad: bytes) -> None:
    """A bad file leaves its place empty, with a cross and its number; those beside it are shown."""
    picture = await laid_out(tmp_path, plain("red"), bad, plain("blue"))

    assert close(middle(picture, 0), (255, 0, 0))
    assert close(middle(picture, 1), FAINT)
    assert close(middle(picture, 1, right=60), EMPTY)
    assert close(middle(picture, 2), (0, 0, 255))


async def test_a_file_that_is_gone(tmp_path: Path) -> None:
    """A picture that was swept meanwhile leaves its place empty too."""
    gone = Source(tmp_path / "nowhere", "cat.png")

    async with Decoder(1) as decoder:
        path = await decoder.sheet([gone, *files(tmp_path, plain("red"))], tmp_path / "sheet")

    picture = Image.open(path).convert("RGB")
    assert (close(middle(picture, 0), FAINT), close(middle(picture, 1), (255, 0, 0))) == (True, True)


async def test_a_picture_that_kills_the_process(tmp_path: Path) -> None:
    """A picture that needs more memory than there is costs its own place, and the others are shown."""
    Image.new("L", (6000, 6000)).save(tmp_path / "bomb.png")
    bomb = Source(tmp_path / "bomb.png", "bomb.png")

    async with Decoder(1, Limits(memory_bytes=200_000_000)) as decoder:
        path = await decoder.sheet([bomb, *files(tmp_path, plain("red"))], tmp_path / "sheet")

    picture = Image.open(path).convert("RGB")
    assert (close(middle(picture, 0), FAINT), close(middle(picture, 1), (255, 0, 0))) == (True, True)


async def test_a_heavy_sheet(tmp_path: Path) -> None:
    """Sixteen pictures of pure noise are still light enough to be posted anywhere."""
    noise = encoded(Image.merge("RGB", [Image.effect_noise((256, 256), 255) for _ in "rgb"]), "PNG")

    picture = await laid_out(tmp_path, *[noise] * 16)

    assert picture.width == 8 + 4 * 264


async def test_trouble_with_the_disk(tmp_path: Path) -> None:
    """Where the sheet itself cannot be written nobody is told that it was the pictures."""
    async with Decoder(1) as decoder:
        with pytest.raises(Failed):
            await decoder.sheet(files(tmp_path, plain("red")), tmp_path / "nowhere" / "sheet")


async def test_while_stopping(tmp_path: Path) -> None:
    """A decoder that was closed says so, instead of calling every picture unreadable."""
    decoder = Decoder(1)
    await decoder.aclose()

    with pytest.raises(Stopping):
        await decoder.sheet(files(tmp_path, plain("red")), tmp_path / "sheet")


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "LA", "I;16"])
def test_a_small_copy(tmp_path: Path, mode: str) -> None:
    """A copy fits its place, whatever its picture is made of, and says how large the picture was."""
    [source] = files(tmp_path, encoded(Image.new(mode, (1024, 512)), "PNG"))

    made = thumbnail(ThumbnailTask(str(source.path), source.name, str(tmp_path / "small")), lambda: None)

    assert (made.format, made.width, made.height, made.upright_width, made.upright_height) == (
        "webp",
        256,
        128,
        1024,
        512,
    )
    assert named(tmp_path / "small", "webp").stat().st_size == made.bytes


def test_a_copy_of_what_is_damaged(tmp_path: Path) -> None:
    """The refusal of a single copy names its picture."""
    [source] = files(tmp_path, plain("red")[:-40])

    with pytest.raises(PictureDamaged) as caught:
        thumbnail(ThumbnailTask(str(source.path), source.name, str(tmp_path / "small")), lambda: None)

    assert caught.value.fields == {"name": "cat 0.png"}
