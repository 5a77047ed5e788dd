"""The socket in front of the page: so many connections, and none that says nothing for long.

aiohttp waits for a request's head as long as it takes. Here a connection that is not being answered has some seconds to
come up with its next request, whole head and all, or it is closed.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from bot.web.painter.limits import is_near

CLOSING_S = 5.0
LINGER_S = 2.0  # for what a refused request still sends, so that its sender hears why


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many connections there may be, of all and of one address, and how long one may be silent, in seconds.

    Everybody comes from the same address where a proxy stands near, so that only the whole is counted there.
    """

    all: int = 512
    of_one: int = 32
    silent_s: float = 15.0


class Waiting:
    """Which connections are waiting for a request, and until when."""

    def __init__(self, crowd: Crowd) -> None:
        self.crowd = crowd
        self.addresses: Counter[str] = Counter()
        self._doormen: dict[object, _Doorman] = {}

    def doorman(self, handler: RequestHandler) -> "_Doorman":
        """One for this connection."""
        made = self._doormen[handler] = _Doorman(handler, self)
        return made

    def gone(self, handler: RequestHandler) -> None:
        """This connection is over."""
        self._doormen.pop(handler, None)

    def begins(self, request: web.Request) -> None:
        """The head of a request is there."""
        if (found := self._doormen.get(request.protocol)) is not None:
            found.hush()

    def ends(self, request: web.Request) -> None:
        """It was answered, or nearly."""
        if (found := self._doormen.get(request.protocol)) is not None:
            found.listen()


class _Doorman(asyncio.Protocol):
    """Hands everything on, and closes what is too much or says nothing."""

    def __init__(self, handler: RequestHandler, waiting: Waiting) -> None:
        self._handler, self._waiting = handler, waiting
        self._transport: asyncio.BaseTransport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._address = str((transport.get_extra_info("peername") or ("",))[0])
        addresses, crowd = self._waiting.addresses, self._waiting.crowd
        addresses[self._address] += 1
        self._handler.connection_made(transport)
        crowded = addresses[self._address] > crowd.of_one and not is_near(self._address)
        if crowded or addresses.total() > crowd.all:
            self._close()
        else:
            self.listen()

    def connection_lost(self, exc: BaseException | None) -> None:
        self.hush()
        self._transport = None
        self._waiting.gone(self._handler)
        addresses = self._waiting.addresses
        addresses[self._address] -= 1
        if addresses[self._address] <= 0:
            del addresses[self._address]
        self._handler.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._handler.data_received(data)

    def eof_received(self) -> None:
        self._handler.eof_received()

    def pause_writing(self) -> None:
        self._handler.pause_writing()

    def resume_writing(self) -> None:
        self._handler.resume_writing()

    def listen(self) -> None:
        """From now on it has so many seconds."""
        self.hush()
        if self._transport is not None:
            self._timer = asyncio.get_running_loop().call_later(self._waiting.crowd.silent_s, self._close)

    def hush(self) -> None:
        """It may take its time."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _close(self) -> None:
        if isinstance(self._transport, asyncio.Transport):
            self._transport.abort()


@asynccontextmanager
async def listening(application: web.Application, host: str, port: int, waiting: Waiting) -> AsyncGenerator[int, None]:
    """Serve the application for the body of an `async with`; the port is what it listens at. Raises `OSError`."""
    runner = web.AppRunner(
        application,
        access_log=None,
        shutdown_timeout=CLOSING_S,
        lingering_time=LINGER_S,
        keepalive_timeout=waiting.crowd.silent_s,
        handler_cancellation=True,
    )
    await runner.setup()
    serve = runner.server
    if serve is None:
        raise RuntimeError("the application has no server")
    try:
        server = await asyncio.get_running_loop().create_server(lambda: waiting.doorman(serve()), host, port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()
