"""A call that can be made, and servers to make it to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.catalog import shipped_cards
from bot.domain.request import Options
from bot.workflow.ports import Call, SendFile
from tests.provider.wire import PICTURE, Play, Serve, Wire


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts servers that play what they are given; stops them afterwards."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(*plays: Play | bytes) -> Wire:
            wire = Wire(list(plays))
            server = await stack.enter_async_context(await asyncio.start_server(wire.connected, "127.0.0.1", 0))
            stack.push_async_callback(wire.stop)
            wire.port = server.sockets[0].getsockname()[1]
            return wire

        yield start


@pytest.fixture
def call(tmp_path: Path) -> Call:
    """One small picture and a wish, for gpt-image-2."""
    path = tmp_path / "image_0.png"
    path.write_bytes(PICTURE)
    return Call(
        attempt="attempt-1",
        card=shipped_cards()["gpt-image-2"],
        prompt="make it snow",
        options=Options(size="1024x1024"),
        pictures=(SendFile(path, "image_0.png", "image/png", 8, 8, len(PICTURE)),),
        mask=None,
        user="hash",
        folder=tmp_path,
    )
