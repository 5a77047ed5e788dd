"""Which attachment is the mask, and what becomes of it."""

import asyncio

from bot.sandbox.samples import Samples
from tests.walk.conftest import Stage
from tests.walk.sight import edited, file_fields, is_private, mask, of_bot, picture, quota
from tests.walk.test_ways_in import outside_is_unchanged


async def test_the_mask_is_the_option_or_the_file_that_is_named_so(stage: Stage) -> None:
    """The option wins whatever its name; else the file whose name ends in `mask`; the answer says which was taken."""
    # In two places, since Discord lets a bot change five messages of a channel in five seconds.
    async with stage.bot(), stage.member() as here, stage.member(channel="general") as there:
        by_option = await here.edit(images=[picture()], mask=mask("hole.png"), prompt="teal", wait="answer")
        await stage.answered(1)
        by_name = await here.edit(images=[picture(), mask("sky-MASK.png")], prompt="teal", wait="answer")
        await stage.answered(2)
        by_neither = await there.edit(images=[picture(), picture("hole.png")], prompt="teal", wait="answer")
        await stage.answered(3)
        alone = await there.edit(images=[mask("mask.png")], prompt="teal", wait="answer")
        await stage.answered(4)

    said = [acted.private["content"] for acted in (by_option, by_name, by_neither, alone) if acted.private]
    assert [text.partition("mask: ")[2] for text in said] == ["hole.png", "sky-MASK.png", "", ""]
    assert [file_fields(form) for form in stage.forms()] == [
        ["image", "mask"],
        ["image", "mask"],
        ["image[]"] * 2,
        ["image"],
    ]


async def test_a_mask_that_would_have_to_be_guessed_is_refused(stage: Stage) -> None:
    """Two files that are both named like masks, and a mask for a model that takes none, are refused in private."""
    async with stage.bot(), stage.member() as mira:
        two = await mira.edit(images=[picture(), mask("a-mask.png"), mask("b-mask.png")], prompt="teal")
        kontext = {"model": "flux-kontext-pro"}
        unsupported = await mira.edit(images=[picture()], mask=mask("hole.png"), options=kontext, prompt="teal")
        public, left = await of_bot(mira), await quota(mira)

    assert two.refused is not None
    assert two.refused.startswith("Both a-mask.png and b-mask.png look like masks")
    assert unsupported.refused == (
        "flux-kontext-pro cannot work with a mask. Leave hole.png out, or choose another model."
    )
    assert is_private(two)
    assert is_private(unsupported)
    assert public == []
    assert "20 of 20 left" in left
    assert "held" not in left
    assert stage.calls == ()


async def test_a_mask_that_does_not_fit_costs_nothing(stage: Stage) -> None:
    """A mask whose pixels show that it cannot work ends the edit before the provider is asked, and says why."""
    tall, opaque = mask("tall.png", (128, 256)), picture("opaque.png")
    async with stage.bot(), stage.member() as mira, stage.member("ben", "general") as ben, asyncio.TaskGroup() as both:
        shaped = both.create_task(edited(mira, images=[picture()], mask=tall, prompt="teal"))
        closed = both.create_task(edited(ben, images=[picture()], mask=opaque, prompt="teal"))
        told = [(await one).posted[0]["content"].partition(": ")[2] for one in (shaped, closed)]
        left = [await quota(one) for one in (mira, ben)]

    assert told == [
        "The mask tall.png is 128x256 and the first picture is 256x256. "
        "Make the mask the same size. Nothing was charged.",
        "The mask opaque.png has no transparent part, so nothing would change. "
        "Erase the area that should change and send it as PNG. Nothing was charged.",
    ]
    assert all("20 of 20 left" in one and "held" not in one for one in left)
    assert stage.calls == ()


async def test_outside_the_mask_every_pixel_stays(stage: Stage, samples: Samples) -> None:
    """With two results both are, outside the mask, what was sent."""
    async with stage.bot(), stage.member() as mira:
        acted = await edited(mira, images=[samples.picture], mask=samples.mask, prompt="violet", options={"n": 2})
        results = [await mira.download(file["url"]) for file in acted.files]

    assert [file["filename"] for file in acted.files] == ["edit-1-v1-1.png", "edit-1-v1-2.png"]
    assert all(outside_is_unchanged(samples, result) for result in results)
