"""Looking back: a member's last edits, how long edits of a kind took, and what nobody knows the cost of."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.domain.errors import OutcomeUnknown
from bot.domain.job import Job, State
from bot.domain.quota import HOUSE, Period
from bot.domain.request import Options, Place, PlaceKind
from bot.storage.database import Database
from bot.storage.history import LATENCIES
from bot.storage.migrate import upgrade
from bot.workflow.ports import Settlement, Waiting
from tests.storage import old_book
from tests.storage.desk import HALF, NOON, PICTURE, PREDICTED, Desk

SQUARE = Options(size="1024x1024", quality="high")


async def placed(desk: Desk, guild: int | None = 1, user: int = 42, model: str = "gpt-image-1") -> Job:
    request = replace(desk.request(user=user), place=Place(guild, 2, PlaceKind.CHANNEL), model=model, options=SQUARE)
    return (await desk.book.place(request, desk.lines(user), PREDICTED)).job


async def made(desk: Desk, seconds: float, model: str = "gpt-image-1") -> Job | None:
    """An edit that took so long from being sent."""
    job = await placed(desk, model=model)
    attempt = await desk.send(job)
    desk.clock.time += seconds
    return await desk.finish(job, attempt)


async def test_the_history_is_the_members_own_in_this_guild(desk: Desk) -> None:
    """The newest first, as many as were asked for, each with its results; other guilds and members are not in it."""
    mine = [await placed(desk) for _ in range(4)]
    private = await placed(desk, guild=None)
    await placed(desk, guild=2)
    await placed(desk, user=43)
    await desk.finish(mine[3], await desk.send(mine[3]))

    found = await desk.book.history(42, 1, 3)

    assert [job.id for job in found] == [mine[3].id, mine[2].id, mine[1].id]
    assert found[0] == await desk.job(mine[3].id)
    assert found[0].results == (PICTURE,)
    assert [job.id for job in await desk.book.history(42, None, 10)] == [private.id]
    assert await desk.book.history(44, 1, 10) == []


async def test_the_history_is_read_page_by_page_and_everywhere(desk: Desk) -> None:
    """What is older than the last that was shown; and where it is asked for, of all guilds and none together."""
    first, private, elsewhere, last = [await placed(desk, guild=guild) for guild in (1, None, 2, 1)]
    await placed(desk, user=43)

    page = [job.id for job in await desk.book.history(42, 1, 1, before=last.id)]
    everything = [job.id for job in await desk.book.history(42, 1, 10, everywhere=True)]
    older = [job.id for job in await desk.book.history(42, None, 2, before=last.id, everywhere=True)]

    assert page == [first.id]
    assert everything == [last.id, elsewhere.id, private.id, first.id]
    assert older == [elsewhere.id, private.id]
    assert await desk.book.history(42, 1, 10, before=first.id) == []


async def test_latencies_are_those_of_like_edits(desk: Desk) -> None:
    """The newest first; another model, quality or size is another matter, and what is left out may be any."""
    for seconds in (10.0, 30.0, 20.0):
        await made(desk, seconds)
    await made(desk, 99.0, model="gpt-image-2")
    other = await desk.place()  # of no quality
    attempt = await desk.send(other)
    desk.clock.time += 7
    await desk.finish(other, attempt)

    assert await desk.book.latencies("gpt-image-1", "high", "1024x1024") == [20.0, 30.0, 10.0]
    assert await desk.book.latencies("gpt-image-1", None, "1024x1024") == [7.0, 20.0, 30.0, 10.0]
    assert await desk.book.latencies("gpt-image-1", None, None) == [7.0, 20.0, 30.0, 10.0]
    assert await desk.book.latencies("gpt-image-1", "high", "2048x2048") == []


async def test_only_edits_that_brought_a_picture_have_a_latency(desk: Desk) -> None:
    """A refusal is quick and a timeout slow, and neither says how long a picture takes; a muted one does."""
    for state in State:
        await desk.bring(state)
    muted, attempt = await desk.bring(State.SENT, muted=True)
    desk.clock.time += 5
    await desk.finish(muted, attempt)
    await desk.book.delivered(muted.id)

    assert (await desk.job(muted.id)).state is State.TOLD
    assert await desk.book.latencies("gpt-image-1", None, "1024x1024") == [5.0, 0.0, 0.0]


async def test_a_clock_that_was_set_back_makes_no_edit_end_before_it_began(desk: Desk) -> None:
    """It counts as no time at all."""
    await made(desk, -3600.0)

    assert await desk.book.latencies("gpt-image-1", "high", "1024x1024") == [0.0]


async def test_latencies_are_the_last_few(desk: Desk) -> None:
    """What was slow long ago says nothing about today."""
    for number in range(LATENCIES + 3):
        await made(desk, float(number))

    assert await desk.book.latencies("gpt-image-1", "high", "1024x1024") == [
        float(LATENCIES + 2 - n) for n in range(50)
    ]


async def test_suspense_is_what_unknown_outcomes_may_have_cost(desk: Desk) -> None:
    """Calls in doubt and calls that were billed for nothing count since then; what was released or charged does not."""
    await desk.bring(State.UNKNOWN)
    desk.clock.time += 100
    await desk.bring(State.UNKNOWN)
    await desk.bring(State.DONE)
    await desk.bring(State.FAILED)
    job, attempt = await desk.bring_banked(State.SENT)
    await desk.book.finish_short(job.id, attempt, "ProviderDown", None, suspense=HALF)

    assert await desk.book.suspense(NOON) == 2 * PREDICTED + HALF
    assert await desk.book.suspense(NOON + 1) == PREDICTED + HALF
    assert await desk.book.suspense(desk.clock.time + 1) == 0


async def test_money_in_suspense_counts_once_however_many_limits_the_house_has(desk: Desk) -> None:
    """A limit by the day beside that by the month holds the same money, and the doubt is still about one call."""
    demands = desk.lines()
    house = next(one for one in demands if one.window.allowance.account == HOUSE)
    day = replace(house, window=replace(house.window, allowance=replace(house.window.allowance, period=Period.DAY)))
    job = (await desk.book.place(desk.request(), (*demands, day), PREDICTED)).job
    await desk.send(job)
    await desk.book.doubt(job.id, None, OutcomeUnknown(), None)

    assert await desk.book.suspense(NOON) == PREDICTED
    assert await desk.balanced()


async def test_what_was_corrected_is_no_longer_in_suspense(desk: Desk) -> None:
    """Where the provider's own bill shows that a call cost nothing, or less, so much is taken off."""
    job, _ = await desk.bring(State.UNKNOWN)
    await desk.bring(State.UNKNOWN)
    row = next(one for one in (await desk.rows())["ledger"] if one["kind"] == "suspense" and one["job_id"] == job.id)
    await desk.execute(
        "INSERT INTO ledger (job_id, window_id, kind, amount, at)"
        f" VALUES ({job.id}, {row['window_id']}, 'correction', {HALF}, {NOON})",
        f"UPDATE windows SET used = used - {HALF} WHERE id = {row['window_id']}",
    )

    assert await desk.book.suspense(NOON) == 2 * PREDICTED - HALF


@pytest.mark.parametrize(
    "question",
    [
        "SELECT id FROM jobs WHERE user_id = 42 ORDER BY id DESC LIMIT 10",
        "SELECT id FROM jobs WHERE model = 'm' AND quality IS NULL AND size = 's' ORDER BY ended_at DESC LIMIT 50",
        "SELECT id FROM jobs WHERE NOT emptied AND ended_at < 1 ORDER BY ended_at LIMIT 100",
    ],
)
async def test_an_index_helps(sqlite_url: str, question: str) -> None:
    """However many jobs there are, nobody reads them all for a history, an estimate or the retention."""
    async with Database(sqlite_url) as database, database.reading() as tx:
        plan = [row[3] for row in await tx.execute(sa.text(f"EXPLAIN QUERY PLAN {question}"))]

    assert len(plan) == 1
    assert "USING INDEX" in plan[0] or "USING COVERING INDEX" in plan[0]


async def test_old_jobs_are_part_of_the_history(empty_url: str) -> None:
    """What a database of version 0001 had is found by member, guild, model, quality and size after the upgrade."""
    await upgrade(empty_url, "0001")
    async with Database(empty_url) as database:
        await old_book.write(database)
    await upgrade(empty_url)

    async with Database(empty_url) as database:
        desk = Desk(database)
        assert len(await desk.book.history(42, 1, 100)) == len(State)
        assert len(await desk.book.latencies("gpt-image-1", None, "1024x1024")) == 2
        assert await desk.book.waiting(42, 1) == Waiting(all=3, of_user=3, of_guild=3)
        assert await desk.book.expire(NOON + 1) == 2


async def test_settlement_of_several_calls_counts_from_the_last(desk: Desk) -> None:
    """An edit of several calls says how long one took, which is what the next in the queue waits for."""
    job = await desk.place(images=2)
    attempt = await desk.send(job)
    desk.clock.time += 50
    await desk.bank(job, attempt)
    again = await desk.book.sent(job.id, "openai")
    assert again is not None
    desk.clock.time += 20
    await desk.book.finish(job.id, again, Settlement(HALF, (PICTURE,)), None)

    assert await desk.book.latencies("gpt-image-1", None, "1024x1024") == [20.0]
