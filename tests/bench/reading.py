"""What one round took: time, processor, memory and the loop's worst moments, read from the process itself."""

import asyncio
import contextlib
import gc
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.bench.stopwatch import Stopwatch

# A loop with nothing to do sleeps until something comes; a tick now and then shows when it could not wake up.
TICK_S = 0.02
_SELF = Path("/proc/self")


@dataclass(frozen=True, slots=True)
class Reading:
    """One round. Seconds and bytes; `grown` is the peak of resident memory over that of the idle process.

    `grown` is 0 where there is no /proc to read it from.
    """

    wall_s: float
    cpu_s: float
    grown: int
    worst_s: float
    late_s: float


class Meter:
    """Measures rounds in this process, whose loop runs on the stopwatch."""

    def __init__(self, stopwatch: Stopwatch) -> None:
        self._stopwatch = stopwatch
        self._idle: int | None = None

    async def measure(self, work: Callable[[], Awaitable[None]]) -> Reading:
        """Do the work once. The process is idle at the first call, and memory is counted from there."""
        gc.collect()
        if self._idle is None:
            self._idle = _memory("VmRSS")
        _forget_peak()
        ticking = asyncio.create_task(_tick())
        self._stopwatch.start()
        wall, cpu = time.perf_counter(), time.process_time()
        await work()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        worst, late = self._stopwatch.waits()
        ticking.cancel()
        return Reading(wall, cpu, max(0, _memory("VmHWM") - self._idle), worst, late)


async def _tick() -> None:
    while True:  # noqa: ASYNC110 - it waits for time to pass, and for nothing else
        await asyncio.sleep(TICK_S)


def _memory(name: str) -> int:
    try:
        status = (_SELF / "status").read_text()
    except OSError:
        return 0
    found = re.search(rf"^{name}:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        (_SELF / "clear_refs").write_text("5")
