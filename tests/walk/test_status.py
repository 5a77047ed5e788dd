"""The status message on the walk: it says how far the edit is, counts by itself, and is one message to the end."""

import re

from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Stage
from tests.walk.several import Row, providers
from tests.walk.sight import Json, edited, ended, of_bot, picture

ASKED, BEGUN = r"asked <t:\d+:R>", r"begun <t:\d+:R>"


async def seen(member: Member, acted: Acted, pattern: str) -> str:
    """What the status message says once it says this."""
    assert acted.status is not None
    message_id = acted.status["id"]

    def look(messages: list[Json]) -> str | None:
        [status] = [one for one in messages if one["id"] == message_id]
        return str(status["content"]) if re.search(pattern, status["content"]) else None

    return await member.wait_for(look, acted.status["channel_id"])


async def test_it_counts_by_itself(stage: Stage) -> None:
    """While the provider works the clock is the provider's; the end has none, and there was one message all along."""
    stage.sandbox.engine.plan({"hold": True})
    async with stage.bot(), stage.member() as mira:
        acted = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        working = await seen(mira, acted, "the provider is working")
        stage.sandbox.engine.release()
        done = await ended(mira, acted)
        public = await of_bot(mira)

    first, second = working.splitlines()
    assert re.fullmatch(r"Edit #1 · the provider is working · holds \$0\.\d+", first)
    assert re.fullmatch(rf"<@{stage.id_of('mira')}> · {BEGUN}", second)
    assert "<t:" not in (done.status or {})["content"]
    assert len(public) == 1


async def test_how_long_it_mostly_takes(stage: Stage) -> None:
    """After three edits of a kind the fourth is told how long such edits mostly take."""
    async with stage.bot(), stage.member() as mira:
        for _ in range(3):
            await edited(mira, images=[picture()], prompt="teal")
        stage.sandbox.engine.plan({"hold": True})
        acted = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        working = await seen(mira, acted, "the provider is working")
        stage.sandbox.engine.release()
        await ended(mira, acted)

    assert re.search(r"the provider is working · mostly \d+ s · holds", working)


async def test_a_queued_edit_says_when_it_was_asked(stage: Stage) -> None:
    """In the line the clock is the member's own."""
    stage.sandbox.engine.plan({"hold": True}, {"hold": True})
    async with stage.bot(), stage.member() as mira:
        under_way = [await mira.edit(images=[picture()], prompt="teal", wait="answer") for _ in range(2)]
        await stage.sandbox.engine.books.until(waiting=2)
        queued = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        waiting = await seen(mira, queued, "queued")
        stage.sandbox.engine.release()
        for one in (*under_way, queued):
            await ended(mira, one)

    assert re.search(ASKED, waiting.splitlines()[1])


async def test_calls_are_counted(stage: Stage) -> None:
    """Where a call gives one picture, an edit of two says that it is at the second of two."""
    stage.sandbox.engine.plan({}, {"hold": True})
    several = providers(stage, Row("anyfast", "anyfast"))
    async with stage.bot(**several), stage.member() as mira:
        acted = await mira.edit(images=[picture()], prompt="teal", options={"n": 2}, wait="answer")
        await stage.sandbox.engine.books.until(answered=1, waiting=1)
        second = await seen(mira, acted, "the provider is working · call 2 of 2")
        stage.sandbox.engine.release()
        await ended(mira, acted)

    assert second.startswith("Edit #1 · ")


async def test_previews_are_counted(stage: Stage) -> None:
    """A preview on the message says which of how many it is."""
    stage.sandbox.engine.plan({"hold": True})
    async with stage.bot(), stage.member() as mira:
        options: dict[str, str | int | bool] = {"quality": "low", "previews": 2}
        acted = await mira.edit(images=[picture()], prompt="teal", options=options, wait="answer")
        shown = await seen(mira, acted, "preview 2 of 2")
        stage.sandbox.engine.release()
        done = await ended(mira, acted)

    assert "the provider is working" in shown
    assert len(done.files) == 1


async def test_a_provider_that_breaks_off(stage: Stage) -> None:
    """An edit whose call is cut ends on the same message, without a clock that would count for ever."""
    stage.sandbox.engine.plan({"cut": "after_body"})
    async with stage.bot(), stage.member() as mira:
        done = await edited(mira, images=[picture()], prompt="teal")

    assert "outcome unknown" in (done.status or {})["content"]
    assert "<t:" not in (done.status or {})["content"]
