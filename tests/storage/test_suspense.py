"""Suspense: what is found of it, and what a bill takes back of it, once."""

import asyncio

import pytest

from bot.domain.bill import Call, Doubt
from bot.domain.errors import OutcomeUnknown
from bot.domain.job import State
from bot.domain.quota import Period, Rule, Scope, Subject, Unit
from bot.storage import ledger
from bot.storage.suspense import Suspense
from tests.storage.desk import HALF, NOON, PREDICTED, PROVIDER, Desk


async def test_what_is_in_suspense_is_found_with_its_call(desk: Desk) -> None:
    """A job of unknown outcome is listed with what to look for on a bill; those whose cost is known are not."""
    unknown, attempt = await desk.bring(State.UNKNOWN)
    for state in (State.DONE, State.FAILED, State.CANCELLED, State.SENT):
        await desk.bring(state)

    doubts = await Suspense(desk.database, desk.clock).doubts()

    call = Call(attempt, PROVIDER, "gpt-image-1", None, NOON, NOON)
    assert doubts == (Doubt(unknown.id, call, PREDICTED, None),)
    assert await Suspense(desk.database, desk.clock).doubts(NOON + 1) == ()


async def test_answered_calls_are_found_by_their_time(desk: Desk) -> None:
    """Those that were answered while the time lasted, however their jobs ended; no others."""
    _, attempt = await desk.bring(State.DONE)
    for state in (State.UNKNOWN, State.FAILED, State.SENT):
        await desk.bring(state)
    suspense = Suspense(desk.database, desk.clock)

    found = await suspense.answered(NOON, NOON)

    assert found == (Call(attempt, PROVIDER, "gpt-image-1", "req_1", NOON, NOON),)
    assert await suspense.answered(NOON + 1, NOON + 9) == await suspense.answered(0, NOON - 1) == ()


async def test_what_was_not_billed_is_taken_back_once(desk: Desk) -> None:
    """The difference is free again in every window of the house that had it; a second bill changes nothing."""
    await desk.rule(Rule(None, Subject(Scope.HOUSE), Unit.MICRO_USD, Period.DAY, 10**9))
    hold = await desk.decided()
    job = (await desk.book.place(desk.request(), hold, PREDICTED)).job
    await desk.send(job)
    await desk.book.recover(OutcomeUnknown())
    suspense = Suspense(desk.database, desk.clock)

    corrected = [await suspense.correct(job.id, HALF) for _ in range(2)]

    assert corrected == [HALF, 0]
    assert await desk.left(hold) == ((0, 0), (0, 0), (PREDICTED - HALF, 0), (PREDICTED - HALF, 0))
    assert [(one.micro_usd, one.corrected) for one in await suspense.doubts()] == [(PREDICTED, HALF)]
    assert await desk.book.suspense(0) == PREDICTED - HALF
    assert await desk.balanced()


async def test_no_more_is_taken_back_than_was_booked(desk: Desk) -> None:
    """A correction of more than the suspense takes all of it, however many ask at once."""
    job, _ = await desk.bring(State.UNKNOWN)
    suspense = Suspense(desk.database, desk.clock)

    corrected = await asyncio.gather(*(suspense.correct(job.id, 10 * PREDICTED) for _ in range(8)))

    assert sorted(corrected) == [0] * 7 + [PREDICTED]
    assert await desk.left(desk.lines()) == ((0, 0), (0, 0), (0, 0))
    assert await desk.balanced()


async def test_a_job_without_suspense_is_not_corrected(desk: Desk) -> None:
    """What was charged is known, and stays; nothing at all is a mistake."""
    job, _ = await desk.bring(State.DONE)
    suspense = Suspense(desk.database, desk.clock)

    assert await suspense.correct(job.id, 1) == 0
    assert await suspense.correct(job.id + 1, 1) == 0
    with pytest.raises(ValueError, match="of something"):
        await suspense.correct(job.id, 0)


async def test_a_correction_of_more_than_the_suspense_is_found(desk: Desk) -> None:
    """An entry that somebody wrote past the code does not go unnoticed, though the window agrees with it."""
    job, _ = await desk.bring(State.UNKNOWN)
    await desk.bring(State.DONE)
    await desk.execute(
        "INSERT INTO ledger (job_id, window_id, kind, amount, at)"
        f" SELECT job_id, window_id, 'correction', amount + 1, at FROM ledger"
        f" WHERE kind = 'suspense' AND job_id = {job.id}",
        f"UPDATE windows SET used = used - {PREDICTED + 1} WHERE account = 'house'",
    )

    (wrong,) = await ledger.check(desk.database)

    assert (wrong.what, wrong.expected, wrong.found) == ("correction", PREDICTED, PREDICTED + 1)
