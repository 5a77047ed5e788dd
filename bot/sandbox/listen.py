"""Opens a port on the loopback for one of the sandbox's servers, and closes it again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

HOST = "127.0.0.1"
# What does not end by itself when a server stops is cancelled after this long.
_GRACE_S = 0.5


@asynccontextmanager
async def listening(application: web.Application, port: int = 0) -> AsyncIterator[str]:
    """Serve on that port, or on a free one, and yield the base URL. Raises OSError if the port is taken.

    A request whose caller has gone away is served to its end, as at a provider that bills it all the same.
    """
    runner = web.AppRunner(application, access_log=None, handler_cancellation=False, shutdown_timeout=_GRACE_S)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        yield f"http://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
