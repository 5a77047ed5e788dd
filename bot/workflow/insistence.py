"""Not letting go of what is paid for: steps that are taken again, and steps that a stopping process still ends."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from bot.domain.errors import Refused
from bot.workflow.ports import Clock

log = structlog.get_logger()

T = TypeVar("T")

# How long to wait before what is paid for is written once more: a full disk or a locked database may pass.
PAUSES_S = (0.5, 2.0, 8.0, 20.0)


@dataclass(frozen=True, slots=True)
class Insistence:
    """Takes a step between the answer and its *done*, again where our own disk, database or decoder stumbles."""

    clock: Clock

    async def __call__(self, step: Callable[[], Awaitable[T]]) -> T:
        """What the step returns, or what it raises the last time. A `Refused` is the picture's own fault."""
        for pause in PAUSES_S:
            try:
                return await step()
            except Refused:
                raise
            except Exception as fault:  # noqa: BLE001 - whatever it was, what is paid for is not given up at once
                log.warning("result_waits", kind=type(fault).__name__, code=getattr(fault, "code", None))
            await self.clock.sleep(pause)
        return await step()


async def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Let this go on to its end even where the worker is stopped, and stop only then."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("last_write_failed", exc_info=fault)
        raise
