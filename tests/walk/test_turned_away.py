"""Discord turns the bot away while it works."""

import asyncio

import pytest

from bot import app
from tests.walk.conftest import Stage
from tests.walk.sight import ended, picture


async def test_a_token_that_was_reset_lets_the_call_finish(stage: Stage) -> None:
    """The bot ends with a sentence, but not before what it is paying for is on disk; the next life delivers it."""
    stage.sandbox.engine.plan({"hold": True})
    stop, ready = asyncio.Event(), asyncio.Event()
    bot = asyncio.create_task(app.run(stage.settings(SHUTDOWN_GRACE_S="20"), stop, ready))
    await ready.wait()
    async with stage.member() as mira:
        asked = await mira.edit(images=[picture()], prompt="teal", wait="answer")
    await stage.sandbox.engine.books.until(waiting=1)

    stage.sandbox.discord.stage.gateway.token = "another"
    stage.sandbox.discord.stage.gateway.drop()
    await stop.wait()
    stage.sandbox.engine.release()

    with pytest.raises(app.CannotStart, match="Discord does not accept DISCORD_TOKEN"):
        await bot
    stage.sandbox.discord.stage.gateway.token = stage.sandbox.discord.token
    async with stage.bot(), stage.member() as mira:
        done = await ended(mira, asked)
    assert [file["filename"] for file in done.files] == ["edit-1-v1-1.png"]
    assert len(stage.calls) == 1
