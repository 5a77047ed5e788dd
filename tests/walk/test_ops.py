"""The operator's door of the real bot: what it has counted, and whether it can work."""

import asyncio
import json
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.sandbox.discord_api.faults import Fault
from tests.walk.conftest import Stage
from tests.walk.sight import edited, picture

LOCAL = "127.0.0.1"
EVERY_S = 0.05
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


class Door:
    """What an operator sees at the door of a bot."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url

    async def ready(self) -> tuple[int, dict[str, object]]:
        """The status and the words of /readyz."""
        async with self._session.get(f"{self._url}/readyz") as answer:
            return answer.status, json.loads(await answer.text())

    async def until(self, status: int) -> dict[str, object]:
        """What /readyz says once it has this status."""
        async with asyncio.timeout(60):
            while (now := await self.ready())[0] != status:  # noqa: ASYNC110 - a door can only be asked
                await asyncio.sleep(EVERY_S)
        return now[1]

    async def alive(self) -> int:
        """The status of /healthz."""
        async with self._session.get(f"{self._url}/healthz") as answer:
            return answer.status

    async def metrics(self) -> Samples:
        """Every sample of /metrics by its name and labels."""
        async with self._session.get(f"{self._url}/metrics") as answer:
            families = list(text_string_to_metric_families(await answer.text()))
        return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


@asynccontextmanager
async def opened(stage: Stage, **settings: str) -> AsyncGenerator[Door, None]:
    """The bot with its door open."""
    port = free_port()
    async with stage.bot(OPS_BIND=f"{LOCAL}:{port}", **settings), aiohttp.ClientSession() as session:
        yield Door(session, f"http://{LOCAL}:{port}")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.create_server((LOCAL, 0)) as server:
        return int(server.getsockname()[1])


def of(samples: Samples, name: str, **labels: str) -> float:
    """One sample; nothing counted is nothing there."""
    return samples.get((f"darkroom_{name}", frozenset(labels.items())), 0.0)


class Relay:
    """A line to the stand-in's gateway that can be cut, and stays cut until it is mended."""

    def __init__(self, port: int) -> None:
        self._to, self._whole = port, True
        self._lines: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def laid(self) -> AsyncGenerator[int, None]:
        """The port at which it begins."""
        server = await asyncio.start_server(self._carry, LOCAL, 0)
        try:
            yield int(server.sockets[0].getsockname()[1])
        finally:
            self.cut()
            server.close()

    def cut(self) -> None:
        """Break what is connected, and let nobody through."""
        self._whole = False
        for line in self._lines:
            line.transport.abort()

    def mend(self) -> None:
        """Let everybody through again."""
        self._whole = True

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        there_reader, there = await asyncio.open_connection(LOCAL, self._to)
        ends = {writer, there}
        self._lines |= ends
        try:
            await asyncio.gather(_pump(reader, there), _pump(there_reader, writer))
        finally:
            self._lines -= ends
            for end in ends:
                end.transport.abort()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(2**16):
            writer.write(piece)
            await writer.drain()
    writer.transport.abort()


async def counted(look: Callable[[], Awaitable[Samples]], name: str, **labels: str) -> Samples:
    """The samples once this one has counted something: the status message ends a moment before the edit does."""
    async with asyncio.timeout(30):
        while not of(samples := await look(), name, **labels):  # noqa: ASYNC110 - a door can only be asked
            await asyncio.sleep(EVERY_S)
    return samples


async def test_an_edit_is_counted_all_along_its_way(stage: Stage) -> None:
    """The metrics of one edit: who placed it and made it, how long each part took, its bytes, and its money."""
    async with opened(stage) as door, stage.member() as mira:
        await edited(mira, images=[picture()], prompt="teal")
        ended = {"state": "delivered", "model": "gpt-image-2", "provider": "openai", "door": "slash"}
        said = await counted(door.metrics, "edits_ended_total", **ended)

    assert of(said, "edits_placed_total", model="gpt-image-2", door="slash") == 1
    assert of(said, "edits_ended_total", **ended) == 1
    assert of(said, "queue_seconds_count") == of(said, "delivery_seconds_count") == 1
    assert of(said, "call_seconds_count", provider="openai", model="gpt-image-2", outcome="answered") == 1
    assert all(of(said, "picture_bytes_total", freight=one) > 0 for one in ("from_discord", "to_provider"))
    assert of(said, "picture_bytes_total", freight="from_provider") == of(
        said, "picture_bytes_total", freight="to_discord"
    )
    assert round(of(said, "booked_usd_total", kind="charge") * 1_000_000) == stage.calls[0].billed_micro_usd
    assert of(said, "booked_usd_total", kind="hold") >= of(said, "booked_usd_total", kind="charge")
    assert of(said, "held_usd") == of(said, "edits_open", state="queued") == 0
    assert of(said, "ready") == of(said, "database_up") == of(said, "gateway_up") == 1
    assert of(said, "loop_stall_seconds_count") > 0


async def test_a_provider_that_locks_us_out_is_not_ready(stage: Stage) -> None:
    """Where the only provider lets nobody in, the bot is alive and not ready, and its metrics say which it is."""
    stage.sandbox.engine.plan({"fault": "401"})
    async with opened(stage) as door, stage.member() as mira:
        before = await door.ready()
        await edited(mira, images=[picture()], prompt="teal")
        after, alive = await door.ready(), await door.alive()
        ended = {"state": "failed", "model": "gpt-image-2", "provider": "none", "door": "slash"}
        said = await counted(door.metrics, "edits_ended_total", **ended)

    fine = {"database": True, "gateway": True, "stopping": False}
    assert before == (200, {"ready": True, **fine, "providers": {"openai": True}})
    assert after == (503, {"ready": False, **fine, "providers": {"openai": False}})
    assert alive == 200
    assert of(said, "provider_open", provider="openai") == of(said, "ready") == 0
    assert of(said, "call_seconds_count", provider="openai", model="gpt-image-2", outcome="declined") == 1
    assert of(said, "booked_usd_total", kind="release") == of(said, "booked_usd_total", kind="hold") > 0


async def test_a_lost_gateway_is_not_ready_until_it_is_back(stage: Stage) -> None:
    """While Discord's gateway is out of reach the bot is not ready; it is again when it has found back."""
    gateway = stage.sandbox.discord.stage.gateway
    relay = Relay(int(stage.sandbox.discord_url.rsplit(":", 1)[1]))
    async with relay.laid() as port:
        gateway.url = f"ws://{LOCAL}:{port}/gateway"
        async with opened(stage, DISCORD_GATEWAY_URL=gateway.url) as door:
            before = await door.until(200)
            relay.cut()
            lost = await door.until(503)
            relay.mend()
            back = await door.until(200)

    assert before == back
    assert lost == {**before, "ready": False, "gateway": False}


async def test_what_discord_refuses_is_counted(stage: Stage) -> None:
    """An error that discord.py gets over by itself counts like one that we have to find a way around."""
    where = r"/channels/\d+/messages$"
    stage.sandbox.discord.faults.add(Fault("POST", where, 500), Fault("POST", where, 403, 50013))
    async with opened(stage) as door, stage.member() as mira:
        await edited(mira, images=[picture()], prompt="teal")
        said = await counted(door.metrics, "edits_placed_total", model="gpt-image-2", door="slash")

    assert stage.sandbox.discord.faults.waiting == []
    assert of(said, "discord_errors_total", code="500") == of(said, "discord_errors_total", code="50013") == 1


async def test_a_port_that_is_taken_keeps_nobody_from_editing(stage: Stage) -> None:
    """The bot starts and edits all the same."""
    with socket.create_server((LOCAL, 0)) as taken:
        async with stage.bot(OPS_BIND=f"{LOCAL}:{taken.getsockname()[1]}"), stage.member() as mira:
            done = await edited(mira, images=[picture()], prompt="teal")

    assert len(done.files) == 1
