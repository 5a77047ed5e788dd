"""The embedded dispatcher: never twice at once, and not to be stopped by a job."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.dispatch.embedded import LONGEST_PAUSE_S, POLL_S, EmbeddedDispatcher, pause_s
from bot.dispatch.tickets import tickets
from bot.storage.database import Database
from bot.workflow.ports import Dispatcher, Tickets, Unreachable
from tests.dispatch.shop import HandClock, Shop, reached


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


async def test_a_rolled_back_ticket_was_never_there(shop: Shop) -> None:
    """A ticket is part of the transaction that wrote it."""
    with pytest.raises(KeyError):
        await _place_and_raise(shop)

    assert await shop.tickets() == set()


async def _place_and_raise(shop: Shop) -> None:
    async with shop.database.writing() as tx:
        await shop.dispatcher.enqueue(tx, 1, 7, None)
        raise KeyError


async def test_a_second_ticket_changes_nothing(shop: Shop) -> None:
    """A job that has a ticket keeps its place in the queue."""
    await shop.place(1, 7)
    await shop.place(2, 8)
    await shop.place(1, 7)

    async with shop.database.reading() as tx:
        rows = (await tx.execute(sa.select(*tickets.c).order_by(tickets.c.job_id))).all()
    assert [tuple(row) for row in rows] == [(1, 7, 1001.0, None, 0, False), (2, 8, 1002.0, None, 0, False)]


@pytest.mark.parametrize("trouble", [ValueError("broken"), asyncio.CancelledError(), Unreachable()])
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
        await shop.dispatcher.enqueue(object(), 1, 7, None)


def test_the_dispatcher_obeys_both_ports(shop: Shop) -> None:
    """It can be given to the book and to the app."""
    for_the_book: Tickets = shop.dispatcher
    for_the_app: Dispatcher = shop.dispatcher

    assert isinstance(for_the_book, type(for_the_app))
