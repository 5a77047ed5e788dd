"""The decoder with its real processes: what it answers, and what becomes of them when they die, hang or grow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.domain.errors import (
    Failed,
    InputLost,
    MaskMisfit,
    PictureDamaged,
    PictureTooHard,
    PictureTooLarge,
    PictureUnknown,
)
from bot.domain.request import MaskWish, ResultSize
from bot.images.decoder import Decoder
from bot.images.pool import Limits
from bot.workflow.ports import (
    Finished,
    Finishing,
    MaskForm,
    MaskReading,
    Pictures,
    Preparation,
    Prepared,
    Probe,
    Source,
)

SMALL = Probe("png", 64, 48, animated=False, has_alpha=False)


def draw(path: Path, size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Source:
    """A picture on disk; one of noise, so that its pixels are its own."""
    Image.effect_noise(size, 90).convert(mode).save(path, compress_level=1)
    return Source(path, path.name)


def half(path: Path, name: str = "mask.png") -> Source:
    """A mask on disk that selects the left half."""
    mask = Image.new("L", (64, 48))
    mask.paste(255, (0, 0, 32, 48))
    mask.save(path)
    return Source(path, name)


def large(path: Path) -> Source:
    """A picture of 20 megapixels that is a small file and much work."""
    Image.new("L", (5000, 4000)).save(path)
    return Source(path, path.name)


def preparation(folder: Path, *pictures: Source, mask: Source | None = None) -> Preparation:
    formats = ("png", "jpeg", "webp")
    return Preparation(pictures, mask, formats, 50_000_000, 4_000_000, square=False, model="gpt", folder=folder)


@asynccontextmanager
async def awake(folder: Path, limits: Limits | None = None) -> AsyncIterator[tuple[Decoder, Source]]:
    """A decoder whose single process runs, and a picture for it."""
    async with Decoder(1, limits) as decoder:
        source = draw(folder / "awake.png")
        await decoder.probe(source)
        yield decoder, source


def finishing(result: Path, mask: Source | None = None, first: Path | None = None) -> Finishing:
    size, wish = ResultSize.SAME, MaskWish()
    picture = Source(first or result.with_name("first"), "first")
    return Finishing(result, picture, mask, square=False, size=size, wish=wish, format=None, folder=result.parent)


async def test_an_edit_is_prepared(tmp_path: Path) -> None:
    """Picture 1 and its mask come out as PNG of one size, the others as they are, under names of ours."""
    first, second = draw(tmp_path / "one.jpg"), draw(tmp_path / "two.jpg")
    mask = half(tmp_path / "mask.png", 'x"; filename=\r\n@everyone')

    async with Decoder() as decoder:
        pictures: Pictures = decoder
        prepared = await pictures.prepare(preparation(tmp_path, first, second, mask=mask))

    assert prepared.mask is not None
    files = (*prepared.pictures, prepared.mask)
    assert [file.filename for file in files] == ["image_0.png", "image_1.jpg", "mask.png"]
    assert [file.content_type for file in files] == ["image/png", "image/jpeg", "image/png"]
    assert {(file.width, file.height) for file in files} == {(64, 48)}
    assert [file.bytes for file in files] == [file.path.stat().st_size for file in files]
    assert all(file.path.parent == tmp_path for file in files)


async def test_pixels_of_picture_1(tmp_path: Path) -> None:
    """With a mask, a PNG is sent with exactly the pixels that came in."""
    source = draw(tmp_path / "in.png")
    mask = half(tmp_path / "mask.png")

    async with Decoder() as decoder:
        prepared = await decoder.prepare(preparation(tmp_path, source, mask=mask))

    came, went = (Image.open(BytesIO(path.read_bytes())) for path in (source.path, prepared.pictures[0].path))
    assert came.tobytes() == went.tobytes()


async def test_verify(tmp_path: Path) -> None:
    """A result is seen as what it is, and a bomb or a page is refused under the name of a result."""
    good, page, bomb = tmp_path / "good", tmp_path / "page", tmp_path / "bomb"
    Image.new("RGB", (20, 10)).save(good, "WEBP")
    page.write_text("<html><body>502 Bad Gateway</body></html>")
    bomb.write_bytes(b"GIF89a" + b"\xff" * 7)

    async with Decoder(1) as decoder:
        assert await decoder.verify(good) == Probe("webp", 20, 10, animated=False, has_alpha=False)
        with pytest.raises(PictureUnknown) as unknown:
            await decoder.verify(page)
        with pytest.raises(PictureTooLarge) as too_large:
            await decoder.verify(bomb)

    assert unknown.value.fields == {"name": "result", "found": "HTML"}
    assert too_large.value.fields["name"] == "result"


async def test_one_bad_among_good_ones(tmp_path: Path) -> None:
    """A bad file is refused by its name before any picture is decoded."""
    bad = Source(tmp_path / "bad", "holiday.png")
    bad.path.write_bytes(draw(tmp_path / "good.png").path.read_bytes()[:-20])
    folder = tmp_path / "out"
    folder.mkdir()

    async with Decoder(1) as decoder:
        with pytest.raises(PictureDamaged) as caught:
            await decoder.prepare(preparation(folder, draw(tmp_path / "good.png"), bad))

    assert caught.value.fields == {"name": "holiday.png"}
    assert list(folder.iterdir()) == []


async def test_a_mask_that_does_not_fit(tmp_path: Path) -> None:
    """A mask is held against picture 1 as the member knows it."""
    mask = draw(tmp_path / "mask.png", (100, 100))

    async with Decoder(1) as decoder:
        with pytest.raises(MaskMisfit) as caught:
            await decoder.prepare(preparation(tmp_path, draw(tmp_path / "one.png"), mask=mask))

    assert caught.value.fields == {"name": "mask.png", "mask_size": "100x100", "size": "64x48"}


async def test_the_way_of_a_mask(tmp_path: Path) -> None:
    """A mask is read before an edit, and after it picture 1 stands outside of it; copies follow on request."""
    first, result = draw(tmp_path / "first.png"), draw(tmp_path / "result.png")
    mask = half(tmp_path / "mask.png")

    async with Decoder(1) as decoder:
        pictures: Pictures = decoder
        reading = await pictures.read_mask(first, mask, tmp_path / "overlay")
        finished = await pictures.finish(finishing(result.path, mask, first.path))
        lighter = await pictures.lighten(Source(finished.path, "result"), 4000, tmp_path)
        both = await pictures.compare(first, Source(finished.path, "result"), tmp_path / "both")

    assert reading == MaskReading(MaskForm.BLACK_AND_WHITE, 500, tmp_path / "overlay")
    assert (finished.path, finished.format) == (tmp_path / "finished.png", "png")
    assert (finished.width, finished.height, finished.locked) == (64, 48, True)
    assert finished.bytes == finished.path.stat().st_size
    assert lighter.bytes == lighter.path.stat().st_size <= 4000
    assert (both.parent, both.stem) == (tmp_path, "both")
    for path in (reading.overlay, finished.path, lighter.path, both):
        with Image.open(path) as image:
            image.load()


async def test_a_result_that_stays_as_it_came(tmp_path: Path) -> None:
    """Where nothing has to be changed, the file is the result's own."""
    first, result = draw(tmp_path / "first.png"), draw(tmp_path / "result.png")

    async with Decoder(1) as decoder:
        finished = await decoder.finish(finishing(result.path, first=first.path))

    weight = result.path.stat().st_size
    assert finished == Finished(result.path, "png", 64, 48, weight, locked=False, strayed=None)


async def test_a_lost_file(tmp_path: Path) -> None:
    """A file that is no longer on disk is our loss and not the member's mistake."""
    async with Decoder(1) as decoder:
        with pytest.raises(InputLost):
            await decoder.probe(Source(tmp_path / "gone", "cat.png"))


async def test_trouble_with_the_disk(tmp_path: Path) -> None:
    """A folder that cannot be written to is no fault of the picture, and the process goes on."""
    async with awake(tmp_path) as (decoder, source):
        pids = decoder.pids
        with pytest.raises(Failed):
            await decoder.prepare(preparation(tmp_path / "nowhere", source))

        assert decoder.pids == pids


async def test_too_much_work(tmp_path: Path) -> None:
    """A picture that takes longer than its time is refused."""
    async with awake(tmp_path, Limits(decode_s=0.01)) as (decoder, source):
        with pytest.raises(PictureTooHard) as caught:
            await decoder.prepare(preparation(tmp_path, large(tmp_path / "heavy.png")))

        assert caught.value.fields == {"name": "heavy.png"}
        assert await decoder.probe(source) == SMALL


async def test_too_much_memory(tmp_path: Path) -> None:
    """A picture that needs more memory than a process may have is refused, and the process replaced."""
    async with awake(tmp_path, Limits(memory_bytes=80 * 2**20)) as (decoder, source):
        pids = decoder.pids
        with pytest.raises(PictureTooHard) as caught:
            await decoder.prepare(preparation(tmp_path, large(tmp_path / "wide.png")))

        assert caught.value.fields == {"name": "wide.png"}
        assert decoder.pids != pids
        assert await decoder.probe(source) == SMALL


async def test_the_loop_goes_on(tmp_path: Path) -> None:
    """While a large picture is decoded, everything else takes its turns."""
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with awake(tmp_path) as (decoder, _):
        turning = asyncio.create_task(turn())
        prepared = await decoder.prepare(preparation(tmp_path, large(tmp_path / "big.png")))
        turning.cancel()

    assert isinstance(prepared, Prepared)
    assert turns > 100


async def test_two_large_pictures(tmp_path: Path) -> None:
    """Two pictures above 16 megapixels wait for each other and both come out; a small one passes them."""
    picture, small = large(tmp_path / "big.png"), draw(tmp_path / "small.png")
    folders = tuple(tmp_path / name for name in "ab")
    for folder in folders:
        folder.mkdir()

    async with Decoder(2) as decoder:
        prepares = [asyncio.create_task(decoder.prepare(preparation(folder, picture))) for folder in folders]
        seen = await decoder.probe(small)
        prepared = await asyncio.gather(*prepares)

    assert seen == SMALL
    assert [edit.pictures[0].width for edit in prepared] == [5000, 5000]


async def test_cut_files_never_stop_it(tmp_path: Path) -> None:
    """Broken pictures are told from hard ones: the same process reads them all."""
    content = draw(tmp_path / "cat.jpg").path.read_bytes()
    cut = Source(tmp_path / "cut.jpg", "cut.jpg")

    async with awake(tmp_path) as (decoder, source):
        pids = decoder.pids
        for length in range(3, len(content), 97):
            cut.path.write_bytes(content[:length])
            with pytest.raises(PictureDamaged):
                await decoder.prepare(preparation(tmp_path, cut))

        assert (decoder.pids, await decoder.probe(source)) == (pids, SMALL)
