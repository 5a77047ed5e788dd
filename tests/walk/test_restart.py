"""Two lives of the bot on the same data: what the first leaves, the second takes up."""

import asyncio

import pytest

from bot.sandbox.discord_api.faults import Fault, How
from bot.sandbox.discord_api.furnish import PICTURES
from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Stage
from tests.walk.sight import ended, of_bot, picture, quota, words

RESULT = rf"/channels/(?!{PICTURES})\d+/messages$"
ABRUPT = {"SHUTDOWN_GRACE_S": "0"}


async def test_commands_are_told_to_discord_once(stage: Stage) -> None:
    """A restart does not write the same commands again."""
    for _ in range(2):
        async with stage.bot(), stage.member() as mira:
            assert await quota(mira)

    assert stage.sandbox.discord.command_puts == 1


async def test_what_was_being_made_is_unknown_after_a_restart(stage: Stage) -> None:
    """A call that the first life could not wait for is told as unknown by the second, and *Try again* works there."""
    stage.sandbox.engine.plan({"hold": True})
    async with stage.bot(**ABRUPT), stage.member() as mira:
        asked = await _asked(mira)
        await stage.sandbox.engine.books.until(waiting=1)
    async with stage.bot(), stage.member() as mira:
        told = await ended(mira, asked)
        left = await quota(mira)
        again = await ended(mira, await mira.press(int(told.posted[0]["id"]), "Try again", wait="answer"))

    [said] = words(told.posted)
    assert said.startswith("Edit #1: The connection to the provider broke while the edit was being made")
    assert "**Pictures a day** · 20 of 20 left" in left
    assert "held" not in left
    assert len(again.files) == 1
    assert len({call.client_request_id for call in stage.calls}) == len(stage.calls) == 2


async def test_within_the_grace_a_call_is_waited_for(stage: Stage) -> None:
    """A call that ends in time is delivered by the life that made it."""
    stage.sandbox.engine.plan({"latency_s": 0.5})
    async with stage.bot(SHUTDOWN_GRACE_S="20"), stage.member() as mira:
        await _asked(mira)
        await stage.sandbox.engine.books.until(waiting=1)
    posted = [one for one in stage.sandbox.discord.world.attachments.values() if one.filename == "edit-1-v1-1.png"]

    assert len(posted) == 1
    assert len(stage.calls) == 1


async def test_whoever_has_come_in_is_answered_before_the_bot_leaves(stage: Stage) -> None:
    """A stop while a command and a mention are being served waits for both: placed, announced and answered."""
    faults = stage.sandbox.discord.faults
    faults.add(Fault("GET", "attachments", how="stall", delay_s=0.5, times=2))
    async with stage.member() as mira, stage.member("ben", "general") as ben:
        async with stage.bot():
            asking = asyncio.create_task(_asked(mira))
            mention = await ben.say("teal", [picture()])
            await stage.until(lambda: not faults.waiting)
        asked, noted = await asking, await ben.answer_to(int(mention["id"]), wait="answer")

    assert (asked.private or {})["content"].startswith("Edit #")
    assert asked.status is not None
    assert noted.status is not None


async def test_queued_edits_go_on(stage: Stage) -> None:
    """What nobody had begun is made by the second life, without a word or a hold too many."""
    stage.sandbox.engine.plan({"hold": True}, {"hold": True})
    async with stage.bot(**ABRUPT), stage.member() as mira, stage.member(channel="general") as elsewhere:
        for _ in range(2):
            await _asked(mira)
        await stage.sandbox.engine.books.until(waiting=2)
        queued = await _asked(elsewhere)
        cancelled = await _asked(elsewhere)
    async with stage.bot(), stage.member(channel="general") as elsewhere:
        pressed = await elsewhere.press(int((cancelled.status or {})["id"]), "Cancel", wait="answer")
        done = await ended(elsewhere, queued)
        said = await of_bot(elsewhere)

    assert "Edit #4" in (pressed.private or {})["content"]
    assert [file["filename"] for file in done.files] == ["edit-3-v1-1.png"]
    assert len(said) == 2


@pytest.mark.parametrize("how", ["before", "after"])
async def test_what_was_paid_for_is_delivered_by_the_next_life(stage: Stage, how: How) -> None:
    """Discord took no results in the first life, or took them and did not say so: they are in the thread once."""
    faults = stage.sandbox.discord.faults
    faults.add(Fault("POST", RESULT, 500, how=how, times=99))
    async with stage.bot(**ABRUPT), stage.member() as mira:
        asked = await _asked(mira)
        await stage.until(lambda: faults.waiting[0].times < 99)
    faults.clear()
    # Beyond the few minutes for which Discord remembers a nonce, only reading the thread can tell.
    stage.sandbox.clock.advance(600)
    async with stage.bot(), stage.member() as mira:
        done = await ended(mira, asked)

    assert [file["filename"] for file in done.files] == ["edit-1-v1-1.png"]
    assert (done.status or {})["content"].startswith("Edit #1 · done · v1")
    assert len(stage.calls) == 1


async def test_a_form_of_the_first_life_is_answered_in_the_second(stage: Stage) -> None:
    """The pictures that belonged to the form are forgotten, and the member is told how to go on."""
    async with stage.bot(), stage.member() as mira:
        message = await mira.say("", [picture()], mention=False)
        opened = await mira.menu("Edit picture", int(message["id"]), wait="answer")
    async with stage.bot(), stage.member() as mira:
        assert opened.modal is not None
        sent = await mira.submit(opened.modal, {"prompt": "teal"}, wait="answer")

    assert sent.refused == (
        "This form is too old, or I was restarted while you were writing. "
        "Right-click the message and choose Apps → Edit picture again."
    )
    assert stage.calls == ()


async def test_a_placed_edit_that_was_never_announced_is_announced_once(stage: Stage) -> None:
    """Discord refused the status message until the first life ended: the second posts it, and the picture."""
    faults = stage.sandbox.discord.faults
    faults.add(Fault("POST", rf"/channels/{PICTURES}/messages$", 500, times=99))
    stage.sandbox.engine.plan({"hold": True})
    async with stage.bot(**ABRUPT), stage.member() as mira:
        await mira.say("teal", [picture()])
        await stage.until(lambda: faults.waiting[0].times < 99)
    faults.clear()
    async with stage.bot(), stage.member() as mira:
        await stage.sandbox.engine.books.until(waiting=1)
        stage.sandbox.engine.release()
        [status] = await of_bot(mira)
        done = await ended(mira, Acted(status=status))

    assert len(done.files) == 1
    assert len(stage.calls) == 1


async def _asked(member: Member) -> Acted:
    return await member.edit(images=[picture()], prompt="teal", wait="answer")
