"""A Discord stand-in on a port of its own, with a bot's bare hands on it: REST calls and a gateway socket."""

import io
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.sandbox.clock import Clock
from bot.sandbox.discord_api import furnish
from bot.sandbox.discord_server import DiscordServer
from bot.sandbox.member import Member
from bot.sandbox.record import Recorder

Json = dict[str, Any]
DEFAULT_INTENTS = (1 << 0) | (1 << 9) | (1 << 10) | (1 << 12) | (1 << 13)
PICTURES, GENERAL, NEWS, VOICE, STAGE = (
    furnish.PICTURES,
    furnish.GENERAL,
    furnish.NEWS,
    furnish.VOICE,
    furnish.STAGE,
)


class StoppedClock(Clock):
    """Moves only by hand, so that no verdict depends on how fast the machine is."""

    def __init__(self) -> None:
        super().__init__()
        self._stopped_at = super().now()

    def now(self) -> float:
        """The moment at which it was made, and what was added since."""
        return self._stopped_at + self._added


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, read."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> int:
        """The JSON error code, 0 where there is none."""
        return int(self.body.get("code", 0)) if isinstance(self.body, dict) else 0


@dataclass(slots=True)
class Socket:
    """One gateway connection, driven by hand."""

    ws: aiohttp.ClientWebSocketResponse
    token: str
    heard: list[Json] = field(default_factory=list)

    async def send(self, op: int, payload: object) -> None:
        """Send one frame."""
        await self.ws.send_json({"op": op, "d": payload})

    async def identify(self, intents: int = DEFAULT_INTENTS, token: str | None = None) -> None:
        """Send IDENTIFY."""
        await self.send(2, {"token": token or self.token, "intents": intents, "properties": {}})

    async def next(self) -> Json:
        """The next frame."""
        frame: Json = json.loads(await self.ws.receive_str(timeout=20))
        self.heard.append(frame)
        return frame

    async def until(self, event: str) -> Json:
        """The payload of the next dispatch of that name."""
        while True:
            frame = await self.next()
            if frame["t"] == event:
                payload: Json = frame["d"]
                return payload

    async def closed_with(self) -> int | None:
        """The close code, once the server has closed."""
        while (await self.ws.receive(timeout=20)).type is aiohttp.WSMsgType.TEXT:
            pass
        return self.ws.close_code


class Stand:
    """A running stand-in."""

    def __init__(self, server: DiscordServer, clock: Clock, url: str, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.world = server.world
        self.clock = clock
        self.url = url
        self._session = session

    @property
    def application_id(self) -> int:
        """The bot's id, which is the application's."""
        return self.world.bot.id

    async def call(
        self,
        method: str,
        path: str,
        payload: object = None,
        files: Sequence[tuple[str, bytes]] = (),
        token: str | None = None,
    ) -> Reply:
        """A REST request of the bot; with files it is multipart."""
        form: Json = {"json": payload} if payload is not None else {}
        if files:
            form = {"data": multipart(payload, files)}
        headers = {"Authorization": f"Bot {token or self.server.token}"}
        address = f"{self.url}/api/v10{path}"
        async with self._session.request(method, address, headers=headers, **form) as response:
            raw = await response.read()
            body = json.loads(raw) if raw and response.content_type == "application/json" else raw
            return Reply(response.status, body, response.headers)

    async def fetch(self, url: str) -> tuple[int, bytes]:
        """A download: status and bytes."""
        async with self._session.get(url) as response:
            return response.status, await response.read()

    async def send(self, channel_id: int = PICTURES, /, **payload: Any) -> Json:
        """Post a message as the bot."""
        reply = await self.call("POST", f"/channels/{channel_id}/messages", payload)
        assert reply.status == 200, reply.body
        sent: Json = reply.body
        return sent

    def member(self, name: str = "mira", channel: str = "pictures", timeout_s: float = 30) -> Member:
        """A member who acts here."""
        return Member(self.url, name, channel, timeout_s)

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[Socket]:
        """A gateway connection that has heard hello."""
        async with self._session.ws_connect(f"{self.url}/gateway") as ws:
            socket = Socket(ws, self.server.token)
            assert (await socket.next())["op"] == 10
            yield socket

    @asynccontextmanager
    async def bot(self, intents: int = DEFAULT_INTENTS) -> AsyncIterator[Socket]:
        """An identified connection, its guilds known."""
        async with self.socket() as socket:
            await socket.identify(intents)
            await socket.until("GUILD_CREATE" if intents & 1 else "READY")
            yield socket

    def lever(self) -> Member:
        """Anyone, for pulling levers."""
        return self.member()


def multipart(payload: object, files: Sequence[tuple[str, bytes]]) -> aiohttp.FormData:
    """A body of payload_json and files."""
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(payload or {}), content_type="application/json")
    for slot, (name, body) in enumerate(files):
        form.add_field(f"files[{slot}]", io.BytesIO(body), filename=name, content_type="application/octet-stream")
    return form


@asynccontextmanager
async def standing(recorder: Recorder | None = None, clock: Clock | None = None) -> AsyncIterator[Stand]:
    """A stand-in on 127.0.0.1, on a port that was free."""
    clock = clock or Clock()
    server = DiscordServer(clock, recorder)
    runner = web.AppRunner(server.application(), shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    server.listens_at(url)
    async with aiohttp.ClientSession() as session:
        try:
            yield Stand(server, clock, url, session)
        finally:
            await runner.cleanup()
