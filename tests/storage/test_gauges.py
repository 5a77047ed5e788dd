"""The gauges of the rows: what is open, held and booked at the moment in which they are read."""

import asyncio

import pytest

from bot.domain.job import State
from bot.domain.quota import Period, Rule, Scope, Subject, Unit
from bot.storage.database import Database
from bot.storage.errors import DatabaseUnusable
from bot.storage.gauges import RowGauges
from tests.storage.desk import COST, PREDICTED, Desk

NOTHING = dict.fromkeys(("hold", "charge", "release", "suspense", "overrun", "correction"), 0)


@pytest.fixture
def gauges(desk: Desk) -> RowGauges:
    """The gauges of the desk's database."""
    return RowGauges(desk.database)


async def test_an_empty_house(gauges: RowGauges) -> None:
    """Where nothing was placed nothing is open, held or booked, and nobody waits."""
    read = await gauges.read()

    assert (read.open, read.held, read.waits_since, read.booked) == ({}, 0, None, NOTHING)


async def test_what_is_open(desk: Desk, gauges: RowGauges) -> None:
    """Edits that are not over count by state, unsettled ones hold, and the first in the queue says since when."""
    first, _ = await desk.bring(State.QUEUED)
    desk.clock.time += 60
    for state in (State.QUEUED, State.RUNNING, State.SENT, State.DONE, State.FAILED, State.DELIVERED, State.TOLD):
        await desk.bring(state)

    read = await gauges.read()

    singles = (State.RUNNING, State.SENT, State.DONE, State.FAILED)
    assert read.open == {State.QUEUED: 2, **dict.fromkeys(singles, 1)}
    assert read.held == 4 * PREDICTED
    assert read.waits_since == first.placed_at


async def test_what_the_house_booked(desk: Desk, gauges: RowGauges) -> None:
    """Every kind of entry is summed up from the beginning of the books, whoever made it; reading twice adds nothing."""
    await desk.bring(State.DELIVERED)
    before = (await gauges.read()).booked
    await desk.bring(State.UNKNOWN)
    await desk.bring(State.FAILED)
    after, again = await asyncio.gather(gauges.read(), gauges.read())
    anew = await RowGauges(desk.database).read()

    assert before == {**NOTHING, "hold": PREDICTED, "charge": COST, "release": PREDICTED - COST}
    assert after.booked == again.booked == anew.booked
    assert after.booked == {
        **NOTHING,
        "hold": 3 * PREDICTED,
        "charge": COST,
        "release": 2 * PREDICTED - COST,
        "suspense": PREDICTED,
    }


async def test_an_edit_counts_once_in_however_many_windows(desk: Desk, gauges: RowGauges) -> None:
    """Where the house has several limits of money, what an edit cost is not booked several times."""
    await desk.rule(Rule(None, Subject(Scope.HOUSE), Unit.MICRO_USD, Period.ROLLING, 10**9, hours=24))
    job = await desk.place_by_rules()
    await desk.finish(job, await desk.send(job))

    read = await gauges.read()

    assert (read.booked["hold"], read.booked["charge"]) == (PREDICTED, COST)


async def test_grants_move_no_money(desk: Desk, gauges: RowGauges) -> None:
    """What is given to a member is not in the house's account."""
    await desk.give(5)

    assert (await gauges.read()).booked == NOTHING


async def test_rows_that_cannot_be_read_are_not_taken_for_none(empty_url: str) -> None:
    """A database without the tables answers neither a reading nor a glance; one that has them answers both."""
    async with Database(empty_url) as database:
        with pytest.raises(DatabaseUnusable):
            await RowGauges(database).glance()
        with pytest.raises(DatabaseUnusable):
            await RowGauges(database).read()


async def test_a_glance_is_enough_to_see_that_rows_can_be_read(desk: Desk, gauges: RowGauges) -> None:
    """It says nothing, whether or not there are jobs."""
    await gauges.glance()
    await desk.place()
    await gauges.glance()
