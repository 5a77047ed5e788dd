"""kill -9 in each state of a job, and a start on the same data: promises 1 to 4 hold."""

from pathlib import Path

import pytest

from bot.sandbox.discord_api.furnish import MIRA
from tests.chaos.conftest import PICTURES, House

UNKNOWN = "nobody knows whether it finished"
NONCES_LIVE_S = 180.0


async def test_sent_and_queued(house: House) -> None:
    """Of two edits at the provider the outcome is unknown and told; the third was only queued, and is made."""
    house.sandbox.engine.plan({"hold": True}, {"hold": True})
    bot = await house.start()
    await house.ask()
    await house.ask()
    await house.sandbox.engine.books.until(waiting=2)
    await house.ask("general")
    await house.kill(bot)
    assert house.rows.states() == {1: "sent", 2: "sent", 3: "queued"}

    house.sandbox.engine.release()
    bot = await house.start()
    await house.at_rest(bot, 1, 2, 3)

    assert house.rows.states() == {1: "told", 2: "told", 3: "delivered"}
    assert house.posted() == ["edit-3-v1-1.png"]
    assert [attempt.state for attempt in house.rows.attempts()] == ["unknown", "unknown", "answered"]
    assert len(house.sandbox.engine.books.calls) == 3


async def test_sent_is_told_and_made_again_on_request(house: House) -> None:
    """The member is told in the thread and gets the hold back, the house books suspense, and Try again works."""
    house.sandbox.engine.plan({"hold": True})
    bot = await house.start()
    thread = await house.ask()
    await house.sandbox.engine.books.until(waiting=1)
    await house.kill(bot)

    await house.start()
    told = await house.mira.wait_for(
        lambda messages: next((one for one in messages if UNKNOWN in one["content"]), None), thread
    )
    after_the_restart = [call.client_request_id for call in house.sandbox.engine.books.calls]
    again = await house.mira.press(int(told["id"]), "Try again")

    assert after_the_restart == [house.rows.attempts()[0].id]
    entries = house.rows.entries(1)
    held = entries["house micro_usd"]["hold"]
    assert entries["house micro_usd"] == {"hold": held, "suspense": held}
    assert entries[f"user:{MIRA} micro_usd"] == {"hold": held, "release": held}
    assert entries[f"user:{MIRA} images"] == {"hold": 1, "release": 1}
    assert [file["filename"] for file in again.files] == ["edit-2-v1-1.png"]
    assert house.rows.states()[1] == "told"


async def test_running_while_it_waits_for_the_provider(house: House) -> None:
    """Killed between a refusal and the next try, an edit goes back to the queue: the refused call was not billed."""
    house.sandbox.engine.plan({"code": "rate_limit_exceeded", "headers": {"Retry-After": "60"}})
    bot = await house.start()
    await house.ask()
    await bot.logged("attempt_refused")
    await house.kill(bot)
    assert house.rows.states() == {1: "running"}

    bot = await house.start()
    await house.at_rest(bot, 1)

    assert house.rows.states() == {1: "delivered"}
    assert [attempt.state for attempt in house.rows.attempts()] == ["refused", "answered"]
    assert [call.status for call in house.sandbox.engine.books.calls] == [429, 200]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="The decoders of a process are found in Linux's /proc")
async def test_running_in_the_decoder(house: House) -> None:
    """Killed while its pictures are prepared, an edit goes back to the queue, and the decoder dies with the bot."""
    bot = await house.start()
    house.fault("POST", PICTURES)
    house.ask_on_the_way()
    await bot.logged("post_failed")
    bot.halt_children()
    house.mend()
    await house.status(1, "preparing")
    await house.kill(bot)
    assert house.rows.states() == {1: "running"}
    assert house.rows.attempts() == ()

    bot = await house.start()
    await house.at_rest(bot, 1)

    assert house.rows.states() == {1: "delivered"}
    assert len(house.sandbox.engine.books.calls) == 1


@pytest.mark.parametrize(
    ("how", "away_s"),
    [("before", 0), ("reset_after", NONCES_LIVE_S + 20)],
    ids=["refused", "answer lost, nonce forgotten"],
)
async def test_done_and_not_delivered(house: House, how: str, away_s: float) -> None:
    """A paid result is delivered after the start, and seen once, even where Discord had it and the answer was lost."""
    house.sandbox.engine.plan({"hold": True})
    bot = await house.start()
    thread = await house.ask()
    await house.sandbox.engine.books.until(waiting=1)
    house.fault("POST", rf"^/channels/{thread}/messages$", how=how)
    house.sandbox.engine.release()
    await bot.logged("post_failed")
    await house.kill(bot)
    assert house.rows.states() == {1: "done"}
    assert len(house.posted()) == (how == "reset_after")

    house.mend()
    house.time_passes(away_s)
    bot = await house.start()
    await house.at_rest(bot, 1)

    assert house.rows.states() == {1: "delivered"}
    assert house.posted() == ["edit-1-v1-1.png"]
    assert len(house.sandbox.engine.books.calls) == 1


async def test_seen_and_not_noted(house: House) -> None:
    """Killed in the moment in which the pictures appear, an edit is not delivered a second time."""
    bot = await house.start()
    await house.ask()
    await house.seen(1)
    await house.kill(bot)
    house.time_passes(NONCES_LIVE_S + 20)

    bot = await house.start()
    await house.at_rest(bot, 1)

    assert house.rows.states() == {1: "delivered"}
    assert house.posted() == ["edit-1-v1-1.png"]


async def test_delivered(house: House) -> None:
    """What is over stays over: after the start nothing of it is said or paid again."""
    bot = await house.start()
    await house.ask()
    await house.over(1)
    before = [(one.id, one.content) for one in house.said()]
    await house.ask()
    await house.seen(2)
    await house.kill(bot)
    # The first was written down before the second was placed.
    assert house.rows.states()[1] == "delivered"
    assert 1 not in house.rows.tickets()

    bot = await house.start()
    await house.ask()
    await house.at_rest(bot, 3)

    assert [(one.id, one.content) for one in house.said()][: len(before)] == before
    assert house.posted() == ["edit-1-v1-1.png", "edit-2-v1-1.png", "edit-3-v1-1.png"]
    assert len(house.sandbox.engine.books.calls) == 3


@pytest.mark.parametrize(
    ("how", "away_s"),
    [("before", 0), ("reset_after", 0), ("reset_after", NONCES_LIVE_S + 20)],
    ids=["refused", "answer lost", "answer lost, nonce forgotten"],
)
async def test_placed_and_not_announced(house: House, how: str, away_s: float) -> None:
    """An edit whose status message is uncertain is announced after the start, exactly once, and made."""
    bot = await house.start()
    house.fault("POST", PICTURES, how=how)
    house.ask_on_the_way()
    await bot.logged("post_failed")
    await house.kill(bot)
    assert house.sandbox.engine.books.calls == ()
    assert len(house.said()) == (how == "reset_after")

    house.mend()
    house.time_passes(away_s)
    bot = await house.start()
    await house.at_rest(bot, 1)

    assert house.rows.states() == {1: "delivered"}
    assert house.posted() == ["edit-1-v1-1.png"]
    assert len([one for one in house.said() if one.thread_id is not None]) == 1


async def test_announced_without_a_thread(house: House) -> None:
    """Killed between the status message and its thread, an edit gets its thread on the same message."""
    bot = await house.start()
    house.fault("POST", r"/threads$", how="reset_after")
    house.ask_on_the_way()
    await bot.logged("thread_failed")
    await house.kill(bot)

    house.mend()
    bot = await house.start()
    await house.at_rest(bot, 1)

    [status] = [one for one in house.said() if one.thread_id is not None]
    assert house.rows.states() == {1: "delivered"}
    assert [one.channel_id for one in house.said() if one.attachments] == [status.thread_id]


async def test_a_job_that_kills_the_process_twice(house: House) -> None:
    """After two deaths while it ran an edit is given up and told, even if the third start dies before it says so."""
    house.sandbox.engine.plan(*[{"code": "rate_limit_exceeded", "headers": {"Retry-After": "60"}}] * 3)
    bot = await house.start()
    await house.ask()
    await bot.logged("attempt_refused")
    await house.kill(bot)
    bot = await house.start()
    await bot.logged("attempt_refused")
    await house.kill(bot)
    bot = await house.starting()
    await bot.logged("job_recovered")
    await house.kill(bot)

    bot = await house.start()
    await house.at_rest(bot, 1)

    assert (house.rows.states(), house.rows.troubles()) == ({1: "told"}, {1: "Poisoned"})
    assert any("stopped me twice" in one.content for one in house.said())
    assert len(house.sandbox.engine.books.calls) == 2
    assert house.posted() == []
