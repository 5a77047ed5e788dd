"""Ten pictures of 4 MB come back as base64 in one JSON answer and go to disk."""

import itertools
import random
import tempfile
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bot.provider.client import ImageClient
from tests.bench.paid_call import KEY, by_client, in_memory
from tests.bench.peer import answering
from tests.bench.row import Row, cpu_ms, memory_mb, worst_ms
from tests.bench.side import Round, Setup, Told, compare

PICTURES = 10
BYTES = 4_000_000
ROUNDS = 5


def measure() -> Row:
    """Compare them."""
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-") as folder:
        picture = Path(folder) / "picture"
        picture.write_bytes(random.Random(1).randbytes(BYTES))
        with answering(PICTURES, picture) as url:
            setups = [{"url": url, "folder": f"{folder}/{side}"} for side in ("ours", "reference")]
            readings = compare(__name__, (setups[0], setups[1]), ROUNDS)
    return Row(
        "answer, 10 x 4 MB",
        "ImageClient, from the socket to files",
        "aiohttp: await response.json(), base64.b64decode, Path.write_bytes",
        (cpu_ms(readings), memory_mb(readings), worst_ms(readings)),
    )


@asynccontextmanager
async def ours(setup: Setup) -> AsyncIterator[Round]:
    """A round is one answer through our client."""
    folders = _folders(Path(setup["folder"]))
    async with ImageClient(setup["url"], KEY) as client:

        async def take(_: Told) -> None:
            _check(await by_client(client, (), PICTURES, next(folders)))

        yield take


@asynccontextmanager
async def reference(setup: Setup) -> AsyncIterator[Round]:
    """A round is one answer through a plain script."""
    folders = _folders(Path(setup["folder"]))
    async with aiohttp.ClientSession() as session:

        async def take(_: Told) -> None:
            folder = next(folders)
            paths = [folder / str(number) for number in range(PICTURES)]
            for path, picture in zip(paths, await in_memory(session, setup["url"], [], PICTURES), strict=True):
                path.write_bytes(picture)
            _check(paths)

        yield take


SIDES = {"ours": ours, "reference": reference}


def _folders(root: Path) -> Iterator[Path]:
    for number in itertools.count():
        folder = root / str(number)
        folder.mkdir(parents=True)
        yield folder


def _check(paths: Iterable[Path]) -> None:
    if [path.stat().st_size for path in paths] != [BYTES] * PICTURES:
        raise RuntimeError("not every picture arrived whole")
