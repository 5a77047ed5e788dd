"""A dispatcher at work on a real database, with a clock that only the test moves."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import sqlalchemy as sa

from bot.dispatch.embedded import EmbeddedDispatcher
from bot.dispatch.tickets import tickets
from bot.storage.database import Database


async def reached(state: Callable[[], bool]) -> None:
    """Return when it is so."""
    while not state():  # noqa: ASYNC110 - what is looked at rings no bell
        await asyncio.sleep(0.001)


class HandClock:
    """Time that moves when told; whoever sleeps wakes when it has come."""

    def __init__(self) -> None:
        self.time = 1000.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self.time + seconds, woken))
        await woken.wait()

    def pass_by(self, seconds: float) -> None:
        self.time += seconds
        for until, woken in self._sleepers:
            if until <= self.time:
                woken.set()

    async def until_asleep(self, seconds: float) -> None:
        """Return when somebody sleeps until that many seconds from now."""
        await reached(
            lambda: any(until == self.time + seconds and not woken.is_set() for until, woken in self._sleepers)
        )


class Shop:
    """A dispatcher at work on jobs that end when the test says so."""

    def __init__(self, database: Database, per_user: int = 2, at_once: int = 3, per_guild: int = 0) -> None:
        self.database, self.clock = database, HandClock()
        self.dispatcher = EmbeddedDispatcher(database, self.clock, per_user, at_once, per_guild=per_guild)
        self.calls: list[int] = []
        self.flying: Counter[int] = Counter()
        self.gates: dict[int, asyncio.Event] = {}
        self.troubles: dict[int, BaseException] = {}
        self.dispatcher.bind(self.work)

    async def work(self, job_id: int) -> None:
        self.calls.append(job_id)
        self.flying[job_id] += 1
        assert self.flying[job_id] == 1, "twice at once"
        try:
            await self.gates.setdefault(job_id, asyncio.Event()).wait()
            if job_id in self.troubles:
                raise self.troubles.pop(job_id)
            await self.end(job_id)
        finally:
            self.flying[job_id] -= 1

    async def place(self, job_id: int, user_id: int, guild_id: int | None = None) -> None:
        self.clock.time += 1
        async with self.database.writing() as tx:
            await self.dispatcher.enqueue(tx, job_id, user_id, guild_id)

    async def hasten(self, *jobs: int) -> None:
        """Only to be told from now on, as a cancel leaves a job."""
        async with self.database.writing() as tx:
            for job_id in jobs:
                await self.dispatcher.hasten(tx, job_id)
        self.dispatcher.wake()

    async def end(self, job_id: int) -> None:
        async with self.database.writing() as tx:
            await self.dispatcher.end(tx, job_id)

    def let(self, *jobs: int) -> None:
        """Let these calls come to their end."""
        for job_id in jobs:
            self.gates.setdefault(job_id, asyncio.Event()).set()

    async def until(self, *calls: int) -> None:
        """Return when exactly these calls were begun, in any order of the last ones."""
        await reached(lambda: len(self.calls) >= len(calls))
        assert sorted(self.calls) == sorted(calls)

    async def tickets(self) -> set[int]:
        async with self.database.reading() as tx:
            return set((await tx.execute(sa.select(tickets.c.job_id))).scalars())

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Run the dispatcher, and stop it with every call let go."""
        run = asyncio.create_task(self.dispatcher.run())
        try:
            yield
        finally:
            self.dispatcher.stop()
            self.let(*self.gates)
            await run
