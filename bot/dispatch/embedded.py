"""The dispatcher of one process: tickets are rows, and a loop hands them out, fairly, to calls of `work`.

A ticket stays until the book ends it. A call that raises, or that returns without an end, is made again after a pause
that doubles; nothing is handed out twice at once, because what is in flight is known here and only here. Beside that
only what rests is known here: the line itself, however long, stays in the rows.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dispatch import turns
from bot.dispatch.tickets import tickets
from bot.dispatch.turns import Ticket
from bot.workflow.ports import Clock, Unreachable

PER_USER = 2
AT_ONCE = 8
EXPRESS_AT_ONCE = 4
POLL_S = 15.0
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 120.0

log = structlog.get_logger(__name__)


class Rows(Protocol):
    """Where the tickets are."""

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that only reads."""


def pause_s(tries: int) -> float:
    """How long a ticket rests after so many calls that did not end it: 1 s, doubled up to two minutes."""
    return min(LONGEST_PAUSE_S, FIRST_PAUSE_S * float(2 ** min(tries - 1, 10)))


class EmbeddedDispatcher:
    """Writes tickets for the book and hands them out in this process."""

    def __init__(
        self,
        database: Rows,
        clock: Clock,
        per_user: int = PER_USER,
        at_once: int = AT_ONCE,
        poll_s: float = POLL_S,
        per_guild: int = 0,
    ) -> None:
        """At most `per_user` jobs of a user, `per_guild` of a guild and `at_once` in all are worked on at a time.

        Without a `per_guild` a guild may have them all. What only has to be said is said beside these, a few at a time.
        """
        self._database, self._clock = database, clock
        self._per_user, self._at_once, self._per_guild, self._poll_s = per_user, at_once, per_guild, poll_s
        self._work: Callable[[int], Awaitable[None]] | None = None
        self._bell = asyncio.Event()
        self._stopping = False
        self._flying: dict[int, Ticket] = {}
        self._resting: dict[int, tuple[Ticket, asyncio.Task[None]]] = {}
        self._tries: Counter[Ticket] = Counter()
        self._naps: set[asyncio.Task[None]] = set()
        self._round = 0

    # ── for the book ────────────────────────────────────────────────────────────────────────────────────────

    async def enqueue(self, tx: object, job_id: int, user_id: int, guild_id: int | None) -> None:
        """A ticket for this job, if there is none; delivered at least once after the transaction committed."""
        which = await turns.next_round(_connection(tx), user_id, self._round)
        ticket = {"job_id": job_id, "user_id": user_id, "guild_id": guild_id, "round": which}
        await _connection(tx).execute(_ENQUEUE, ticket | {"enqueued_at": self._clock.now()})

    async def hasten(self, tx: object, job_id: int) -> None:
        """Nothing more is to be made for this job, only to be said or shown: its ticket, if any, waits for no turn."""
        if job_id not in self._flying:
            await turns.give_up_round(_connection(tx), job_id)
        await _connection(tx).execute(sa.update(tickets).where(tickets.c.job_id == job_id).values(express=True))

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
                    self._begin(ticket)
                    group.create_task(self._fly(group, ticket, self._work), name=f"job {ticket.job_id}")
                await self._bell.wait()
            for nap in tuple(self._naps):
                nap.cancel()

    # ── the loop ────────────────────────────────────────────────────────────────────────────────────────────

    async def _next(self) -> tuple[Ticket, ...]:
        flying = [job_id for job_id, ticket in self._flying.items() if not ticket.express]
        hurrying = [job_id for job_id, ticket in self._flying.items() if ticket.express]
        questions = []
        if (free := EXPRESS_AT_ONCE - len(hurrying)) > 0:
            # One that rested in its turn and was hastened meanwhile has rested enough.
            rested = [job_id for job_id, (ticket, _) in self._resting.items() if ticket.express]
            questions.append(turns.express(hurrying, (*self._flying, *rested), free))
        if (free := self._at_once - len(flying)) > 0:
            away = (*self._flying, *self._resting)
            questions.append(turns.regular(flying, away, self._per_user, self._per_guild, free))
        found = await self._ask(*questions)
        return () if self._stopping else found

    async def _ask(self, *questions: sa.Select[Any]) -> tuple[Ticket, ...]:
        if not questions:
            return ()
        try:
            async with self._database.reading() as tx:
                return tuple([Ticket(*row) for question in questions for row in await tx.execute(question)])
        except Exception:  # the loop must outlive a database that is away; the next poll asks again
            log.exception("tickets could not be read")
            return ()

    def _begin(self, ticket: Ticket) -> None:
        self._flying[ticket.job_id] = ticket
        if not ticket.express:
            self._round = max(self._round, ticket.round)
        if ticket.job_id in self._resting:
            _, nap = self._resting.pop(ticket.job_id)
            nap.cancel()

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
            self._resting[ticket.job_id] = ticket, self._nap(group, self._rest(ticket))

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
        del self._resting[ticket.job_id]
        self._bell.set()

    async def _poll(self) -> None:
        while True:
            await self._clock.sleep(self._poll_s)
            self._bell.set()

    def _nap(self, group: asyncio.TaskGroup, nap: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A wait that ends with the loop, unlike a call in flight."""
        task = group.create_task(nap)
        self._naps.add(task)
        task.add_done_callback(self._naps.discard)
        return task


_ENQUEUE = sa.text(
    "INSERT INTO tickets (job_id, user_id, guild_id, enqueued_at, round, express)"
    " VALUES (:job_id, :user_id, :guild_id, :enqueued_at, :round, false) ON CONFLICT (job_id) DO NOTHING"
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
    except Unreachable:
        log.warning("discord_unreachable", job_id=job_id)  # it will be told when Discord is back
    except Exception:  # the dispatcher must outlive any job
        log.exception("the work on a job broke off", job_id=job_id)


def _connection(tx: object) -> AsyncConnection:
    if not isinstance(tx, AsyncConnection):
        raise TypeError("a ticket is written in a transaction of the book")
    return tx
