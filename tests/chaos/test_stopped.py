"""SIGTERM: what is in flight is let finish or parked, nothing new is taken, and the process ends with 0."""

from tests.chaos.conftest import PICTURES, House


async def test_an_impatient_operator(house: House) -> None:
    """Ctrl-C is the same, and more signals change nothing: the end is as orderly as with one."""
    bot = await house.start()
    bot.interrupt()
    bot.interrupt()
    bot.terminate()

    assert (await house.stopped(bot)).code == 0


async def test_while_discord_is_away(house: House) -> None:
    """An edit that cannot be announced is parked, nothing is begun on the way out, and neither counts as a crash."""
    bot = await house.start(SHUTDOWN_GRACE_S="0")
    house.fault("POST", PICTURES)
    house.ask_on_the_way()
    await bot.logged("post_failed")
    bot.terminate()
    assert (await house.stopped(bot)).code == 0
    assert house.rows.states() == {1: "queued"}
    house.fault("GET", "^/users/@me$", how="reset")
    bot = await house.starting()
    await bot.logged("discord_lost")
    bot.terminate()
    assert (await house.stopped(bot)).code == 0
    assert house.rows.states() == {1: "queued"}

    house.mend()
    bot = await house.start()
    await house.at_rest(bot, 1)

    assert house.rows.states() == {1: "delivered"}
    assert len(house.sandbox.engine.books.calls) == 1


async def test_a_call_that_ends_in_time(house: House) -> None:
    """A call in flight is let finish and its result delivered; meanwhile a new edit is refused and nothing held."""
    house.sandbox.engine.plan({"hold": True})
    bot = await house.start()
    await house.ask()
    await house.sandbox.engine.books.until(waiting=1)
    bot.terminate()
    await bot.logged("stopping")
    refused = await house.mira.edit(images=[("cat.png", b"")], prompt="x", wait="answer")
    house.sandbox.engine.release()
    ended = await house.stopped(bot)

    assert ended.code == 0
    assert refused.refused == "I am being restarted. Send it again in a minute."
    assert house.rows.states() == {1: "delivered"}
    assert house.posted() == ["edit-1-v1-1.png"]


async def test_a_call_that_does_not_end_in_time(house: House) -> None:
    """After the grace a call is given up as unknown, which the next start tells; what waits in the queue stays."""
    house.sandbox.engine.plan({"hold": True}, {"hold": True})
    bot = await house.start(SHUTDOWN_GRACE_S="0.2")
    for channel in ("pictures", "pictures", "general"):
        await house.ask(channel)
    await house.sandbox.engine.books.until(waiting=2)
    bot.terminate()
    ended = await house.stopped(bot)

    assert ended.code == 0
    assert house.rows.states() == {1: "unknown", 2: "unknown", 3: "queued"}
    house.sandbox.engine.release()
    bot = await house.start()
    await house.at_rest(bot, 1, 2, 3)
    assert house.rows.states() == {1: "told", 2: "told", 3: "delivered"}
    assert len(house.sandbox.engine.books.calls) == 3


async def test_a_wait_is_parked(house: House) -> None:
    """An edit that waits for its next try goes back to the queue, and is made by the next start."""
    house.sandbox.engine.plan({"code": "rate_limit_exceeded", "headers": {"Retry-After": "60"}})
    bot = await house.start(SHUTDOWN_GRACE_S="0")
    await house.ask()
    await bot.logged("attempt_refused")
    bot.terminate()
    assert (await house.stopped(bot)).code == 0
    assert house.rows.states() == {1: "queued"}

    bot = await house.start()
    await house.at_rest(bot, 1)

    assert house.rows.states() == {1: "delivered"}
    assert [call.status for call in house.sandbox.engine.books.calls] == [429, 200]
