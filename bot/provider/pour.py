"""A response's body, poured to disk in blocks, under a cap and off the loop."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

import aiohttp

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


async def pour(response: aiohttp.ClientResponse, feed: Callable[[bytes], object], cap: int) -> str | None:
    """Feed the body to `feed`, off the loop; returns what cut it short, None where all of it came.

    Never takes more than `cap` bytes, counted after decompression. What `feed` raises passes through.
    """
    if (response.content_length or 0) > cap:
        return "too long"
    block, left, cut = bytearray(), cap, None
    while cut is None:
        chunk, cut = await _next(response)
        if not chunk and cut is None:
            break
        if len(chunk) > left:
            chunk, cut = b"", "too long"
        left -= len(chunk)
        block += chunk
        if len(block) >= BLOCK:
            await off_loop(feed, bytes(block))
            block.clear()
    if block:
        await off_loop(feed, bytes(block))
    return cut


async def _next(response: aiohttp.ClientResponse) -> tuple[bytes, str | None]:
    try:
        return await response.content.readany(), None
    except NETWORK_TROUBLE as trouble:
        return b"", reason(trouble)


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
