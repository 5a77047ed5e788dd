"""How many pictures go in, and in which order they reach the provider."""

from bot.sandbox.discord_api.faults import Fault
from tests.walk.conftest import Stage
from tests.walk.sight import edited, file_fields, numbered, quota, widths


async def test_one_picture_is_an_image_and_several_are_a_list(stage: Stage) -> None:
    """One picture travels in the field `image`, several in `image[]` in the order of the options."""
    async with stage.bot(), stage.member() as mira:
        for calls, pictures in enumerate((1, 3), 1):
            await mira.edit(images=numbered(pictures), prompt="teal", wait="answer")
            await stage.answered(calls)

    one, several = stage.forms()
    assert file_fields(one) == ["image"]
    assert file_fields(several) == ["image[]"] * 3
    assert widths(several) == [1, 2, 3]


async def test_sixteen_pictures_come_by_reply_in_order(stage: Stage) -> None:
    """Ten pictures of a message and six of the reply to it arrive as sixteen, the message's first."""
    async with stage.bot(), stage.member() as mira:
        acted = await edited(mira, via="reply", images=numbered(10), own_images=numbered(6, start=11), prompt="teal")

    assert len(acted.files) == 1
    [form] = stage.forms()
    assert widths(form) == list(range(1, 17))


async def test_the_seventeenth_picture_is_refused_before_anything_is_fetched(stage: Stage) -> None:
    """Seventeen pictures get a sentence, whichever way they come; none is downloaded, held for or queued."""
    # The first download would meet this fault and use it up.
    stage.sandbox.discord.faults.add(Fault("GET", "attachments", 404))
    async with stage.bot(), stage.member() as mira:
        by_form = await edited(mira, via="menu", images=numbered(10), own_images=numbered(7, start=11), prompt="teal")
        by_reply = await mira.say(
            "teal", numbered(7, start=11), reply_to=int((await mira.say("", numbered(10), mention=False))["id"])
        )
        said = await mira.wait_for(lambda seen: _answer_to(seen, by_reply["id"]))
        left = await quota(mira)
        untouched = bool(stage.sandbox.discord.faults.waiting)
        stage.sandbox.discord.faults.clear()
        next_one = await mira.edit(images=numbered(1), prompt="teal", wait="answer")

    sentence = "That is 17 pictures, and gpt-image-2 takes at most 16. Leave some out and send it again."
    assert by_form.refused == sentence
    assert said == sentence
    assert untouched
    assert "20 of 20 left" in left
    assert "held" not in left
    assert next_one.status is not None
    assert next_one.status["content"].startswith("Edit #1 ")


async def test_ten_attachments_of_a_message_and_ten_uploads_keep_their_order(stage: Stage) -> None:
    """The form's uploads follow the message's pictures, in the order in which the member chose them."""
    # In two places, since Discord lets a bot change five messages of a channel in five seconds.
    async with stage.bot(), stage.member() as here, stage.member(channel="general") as there:
        await here.edit(via="menu", images=numbered(10), prompt="teal", wait="answer")
        await stage.answered(1)
        # The sandbox hands the uploads over in another order than the member's every second time.
        for calls, place in ((2, here), (3, there)):
            own = numbered(4, start=3)
            await place.edit(via="menu", images=numbered(2), own_images=own, prompt="teal", wait="answer")
            await stage.answered(calls)
        await there.edit(via="modal", images=numbered(10), prompt="teal", wait="answer")
        await stage.answered(4)

    assert [widths(form) for form in stage.forms()] == [
        list(range(1, 11)),
        [1, 2, 3, 4, 5, 6],
        [1, 2, 3, 4, 5, 6],
        list(range(1, 11)),
    ]


def _answer_to(seen: list[dict[str, object]], message_id: str) -> str | None:
    """What answers this message in so many words."""
    for one in seen:
        reference = one.get("message_reference")
        if isinstance(reference, dict) and reference["message_id"] == message_id:
            return str(one["content"])
    return None
