"""Discord's errors, counted where all its answers pass."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from bot.chat.overhearing import NO_ANSWER, code_in, overhearing
from tests.standins import Tally

Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def overheard(serve: Serve) -> AsyncGenerator[tuple[aiohttp.ClientSession, str, Tally], None]:
    """A session that is overheard, and a server that answers like this."""
    metrics, application = Tally(), web.Application()
    application.router.add_get("/", serve)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with aiohttp.ClientSession(trace_configs=[overhearing(metrics)]) as session:
            yield session, f"http://127.0.0.1:{runner.addresses[0][1]}/", metrics
    finally:
        await runner.cleanup()


async def counted(serve: Serve) -> list[str]:
    """What is counted of one answer, which is read as discord.py reads it."""
    async with overheard(serve) as (session, url, metrics), session.get(url) as answer:
        await answer.text()
        return metrics.discord


async def test_an_error_is_counted_by_its_code() -> None:
    """An answer with an error counts once, by Discord's code."""

    async def serve(_: web.Request) -> web.Response:
        return web.json_response({"message": "Missing Permissions", "code": 50013}, status=403)

    assert await counted(serve) == ["50013"]


async def test_an_answer_is_not_counted() -> None:
    """What went well counts nothing, whatever it says."""

    async def serve(_: web.Request) -> web.Response:
        return web.json_response({"code": 50013})

    assert await counted(serve) == []


async def test_a_connection_that_breaks_is_counted() -> None:
    """No answer is an error, too."""

    async def serve(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with overheard(serve) as (session, url, metrics):
        with pytest.raises(aiohttp.ClientError):
            await session.get(url)

        assert metrics.discord == [NO_ANSWER]


async def test_who_stops_asking_is_no_error() -> None:
    """A request that is cancelled says nothing of Discord."""
    reached = asyncio.Event()

    async def serve(_: web.Request) -> web.Response:
        reached.set()
        await asyncio.Event().wait()
        return web.Response()

    async with overheard(serve) as (session, url, metrics):
        asking = asyncio.create_task(session.get(url).__aenter__())
        await reached.wait()
        asking.cancel()
        await asyncio.wait({asking})

        assert metrics.discord == []


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, b'{"code": 40060}', "40060"),
        (429, b'{"retry_after": 1.5, "global": false}', "429"),
        (500, b"<html>", "500"),
        (502, b"", "502"),
        (404, b'{"code": 0}', "404"),
        (403, b'{"code": 123456789}', "403"),  # one that nobody has heard of makes no series of its own
        (403, b'{"code": "50013"}', "403"),
        (403, b'{"code": true}', "403"),
        (403, b"[50013]", "403"),
        (400, b"\xff\xfe", "400"),
        (400, b"[" * 100_000, "400"),
    ],
)
def test_an_answer_of_any_shape_has_a_code(status: int, body: bytes, code: str) -> None:
    """Discord's code where it is one that we know, else the status; no answer, however odd, raises."""
    assert code_in(status, body) == code
