"""Trouble at Discord's side: whatever it loses, repeats or cuts, an edit is placed once and seen once."""

import pytest

from bot.sandbox.discord_api.faults import Fault, How
from bot.sandbox.discord_api.furnish import PICTURES
from tests.walk.conftest import Stage
from tests.walk.sight import edited, ended, of_bot, picture, words

STATUS = rf"/channels/{PICTURES}/messages$"
RESULT = rf"/channels/(?!{PICTURES})\d+/messages$"
THREAD = r"/messages/\d+/threads$"


@pytest.mark.parametrize("how", ["after", "reset_after", "before", "reset"])
async def test_a_message_whose_answer_was_lost_is_seen_once(stage: Stage, how: How) -> None:
    """Discord fails or falls silent, having posted the message or not: the try that follows makes no second one."""
    stage.sandbox.discord.faults.add(*[Fault("POST", path, 500, how=how) for path in (STATUS, RESULT)])
    async with stage.bot(), stage.member() as mira:
        acted = await edited(mira, images=[picture()], prompt="teal")
        outside, inside = await of_bot(mira), await of_bot(mira, acted.thread_id)

    assert stage.sandbox.discord.faults.waiting == []
    assert [one["id"] for one in outside] == [(acted.status or {})["id"]]
    assert [len(one["attachments"]) for one in inside] == [1]
    assert len(stage.calls) == 1


async def test_a_rate_limit_of_discord_is_waited_out(stage: Stage) -> None:
    """A 429 on the status message, on the thread and on the results costs its time and nothing else."""
    limits = [Fault("POST", path, 429, retry_after=0.2, scope="shared") for path in (STATUS, THREAD, RESULT)]
    stage.sandbox.discord.faults.add(*limits)
    async with stage.bot(), stage.member() as mira:
        acted = await edited(mira, images=[picture()], prompt="teal")
        outside, inside = await of_bot(mira), await of_bot(mira, acted.thread_id)

    assert stage.sandbox.discord.faults.waiting == []
    assert len(outside) == 1
    assert [len(one["attachments"]) for one in inside] == [1]


@pytest.mark.parametrize("how", ["before", "after"])
async def test_a_thread_that_fails_once_is_opened_once(stage: Stage, how: How) -> None:
    """Whether Discord had opened it before it failed or not, there is one thread, and the results are in it."""
    stage.sandbox.discord.faults.add(Fault("POST", THREAD, 500, how=how))
    async with stage.bot(), stage.member() as mira:
        acted = await edited(mira, images=[picture()], prompt="teal")

    assert acted.thread_id is not None
    assert len(acted.files) == 1
    assert sum(one.thread is not None for one in stage.sandbox.discord.world.channels.values()) == 1


async def test_where_no_thread_can_be_opened_the_results_follow_in_the_channel(stage: Stage) -> None:
    """A server with as many threads as Discord allows still gets its picture, under the edit's number."""
    async with stage.bot(), stage.member() as mira:
        await mira.lever("guild", {"active_thread_cap": 0})
        acted = await edited(mira, images=[picture()], prompt="teal")

    assert acted.thread_id is None
    assert words(acted.posted)[0].startswith("Edit #1 · v1")
    assert len(acted.files) == 1


@pytest.mark.parametrize("how", ["after", "reset_after"])
async def test_an_acknowledgement_whose_answer_was_lost_counts(stage: Stage, how: How) -> None:
    """Discord took it and did not say so: the member sees thinking, and then the answer."""
    stage.sandbox.discord.faults.add(Fault("POST", "/callback$", 500, how=how))
    async with stage.bot(), stage.member() as mira:
        acted = await edited(mira, images=[picture()], prompt="teal")

    assert acted.refused is None
    assert len(acted.files) == 1


async def test_an_interaction_that_comes_twice_is_one_edit(stage: Stage) -> None:
    """Redelivered while the edit is under way and when it is over: one job, one message, one call."""
    stage.sandbox.engine.plan({"hold": True})
    async with stage.bot(), stage.member() as mira:
        acted = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        await stage.sandbox.engine.books.until(waiting=1)
        await _redelivered(stage)
        stage.sandbox.engine.release()
        done = await ended(mira, acted)
        await _redelivered(stage)
        following = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        await stage.answered(2)
        said = await of_bot(mira)

    assert len(done.files) == 1
    assert [one["id"] for one in said] == [(one.status or {})["id"] for one in (done, following)]
    assert (following.status or {})["content"].startswith("Edit #2 ")
    assert len(stage.calls) == 2


async def test_a_mention_that_comes_twice_is_one_edit(stage: Stage) -> None:
    """After a resume the gateway may say again what it said: a message still asks for one edit."""
    async with stage.bot(), stage.member() as mira:
        asked = await mira.say("teal", [picture()])
        first = await mira.answer_to(int(asked["id"]), wait="answer")
        done = await ended(mira, first)
        await mira.lever("gateway", {"do": "replay", "count": 100})
        following = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        await stage.answered(2)
        said = await of_bot(mira)

    assert len(done.files) == 1
    assert [one["id"] for one in said] == [(one.status or {})["id"] for one in (done, following)]
    assert (following.status or {})["content"].startswith("Edit #2 ")


@pytest.mark.parametrize("trouble", ["drop", "reconnect", "invalidate"])
async def test_a_gateway_that_goes_away_costs_no_edit(stage: Stage, trouble: str) -> None:
    """An edit under way is delivered, and the next command is heard once the bot is back."""
    stage.sandbox.engine.plan({"hold": True})
    async with stage.bot(), stage.member() as mira, stage.member("ben", "general") as ben:
        acted = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        await stage.sandbox.engine.books.until(waiting=1)
        await mira.lever("gateway", {"do": trouble})
        stage.sandbox.engine.release()
        done = await ended(mira, acted)
        await stage.until(lambda: _welcomed(stage))
        following = await edited(ben, images=[picture()], prompt="teal")

    assert len(done.files) == 1
    assert len(following.files) == 1


async def _redelivered(stage: Stage) -> None:
    """Deliver the last interaction once more, and wait until the bot has answered that too."""
    before = len(stage.records("discord", "PATCH", "/webhooks/"))
    async with stage.member() as anyone:
        await anyone.lever("redeliver", {})
    await stage.until(lambda: len(stage.records("discord", "PATCH", "/webhooks/")) > before)


def _welcomed(stage: Stage) -> bool:
    """Whether the bot was let in a second time."""
    heard = [str(one["path"]) for one in stage.records("gateway", "DISPATCH")]
    return heard.count("RESUMED") + heard.count("READY") >= 2
