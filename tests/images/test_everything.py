"""Everything that Pillow can write, whole and damaged: the bot takes it or says no, and never takes half of it.

Thousands of files, made by a seed that is printed with what fails. Each goes the whole way: looked at, decoded and
made ready by the decoder processes.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from bot.domain.errors import PictureUnknown, Refused
from bot.images.decoder import Decoder
from bot.workflow.ports import Preparation, Source
from tests.images.damage import TAILS, Damaged, Good, damaged, every_file

FILES = every_file()
TAKEN = frozenset({"PNG", "JPEG", "MPO", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"})
SEED = 20261120
CUTS, FLIPS = 20, 30
LONGEST_TURN_S = 0.1


async def outcome(decoder: Decoder, content: bytes, folder: Path) -> Image.Image | Refused:
    """What the bot makes of this file; anything but a picture or a refusal rises."""
    path = folder / "file"
    await asyncio.to_thread(path.write_bytes, content)
    preparation = Preparation(
        pictures=(Source(path, "file.png"),),
        mask=None,
        formats=("png", "jpeg", "webp"),
        picture_bytes=50_000_000,
        mask_bytes=0,
        square=False,
        model="gpt-image-2",
        folder=folder,
    )
    try:
        prepared = await decoder.prepare(preparation)
    except Refused as no:
        return no
    (sent,) = prepared.pictures
    made = await asyncio.to_thread(sent.path.read_bytes)
    assert not any(tail in made for tail in TAILS)
    picture = Image.open(BytesIO(made))
    picture.load()
    assert (picture.width, picture.height) == (sent.width, sent.height)
    assert Image.MIME[picture.format or ""] == sent.content_type
    return picture


def same(one: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures have the same pixels."""
    if one.size != other.size:
        return False
    return ImageChops.difference(one.convert("RGBA"), other.convert("RGBA")).getbbox(alpha_only=False) is None


@asynccontextmanager
async def unstalled() -> AsyncIterator[None]:
    """Fails where the loop's own thread worked for longer in one go.

    It counts the processor time of that thread: what else the machine does is not in it.
    """
    worst = 0.0

    async def watch() -> None:
        nonlocal worst
        while True:
            before = time.thread_time()
            await asyncio.sleep(0)
            worst = max(worst, time.thread_time() - before)
            await asyncio.sleep(0.001)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
    assert worst < LONGEST_TURN_S


def judged(good: Good, whole: Image.Image | Refused, case: Damaged, found: Image.Image | Refused) -> str | None:
    """What is wrong about an outcome, if anything."""
    if isinstance(found, Refused):
        if found.fields.get("name") != "file.png":
            return "the refusal does not name the file"
        return None if case.how.startswith(("cut", "bits")) or isinstance(whole, Refused) else "a tail was refused"
    if good.format not in TAKEN and not isinstance(whole, Image.Image):
        return None if case.how.startswith("bits") else "what is never taken was taken"
    if case.how.startswith("bits"):
        return None
    if isinstance(whole, Refused):
        return "damage made it welcome"
    return None if same(whole, found) else "half of it was taken"


def test_there_are_thousands_of_cases() -> None:
    """The number is that of the formats and modes that this Pillow writes."""
    assert len(FILES) * (CUTS + FLIPS + len(TAILS)) > 10_000
    assert {good.format for good in FILES} >= TAKEN


@pytest.mark.parametrize("format_", sorted({good.format for good in FILES}))
async def test_nothing_is_taken_by_half(format_: str, tmp_path: Path) -> None:
    """A whole file is taken or refused by its kind, a cut one never taken for less than it was, nothing else rises."""
    wrong = []
    async with Decoder() as decoder, unstalled():
        for good in (one for one in FILES if one.format == format_):
            whole = await outcome(decoder, good.content, tmp_path)
            if (format_ in TAKEN) != isinstance(whole, Image.Image):
                wrong.append((good.name, "whole", str(whole)))
            if format_ not in TAKEN:
                assert isinstance(whole, PictureUnknown)
            for case in damaged(good, SEED, cuts=CUTS, flips=FLIPS):
                found = await outcome(decoder, case.content, tmp_path)
                if why := judged(good, whole, case, found):
                    wrong.append((good.name, case.how, why))
    assert wrong == []
