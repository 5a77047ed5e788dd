"""How much of a call has left: told now and then while a long form goes out, and never more than is true."""

import asyncio
import contextlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.progress import Phase, Progress
from bot.provider.client import ImageClient
from bot.provider.form import Form
from bot.workflow.ports import Answer, Call, Doubtful, Preview, SendFile
from tests.provider.wire import KEY, Play, Serve, Wire, events, pictures, reply

MIB = 1024 * 1024
SIZE = 48 * MIB  # far more than the buffers between two programs on one machine take


@pytest.fixture
def heavy(call: Call, tmp_path: Path) -> Call:
    """A call that takes a while to leave: its picture is one large hole, which needs no room on the disk."""
    path = tmp_path / "heavy.png"
    path.touch()
    os.truncate(path, SIZE)
    return replace(call, pictures=(SendFile(path, "image_0.png", "image/png", 8, 8, SIZE),))


def taking(part: int, go: asyncio.Event, *, answer: bytes = b"") -> Play:
    """Take so many bytes, wait for the word, then take the rest and answer; without an answer, hang up instead."""

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        [line] = [one for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:")]
        left = int(line.split(b":")[1])
        stop = left - part
        while left > 0:
            if left <= stop:
                await go.wait()
                if not answer:
                    writer.transport.abort()
                    return
            left -= len(await reader.read(min(left, MIB)))
        writer.write(answer)
        await writer.drain()

    return play


def leaving(told: list[Progress | Preview | Answer]) -> list[int | None]:
    """The shares that were told."""
    return [one.percent for one in told if isinstance(one, Progress) and one.phase is Phase.SENDING]


async def test_it_rises_while_the_form_leaves(serve: Serve, heavy: Call) -> None:
    """First nothing is said of it, then a share that rises and stops short of everything, then the next station."""
    go = asyncio.Event()
    wire: Wire = await serve(taking(SIZE // 2, go, answer=reply(200, pictures(b"one"))))

    async with ImageClient(wire.url, KEY, progress_s=0.005) as client:
        told: list[Progress | Preview | Answer] = []
        async with contextlib.aclosing(client.edit(heavy)) as stream:
            async for one in stream:
                told.append(one)
                if isinstance(one, Progress) and (one.percent or 0) >= 45:
                    go.set()

    shares = leaving(told)
    assert shares[0] is None
    risen = [share for share in shares[1:] if share is not None]
    assert len(risen) == len(shares) - 1 > 0
    assert risen == sorted(set(risen))
    assert max(risen) <= 99
    assert told[len(shares)] == Progress(Phase.WAITING)
    assert isinstance(told[-1], Answer)


async def test_what_waits_for_the_line_has_not_left(serve: Serve, heavy: Call) -> None:
    """A provider that takes nothing is not said to have it, however long that lasts."""
    go = asyncio.Event()
    wire: Wire = await serve(taking(0, go))
    told: list[Progress | Preview | Answer] = []

    async def listen() -> None:
        client = ImageClient(wire.url, KEY, progress_s=0.005)
        async with client, contextlib.aclosing(client.edit(heavy)) as stream:
            async for one in stream:
                told.append(one)  # noqa: PERF401 - what was told before the end is looked at

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.5)
    go.set()
    with pytest.raises(Doubtful):
        await listening

    assert all((share or 0) < 50 for share in leaving(told))


async def test_a_small_form_is_told_of_once(serve: Serve, call: Call) -> None:
    """What leaves at once needs no numbers."""
    wire = await serve(reply(200, pictures(b"one")))

    async with ImageClient(wire.url, KEY) as client:
        told = await events(client, call)

    assert leaving(told) == [None]


def test_an_empty_form() -> None:
    """Before anything is written nothing has left."""
    assert Form().percent == 0
