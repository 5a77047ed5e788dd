"""Verbs that a cancellation cannot tear: once begun, a transaction is carried to its end, then the caller stops."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


def unbroken(verb: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """The verb, in a task that its caller waits for even while it is being cancelled.

    A transaction takes milliseconds, so nobody waits long. Torn in its middle it would be rolled back, an answer that
    was paid for with it; and SQLite would stay locked for as long as a statement that was not read to its end lives.
    """

    @wraps(verb)
    async def whole(*args: P.args, **kwargs: P.kwargs) -> R:
        task = asyncio.create_task(verb(*args, **kwargs))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await _end(task)
            raise

    return whole


async def _end(task: "asyncio.Task[Any]") -> None:
    """Wait for the task, however often the one who waits is cancelled; what it raises is nobody's any more."""
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            continue
    if not task.cancelled():
        task.exception()
