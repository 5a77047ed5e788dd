"""The three ways in, and the form: a picture goes in at Discord and an edit comes out in a thread."""

import io

import pytest
from PIL import Image, ImageChops

from bot.sandbox.member import Via
from bot.sandbox.samples import Samples
from tests.walk.conftest import Stage
from tests.walk.sight import edited


@pytest.mark.parametrize("via", ["slash", "menu", "reply", "modal"])
async def test_two_pictures_and_a_mask_come_back_in_a_thread(stage: Stage, samples: Samples, via: Via) -> None:
    """Each way in, two pictures and a mask named so end as one picture in a new thread, the same outside the mask."""
    async with stage.bot(), stage.sandbox.member("mira") as mira:
        pictures = [samples.picture, samples.second]
        acted = await edited(mira, via=via, images=pictures, mask=samples.mask, prompt="Make the sky violet")
        result = await mira.download(acted.files[0]["url"])

    assert acted.status is not None
    assert "mask: sky-mask.png" in acted.status["content"]
    assert acted.thread_id == int(acted.status["id"])
    assert [file["filename"] for file in acted.files] == ["edit-1-v1-1.png"]
    assert outside_is_unchanged(samples, result)
    [call] = stage.sandbox.engine.books.calls
    assert call.images == 2


def outside_is_unchanged(samples: Samples, result: bytes) -> bool:
    """Whether the decoded pixels outside the mask are those of the input, and some inside are not."""
    before = Image.open(samples.picture).convert("RGB")
    after = Image.open(io.BytesIO(result)).convert("RGB")
    outside = Image.open(samples.mask).getchannel("A").point(lambda alpha: 255 if alpha else 0)
    difference = ImageChops.difference(before, after).convert("L").point(lambda value: 255 if value else 0)
    return ImageChops.multiply(difference, outside).getbbox() is None and difference.getbbox() is not None
