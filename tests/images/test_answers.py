"""What the decoder makes of answers, and in which order it asks, told by processes that look at no picture."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.domain.errors import Failed, PictureDamaged
from bot.domain.request import MaskWish, ResultSize
from bot.images.decoder import Decoder
from bot.images.tasks import Answer, Composed, Lighter, Made, Selected, pack
from bot.workflow.ports import (
    Finished,
    Finishing,
    LighterCopy,
    MaskForm,
    MaskReading,
    Preparation,
    Prepared,
    Probe,
    Rung,
    SendFile,
    Source,
)


def preparation(folder: Path, *pictures: Source, mask: Source | None = None) -> Preparation:
    return Preparation(pictures, mask, ("png", "jpeg"), 1000, 1000, square=False, model="gpt", folder=folder)


def finishing(result: Path, mask: Source | None = None, first: Path | None = None) -> Finishing:
    size, wish = ResultSize.SAME, MaskWish()
    picture = Source(first or result.with_name("first"), "first")
    return Finishing(result, picture, mask, square=False, size=size, wish=wish, format=None, folder=result.parent)


def written(path: Path, answer: Answer) -> Path:
    """A file that a puppet answers with."""
    path.write_bytes(pack(answer))
    return path


def puppets(size: int = 1) -> Decoder:
    return Decoder(size, program=(str(Path(__file__).with_name("echo.py")),))


Question = Callable[[Decoder, Path], Awaitable[object]]
QUESTIONS: dict[str, Question] = {
    "probe": lambda decoder, path: decoder.probe(Source(path, "x")),
    "verify": lambda decoder, path: decoder.verify(path),
    "prepare": lambda decoder, path: decoder.prepare(preparation(path.parent, Source(path, "x"))),
    "read_mask": lambda decoder, path: decoder.read_mask(
        Source(path.with_name("first"), "first"), Source(path, "x"), path.with_name("overlay")
    ),
    "finish": lambda decoder, path: decoder.finish(finishing(path)),
    "lighten": lambda decoder, path: decoder.lighten(Source(path, "x"), 1000, path.parent),
    "compare": lambda decoder, path: decoder.compare(
        Source(path, "x"), Source(path.with_name("after"), "after"), path.with_name("both")
    ),
}


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [
        ("verify", Probe("webp", 1, 2, True, False), lambda _: Probe("webp", 1, 2, True, False)),
        (
            "prepare",
            Made("jpeg", 1, 2, 3, 4, 5),
            lambda at: Prepared((SendFile(at / "image_0.jpg", "image_0.jpg", "image/jpeg", 1, 2, 3),), None),
        ),
        ("read_mask", Selected("hole", 999), lambda at: MaskReading(MaskForm.HOLE, 999, at / "overlay")),
        (
            "finish",
            Composed("webp", 1, 2, 3, changed=True, locked=True, strayed=1000),
            lambda at: Finished(at / "finished.webp", "webp", 1, 2, 3, locked=True, strayed=1000),
        ),
        (
            "finish",
            Composed("png", 1, 2, 3, changed=False, locked=False, strayed=0),
            lambda at: Finished(at / "x", "png", 1, 2, 3, locked=False, strayed=0),
        ),
        ("lighten", Lighter("webp", 9, "jpeg"), lambda at: LighterCopy(at / "lighter.webp", "webp", 9, Rung.JPEG)),
        ("compare", Made("webp", 1, 2, 3, 1, 2), lambda at: at / "both.webp"),
    ],
)
async def test_answers(tmp_path: Path, question: str, answer: Answer, told: Callable[[Path], object]) -> None:
    """What a child answers is told in the nouns of the port, with paths that follow from the question."""
    async with puppets() as decoder:
        heard = await QUESTIONS[question](decoder, written(tmp_path / "x", answer))

    assert heard == told(tmp_path)


@pytest.mark.parametrize(
    ("question", "lie"),
    [
        ("probe", Probe("exe", 1, 1, animated=False, has_alpha=False)),
        ("probe", Probe("png", 0, 1, animated=False, has_alpha=False)),
        ("probe", Probe("png", 1, -1, animated=False, has_alpha=False)),
        ("probe", Selected("hole", 5)),
        ("verify", Made("png", 1, 1, 1, 1, 1)),
        ("prepare", Made("/../../etc/passwd", 1, 1, 1, 1, 1)),
        ("prepare", Made("heic", 1, 1, 1, 1, 1)),
        ("prepare", Made("png", 0, 1, 1, 1, 1)),
        ("prepare", Made("png", 1, 1, 0, 1, 1)),
        ("read_mask", Selected("guess", 500)),
        ("read_mask", Selected("alpha", 0)),
        ("read_mask", Selected("alpha", 1000)),
        ("finish", Composed("gif", 1, 1, 1, changed=False, locked=False, strayed=None)),
        ("finish", Composed("png", 1, 0, 1, changed=True, locked=False, strayed=None)),
        ("finish", Composed("png", 1, 1, 1, changed=True, locked=True, strayed=1001)),
        ("finish", Composed("png", 1, 1, 1, changed=True, locked=True, strayed=-1)),
        ("lighten", Lighter("bmp", 1, "webp")),
        ("lighten", Lighter("webp", 0, "webp")),
        ("lighten", Lighter("webp", 1, "magic")),
        ("compare", Made("tiff", 1, 1, 1, 1, 1)),
    ],
)
async def test_lies(tmp_path: Path, question: str, lie: Answer) -> None:
    """An answer that cannot be is not believed: whoever gave it may have been taken over by a picture."""
    async with puppets() as decoder:
        with pytest.raises(Failed):
            await QUESTIONS[question](decoder, written(tmp_path / ("probe" if question == "probe" else "x"), lie))


@pytest.mark.parametrize("bad", range(3))
async def test_headers_come_first(tmp_path: Path, bad: int) -> None:
    """A file with a bad header is refused by its name before the pixels of any other are looked at."""
    paths = [tmp_path / ("bad" if place == bad else f"good{place}") for place in range(3)]
    first, other, mask = (Source(path, path.name) for path in paths)
    questions: tuple[Callable[[Decoder], Awaitable[object]], ...] = (
        lambda decoder: decoder.prepare(preparation(tmp_path, first, other, mask=mask)),
        lambda decoder: decoder.finish(finishing(other.path, mask, first.path)),
        lambda decoder: decoder.read_mask(*((first, mask) if bad != 1 else (other, mask)), tmp_path / "overlay"),
        lambda decoder: decoder.compare(*((first, mask) if bad != 1 else (first, other)), tmp_path / "both"),
        lambda decoder: decoder.lighten((first, other, mask)[bad], 1000, tmp_path),
    )

    async with puppets() as decoder:
        for question in questions:
            with pytest.raises(PictureDamaged):
                await question(decoder)

    assert not (tmp_path / "log").exists()


@pytest.mark.parametrize("large", ["first", "mask"])
async def test_one_large_decode_at_a_time(tmp_path: Path, large: str) -> None:
    """Tasks of which one file is above 16 megapixels are done one after another, whichever file it is."""
    sources = {
        name: Source(tmp_path / (f"large_{name}" if name == large else name), name) for name in ("first", "mask")
    }
    written(sources["mask"].path, Selected("alpha", 1))

    async with puppets(2) as decoder:
        reading = [decoder.read_mask(sources["first"], sources["mask"], tmp_path / "overlay") for _ in range(4)]
        await asyncio.gather(*reading)

    assert (tmp_path / "log").read_text().split() == ["begin", "end"] * 4


async def test_small_ones_do_not_wait(tmp_path: Path) -> None:
    """Two tasks of small files are done at once: each of them waits here until the other has begun."""
    first, mask = Source(tmp_path / "first", "first"), Source(tmp_path / "mask", "mask")
    written(mask.path, Selected("alpha", 1))
    (tmp_path / "meet").touch()

    async with puppets(2) as decoder:
        readings = await asyncio.gather(*(decoder.read_mask(first, mask, tmp_path / "overlay") for _ in range(2)))

    assert [reading.share for reading in readings] == [1, 1]
