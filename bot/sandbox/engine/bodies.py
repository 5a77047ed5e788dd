"""Answers that are no answer: bodies without end, bombs, silence. Each is sent as it is made and never held whole."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from aiohttp import web

from bot.sandbox.clock import Clock
from bot.sandbox.engine.answer import PAGE
from bot.sandbox.engine.wire import Exchange, gone
from bot.sandbox.record import Answer

HUGE = 500 * 2**20
ENDLESS_S = 3_600.0
_LONG = 50 * 10**9
_PIECE = 64 * 1024
_BRACKETS = 100_000
_ERROR = (
    b'{"error":{"message":"upstream error","type":"upstream_error","param":null,"code":"bad_response_status_code"}}'
)

Pieces = AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class OddBody:
    """How one is sent: its pieces, its type for an answer of JSON or of events, and headers of its own."""

    pieces: Callable[[Clock, bool], Pieces]
    kind: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = None


async def sent(exchange: Exchange, name: str, clock: Clock, *, stream: bool) -> web.StreamResponse:
    """Send that body until it ends or the caller has gone away."""
    if name == "slow_headers":
        return await _slow_headers(exchange, clock)
    body = BODIES[name]
    kind = body.kind or ("text/event-stream; charset=utf-8" if stream else "application/json")
    headers = {"Content-Type": kind, "x-request-id": exchange.request_id, **body.headers}
    response = web.StreamResponse(headers=headers)
    response.content_length = body.length
    await response.prepare(exchange.request)
    exchange.status, length = 200, 0
    async for piece in body.pieces(clock, stream):
        if exchange.request.transport is None or exchange.request.transport.is_closing():
            return gone(exchange, response)
        await response.write(piece)
        length += len(piece)
        await asyncio.sleep(0)
    if body.length is not None:
        return gone(exchange, response)
    await response.write_eof()
    exchange.answer = Answer(None, kind, length)
    return response


def _opening(stream: bool) -> bytes:
    if stream:
        return b'event: image_edit.completed\ndata: {"type":"image_edit.completed","b64_json":"'
    return b'{"created":1,"data":[{"b64_json":"'


async def _huge(_: Clock, stream: bool) -> Pieces:
    yield _opening(stream)
    for _number in range(HUGE // _PIECE):
        yield b"A" * _PIECE


async def _endless_line(_: Clock, _stream: bool) -> Pieces:
    yield b"data: "
    for _number in range(HUGE // _PIECE):
        yield b"A" * _PIECE


async def _endless_pings(clock: Clock, _stream: bool) -> Pieces:
    while True:
        yield b": PING\n\n"
        await clock.sleep(10)


async def _drip(clock: Clock, stream: bool) -> Pieces:
    for letter in _opening(stream):
        yield bytes([letter])
        await clock.sleep(1)
    while True:
        yield b"A"
        await clock.sleep(1)


async def _gzip_bomb(_: Clock, _stream: bool) -> Pieces:
    # After a full flush the packer forgets what was before, so one packed block can be sent again and again.
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    block = b"A" * 2**20
    yield packer.compress(_opening(_stream) + block) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    for _number in range(2_047):
        yield packed


async def _silence(clock: Clock, stream: bool) -> Pieces:
    yield _opening(stream)
    until = clock.now() + ENDLESS_S
    while clock.now() < until:
        await clock.sleep(1)
        yield b""


async def _deep(_: Clock, stream: bool) -> Pieces:
    yield b'event: image_edit.completed\ndata: {"type":"image_edit.completed","b64_json":' if stream else b'{"data":'
    yield b"[" * _BRACKETS
    yield b"]" * _BRACKETS + (b"}\n\n" if stream else b"}")


async def _no_text(_: Clock, stream: bool) -> Pieces:
    yield _opening(stream) + b"\xff\xfe\xc3\x28" + (b'"}\n\n' if stream else b'"}]}')


async def _page(_: Clock, _stream: bool) -> Pieces:
    yield PAGE.replace(b"502 Bad Gateway", b"Checking your browser")


async def _newlines_error(_: Clock, _stream: bool) -> Pieces:
    yield b"\n\n\n"
    yield _ERROR


async def _nothing(_: Clock, _stream: bool) -> Pieces:
    yield b'{"data":[]}'


BODIES: Mapping[str, OddBody] = MappingProxyType(
    {
        "huge": OddBody(_huge),
        "endless_line": OddBody(_endless_line),
        "endless_pings": OddBody(_endless_pings),
        "drip": OddBody(_drip),
        "gzip_bomb": OddBody(_gzip_bomb, headers={"Content-Encoding": "gzip"}),
        "content_length": OddBody(_silence, length=_LONG),
        "big_header": OddBody(_nothing, headers={"X-Filler": "a" * 2**20}),
        "deep_json": OddBody(_deep),
        "bad_charset": OddBody(_no_text, kind="application/json; charset=klingon-8"),
        "page": OddBody(_page, kind="text/html"),
        "newlines_error": OddBody(_newlines_error, kind="application/json"),
    }
)


async def _slow_headers(exchange: Exchange, clock: Clock) -> web.StreamResponse:
    """Begin an answer by hand, a header line each second, and never come to its end."""
    transport = exchange.request.transport
    if transport is not None:
        transport.write(b"HTTP/1.1 200 OK\r\n")
    number = 0
    while transport is not None and not transport.is_closing():
        transport.write(b"X-Slow-%d: yes\r\n" % number)
        number += 1
        await clock.sleep(1)
    return gone(exchange)
