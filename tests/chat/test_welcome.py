"""Coming to a server and going: who is greeted, where, how often, and what is noted of it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.domain.deed import Decider
from bot.domain.guild import Setting
from bot.domain.request import HouseRules
from bot.sandbox.clock import Clock
from bot.sandbox.discord_api.furnish import BOT, GUILD, OTHER_GUILD, add_channel, add_guild, add_other_server
from bot.sandbox.discord_api.permissions import Permission
from bot.sandbox.discord_api.world import ChannelKind, Overwrite
from bot.sandbox.discord_server import DiscordServer
from bot.words.welcome import greeting
from tests.chat.scene import Scene, a_bot, a_scene, discord_standin
from tests.standins import Steps
from tests.workflow.memory_book import MemoryBook

HELLO = "Hello! I edit pictures"
ADMIN = Decider(7, OTHER_GUILD)


async def until(look: Callable[[], bool]) -> None:
    """Return when it is so; the test's own deadline is for when it never is."""
    while not look():  # noqa: ASYNC110 - the bot's own notes ring no bell
        await asyncio.sleep(0.01)


async def noted(scene: Scene, guild_id: int = OTHER_GUILD, *, there: bool = True) -> None:
    """Return when the bot has noted that it is there, or has gone, and has done what follows of it."""
    await until(lambda: guild_id in scene.guilds.left_at and (scene.guilds.left_at[guild_id] is None) is there)
    await settled()


async def settled() -> None:
    """Give what follows of an event the time to happen."""
    await asyncio.sleep(0.2)


def greetings(scene: Scene) -> list[tuple[str | None, str]]:
    """Every greeting that stands anywhere: the channel's name, None for a direct message, and the text."""
    world = scene.server.world
    return [
        (None if channel.guild_id is None else channel.name, message.content)
        for channel in world.channels.values()
        for message in channel.messages.values()
        if message.author_id == BOT and message.content.startswith(HELLO)
    ]


def where(scene: Scene) -> list[str | None]:
    """In which channels there are greetings."""
    return [channel for channel, _ in greetings(scene)]


async def lever(scene: Scene, path: str, payload: dict[str, Any]) -> None:
    async with scene.member() as mira:
        await mira.lever(path, payload)


def silence(server: DiscordServer) -> None:
    """Have nobody write in the other server's one channel."""
    [channel] = [one for one in server.world.channels.values() if one.name == "elsewhere"]
    channel.overwrites.append(Overwrite(OTHER_GUILD, 0, deny=int(Permission.SEND_MESSAGES)))


async def invited(scene: Scene) -> None:
    """The bot comes to another server, and has said what it has to say."""
    await lever(scene, "other-server", {"bot": True})
    await noted(scene)


async def test_a_server_is_greeted(tmp_path: Path) -> None:
    """Whoever invites the bot is told once what it does, that it can work, and where to go on."""
    async with a_scene(tmp_path) as scene:
        await invited(scene)

        assert greetings(scene) == [("elsewhere", greeting((), "en-US"))]


async def test_it_stands_where_newcomers_are_announced(tmp_path: Path) -> None:
    """The system channel is asked before the first one."""
    async with discord_standin(Clock()) as (server, url):
        guild = add_other_server(server.world, bot_inside=False)
        guild.system_channel = add_channel(server.world, guild, "hallway").id
        book = MemoryBook(Clock(), Steps())
        async with a_bot(server, url, Clock(), book, tmp_path) as scene:
            await lever(scene, "guild", {"guild": str(OTHER_GUILD), "bot": True})
            await noted(scene)

            assert where(scene) == ["hallway"]


async def test_the_first_channel_that_takes_it(tmp_path: Path) -> None:
    """Where the first ones are closed to the bot, or refuse it after all, the next is tried."""
    async with discord_standin(Clock()) as (server, url):
        guild = add_other_server(server.world, bot_inside=False)
        silence(server)
        for name, kind in (("news", ChannelKind.NEWS), ("second", ChannelKind.TEXT), ("third", ChannelKind.TEXT)):
            add_channel(server.world, guild, f"other-{name}", kind)
        book = MemoryBook(Clock(), Steps())
        async with a_bot(server, url, Clock(), book, tmp_path) as scene:
            fault = {"method": "POST", "path": "/messages$", "status": 403, "code": 50013, "message": "no"}
            await lever(scene, "faults", [fault])  # type: ignore[arg-type] # the one lever that takes a list
            await lever(scene, "guild", {"guild": str(OTHER_GUILD), "bot": True})
            await noted(scene)

            assert where(scene) == ["other-third"]


@pytest.mark.parametrize("takes_messages", [True, False])
async def test_no_channel_takes_it(tmp_path: Path, takes_messages: bool) -> None:
    """Where the bot may write nowhere the owner is told, and where they take no messages nobody is; nothing breaks."""
    async with discord_standin(Clock()) as (server, url):
        guild = add_other_server(server.world, bot_inside=False)
        silence(server)
        book = MemoryBook(Clock(), Steps())
        async with a_bot(server, url, Clock(), book, tmp_path) as scene:
            await lever(scene, "members", {"name": "otto", "accepts_dms": takes_messages})
            await lever(scene, "guild", {"guild": str(guild.id), "bot": True})
            await noted(scene)

            assert where(scene) == ([None] if takes_messages else [])


async def test_missing_permissions_are_named(tmp_path: Path) -> None:
    """What no role of the bot gives is said by the names that Discord's settings have."""
    async with discord_standin(Clock()) as (server, url):
        guild = add_other_server(server.world)
        for role in guild.roles.values():
            role.permissions &= ~int(Permission.ATTACH_FILES | Permission.CREATE_PUBLIC_THREADS)
        guild.members[BOT].joined_at = server.world.clock.now()
        book = MemoryBook(Clock(), Steps())
        async with a_bot(server, url, Clock(), book, tmp_path) as scene:
            await noted(scene)

            [(_, said)] = greetings(scene)
            assert "**Create Public Threads**, **Attach Files**" in said


async def test_a_server_that_was_joined_meanwhile(tmp_path: Path) -> None:
    """Joined while the bot was away: greeted when it is back, and not again when the connection is made anew."""
    async with discord_standin(Clock()) as (server, url):
        add_other_server(server.world).members[BOT].joined_at = server.world.clock.now()
        async with a_bot(server, url, Clock(), MemoryBook(Clock(), Steps()), tmp_path) as scene:
            await noted(scene)
            assert where(scene) == ["elsewhere"]

            await lever(scene, "gateway", {"do": "invalidate"})
            await until(lambda: len(scene.client.guilds) == 2)
            await settled()
            assert where(scene) == ["elsewhere"]


async def test_two_hundred_servers_at_the_first_start(tmp_path: Path) -> None:
    """A bot that begins a new database in many servers notes them all and greets the one that is new."""
    async with discord_standin(Clock()) as (server, url):
        world = server.world
        for number in range(200):
            add_channel(world, add_guild(world, OTHER_GUILD + number, f"Server {number}"), f"lobby-{number}")
        world.guilds[OTHER_GUILD + 77].members[BOT].joined_at = world.clock.now() - 3600
        async with a_bot(server, url, Clock(), MemoryBook(Clock(), Steps()), tmp_path) as scene:
            await until(lambda: len(scene.guilds.left_at) == 201)
            await until(lambda: bool(greetings(scene)))
            await settled()

            assert where(scene) == ["lobby-77"]


async def test_a_join_that_is_told_twice(tmp_path: Path) -> None:
    """Discord may repeat an event; nobody is greeted twice for it."""
    async with a_scene(tmp_path) as scene:
        await invited(scene)
        await lever(scene, "gateway", {"do": "replay", "count": 2})
        await settled()

        assert where(scene) == ["elsewhere"]


async def test_leaving_and_coming_back(tmp_path: Path) -> None:
    """That it left is noted; who invites it again is greeted again, in the language chosen before."""
    async with a_scene(tmp_path) as scene:
        await invited(scene)
        await scene.guilds.change(ADMIN, Setting.LANGUAGE, ("zh-CN",))
        await lever(scene, "guild", {"guild": str(OTHER_GUILD), "bot": False})
        await noted(scene, there=False)
        scene.clock.advance(5)
        await lever(scene, "guild", {"guild": str(OTHER_GUILD), "bot": True})
        await noted(scene)
        texts = [one.content for one in _said_in(scene, "elsewhere")]

    assert texts == [greeting((), "en-US"), greeting((), "zh-CN")]


async def test_an_outage_is_not_leaving(tmp_path: Path) -> None:
    """A server that is out of order is neither noted as left nor greeted when it is back."""
    async with a_scene(tmp_path) as scene:
        await invited(scene)
        for out in (True, False):
            await lever(scene, "guild", {"guild": str(OTHER_GUILD), "unavailable": out})
            await settled()

        assert scene.guilds.left_at[OTHER_GUILD] is None
        assert where(scene) == ["elsewhere"]


async def test_joined_during_an_outage(tmp_path: Path) -> None:
    """A server that was joined while the bot was away and is out of order is greeted when it can be seen."""
    async with discord_standin(Clock()) as (server, url):
        guild = add_other_server(server.world)
        guild.members[BOT].joined_at, guild.unavailable = server.world.clock.now(), True
        async with a_bot(server, url, Clock(), MemoryBook(Clock(), Steps()), tmp_path) as scene:
            await noted(scene)
            assert where(scene) == []

            await lever(scene, "guild", {"guild": str(OTHER_GUILD), "unavailable": False})
            await until(lambda: bool(greetings(scene)))
            assert where(scene) == ["elsewhere"]


async def test_where_the_operator_takes_no_edits(tmp_path: Path) -> None:
    """In a server that is not among those of the house the bot says nothing."""
    async with a_scene(tmp_path, rules=HouseRules(frozenset({GUILD}))) as scene:
        await invited(scene)

        assert where(scene) == []


async def test_the_language_of_the_server(tmp_path: Path) -> None:
    """A greeting is in the language that the server has at Discord."""
    async with discord_standin(Clock()) as (server, url):
        add_other_server(server.world, bot_inside=False).locale = "zh-CN"
        async with a_bot(server, url, Clock(), MemoryBook(Clock(), Steps()), tmp_path) as scene:
            await lever(scene, "guild", {"guild": str(OTHER_GUILD), "bot": True})
            await noted(scene)

            assert [one.content for one in _said_in(scene, "elsewhere")] == [greeting((), "zh-CN")]


@pytest.mark.parametrize("refused", [False, True])
async def test_somebody_who_mentions_it_sees_it_type(tmp_path: Path, refused: bool) -> None:
    """While a mention is read the bot shows that it is at it; where that fails the edit is placed all the same."""
    fault = {"method": "POST", "path": "/typing$", "status": 403, "code": 50013, "message": "no"}
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await mira.lever("faults", [fault] if refused else [])
        asked = await mira.say("make it snow", [("cat.png", b"png 64x64")])
        acted = await mira.answer_to(int(asked["id"]), wait="answer")

        assert acted.status is not None
        assert len(scene.book.jobs) == 1
        assert not scene.server.stage.faults.waiting


def _said_in(scene: Scene, name: str) -> list[Any]:
    world = scene.server.world
    [channel] = [one for one in world.channels.values() if one.name == name]
    return [one for one in channel.messages.values() if one.author_id == BOT]
