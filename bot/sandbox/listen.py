"""Opens a port on the loopback for one of the sandbox's servers, and closes it again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

HOST = "127.0.0.1"
# What does not end by itself when a server stops is cancelled after this long.
_GRACE_S = 0.5


class _Slammed(asyncio.Protocol):
    """The server's side of a connection that is closed as soon as it is accepted."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            transport.abort()


@asynccontextmanager
async def listening(
    application: web.Application, port: int = 0, turned_away: Callable[[], bool] = lambda: False
) -> AsyncIterator[str]:
    """Serve on that port, or on a free one, and yield the base URL. Raises OSError if the port is taken.

    A request whose caller has gone away is served to its end, as at a provider that bills it all the same.
    `turned_away` is asked for each connection whether it shall be closed at once.
    """
    runner = web.AppRunner(application, access_log=None, handler_cancellation=False, shutdown_timeout=_GRACE_S)
    await runner.setup()
    try:
        async with _accepting(runner, port, turned_away) as taken:
            yield f"http://{HOST}:{taken}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _accepting(runner: web.AppRunner, port: int, turned_away: Callable[[], bool]) -> AsyncIterator[int]:
    server = runner.server
    if server is None:
        raise RuntimeError("the runner has not been set up")
    listener = await asyncio.get_running_loop().create_server(
        lambda: _Slammed() if turned_away() else server(), HOST, port
    )
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
