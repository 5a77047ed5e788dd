"""Being at Discord: login, reconnecting, and what ends it."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.chat.client import ApiMissing, DarkroomClient, IntentRefused, TokenRefused, intents
from bot.sandbox.clock import Clock
from bot.sandbox.discord_api.faults import Fault
from tests.chat.scene import PICTURE, Hurry, a_scene, at_home, discord_standin
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
            identified=book.identified,
            identifies=book.identifies,
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


@pytest.mark.parametrize("trouble", [{"how": "reset"}, {"status": 403}])
async def test_server_trouble_at_login(trouble: dict[str, str | int]) -> None:
    """A Discord that is down at the start, or keeps this address out for a while, is waited for."""
    clock = Clock()
    book = MemoryBook(clock, Steps())
    async with discord_standin(clock) as (server, url):
        server.faults.add(Fault.read({"method": "GET", "path": "/users/@me$", **trouble}))
        client = DarkroomClient(
            clock=clock,
            recall=book.recall,
            remember=book.remember,
            identified=book.identified,
            identifies=book.identifies,
            api_url=f"{url}/api/v10",
        )
        async with client, asyncio.TaskGroup() as group:
            serving = group.create_task(client.serve(server.token))
            await client.logged_in.wait()
            await at_home(client)
            await client.close()
            await serving

        assert server.command_puts == 1


async def test_no_discord_at_the_address() -> None:
    """An address under which no Discord is, such as one without its version, is said and not asked for ever."""
    clock = Clock()
    book = MemoryBook(clock, Steps())
    async with discord_standin(clock) as (server, url):
        client = DarkroomClient(
            clock=clock,
            recall=book.recall,
            remember=book.remember,
            identified=book.identified,
            identifies=book.identifies,
            api_url=url,
        )
        async with client:
            with pytest.raises(ApiMissing, match="/api/v10"):
                await client.serve(server.token)


class Stumbling(DarkroomClient):
    """A client whose login and connections fail as they are told to, and which is closed when nothing is left."""

    def __init__(self, *script: Exception) -> None:
        clock = Hurry()
        book = MemoryBook(clock, Steps())
        super().__init__(
            clock=clock,
            recall=book.recall,
            remember=book.remember,
            identified=book.identified,
            identifies=book.identifies,
        )
        self.script = list(script)

    async def login(self, token: str) -> None:
        if self.script and isinstance(self.script[0], discord.LoginFailure):
            raise self.script.pop(0)

    async def connect(self, *, reconnect: bool = True) -> None:
        if self.script:
            raise self.script.pop(0)
        await self.close()


async def test_first_handshake_fails() -> None:
    """discord.py gives up with an AttributeError, or on a malformed event; the bot connects again."""
    async with Stumbling(AttributeError("sequence"), KeyError("channel_id"), OSError()) as client:
        await client.serve("token")

        assert client.script == []
        assert client.is_closed()


async def test_token_that_was_reset() -> None:
    """A token that the gateway does not take any more ends the bot: asking again would not help."""
    refused = discord.ConnectionClosed(_Socket(), shard_id=None, code=4004)  # type: ignore[arg-type]
    async with Stumbling(refused) as client:
        with pytest.raises(TokenRefused):
            await client.serve("token")


class _Socket:
    close_code = 4004


def _setter(event: asyncio.Event) -> Callable[[], Coroutine[Any, Any, None]]:
    async def on_event() -> None:
        event.set()

    return on_event
