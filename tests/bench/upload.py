"""Sixteen pictures of 10 MB go out as one multipart form."""

import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bot.provider.client import ImageClient
from tests.bench.paid_call import KEY, by_client, in_memory
from tests.bench.peer import answering
from tests.bench.row import Row, cpu_ms, memory_mb, worst_ms
from tests.bench.side import Round, Setup, Told, compare

PICTURES = 16
BYTES = 10_000_000
ROUNDS = 5


def measure() -> Row:
    """Compare them."""
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-") as folder:
        files = [Path(folder) / f"image_{number}.png" for number in range(PICTURES)]
        for number, file in enumerate(files):
            file.write_bytes(random.Random(number).randbytes(BYTES))
        result = Path(folder) / "result"
        result.write_bytes(b"a small result")
        with answering(1, result) as url:
            setup = {"url": url, "files": [str(file) for file in files], "folder": folder}
            readings = compare(__name__, (setup, setup), ROUNDS)
    return Row(
        "upload, 16 x 10 MB",
        "ImageClient's form, from files to the socket",
        "aiohttp: Path.read_bytes, then FormData with the bytes",
        (cpu_ms(readings), memory_mb(readings), worst_ms(readings)),
    )


@asynccontextmanager
async def ours(setup: Setup) -> AsyncIterator[Round]:
    """A round is one form through our client."""
    files = tuple(Path(file) for file in setup["files"])
    async with ImageClient(setup["url"], KEY) as client:

        async def send(_: Told) -> None:
            await by_client(client, files, 1, Path(setup["folder"]))

        yield send


@asynccontextmanager
async def reference(setup: Setup) -> AsyncIterator[Round]:
    """A round is one form through a plain script."""
    async with aiohttp.ClientSession() as session:

        async def send(_: Told) -> None:
            await in_memory(session, setup["url"], _read(setup["files"]), 1)

        yield send


SIDES = {"ours": ours, "reference": reference}


def _read(files: list[str]) -> list[bytes]:
    return [Path(file).read_bytes() for file in files]
