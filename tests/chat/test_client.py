"""Being at Discord: login, reconnecting, and what ends it."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from bot.chat.client import DarkroomClient, IntentRefused, TokenRefused, intents
from bot.sandbox.clock import Clock
from bot.sandbox.discord_api.faults import Fault
from tests.chat.scene import PICTURE, a_scene, at_home, discord_standin
from tests.standins import Steps
from tests.workflow.memory_book import MemoryBook


async def serve(token: str | None, *, message_content: bool = False) -> None:
    """A bot without rooms behind it, at a stand-in that does not allow the Message Content intent."""
    clock = Clock()
    book = MemoryBook(clock, Steps())
    async with discord_standin(clock) as (server, url):
        server.world.message_content_allowed = False
        client = DarkroomClient(
            clock=clock,
            recall=book.recall,
            remember=book.remember,
            message_content=message_content,
            api_url=f"{url}/api/v10",
        )
        async with client:
            await client.serve(token or server.token)


async def test_wrong_token() -> None:
    """A wrong token ends the bot with a sentence that names the setting."""
    with pytest.raises(TokenRefused, match="DISCORD_TOKEN"):
        await serve("not.the.token")


async def test_intent_that_is_not_allowed() -> None:
    """So does an intent that is not switched on at Discord."""
    with pytest.raises(IntentRefused, match="Message Content"):
        await serve(None, message_content=True)


def test_intents() -> None:
    """The bot hears servers and messages, and asks for nothing privileged unless a setting says so."""
    heard = {name for name, on in intents(message_content=False) if on}

    assert heard == {"guilds", "guild_messages", "dm_messages"}
    assert intents(message_content=True).message_content


@pytest.mark.parametrize("do", ["drop", "reconnect"])
async def test_gateway_trouble(tmp_path: Path, do: str) -> None:
    """After the gateway hung up in any way, the bot answers again."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        back = asyncio.Event()
        scene.client.add_listener(_setter(back), "on_resumed")
        scene.client.add_listener(_setter(back), "on_ready")
        await mira.lever("gateway", {"do": do})
        await back.wait()

        acted = await mira.edit(images=[("cat.png", PICTURE)], prompt="snow", wait="answer")

        assert acted.status is not None


async def test_server_trouble_at_login() -> None:
    """A Discord that is down at the start is waited for."""
    clock = Clock()
    book = MemoryBook(clock, Steps())
    async with discord_standin(clock) as (server, url):
        server.faults.add(Fault.read({"method": "GET", "path": "/users/@me$", "how": "reset", "times": 1}))
        client = DarkroomClient(clock=clock, recall=book.recall, remember=book.remember, api_url=f"{url}/api/v10")
        async with client, asyncio.TaskGroup() as group:
            serving = group.create_task(client.serve(server.token))
            await client.logged_in.wait()
            await at_home(client)
            await client.close()
            await serving

        assert server.command_puts == 1


def _setter(event: asyncio.Event) -> Callable[[], Coroutine[Any, Any, None]]:
    async def on_event() -> None:
        event.set()

    return on_event
