"""A job of several calls: what one of them brought is kept and charged, whatever becomes of the others."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import OutcomeUnknown, ProviderDown
from bot.domain.job import ResultPicture, State
from bot.workflow.ports import Settlement
from tests.storage.desk import HALF, NOON, PICTURE, PREDICTED, PROVIDER, Desk

UNFINISHED = (State.QUEUED, State.RUNNING, State.SENT)


def _named(letter: str) -> ResultPicture:
    return replace(PICTURE, blob=letter * 64)


async def test_a_banked_call_is_kept_and_more_may_follow(desk: Desk) -> None:
    """The job runs on with its pictures, its attempt is answered, and nothing of the hold is moved."""
    job = await desk.place(images=4)
    attempt = await desk.send(job)

    banked = await desk.bank(job, attempt, HALF, 2)

    assert banked is not None
    assert banked == await desk.job(job.id)
    assert (banked.state, banked.banked, len(banked.results), banked.version) == (State.RUNNING, HALF, 2, None)
    assert await desk.left(desk.lines()) == ((0, 4), (0, PREDICTED), (0, PREDICTED))
    assert [row["state"] for row in (await desk.rows())["attempts"]] == ["answered"]
    assert await desk.balanced()


async def test_a_finish_adds_to_what_was_banked(desk: Desk) -> None:
    """The pictures of three calls are one edit in their order, and their costs are one charge."""
    job = await desk.place(images=4)
    await desk.book.bank(job.id, await desk.send(job), Settlement(10_000, (_named("1"), _named("2"))), None)
    second = await desk.book.sent(job.id, PROVIDER) or ""
    await desk.book.bank(job.id, second, Settlement(5_000, (_named("3"),)), None)
    third = await desk.book.sent(job.id, PROVIDER) or ""

    done = await desk.book.finish(job.id, third, Settlement(6_000, (_named("4"),)), "req_3")

    assert done is not None
    assert done == await desk.job(job.id)
    assert "".join(one.blob[0] for one in done.results) == "1234"
    assert (done.state, done.charged, done.version, done.ended_at) == (State.DONE, 21_000, 1, NOON)
    assert await desk.left(desk.lines()) == ((4, 0), (21_000, 0), (21_000, 0))
    assert await desk.balanced()


async def test_the_house_pays_what_all_calls_together_exceed_the_hold_by(desk: Desk) -> None:
    """However the cost is spread over the calls, the member pays at most what was predicted."""
    job, attempt = await desk.bring_banked(State.SENT)

    done = await desk.finish(job, attempt, PREDICTED, 2)

    assert done is not None
    assert done.charged == PREDICTED
    assert await desk.left(desk.lines()) == ((4, 0), (PREDICTED, 0), (PREDICTED + HALF, 0))
    assert await desk.balanced()


async def test_nothing_cannot_be_banked(desk: Desk) -> None:
    """A call without a picture is none that was answered."""
    job, attempt = await desk.bring(State.SENT)

    with pytest.raises(ValueError, match="only pictures"):
        await desk.book.bank(job.id, attempt, Settlement(HALF, ()), None)
    assert (await desk.job(job.id)).state is State.SENT


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("suspense", [0, 10_000])
async def test_a_job_whose_later_call_brought_nothing_ends_with_what_it_has(
    desk: Desk, suspense: int, named: bool
) -> None:
    """The member pays the banked pictures only; what the last call may cost is suspense of the house."""
    job, attempt = await desk.bring_banked(State.SENT)

    done = await desk.book.finish_short(job.id, attempt if named else None, "ProviderDown", "req_2", suspense=suspense)

    assert done is not None
    assert done == await desk.job(job.id)
    assert (done.state, done.charged, len(done.results), done.version) == (State.DONE, HALF, 2, 1)
    assert await desk.left(desk.lines()) == ((2, 0), (HALF, 0), (HALF + suspense, 0))
    last = (await desk.rows())["attempts"][-1]
    assert (last["state"], last["code"]) == ("unknown" if suspense else "failed", "ProviderDown")
    assert last["request_id"] == "req_2"
    assert await desk.balanced()


async def test_suspense_beyond_the_hold_is_overrun(desk: Desk) -> None:
    """What is charged and what is in suspense may together be more than the hold; the house reckons with all of it."""
    job, attempt = await desk.bring_banked(State.SENT)

    await desk.book.finish_short(job.id, attempt, "OutcomeUnknown", None, suspense=PREDICTED)

    assert await desk.left(desk.lines()) == ((2, 0), (HALF, 0), (HALF + PREDICTED, 0))
    house = [row for row in (await desk.rows())["holds"] if row["suspended"]]
    assert [(row["charged"], row["released"], row["suspended"]) for row in house] == [(HALF, 0, PREDICTED - HALF)]
    assert await desk.balanced()


async def test_a_job_between_two_calls_ends_short_without_an_attempt(desk: Desk) -> None:
    """Where no call is open the attempts stay as they ended."""
    job, _ = await desk.bring_banked(State.RUNNING)

    done = await desk.book.finish_short(job.id, None, "Cancelled", None)

    assert done is not None
    assert (done.state, done.charged) == (State.DONE, HALF)
    assert [row["state"] for row in (await desk.rows())["attempts"]] == ["answered"]
    assert await desk.balanced()


@pytest.mark.parametrize("state", State)
async def test_a_job_with_nothing_banked_does_not_end_short(desk: Desk, state: State) -> None:
    """Without a picture there is nothing to be done with; and what is over stays over."""
    job, _ = await desk.bring(state)
    before = await desk.rows()

    assert await desk.book.finish_short(job.id, None, "ProviderDown", None) is None
    assert await desk.rows() == before


async def test_an_older_attempt_does_not_end_a_job_short(desk: Desk) -> None:
    """Whoever comes back with the attempt that was banked finds that the next call is under way."""
    job, new = await desk.bring_banked(State.SENT)
    old = (await desk.rows())["attempts"][0]["id"]
    before = await desk.rows()

    assert await desk.book.finish_short(job.id, old, "ProviderDown", None) is None
    assert old != new
    assert await desk.rows() == before


@pytest.mark.parametrize("state", UNFINISHED)
async def test_a_job_with_pictures_is_not_failed_or_doubted(desk: Desk, state: State) -> None:
    """Verbs that would give the pictures up change nothing."""
    job, attempt = await desk.bring_banked(state)
    before = await desk.rows()

    assert await desk.book.fail(job.id, ProviderDown()) is None
    assert await desk.book.fail(job.id, ProviderDown(), attempt, billed=True) is None
    assert await desk.book.doubt(job.id, None, OutcomeUnknown(), None) is None
    assert await desk.rows() == before


async def test_a_job_that_is_lost_goes_on_with_the_missing_pictures(desk: Desk) -> None:
    """Back in the queue it has its hold and its pictures, and the next calls add to them."""
    job, _ = await desk.bring_banked(State.RUNNING)

    lost = await desk.book.lose(job.id)

    assert lost is not None
    assert (lost.state, lost.banked, len(lost.results)) == (State.QUEUED, HALF, 2)
    done = await desk.finish(job, await desk.send(job), HALF, 2)
    assert done is not None
    assert (done.charged, len(done.results)) == (2 * HALF, 4)
    assert await desk.balanced()


@pytest.mark.parametrize("state", UNFINISHED)
async def test_a_cancel_of_a_job_with_pictures_only_mutes(desk: Desk, state: State) -> None:
    """What was paid for is kept: no further call is made, the job ends with what it has, and can be unmuted."""
    job, _ = await desk.bring_banked(state)

    cancelled = await desk.book.cancel(job.id)

    assert cancelled is not None
    assert (cancelled.state, cancelled.muted, cancelled.ended_at) == (state, True, None)
    await desk.book.claim(job.id)
    assert await desk.book.sent(job.id, PROVIDER) is None
    await desk.book.finish_short(job.id, None, "Cancelled", None)
    told = await desk.book.delivered(job.id)
    assert told is not None
    assert (told.state, told.charged) == (State.TOLD, HALF)
    unmuted = await desk.book.unmute(job.id)
    assert unmuted is not None
    assert len(unmuted.results) == 2
    assert await desk.balanced()


async def test_a_cancel_at_the_moment_of_the_answer_loses_no_picture(desk: Desk) -> None:
    """A cancel that meets a bank mutes, before it or after it, and never releases what was paid for."""
    for _ in range(5):
        job = await desk.place(images=4)
        attempt = await desk.send(job)

        banked, cancelled = await asyncio.gather(desk.bank(job, attempt, HALF, 2), desk.book.cancel(job.id))

        assert banked is not None
        assert cancelled is not None
        after = await desk.job(job.id)
        assert (after.state, after.muted, len(after.results)) == (State.RUNNING, True, 2)
    assert await desk.balanced()


async def test_one_of_many_ends_of_a_call_wins(desk: Desk) -> None:
    """A call that is banked, finished and given up at the same moment ends once, with its pictures counted once."""
    for _ in range(5):
        job, attempt = await desk.bring_banked(State.SENT)

        ends = await asyncio.gather(
            desk.bank(job, attempt, 1_000),
            desk.finish(job, attempt, 1_000),
            desk.book.finish_short(job.id, attempt, "ProviderDown", None, suspense=1_000),
            desk.book.fail(job.id, ProviderDown(), attempt),
        )

        assert len([end for end in ends if end is not None]) == 1
    assert await desk.balanced()


@pytest.mark.parametrize(("state", "suspense"), [(State.RUNNING, 0), (State.SENT, PREDICTED // 2)])
async def test_a_start_ends_a_job_with_pictures(desk: Desk, state: State, suspense: int) -> None:
    """It is done with what it has; a call that was under way may cost the share of the pictures that were missing."""
    job, _ = await desk.bring_banked(state)

    (done,) = await desk.book.recover(OutcomeUnknown())

    assert done == await desk.job(job.id)
    assert (done.state, done.charged, done.version, done.trouble) == (State.DONE, HALF, 1, None)
    assert len(done.results) == 2
    assert await desk.left(desk.lines()) == ((2, 0), (HALF, 0), (HALF + suspense, 0))
    ended = [(row["state"], row["code"]) for row in (await desk.rows())["attempts"]]
    assert ended == [("answered", None), ("unknown", "OutcomeUnknown")][: len(ended)]
    assert len(ended) == (2 if state is State.SENT else 1)
    assert await desk.ticketed() == {job.id}
    assert await desk.balanced()


async def test_a_start_leaves_a_job_with_pictures_in_the_queue(desk: Desk) -> None:
    """What was given back in good order goes on with the pictures that are missing."""
    job, _ = await desk.bring_banked(State.QUEUED)

    assert await desk.book.recover(OutcomeUnknown()) == []
    assert (await desk.job(job.id)).state is State.QUEUED


async def test_a_job_with_pictures_is_not_poisoned(desk: Desk) -> None:
    """The second process that dies over it does not make it fail."""
    job = await desk.place(images=4)
    await desk.book.claim(job.id)
    await desk.book.recover(OutcomeUnknown())
    await desk.bank(job, await desk.send(job), HALF, 2)

    (done,) = await desk.book.recover(OutcomeUnknown())

    assert (done.state, done.charged) == (State.DONE, HALF)
    assert await desk.balanced()


async def test_short_and_whole_edits_of_one_thread_get_different_versions(desk: Desk) -> None:
    """An edit that ends short is a version of its thread's picture like any other."""
    versions = []
    for whole in (True, False, True):
        job = await desk.announce(await desk.place(images=2), home=7)
        await desk.bank(job, await desk.send(job), HALF)
        attempt = await desk.book.sent(job.id, PROVIDER) or ""
        if whole:
            done = await desk.finish(job, attempt)
        else:
            done = await desk.book.finish_short(job.id, attempt, "ProviderDown", None)
        versions.append(done and done.version)

    assert versions == [1, 2, 3]


async def test_banked_pictures_are_in_use(desk: Desk) -> None:
    """The sweep leaves the pictures of a job that is under way."""
    await desk.bring_banked(State.RUNNING)
    desk.clock.time += 100

    assert PICTURE.blob in await desk.book.blobs_in_use(desk.clock.now())
