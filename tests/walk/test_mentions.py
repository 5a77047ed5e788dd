"""Asking by a message that mentions the bot, most of all when nothing comes of it."""

from collections.abc import Callable

from bot.sandbox.discord_api.furnish import BOT
from tests.walk.conftest import Stage
from tests.walk.sight import Json, edited, mask, numbered, of_bot, picture, widths

RIGHT_CLICK = "I can't see the picture you replied to. Right-click that message and choose Apps → Edit picture instead."


async def test_a_refused_mention_gets_one_short_reply_that_is_removed(stage: Stage) -> None:
    """Whatever was wrong is said in one reply without a ping, and twenty seconds later nothing is left of it."""
    async with stage.bot(MESSAGE_CONTENT="off"), stage.member() as mira, stage.member("ben", "general") as ben:
        hidden = await mira.say("", [picture()], mention=False)
        asked = {
            RIGHT_CLICK: await mira.say("teal", reply_to=int(hidden["id"])),
            "Both a-mask.png and b-mask.png look like masks": await mira.say(
                "teal", [picture(), mask("a-mask.png"), mask("b-mask.png")]
            ),
            "There is no picture here.": await ben.say("make it teal"),
            "There is no wish yet.": await ben.say("", [picture()]),
        }
        replies = [
            (sentence, await one.wait_for(_answer_to(asked[sentence])))
            for one, sentences in ((mira, [*asked][:2]), (ben, [*asked][2:]))
            for sentence in sentences
        ]
        for one in (mira, ben):
            await one.wait_for(lambda seen: None if _own(seen) else True)

    for sentence, reply in replies:
        assert reply["content"].startswith(sentence)
        assert reply["mentions"] == []
    assert len(stage.records("discord", "DELETE", "/messages/")) == len(replies)
    assert len(stage.records("discord", "POST", "/messages")) == len(replies)
    assert stage.calls == ()


async def test_the_picture_of_another_is_seen_by_intent_only(stage: Stage) -> None:
    """Without the Message Content intent a reply to somebody's picture points to the right-click; with it, it works."""
    async with stage.bot(MESSAGE_CONTENT="off"), stage.member() as mira:
        without = await mira.edit(via="reply", images=numbered(1), prompt="teal", wait="answer")
    async with stage.bot(MESSAGE_CONTENT="on"), stage.member(channel="general") as mira:
        granted = await mira.edit(via="reply", images=numbered(2), prompt="teal", wait="answer")
        await stage.answered(1)

    assert without.refused == RIGHT_CLICK
    assert granted.refused is None
    assert granted.status is not None
    assert [widths(form) for form in stage.forms()] == [[1, 2]]


async def test_the_bots_own_picture_needs_no_intent(stage: Stage) -> None:
    """A reply to a result edits it further, in the same thread; so does a picture that is sent with the mention."""
    async with stage.bot(MESSAGE_CONTENT="off"), stage.member() as mira:
        first = await edited(mira, images=[picture(size=(1024, 1024))], prompt="teal")
        async with stage.member(channel=first.thread_id or 0) as inside:
            asked = await inside.say("and now violet", reply_to=int(first.posted[0]["id"]))
            second = await inside.answer_to(int(asked["id"]))
        own = await mira.say("violet", [picture()])
        third = await mira.answer_to(int(own["id"]), wait="answer")
        await stage.answered(3)

    assert second.status is not None
    assert int(second.status["channel_id"]) == first.thread_id
    assert [file["filename"] for file in second.files] == ["edit-2-v2-1.png"]
    assert third.status is not None
    assert [form.text("prompt") for form in stage.forms()] == ["teal", "and now violet", "violet"]


async def test_talk_about_the_bot_is_no_order(stage: Stage) -> None:
    """A mention in the middle of a sentence without a picture is left alone, and so is another bot."""
    async with stage.bot(), stage.member() as mira:
        await mira.say(f"I like what <@{BOT}> made yesterday", mention=False)
        await mira.say("just talking", mention=False)
        after = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        said = await of_bot(mira)

    assert after.status is not None
    assert [one["id"] for one in said] == [after.status["id"]]


def _answer_to(asked: Json) -> Callable[[list[Json]], Json | None]:
    def look(seen: list[Json]) -> Json | None:
        answers = [one for one in seen if (one.get("message_reference") or {}).get("message_id") == asked["id"]]
        return next((one for one in answers if one["author"]["id"] == str(BOT)), None)

    return look


def _own(seen: list[Json]) -> list[Json]:
    return [one for one in seen if one["author"]["id"] == str(BOT)]
