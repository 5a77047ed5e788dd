"""Attachments to disk, from a small CDN."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.chat.intake.download import DISCORD_ORIGINS, SLACK, Downloads, Offered, cdn_origins
from bot.domain.errors import FileEmpty, FileTooBig, FileUnreachable
from bot.workflow.ports import Freight
from tests.standins import Tally

MIB = 1024 * 1024
LIMIT = 2 * MIB
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def cdn(serve: Serve) -> AsyncIterator[str]:
    """A server that answers everything with `serve`; its address."""
    app = web.Application()
    app.router.add_get("/{name:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def sending(body: bytes, status: int = 200) -> Serve:
    """Answers with this body."""

    async def serve(request: web.Request) -> web.Response:
        return web.Response(body=body, status=status)

    return serve


async def fetched(serve: Serve, target: Path, announced: int | None, limit: int = LIMIT) -> bytes:
    """The bytes on disk after one download."""
    async with cdn(serve) as url, Downloads(cdn_origins(url)) as downloads:
        size = await downloads.fetch(Offered("cat.png", f"{url}/cat.png?ex=1", announced), target, limit)
    content = await asyncio.to_thread(target.read_bytes)
    assert size == len(content)
    return content


@pytest.mark.parametrize("size", [1, 128 * 1024 - 1, 128 * 1024, 128 * 1024 + 1, MIB + 7])
async def test_whole(tmp_path: Path, size: int) -> None:
    """A file arrives byte for byte, whatever its length."""
    body = bytes(range(256)) * (size // 256 + 1)

    assert await fetched(sending(body[:size]), tmp_path / "0", size) == body[:size]


async def test_announced_too_big(tmp_path: Path) -> None:
    """A file that is announced above the limit is refused before anything is asked for."""
    asked: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response()

    with pytest.raises(FileTooBig) as refusal:
        await fetched(serve, tmp_path / "0", LIMIT + 1)

    assert refusal.value.fields == {"name": "cat.png", "size": 3, "limit": 2}
    assert asked == []


@pytest.mark.parametrize("announced", [10, LIMIT])
async def test_lie(tmp_path: Path, announced: int) -> None:
    """A file that is longer than announced, or than the limit, is cut off while it is read."""
    sent = 0

    async def serve(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(4096):
            await response.write(b"x" * 64 * 1024)
            sent += 64 * 1024
        return response

    with pytest.raises(FileTooBig):
        await fetched(serve, tmp_path / "0", announced)

    assert (tmp_path / "0").stat().st_size <= min(LIMIT, announced + SLACK)
    assert sent < 4096 * 64 * 1024


async def test_gzip_is_not_opened(tmp_path: Path) -> None:
    """A body that claims to be compressed is kept as it came, so that it cannot grow."""

    async def serve(request: web.Request) -> web.Response:
        return web.Response(body=b"\x1f\x8b no gzip", headers={"Content-Encoding": "gzip"})

    assert await fetched(serve, tmp_path / "0", 10) == b"\x1f\x8b no gzip"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a.png",
        "http://cdn.discordapp.com/a.png",
        "https://cdn.discordapp.com.evil.example/a.png",
        "https://cdn.discordapp.com@evil.example/a.png",
        "https://cdn.discordapp.com:8443/a.png",
        "http://127.0.0.1:1/a.png",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//cdn.discordapp.com/a.png",
        "not an address",
        "",
    ],
)
async def test_other_hosts(tmp_path: Path, url: str) -> None:
    """Nothing is asked of a host that is not Discord's."""
    async with Downloads(DISCORD_ORIGINS) as downloads:
        with pytest.raises(FileUnreachable):
            await downloads.fetch(Offered("cat.png", url, 3), tmp_path / "0", LIMIT)

    assert not (tmp_path / "0").exists()


def test_origins() -> None:
    """Discord's own hosts over https, and another server only where the settings name one."""
    assert cdn_origins(None) == {
        "https://cdn.discordapp.com",
        "https://media.discordapp.net",
        "https://images-ext-1.discordapp.net",
        "https://images-ext-2.discordapp.net",
    }
    assert cdn_origins("http://127.0.0.1:81/api/v10") == cdn_origins(None) | {"http://127.0.0.1:81"}


@pytest.mark.parametrize("status", [301, 302, 307, 403, 404, 410])
async def test_refused(tmp_path: Path, status: int) -> None:
    """A redirect is not followed, and what is gone is not asked for twice."""
    asked: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=status, headers={"Location": "/other.png"})

    with pytest.raises(FileUnreachable):
        await fetched(serve, tmp_path / "0", 3)

    assert asked == ["/cat.png"]


@pytest.mark.parametrize("status", [403, 404])
async def test_an_ended_link(tmp_path: Path, status: int) -> None:
    """A link whose day is over is asked for anew, and the file comes by the new one."""
    asked: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        asked.append(request.query["ex"])
        return web.Response(body=b"cat", status=status if request.query["ex"] == "old" else 200)

    async with cdn(serve) as url, Downloads(cdn_origins(url)) as downloads:

        async def renew(offered: Offered) -> str:
            return offered.url.replace("old", "new")

        offered = Offered("cat.png", f"{url}/cat.png?ex=old", 3)
        assert await downloads.fetch(offered, tmp_path / "0", LIMIT, renew) == 3

    assert asked == ["old", "new"]
    assert (tmp_path / "0").read_bytes() == b"cat"


@pytest.mark.parametrize("fresh", [None, "{url}/still-gone.png", "https://evil.example/a.png"])
async def test_no_other_link(tmp_path: Path, fresh: str | None) -> None:
    """Where there is no fresh link, or it has ended too or is not Discord's, the file is gone, and no more is asked."""
    asked: list[str] = []

    async def serve(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=404)

    async with cdn(serve) as url, Downloads(cdn_origins(url)) as downloads:

        async def renew(_: Offered) -> str | None:
            return fresh and fresh.format(url=url)

        with pytest.raises(FileUnreachable):
            await downloads.fetch(Offered("cat.png", f"{url}/cat.png", 3), tmp_path / "0", LIMIT, renew)

    assert asked == ["/cat.png", "/still-gone.png"][: 2 if fresh and "url" in fresh else 1]


async def test_unannounced(tmp_path: Path) -> None:
    """What comes without its size is taken up to the limit, and refused where it is larger or empty."""
    assert await fetched(sending(b"x" * LIMIT), tmp_path / "0", None) == b"x" * LIMIT
    with pytest.raises(FileTooBig):
        await fetched(sending(b"x" * (LIMIT + 1)), tmp_path / "1", None)
    with pytest.raises(FileEmpty):
        await fetched(sending(b""), tmp_path / "2", None)


@pytest.mark.parametrize("stumble", ["500", "hang up", "too short", "cut"])
@pytest.mark.parametrize("times", [1, 2])
async def test_one_more_try(tmp_path: Path, stumble: str, times: int) -> None:
    """A host that stumbles is asked once more; the second time is the last."""
    asked = 0

    async def serve(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        if asked > times or stumble == "500":
            return web.Response(body=b"whole", status=500 if asked <= times else 200)
        if stumble == "too short":
            return web.Response(body=b"who")
        response = web.StreamResponse(headers={"Content-Length": "5"})
        await response.prepare(request)
        if stumble == "cut":
            await response.write(b"wh")
        assert request.transport is not None
        request.transport.close()
        return response

    fetch = fetched(serve, tmp_path / "0", 5)
    if times == 1:
        assert await fetch == b"whole"
    else:
        with pytest.raises(FileUnreachable):
            await fetch

    assert asked == 2


async def test_empty(tmp_path: Path) -> None:
    """A file without a byte is refused as such."""
    with pytest.raises(FileEmpty):
        await fetched(sending(b""), tmp_path / "0", 0)


async def test_a_few_at_a_time(tmp_path: Path) -> None:
    """However many files are asked for, only so many are on their way at once."""
    under_way, most, may_go = 0, 0, asyncio.Event()

    async def serve(request: web.Request) -> web.Response:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == 2:
            may_go.set()
        await may_go.wait()
        await asyncio.sleep(0)
        under_way -= 1
        return web.Response(body=b"abc")

    async with cdn(serve) as url, Downloads(cdn_origins(url), at_once=2) as downloads, asyncio.TaskGroup() as group:
        for number in range(8):
            offered = Offered("cat.png", f"{url}/cat.png", 3)
            group.create_task(downloads.fetch(offered, tmp_path / str(number), LIMIT))

    assert most == 2


@pytest.mark.parametrize(
    ("name", "shown"), [("sky mask.png", "sky mask.png"), ("a\r\nb\u202e.png", "a b.png"), ("\u200b", "file")]
)
def test_shown_name(name: str, shown: str) -> None:
    """A name is shown on one line, and a nameless file has a name too."""
    assert Offered(name, "", 1).shown_name == shown


async def test_bytes_that_came_are_counted(tmp_path: Path) -> None:
    """What arrived counts once with all its bytes; what did not arrive counts nothing."""
    metrics = Tally()
    async with cdn(sending(b"x" * 300)) as url, Downloads(cdn_origins(url), metrics=metrics) as downloads:
        await downloads.fetch(Offered("cat.png", f"{url}/cat.png", 300), tmp_path / "0", LIMIT)
    async with cdn(sending(b"", 404)) as url, Downloads(cdn_origins(url), metrics=metrics) as downloads:
        with pytest.raises(FileUnreachable):
            await downloads.fetch(Offered("cat.png", f"{url}/cat.png", 300), tmp_path / "1", LIMIT)

    assert metrics.freights == [(Freight.FROM_DISCORD, 300)]
