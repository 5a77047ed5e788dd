"""The embedded dispatcher: fair, never twice at once, and not to be stopped by a job."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dispatch.embedded import LONGEST_PAUSE_S, POLL_S, EmbeddedDispatcher, Ticket, choose, pause_s
from bot.dispatch.tickets import tickets
from bot.storage.database import Database
from bot.workflow.ports import Dispatcher, Tickets


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

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, HandClock()
        self.dispatcher = EmbeddedDispatcher(database, self.clock, per_user=2, at_once=3)
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

    async def place(self, job_id: int, user_id: int) -> None:
        self.clock.time += 1
        async with self.database.writing() as tx:
            await self.dispatcher.enqueue(tx, job_id, user_id)

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


@pytest.fixture
def shop(database: Database) -> Shop:
    return Shop(database)


def ticket(job_id: int, user_id: int) -> Ticket:
    return Ticket(job_id, user_id, float(job_id))


@pytest.mark.parametrize(
    ("waiting", "flying", "free", "chosen"),
    [
        ([], {}, 9, []),
        ([(1, 7), (2, 7), (3, 7)], {}, 9, [1, 2]),
        ([(1, 7), (2, 7), (3, 8)], {}, 9, [1, 3, 2]),
        ([(1, 7), (2, 7), (3, 8)], {}, 1, [1]),
        ([(1, 7), (2, 8)], {7: 1}, 1, [2]),
        ([(1, 7), (2, 8)], {7: 1}, 9, [2, 1]),
        ([(1, 7), (2, 8)], {7: 2}, 9, [2]),
        ([(1, 7)], {8: 2}, 9, [1]),
    ],
)
def test_who_has_less_in_flight_comes_first(
    waiting: list[tuple[int, int]], flying: dict[int, int], free: int, chosen: list[int]
) -> None:
    """The oldest ticket goes first, but a user's second after everybody's first, and a third not at all."""
    picked = choose((ticket(*one) for one in waiting), flying, 2, free)

    assert [one.job_id for one in picked] == chosen


@pytest.mark.parametrize(("tries", "seconds"), [(1, 1), (2, 2), (4, 8), (8, 120), (5000, LONGEST_PAUSE_S)])
def test_pauses_double_up_to_two_minutes(tries: int, seconds: float) -> None:
    """A job that breaks off for days is tried every two minutes."""
    assert pause_s(tries) == seconds


async def test_tickets_that_were_there_before_the_start_are_handed_out(shop: Shop) -> None:
    """What the last process left is worked on without anybody calling."""
    await shop.place(1, 7)

    async with shop.open():
        await shop.until(1)


async def test_a_wake_hands_out_what_is_new(shop: Shop) -> None:
    """A ticket that is written while the loop waits goes out when somebody calls."""
    async with shop.open():
        await shop.clock.until_asleep(POLL_S)
        await shop.place(1, 7)
        shop.dispatcher.wake()

        await shop.until(1)


async def test_without_a_wake_the_poll_finds_it(shop: Shop) -> None:
    """A call that was lost costs some seconds and no job."""
    async with shop.open():
        await shop.clock.until_asleep(POLL_S)
        await shop.place(1, 7)
        shop.clock.pass_by(POLL_S)

        await shop.until(1)


async def test_no_user_and_no_crowd_takes_everything(shop: Shop) -> None:
    """With room for three and two a user, the third job of one waits until another of his ends."""
    for job_id, user_id in ((1, 7), (2, 7), (3, 7), (4, 8), (5, 9)):
        await shop.place(job_id, user_id)

    async with shop.open():
        await shop.until(1, 4, 5)
        shop.let(4)
        await shop.until(1, 4, 5, 2)
        shop.let(5)
        await shop.until(1, 4, 5, 2)
        shop.let(1)
        await shop.until(1, 4, 5, 2, 3)


async def test_a_rolled_back_ticket_was_never_there(shop: Shop) -> None:
    """A ticket is part of the transaction that wrote it."""
    with pytest.raises(KeyError):
        await _place_and_raise(shop)

    assert await shop.tickets() == set()


async def _place_and_raise(shop: Shop) -> None:
    async with shop.database.writing() as tx:
        await shop.dispatcher.enqueue(tx, 1, 7)
        raise KeyError


async def test_a_second_ticket_changes_nothing(shop: Shop) -> None:
    """A job that has a ticket keeps its place in the queue."""
    await shop.place(1, 7)
    await shop.place(2, 8)
    await shop.place(1, 7)

    async with shop.database.reading() as tx:
        rows = (await tx.execute(sa.select(*tickets.c).order_by(tickets.c.job_id))).all()
    assert [tuple(row) for row in rows] == [(1, 7, 1001.0), (2, 8, 1002.0)]


@pytest.mark.parametrize("trouble", [ValueError("broken"), asyncio.CancelledError()])
async def test_a_call_that_breaks_off_is_made_again_after_a_pause(shop: Shop, trouble: BaseException) -> None:
    """Neither an exception nor a cancellation from within the work stops the loop, and the ticket stays."""
    shop.troubles[1] = trouble
    shop.let(1)
    await shop.place(1, 7)
    async with shop.open():
        await shop.clock.until_asleep(1.0)
        rested = list(shop.calls)
        shop.clock.pass_by(1.0)
        await shop.until(1, 1)

    assert rested == [1]
    assert await shop.tickets() == set()


async def test_a_call_that_leaves_its_ticket_rests_longer_each_time(shop: Shop) -> None:
    """Work that ends nothing is not done over and over without a pause."""
    calls: list[int] = []

    async def nothing(job_id: int) -> None:
        calls.append(job_id)

    shop.dispatcher.bind(nothing)
    await shop.place(1, 7)
    async with shop.open():
        for seconds in (1.0, 2.0):
            await shop.clock.until_asleep(seconds)
            shop.dispatcher.wake()
            shop.clock.pass_by(seconds)
        await shop.clock.until_asleep(4.0)

    assert calls == [1, 1, 1]


async def test_a_new_ticket_of_the_same_job_does_not_rest(shop: Shop) -> None:
    """A job whose ticket ended and that is wanted again in the same moment goes out at once."""
    shop.let(1)

    async def once_more(job_id: int) -> None:
        await shop.work(job_id)
        if len(shop.calls) == 1:
            await shop.place(1, 7)

    shop.dispatcher.bind(once_more)
    await shop.place(1, 7)
    async with shop.open():
        await shop.until(1, 1)


async def test_stop_lets_what_is_in_flight_end(shop: Shop) -> None:
    """After a stop nothing new goes out, and the run returns with the last call."""
    await shop.place(1, 7)
    run = asyncio.create_task(shop.dispatcher.run())
    await shop.until(1)
    shop.dispatcher.stop()
    await shop.place(2, 8)
    shop.dispatcher.wake()
    shop.let(1, 2)

    await run

    assert shop.calls == [1]
    assert await shop.tickets() == {2}


async def test_a_stop_while_tickets_are_read_hands_out_none(shop: Shop) -> None:
    """Nothing begins after the stop, not even what was found just before it."""
    rows = Interrupted(shop.database)
    dispatcher = EmbeddedDispatcher(rows, shop.clock)
    rows.meanwhile = dispatcher.stop
    dispatcher.bind(shop.work)
    await shop.place(1, 7)

    await dispatcher.run()

    assert shop.calls == []


class Interrupted:
    """Rows during whose reading something else happens."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.meanwhile: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self.database.reading() as tx:
            self.meanwhile()
            yield tx


async def test_stop_does_not_wait_for_what_rests(shop: Shop) -> None:
    """A ticket in its pause is for the next start."""
    shop.troubles[1] = ValueError("broken")
    shop.let(1)
    await shop.place(1, 7)
    async with shop.open():
        await shop.clock.until_asleep(1.0)

    assert await shop.tickets() == {1}


async def test_a_cancelled_run_cancels_its_calls(shop: Shop) -> None:
    """When the grace is over, the calls in flight end with the run, and their tickets stay."""
    ends: list[str] = []

    async def work(job_id: int) -> None:
        try:
            await shop.work(job_id)
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    shop.dispatcher.bind(work)
    await shop.place(1, 7)
    run = asyncio.create_task(shop.dispatcher.run())
    await shop.until(1)
    run.cancel()

    with pytest.raises(asyncio.CancelledError):
        await run
    assert ends == ["cancelled"]
    assert await shop.tickets() == {1}


async def test_a_database_that_is_away_does_not_stop_the_loop(shop: Shop) -> None:
    """Tickets that cannot be read now are read at the next poll."""
    away = AwayOnce(shop.database)
    shop.dispatcher = EmbeddedDispatcher(away, shop.clock)
    shop.dispatcher.bind(shop.work)
    await shop.place(1, 7)
    async with shop.open():
        await shop.clock.until_asleep(POLL_S)
        await reached(lambda: not away.first)
        shop.clock.pass_by(POLL_S)
        await shop.until(1)


class AwayOnce:
    """Rows that cannot be read the first time."""

    def __init__(self, database: Database) -> None:
        self.database, self.first = database, True

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        if self.first:
            self.first = False
            raise OSError("away")
        async with self.database.reading() as tx:
            yield tx


async def test_run_needs_something_to_call(database: Database) -> None:
    """A dispatcher that was not bound says so at once."""
    with pytest.raises(RuntimeError, match="bind"):
        await EmbeddedDispatcher(database, HandClock()).run()


async def test_a_ticket_needs_a_transaction_of_the_book(shop: Shop) -> None:
    """Anything else in a transaction's place is a mistake."""
    with pytest.raises(TypeError, match="transaction"):
        await shop.dispatcher.enqueue(object(), 1, 7)


def test_the_dispatcher_obeys_both_ports(shop: Shop) -> None:
    """It can be given to the book and to the app."""
    for_the_book: Tickets = shop.dispatcher
    for_the_app: Dispatcher = shop.dispatcher

    assert isinstance(for_the_book, type(for_the_app))
