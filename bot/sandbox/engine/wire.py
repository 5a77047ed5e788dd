"""Takes uploads in and sends answers out, whole, in halves or not at all."""

import asyncio
import json
import mmap
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.engine.answer import PAGE
from bot.sandbox.engine.refusal import Refusal
from bot.sandbox.record import Answer, Body

LARGEST_BODY = 17 * 50 * 2**20 + 2**20
_PIECE = 128 * 1024


@dataclass(slots=True)
class Exchange:
    """One call while it is served: what came, and what has gone out; status 0 as long as nothing has."""

    request: web.Request
    number: int
    request_id: str
    body: Body = b""
    status: int = 0
    answer: Answer | None = None


async def received(request: web.Request) -> Body:
    """The whole upload, kept on disk and mapped, so that sixteen big pictures do not fill the memory."""
    length = 0
    with tempfile.TemporaryFile(prefix="darkroom-engine-") as spool:
        async for piece in request.content.iter_chunked(_PIECE):
            length += len(piece)
            if length > LARGEST_BODY:
                raise Refusal(f"Maximum content size limit ({LARGEST_BODY}) exceeded", status=413)
            spool.write(piece)
        spool.flush()
        return mmap.mmap(spool.fileno(), 0, access=mmap.ACCESS_READ) if length else b""


async def refused(
    exchange: Exchange, refusal: Refusal, headers: Mapping[str, str] | None = None, *, page: bool = False
) -> web.StreamResponse:
    """Send a refusal in its envelope, or a gateway's page with its status."""
    content = PAGE if page else json.dumps(refusal.as_json()).encode()
    return await whole(exchange, content, "text/html" if page else "application/json", refusal.status, headers)


async def whole(
    exchange: Exchange,
    content: bytes,
    kind: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    half: bool = False,
) -> web.StreamResponse:
    """Send a body of known length, or half of it and then nothing."""
    more = {"Content-Type": kind, "x-request-id": exchange.request_id, **(headers or {})}
    response = web.StreamResponse(status=status, headers=more)
    response.content_length = len(content)
    await response.prepare(exchange.request)
    exchange.status = status
    await written(response, content[: len(content) // 2] if half else content)
    if half:
        return gone(exchange, response)
    await response.write_eof()
    exchange.answer = Answer(content, kind, len(content))
    return response


async def stream(exchange: Exchange) -> web.StreamResponse:
    """Open an answer of server-sent events."""
    headers = {"Content-Type": "text/event-stream; charset=utf-8", "x-request-id": exchange.request_id}
    response = web.StreamResponse(headers=headers)
    await response.prepare(exchange.request)
    exchange.status = 200
    return response


async def written(response: web.StreamResponse, content: bytes) -> None:
    """Write in pieces, with a turn for everybody else after each."""
    view = memoryview(content)
    for start in range(0, len(content), _PIECE):
        await response.write(bytes(view[start : start + _PIECE]))
        await asyncio.sleep(0)


def gone(exchange: Exchange, response: web.StreamResponse | None = None) -> web.StreamResponse:
    """Cut the line."""
    if exchange.request.transport is not None:
        exchange.request.transport.abort()
    return response or web.Response()
