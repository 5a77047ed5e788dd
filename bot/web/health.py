"""Whether the bot can do its work now: what has to be there for that, asked anew each time."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import structlog

PATIENCE_S = 2.0

log = structlog.get_logger()

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Health:
    """What is there: the database can be read, Discord's gateway speaks to us, and which providers let us in.

    A bot that is stopping ends what it has begun, and takes nothing new.
    """

    database: bool = False
    gateway: bool = False
    providers: Mapping[str, bool] = field(default_factory=dict)
    stopping: bool = False

    @property
    def ready(self) -> bool:
        """Whether an edit that is asked for now can be made."""
        return self.database and self.gateway and any(self.providers.values()) and not self.stopping


class Inquiry(Generic[Answer]):
    """A question to something that may hang: one at a time, and whoever asks meanwhile waits for the same answer."""

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, Answer]], patience_s: float = PATIENCE_S) -> None:
        self._ask, self._patience_s = ask, patience_s
        self._open: asyncio.Task[Answer] | None = None

    async def __call__(self) -> Answer | None:
        """The answer; None where there is none, or none in time."""
        if self._open is None or self._open.done():
            self._open = asyncio.create_task(self._ask())
        task = self._open
        await asyncio.wait({task}, timeout=self._patience_s)
        if not task.done() or task.cancelled():
            log.warning("inquiry_open")
            return None
        if (fault := task.exception()) is not None:
            log.warning("inquiry_failed", kind=type(fault).__name__)
            return None
        return task.result()

    async def close(self) -> None:
        """Put down the question that is open."""
        if self._open is not None:
            self._open.cancel()
            await asyncio.wait({self._open})


class Checkup:
    """Looks at everything that is needed. `glance` reads the database and raises where it cannot."""

    def __init__(
        self,
        glance: Callable[[], Coroutine[Any, Any, None]],
        is_connected: Callable[[], bool],
        is_stopping: Callable[[], bool],
        providers: Sequence[str],
        is_shut: Callable[[str], bool],
    ) -> None:
        async def seen() -> bool:
            await glance()
            return True

        self._database = Inquiry(seen)
        self._is_connected, self._is_stopping = is_connected, is_stopping
        self._providers, self._is_shut = tuple(providers), is_shut

    async def __call__(self) -> Health:
        """How things stand now."""
        database = bool(await self._database())
        providers = {name: not self._is_shut(name) for name in self._providers}
        return Health(database, self._is_connected(), providers, self._is_stopping())

    async def close(self) -> None:
        """Put down what is still being asked."""
        await self._database.close()
