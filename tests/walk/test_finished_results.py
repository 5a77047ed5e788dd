"""What becomes of a result before it is posted, what is said of it, and what can be looked at beside it."""

import base64
import io
from typing import Any

import pytest
from PIL import Image

from bot.sandbox.samples import Samples
from tests.images.files import encoded
from tests.walk.conftest import Crowd
from tests.walk.good_files import QUARTERS, quarter_colours, quarters
from tests.walk.sight import (
    UNTOUCHED,
    Named,
    button_labels,
    edited,
    exhibited,
    is_private,
    mask,
    picture,
    private,
    size_of,
)
from tests.walk.test_ways_in import outside_is_unchanged

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("size", [(300, 200), (1203, 777), (900, 100)], ids=["small", "odd", "long"])
async def test_the_same_size_is_exactly_that(crowd: Crowd, size: tuple[int, int]) -> None:
    """A result can have the first picture's own width and height, whatever sizes the model makes."""
    prompt = f"same {size}"
    async with crowd.newcomer() as mira:
        acted = await edited(mira, images=[_ground(size)], prompt=prompt, options={"size": "same"})
        result = await mira.download(acted.files[0]["url"])

    made = crowd.form(prompt).text("size") or ""
    width, height = map(int, made.split("x"))
    assert size_of(result) == size
    assert (width, height) != size
    assert abs(width / height - min(3, size[0] / size[1])) < 0.1
    assert f" · {size[0]}x{size[1]} · " in acted.posted[0]["content"]


@pytest.mark.parametrize("size", [(640, 400), (400, 640), (500, 500)])
async def test_auto_is_the_shape_of_the_picture(crowd: Crowd, size: tuple[int, int]) -> None:
    """Without a size the model is asked for the one of its own that comes nearest to the first picture's shape."""
    prompt = f"auto {size}"
    async with crowd.newcomer() as mira:
        acted = await edited(mira, images=[_ground(size), picture()], prompt=prompt)
        result = await mira.download(acted.files[0]["url"])

    width, height = size_of(result)
    assert abs(width / height - size[0] / size[1]) < 0.03


async def test_a_result_says_what_it_is(crowd: Crowd) -> None:
    """The message says that AI edited it; each picture is described by the prompt, for whoever cannot see it."""
    async with crowd.newcomer() as mira:
        acted = await edited(mira, images=[_ground()], prompt="make it *snow*", options={"n": 2})

    assert acted.posted[0]["content"].splitlines()[0].endswith(" · edited by AI")
    assert [file["description"] for file in acted.files] == ["Edited picture: make it *snow*"] * 2


async def test_a_result_is_posted_as_it_came(crowd: Crowd) -> None:
    """Where nothing had to be done to it, every byte is the provider's, so that its mark of origin stays."""
    async with crowd.newcomer() as mira:
        acted = await edited(mira, images=[_ground()], prompt="as it came")
        result = await mira.download(acted.files[0]["url"])

    assert result in _answered(crowd)
    assert button_labels(acted.posted[0]) == UNTOUCHED


async def test_a_locked_result_keeps_the_format_that_was_asked_for(crowd: Crowd, samples: Samples) -> None:
    """With a mask it is a PNG, so that what was put back is exactly what was sent; a JPEG where one was wanted."""
    async with crowd.newcomer() as mira:
        files = {"images": [samples.picture], "mask": samples.mask}
        exact = await edited(mira, **files, prompt="locked")
        small = await edited(mira, **files, prompt="locked as JPEG", options={"format": "jpeg"})
        result = await mira.download(exact.files[0]["url"])

    assert [one.files[0]["filename"].rpartition(".")[2] for one in (exact, small)] == ["png", "jpg"]
    assert outside_is_unchanged(samples, result)


async def test_before_and_after(crowd: Crowd) -> None:
    """One picture with both side by side, described; the button works for whoever asked for the edit alone."""
    async with crowd.newcomer() as mira, crowd.newcomer() as ben:
        acted = await edited(mira, images=[_ground((512, 512))], mask=mask("right.png", (512, 512)), prompt="snow")
        theirs = await ben.press(int(acted.posted[0]["id"]), "Before/after", wait="answer")
        [(shown, content)] = await exhibited(mira, acted, "Before/after")

    with Image.open(io.BytesIO(content)) as opened:
        both = opened.convert("RGB")
    before = both.crop((0, 0, both.height, both.height))
    after = both.crop((both.width - both.height, 0, both.width, both.height))
    assert shown["description"] == "Before and after, side by side: snow"
    assert shown["filename"].rpartition(".")[0].endswith("-v1-1-compared")
    assert 1.9 < both.width / both.height < 2.2
    assert _apart(before, QUARTERS) < 30
    assert _apart(after, QUARTERS) > 30
    assert private(theirs).startswith("This button belongs to the member who asked for the edit.")
    assert is_private(theirs)


def _ground(size: tuple[int, int] = (512, 384)) -> Named:
    return "ground.png", encoded(quarters(size=size), "PNG")


def _apart(picture: Image.Image, colours: tuple[tuple[int, int, int], ...]) -> int:
    """By how many levels the quarters of a picture differ from these colours at most."""
    pairs = zip(quarter_colours(picture), colours, strict=True)
    return max(abs(a - b) for seen, wanted in pairs for a, b in zip(seen, wanted, strict=True))


def _answered(crowd: Crowd) -> list[bytes]:
    """Every picture that the image API has answered with."""
    answers: list[Any] = [one["response"] for one in crowd.stage.records("engine", "POST")]
    return [base64.b64decode(made["b64_json"]) for answer in answers for made in answer["data"]]
