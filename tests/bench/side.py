"""One side of a comparison in a process of its own, so that neither sees the other's memory or interpreter.

The parent writes a line to begin a round, and a second one where the round waits to be told; the child answers with
the reading as JSON. A module with sides has a table `SIDES`: by name, what makes a round from a set-up.
"""

import asyncio
import importlib
import json
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict
from types import TracebackType
from typing import Any, Self

from bot import logs
from tests.bench.reading import Meter, Reading
from tests.bench.stopwatch import Stopwatch

Setup = Mapping[str, Any]
Told = Callable[[], Awaitable[object]]  # waits until the parent says that the round is over
Round = Callable[[Told], Awaitable[None]]
Make = Callable[[Setup], AbstractAsyncContextManager[Round]]
READY = "ready\n"


class Side:
    """The parent's end: starts the process, and ends it with the `with`."""

    def __init__(self, module: str, name: str, setup: Setup) -> None:
        self._name = f"{module} {name}"
        self._running = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.side", module, name, json.dumps(setup)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        if self._read() != READY:
            raise RuntimeError(f"{self._name} did not get ready")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._running:
            if error is not None:
                self._running.kill()

    def round(self, act: Callable[[], object] | None = None) -> Reading:
        """One round; `act` is what the parent does while it runs, for a round that waits to be told."""
        self._say("begin")
        if act is not None:
            act()
            self._say("over")
        return Reading(**json.loads(self._read()))

    def _say(self, word: str) -> None:
        if self._running.stdin is not None:
            self._running.stdin.write(f"{word}\n")
            self._running.stdin.flush()

    def _read(self) -> str:
        line = self._running.stdout.readline() if self._running.stdout is not None else ""
        if not line:
            raise RuntimeError(f"{self._name} has ended")
        return line


def compare(module: str, setups: tuple[Setup, Setup], rounds: int) -> tuple[tuple[Reading, ...], tuple[Reading, ...]]:
    """The readings of "ours" and "reference", round by round, each of them first in turn."""
    with Side(module, "ours", setups[0]) as ours, Side(module, "reference", setups[1]) as reference:
        return alternate(ours.round, reference.round, rounds)


def alternate(
    ours: Callable[[], Reading], reference: Callable[[], Reading], rounds: int, pause_s: float = 0.0
) -> tuple[tuple[Reading, ...], tuple[Reading, ...]]:
    """Call both so many times, each of them first in turn: whatever else the machine does then troubles both.

    Before each call this waits, so that what the last one left behind comes to its end.
    """
    readings: dict[str, list[Reading]] = {"ours": [], "reference": []}
    for number in range(rounds):
        pair = [("ours", ours), ("reference", reference)]
        for name, measure in reversed(pair) if number % 2 else pair:
            time.sleep(pause_s)
            readings[name].append(measure())
    return tuple(readings["ours"]), tuple(readings["reference"])


# ── the child's end ─────────────────────────────────────────────────────────────────────────────────────────


def main() -> None:
    """Serve the rounds of one side until the parent closes the pipe."""
    module, name, setup = sys.argv[1:]
    make: Make = importlib.import_module(module).SIDES[name]
    logs.configure("ERROR")  # that Discord's limits are met is no news here
    stopwatch = Stopwatch()
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(stopwatch)) as runner:
        runner.run(_serve(make(json.loads(setup)), Meter(stopwatch)))


async def _serve(side: AbstractAsyncContextManager[Round], meter: Meter) -> None:
    async with side as work, _lines() as lines:
        sys.stdout.write(READY)
        sys.stdout.flush()
        while await lines.readline():
            reading = await meter.measure(lambda: work(lines.readline))
            sys.stdout.write(json.dumps(asdict(reading)) + "\n")
            sys.stdout.flush()


@asynccontextmanager
async def _lines() -> AsyncGenerator[asyncio.StreamReader, None]:
    lines = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    try:
        yield lines
    finally:
        transport.close()


if __name__ == "__main__":
    main()
