"""How a hold ends: charged, released, in suspense, and what exceeds it paid by the house."""

import pytest

from bot.domain.errors import AnswerUseless, OutcomeUnknown, ProviderDown
from bot.domain.job import State
from bot.domain.quota import HOUSE
from bot.storage.holds import RELEASED, Ending, Share, share
from tests.storage.desk import COST, DAY, NOON, PREDICTED, Desk


@pytest.mark.parametrize(
    ("ending", "account", "unit", "expected"),
    [
        (RELEASED, "user:1", "micro_usd", Share(released=100)),
        (RELEASED, HOUSE, "micro_usd", Share(released=100)),
        (Ending(suspense=100), "user:1", "micro_usd", Share(released=100)),
        (Ending(suspense=100), HOUSE, "micro_usd", Share(suspended=100)),
        (Ending(suspense=100), HOUSE, "images", Share(released=100)),
        (Ending(60, 2), "user:1", "micro_usd", Share(charged=60, released=40)),
        (Ending(60, 2), "user:1", "images", Share(charged=2, released=98)),
        (Ending(130, 2), "user:1", "micro_usd", Share(charged=100)),
        (Ending(130, 2), HOUSE, "micro_usd", Share(charged=100, overrun=30)),
        (Ending(60, 130), "user:1", "images", Share(charged=100)),
        (Ending(60, 2, 30), "user:1", "micro_usd", Share(charged=60, released=40)),
        (Ending(60, 2, 30), HOUSE, "micro_usd", Share(charged=60, released=10, suspended=30)),
        (Ending(60, 2, 50), HOUSE, "micro_usd", Share(charged=60, suspended=40, overrun=10)),
        (Ending(130, 2, 50), HOUSE, "micro_usd", Share(charged=100, overrun=80)),
    ],
)
def test_what_becomes_of_a_line(ending: Ending, account: str, unit: str, expected: Share) -> None:
    """A member pays at most what was held; the house pays what is above, and bears what nobody knows."""
    found = share(ending, account, unit, 100)

    assert found == expected
    assert found.charged + found.released + found.suspended == 100


@pytest.mark.parametrize(
    ("ending", "unit", "granted", "expected"),
    [
        (Ending(60, 2), "micro_usd", 25, Share(charged=35, released=65)),
        (Ending(60, 2), "micro_usd", 60, Share(released=100)),
        (Ending(130, 2), "micro_usd", 25, Share(charged=100)),
        (Ending(60, 7), "images", 5, Share(charged=2, released=98)),
        (RELEASED, "images", 0, Share(released=100)),
    ],
)
def test_what_grants_pay_is_not_paid_again(ending: Ending, unit: str, granted: int, expected: Share) -> None:
    """A member's own line is charged for what the grants of the job have left of the cost."""
    assert share(ending, "user:1", unit, 100, granted) == expected


async def test_an_edit_is_charged_what_it_cost(desk: Desk) -> None:
    """The cost and the pictures that came are used, the rest of the hold is free again."""
    job = await desk.place(images=4)

    done = await desk.finish(job, await desk.send(job), cost=COST, pictures=3)

    assert done is not None
    assert (done.charged, len(done.results), done.ended_at) == (COST, 3, NOON)
    assert await desk.left(desk.lines()) == ((3, 0), (COST, 0), (COST, 0))
    assert await desk.balanced()


async def test_the_house_pays_what_exceeds_the_hold(desk: Desk) -> None:
    """Of an edit that cost more than predicted the member pays the prediction."""
    job = await desk.place()

    done = await desk.finish(job, await desk.send(job), cost=PREDICTED + 7)

    assert done is not None
    assert done.charged == PREDICTED
    assert await desk.left(desk.lines()) == ((1, 0), (PREDICTED, 0), (PREDICTED + 7, 0))
    assert await desk.balanced()


async def test_an_edit_that_costs_nothing_leaves_no_charge(desk: Desk) -> None:
    """A card without a price counts pictures and moves no money."""
    job = (await desk.book.place(desk.request(), desk.lines(money=0), 0)).job

    await desk.finish(job, await desk.send(job), cost=0)

    assert await desk.left(desk.lines()) == ((1, 0), (0, 0), (0, 0))
    assert await desk.balanced()


async def test_a_failure_that_may_be_billed_weighs_on_the_house_alone(desk: Desk) -> None:
    """The member gets everything back; the prediction counts as spent by the house."""
    job = await desk.place()
    attempt = await desk.send(job)

    failed = await desk.book.fail(job.id, AnswerUseless(), attempt, "req_1", billed=True)

    assert failed is not None
    assert (failed.state, failed.charged, type(failed.trouble)) == (State.FAILED, 0, AnswerUseless)
    assert await desk.left(desk.lines()) == ((0, 0), (0, 0), (PREDICTED, 0))
    assert await desk.balanced()


async def test_a_failure_is_free(desk: Desk) -> None:
    """A failure that nobody billed gives everything back to everybody."""
    job = await desk.place()

    await desk.book.fail(job.id, ProviderDown(), await desk.send(job))

    assert await desk.left(desk.lines()) == ((0, 0), (0, 0), (0, 0))
    assert await desk.balanced()


@pytest.mark.parametrize("named", [True, False])
async def test_an_unknown_outcome_is_suspense_of_the_house(desk: Desk, named: bool) -> None:
    """Nobody knows whether it was billed: the member gets the hold back, the house reckons with the worst."""
    job = await desk.place()
    attempt = await desk.send(job)

    unknown = await desk.book.doubt(job.id, attempt if named else None, OutcomeUnknown(), None)

    assert unknown is not None
    assert type(unknown.trouble) is OutcomeUnknown
    assert await desk.left(desk.lines()) == ((0, 0), (0, 0), (PREDICTED, 0))
    assert [row["state"] for row in (await desk.rows())["attempts"]] == ["unknown"]
    assert await desk.balanced()


async def test_a_release_goes_back_where_it_came_from(desk: Desk) -> None:
    """What was held yesterday and is cancelled today is free in yesterday's window, and today's does not change."""
    yesterday = desk.lines(images=2)
    job = await desk.place(images=2)
    desk.clock.time += DAY
    await desk.place()

    await desk.book.cancel(job.id)

    assert (await desk.left(yesterday))[0] == (0, 0)
    assert (await desk.left(desk.lines()))[0] == (0, 1)
    assert await desk.balanced()


async def test_a_trouble_is_told_after_a_restart_with_its_fields(desk: Desk) -> None:
    """What went wrong is kept with everything that its sentence needs."""
    job, _ = await desk.bring(State.RUNNING)

    await desk.book.fail(job.id, ProviderDown(name="sky “ü”.png", size=3))

    trouble = (await desk.job(job.id)).trouble
    assert trouble is not None
    assert (trouble.code, trouble.fields) == ("ProviderDown", {"name": "sky “ü”.png", "size": 3})
