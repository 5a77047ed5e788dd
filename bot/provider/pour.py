"""A response's body, poured to disk in blocks, under a cap and off the loop."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

import aiohttp

from bot.domain import crash

# What aiohttp and the sockets raise; a deadline is a TimeoutError, which is an OSError.
NETWORK_TROUBLE = (aiohttp.ClientError, OSError)
BLOCK = 128 * 1024

T = TypeVar("T")


class Spool:
    """A file that its first bytes open, so that no loop waits for the disk. `size` counts what was written."""

    def __init__(self, path: Path) -> None:
        self.path, self.size = path, 0
        self._file: BinaryIO | None = None

    def write(self, piece: bytes) -> None:
        """Append. Raises OSError."""
        if self._file is None:
            self._file = self.path.open("wb")
        self.size += self._file.write(piece)

    def close(self) -> None:
        """No more comes."""
        if self._file is not None:
            self._file.close()


class Inflow:
    """A response's body in blocks, never more than `cap` bytes, counted after decompression.

    `cut` says, once the blocks have ended, what cut it short; None where all of it came.
    """

    def __init__(self, response: aiohttp.ClientResponse, cap: int) -> None:
        self._response, self._left = response, cap
        self.cut: str | None = "too long" if (response.content_length or 0) > cap else None

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """The body as it arrives."""
        while self.cut is None:
            piece, self.cut = await _next(self._response)
            if not piece and self.cut is None:
                return
            if len(piece) > self._left:
                piece, self.cut = b"", "too long"
            self._left -= len(piece)
            if piece:
                crash.point("mid-answer")
                yield piece

    async def blocks(self) -> AsyncGenerator[bytes, None]:
        """The body in blocks that are worth a thread each."""
        block = bytearray()
        async with contextlib.aclosing(self.pieces()) as pieces:
            async for piece in pieces:
                block += piece
                if len(block) >= BLOCK:
                    yield bytes(block)
                    block.clear()
        if block:
            yield bytes(block)


async def pour(response: aiohttp.ClientResponse, feed: Callable[[bytes], object], cap: int) -> str | None:
    """Feed the body to `feed`, off the loop; returns what cut it short, None where all of it came.

    What `feed` raises passes through.
    """
    inflow = Inflow(response, cap)
    async with contextlib.aclosing(inflow.blocks()) as blocks:
        async for block in blocks:
            await off_loop(feed, block)
    return inflow.cut


async def _next(response: aiohttp.ClientResponse) -> tuple[bytes, str | None]:
    try:
        return await response.content.readany(), None
    except NETWORK_TROUBLE as trouble:
        return _left_over(response), reason(trouble)


def _left_over(response: aiohttp.ClientResponse) -> bytes:
    # aiohttp raises before it hands out what had come: the last bytes of a picture that is paid for. It has no public
    # way to these.
    with contextlib.suppress(*NETWORK_TROUBLE):
        return response.content._read_nowait(-1)
    return b""


def reason(trouble: BaseException) -> str:
    """What happened to a connection, without a word of the exception's text, which may hold the key."""
    return "deadline passed" if isinstance(trouble, TimeoutError) else f"connection lost ({type(trouble).__name__})"


async def off_loop(work: Callable[[bytes], T], piece: bytes) -> T:
    """Do it in a thread; a cancellation waits for the thread, so that nothing is closed under its hands."""
    running = asyncio.get_running_loop().run_in_executor(None, work, piece)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait({running})
        raise
