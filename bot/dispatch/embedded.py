"""The dispatcher of one process: tickets are rows, and a loop hands them out, fairly, to calls of `work`.

A ticket stays until the book ends it. A call that raises, or that returns without an end, is made again after a pause
that doubles; nothing is handed out twice at once, because what is in flight is known here and only here.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dispatch.tickets import tickets
from bot.workflow.ports import Clock

PER_USER = 2
AT_ONCE = 8
POLL_S = 15.0
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 120.0

log = structlog.get_logger(__name__)


class Rows(Protocol):
    """Where the tickets are."""

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that only reads."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A job that needs work; a new ticket for the same job has another time."""

    job_id: int
    user_id: int
    enqueued_at: float


def choose(waiting: Iterable[Ticket], flying: Mapping[int, int], per_user: int, free: int) -> tuple[Ticket, ...]:
    """Which tickets go next, of those waiting from the oldest on: users with fewer in flight come first.

    `flying` counts what each user has in flight; nobody gets more than `per_user`, and all together at most `free`.
    """
    turns = Counter(flying)
    numbered = []
    for ticket in waiting:
        turns[ticket.user_id] += 1
        if turns[ticket.user_id] <= per_user:
            numbered.append((turns[ticket.user_id], ticket))
    numbered.sort(key=lambda one: one[0])
    return tuple(ticket for _, ticket in numbered[:free])


def pause_s(tries: int) -> float:
    """How long a ticket rests after so many calls that did not end it: 1 s, doubled up to two minutes."""
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * float(2 ** min(tries - 1, 10)))


class EmbeddedDispatcher:
    """Writes tickets for the book and hands them out in this process."""

    def __init__(
        self, database: Rows, clock: Clock, per_user: int = PER_USER, at_once: int = AT_ONCE, poll_s: float = POLL_S
    ) -> None:
        """At most `per_user` jobs of a user and `at_once` in all are worked on at a time."""
        self._database, self._clock = database, clock
        self._per_user, self._at_once, self._poll_s = per_user, at_once, poll_s
        self._work: Callable[[int], Awaitable[None]] | None = None
        self._bell = asyncio.Event()
        self._stopping = False
        self._flying: dict[int, Ticket] = {}
        self._resting: set[Ticket] = set()
        self._tries: Counter[Ticket] = Counter()
        self._naps: set[asyncio.Task[None]] = set()

    # ── for the book ────────────────────────────────────────────────────────────────────────────────────────

    async def enqueue(self, tx: object, job_id: int, user_id: int) -> None:
        """A ticket for this job, if there is none; delivered at least once after the transaction committed."""
        ticket = {"job_id": job_id, "user_id": user_id, "enqueued_at": self._clock.now()}
        await _connection(tx).execute(_ENQUEUE, ticket)

    async def end(self, tx: object, job_id: int) -> None:
        """The job needs no further work."""
        await _connection(tx).execute(sa.delete(tickets).where(tickets.c.job_id == job_id))

    # ── for the app ─────────────────────────────────────────────────────────────────────────────────────────

    def bind(self, work: Callable[[int], Awaitable[None]]) -> None:
        """What to call with a job's id; called again for the same job after a crash, never twice at once."""
        self._work = work

    def wake(self) -> None:
        """There may be something new."""
        self._bell.set()

    def stop(self) -> None:
        """Hand out no more tickets."""
        self._stopping = True
        self._bell.set()

    async def run(self) -> None:
        """Hand out tickets until `stop`, then return when every call in flight has.

        Cancelling it cancels those calls. Raises `RuntimeError` where nothing was bound.
        """
        if self._work is None:
            raise RuntimeError("bind comes before run")
        async with asyncio.TaskGroup() as group:
            self._nap(group, self._poll())
            while not self._stopping:
                self._bell.clear()
                for ticket in await self._next():
                    self._flying[ticket.job_id] = ticket
                    group.create_task(self._fly(group, ticket, self._work), name=f"job {ticket.job_id}")
                await self._bell.wait()
            for nap in tuple(self._naps):
                nap.cancel()

    # ── the loop ────────────────────────────────────────────────────────────────────────────────────────────

    async def _next(self) -> tuple[Ticket, ...]:
        free = self._at_once - len(self._flying)
        if free <= 0:
            return ()
        waiting = await self._waiting()
        flying = Counter(ticket.user_id for ticket in self._flying.values())
        return () if self._stopping else choose(waiting, flying, self._per_user, free)

    async def _waiting(self) -> tuple[Ticket, ...]:
        """The first tickets of every user that are neither in flight nor resting, from the oldest on."""
        busy = [*self._flying, *(ticket.job_id for ticket in self._resting)]
        turn = sa.func.row_number().over(
            partition_by=tickets.c.user_id, order_by=(tickets.c.enqueued_at, tickets.c.job_id)
        )
        idle = sa.select(*tickets.c, turn.label("turn")).where(tickets.c.job_id.not_in(busy)).subquery()
        question = (
            sa.select(idle.c.job_id, idle.c.user_id, idle.c.enqueued_at)
            .where(idle.c.turn <= self._per_user)
            .order_by(idle.c.enqueued_at, idle.c.job_id)
        )
        try:
            async with self._database.reading() as tx:
                return tuple([Ticket(*row) for row in await tx.execute(question)])
        except Exception:  # the loop must outlive a database that is away; the next poll asks again
            log.exception("tickets could not be read")
            return ()

    async def _fly(self, group: asyncio.TaskGroup, ticket: Ticket, work: Callable[[int], Awaitable[None]]) -> None:
        try:
            await _attempt(work, ticket.job_id)
            await self._land(group, ticket)
        finally:
            del self._flying[ticket.job_id]
            self._bell.set()

    async def _land(self, group: asyncio.TaskGroup, ticket: Ticket) -> None:
        """A ticket that was not ended rests before its next try."""
        if await self._ended(ticket):
            del self._tries[ticket]
        elif not self._stopping:
            self._tries[ticket] += 1
            self._resting.add(ticket)
            self._nap(group, self._rest(ticket))

    async def _ended(self, ticket: Ticket) -> bool:
        question = sa.select(tickets.c.enqueued_at).where(tickets.c.job_id == ticket.job_id)
        try:
            async with self._database.reading() as tx:
                return bool(await tx.scalar(question) != ticket.enqueued_at)
        except Exception:  # a ticket of which nothing is known is taken to be there
            log.exception("a ticket could not be read", job_id=ticket.job_id)
            return False

    async def _rest(self, ticket: Ticket) -> None:
        await self._clock.sleep(pause_s(self._tries[ticket]))
        self._resting.discard(ticket)
        self._bell.set()

    async def _poll(self) -> None:
        while True:
            await self._clock.sleep(self._poll_s)
            self._bell.set()

    def _nap(self, group: asyncio.TaskGroup, nap: Coroutine[Any, Any, None]) -> None:
        """A wait that ends with the loop, unlike a call in flight."""
        task = group.create_task(nap)
        self._naps.add(task)
        task.add_done_callback(self._naps.discard)


_ENQUEUE = sa.text(
    "INSERT INTO tickets (job_id, user_id, enqueued_at) VALUES (:job_id, :user_id, :enqueued_at)"
    " ON CONFLICT (job_id) DO NOTHING"
)


async def _attempt(work: Callable[[int], Awaitable[None]], job_id: int) -> None:
    """Call the work; the loop outlives whatever it raises, and a cancellation that came from within."""
    try:
        await work(job_id)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        log.warning("the work on a job cancelled itself", job_id=job_id)
    except Exception:  # the dispatcher must outlive any job
        log.exception("the work on a job broke off", job_id=job_id)


def _connection(tx: object) -> AsyncConnection:
    if not isinstance(tx, AsyncConnection):
        raise TypeError("a ticket is written in a transaction of the book")
    return tx
