"""Takes uploads in and sends answers out, whole, in halves or not at all."""

import asyncio
import mmap
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.sandbox.engine.plan import NORMAL, Step
from bot.sandbox.engine.refusal import Refusal
from bot.sandbox.record import Answer, Body

LARGEST_BODY = 17 * 50 * 2**20 + 2**20
# The text fields stand before the files: this much of an upload is looked into before the rest is read.
HEAD = 64 * 1024
_PIECE = 128 * 1024


@dataclass(slots=True)
class Exchange:
    """One call while it is served: what came, and what has gone out; status 0 as long as nothing has.

    `step` is what was planned for it, `said_no` whether the server itself refused, `id_header` where its id is said.
    """

    request: web.Request
    number: int
    request_id: str
    id_header: str = "x-request-id"
    body: Body = b""
    step: Step = NORMAL
    said_no: bool = False
    status: int = 0
    answer: Answer | None = None


class Upload:
    """The body of a request, kept on disk and mapped, so that sixteen big pictures do not fill the memory."""

    def __init__(self, request: web.Request) -> None:
        self._content = request.content
        self._open = ExitStack()
        self._spool = self._open.enter_context(tempfile.TemporaryFile(prefix="darkroom-engine-"))  # noqa: SIM115 - the stack closes it
        self._length = 0

    async def head(self) -> bytes:
        """The first part, as soon as it is there."""
        while self._length < HEAD and (piece := await self._content.readany()):
            self._keep(piece)
        self._spool.seek(0)
        head = self._spool.read(HEAD)
        self._spool.seek(0, 2)
        return head

    async def whole(self) -> Body:
        """All of it. Raises Refusal where it is larger than any server takes."""
        async for piece in self._content.iter_chunked(_PIECE):
            self._keep(piece)
        self._spool.flush()
        return mmap.mmap(self._spool.fileno(), 0, access=mmap.ACCESS_READ) if self._length else b""

    def _keep(self, piece: bytes) -> None:
        self._length += len(piece)
        if self._length > LARGEST_BODY:
            raise Refusal(f"Maximum content size limit ({LARGEST_BODY}) exceeded", status=413)
        self._spool.write(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()


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
    more = {"Content-Type": kind, exchange.id_header: exchange.request_id, **(headers or {})}
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
    headers = {"Content-Type": "text/event-stream; charset=utf-8", exchange.id_header: exchange.request_id}
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
