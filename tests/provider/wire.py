"""A provider made of bytes: what it answers is written by the test, what it was sent is kept unparsed."""

import asyncio
import base64
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest

from bot.domain.progress import Progress
from bot.provider.client import ImageClient
from bot.workflow.ports import Answer, Call, Declined, Doubtful, Preview, Unsent

KEY = "sk-test-0123456789abcdef"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4

Play = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def reply(status: int, body: bytes | dict[str, object], **headers: str) -> bytes:
    """A whole HTTP answer; underscores in header names stand for dashes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(content)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + content


def error(code: str | None, message: str = "no", **fields: object) -> dict[str, object]:
    """An error body as OpenAI writes it."""
    return {"error": {"message": message, "type": "x", "param": None, "code": code, **fields}}


def event(kind: str, content: bytes | None = None, *, named: bool = True, **fields: object) -> bytes:
    """One event of a stream as OpenAI writes it; without its `event:` line where it is not `named`."""
    picture = {} if content is None else {"b64_json": base64.b64encode(content).decode()}
    line = f"event: {kind}\n" if named else ""
    return f"{line}data: {json.dumps({'type': kind, **picture, **fields})}\n\n".encode()


def stream(*parts: bytes) -> bytes:
    """A whole streamed answer, which ends as the connection does."""
    return b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + b"".join(parts)


def pictures(*contents: bytes, **more: object) -> dict[str, object]:
    """A success with these pictures."""
    return {"created": 1, "data": [{"b64_json": base64.b64encode(each).decode()} for each in contents], **more}


@dataclass
class Wire:
    """A server on a port of its own. `plays` are used in their order, the last one for ever."""

    plays: list[Play | bytes]
    port: int = 0
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    running: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Play to this connection; the server's owner waits for it in `stop`."""
        self.running.add(asyncio.create_task(self.play(reader, writer)))

    async def play(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection as the next play says, then close it."""
        play = self.plays.pop(0) if len(self.plays) > 1 else self.plays[0]
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                if isinstance(play, bytes):
                    await self.read(reader)
                    writer.write(play)
                    await writer.drain()
                else:
                    await play(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def stop(self) -> None:
        """End every connection that is still open."""
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)

    async def read(self, reader: asyncio.StreamReader) -> None:
        """Take one whole request off the wire."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        self.heads.append(head)
        self.bodies.append(await reader.readexactly(int(length[0].split(b":")[1])) if length else b"")


Serve = Callable[..., Awaitable[Wire]]


def with_n(call: Call, n: int) -> Call:
    """The same call for so many pictures."""
    return replace(call, options=replace(call.options, n=n))


async def events(client: ImageClient, call: Call) -> list[Progress | Preview | Answer]:
    """Everything that a call yields."""
    async with contextlib.aclosing(client.edit(call)) as stream:
        return [event async for event in stream]


async def answer_of(wire: Wire, call: Call, **settings: object) -> Answer:
    """The answer of a call to this server."""
    async with ImageClient(wire.url, KEY, **settings) as client:  # type: ignore[arg-type]
        last = (await events(client, call))[-1]
    assert isinstance(last, Answer)
    return last


async def refusal_of(wire: Wire, call: Call, **settings: object) -> Unsent | Declined | Doubtful:
    """What a call to this server raises."""
    try:
        await answer_of(wire, call, **settings)
    except (Unsent, Declined, Doubtful) as raised:
        return raised
    pytest.fail("the call was answered")
