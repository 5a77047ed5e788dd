"""What happens to an edit whose worker is stopped: parked before the paid call, unknown after it, never paid twice."""

import asyncio

import pytest

from bot.domain.errors import Failed, HandedOver, OutcomeUnknown, ProviderBusy, SafetyRefused
from bot.domain.job import State
from bot.domain.quota import HOUSE, Unit
from bot.workflow.insistence import PAUSES_S
from bot.workflow.ports import Declined, Doubtful, Unreachable, Unsent
from bot.workflow.work import TRIES
from tests.standins import Comes
from tests.workflow.house import MEMBER, House
from tests.workflow.memory_book import Kind


async def made_once(house: House, calls: int = 1) -> None:
    """Work again, and see the edit delivered and charged once."""
    await house.work()

    assert house.state() is State.DELIVERED
    assert house.postbox.messages == [("edit-1-v1-1.png",)]
    assert len(house.provider.calls) == calls
    assert house.book.amount(Kind.CHARGE, MEMBER, Unit.IMAGES) == 1


async def said_unknown(house: House, calls: int = 1) -> None:
    """Work again, and see the outcome told as unknown, with no further call and no cost for the member."""
    await house.work()

    assert house.state() is State.TOLD
    assert isinstance(house.job().trouble, OutcomeUnknown)
    assert [told.state for told in house.postbox.told] == [State.UNKNOWN]
    assert len(house.provider.calls) == calls
    assert house.book.amount(Kind.RELEASE, MEMBER, Unit.IMAGES) == 1
    assert house.book.amount(Kind.SUSPENSE, HOUSE, Unit.MICRO_USD) == house.job().predicted
    assert "open" not in {attempt.outcome for attempt in house.book.attempts.values()}


# ── before the call ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", ["claim", "claim written", "announce", "announced", "workshop", "prepare", "sent"])
async def test_stopped_before_the_call_an_edit_is_made_later(house: House, step: str) -> None:
    """Wherever the worker is stopped before *sent*, the edit is parked, and made later with one call and one charge."""
    house.steps.raise_at("announce", Unreachable())
    await house.placed(Comes())
    await house.stopped_at(step)
    assert house.state() is State.QUEUED
    assert house.provider.calls == []

    await house.restart()
    await made_once(house)


async def test_stopped_while_preparing_an_edit_is_parked(house: House) -> None:
    """The worker's last write puts it back into the queue, with its hold as it was."""
    await house.placed(Comes())

    await house.stopped_at("prepare")

    assert house.state() is State.QUEUED
    assert house.book.amount(Kind.RELEASE, MEMBER, Unit.IMAGES) == 0
    assert house.book.tickets == {1}


async def test_stopped_while_waiting_an_edit_is_parked(house: House) -> None:
    """The refused call is noted and billed to nobody, so the next process may call again."""
    await house.placed(Unsent(ProviderBusy(), after_s=60.0), Comes())

    await house.stopped_at("sleep")
    assert house.state() is State.QUEUED

    await house.restart()
    await made_once(house, calls=2)


async def test_stopped_after_a_refusal_was_noted_an_edit_is_made_later(house: House) -> None:
    """Between the refusal and the wait nothing is open."""
    await house.placed(Unsent(ProviderBusy()), Comes())

    await house.stopped_at("refused written")

    await house.restart()
    await made_once(house, calls=2)


# ── the call ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_stopped_between_sent_and_the_call_the_outcome_is_unknown(house: House) -> None:
    """The row says *sent*, and nobody can know whether a byte left: no call is made on that chance."""
    await house.placed(Comes())

    await house.stopped_at("sent written")

    await house.restart()
    await said_unknown(house, calls=0)


@pytest.mark.parametrize("step", ["edit", "edit sent"])
async def test_stopped_in_the_call_the_outcome_is_unknown(house: House, step: str) -> None:
    """The worker's last write is the doubt; the next process tells it and calls nobody."""
    await house.placed(Comes())

    await house.stopped_at(step)
    assert house.state() is State.UNKNOWN

    await house.restart()
    await said_unknown(house)


@pytest.mark.parametrize(
    ("outcome", "step"),
    [
        (Unsent(ProviderBusy()), "refused"),
        (Declined(SafetyRefused()), "fail"),
        (Doubtful("cut"), "doubt"),
        (Comes((b"png 1x1 damaged",)), "fail"),
    ],
    ids=["refused", "declined", "doubtful", "useless"],
)
async def test_stopped_before_the_outcome_is_written_nobody_is_called_again(
    house: House, outcome: Comes | Exception, step: str
) -> None:
    """Whatever the provider said and was not written down, the next process makes no second call for it."""
    await house.placed(outcome)

    await house.stopped_at(step)

    await house.restart()
    await house.work()
    assert len(house.provider.calls) == 1
    assert house.state() is State.TOLD
    assert house.book.amount(Kind.RELEASE, MEMBER, Unit.IMAGES) == 1


@pytest.mark.parametrize("step", ["verify", "keep", "finish", "finish written"])
async def test_stopped_with_the_answer_in_hand_the_pictures_are_kept(house: House, step: str) -> None:
    """A result that was paid for is never lost: once the answer is on disk, its last writes are finished."""
    await house.placed(Comes())

    await house.stopped_at(step)
    assert house.state() is State.DONE

    await house.restart()
    await made_once(house)


@pytest.mark.parametrize(("step", "write", "after"), [("prepare", "lose", "queued"), ("edit sent", "doubt", "unknown")])
async def test_a_second_cancellation_does_not_tear_the_last_write(
    house: House, step: str, write: str, after: str
) -> None:
    """The last write of a stopping worker is shielded: the impatient second signal waits for it."""
    await house.placed(Comes())
    here, there = house.steps.stop_at(step), house.steps.stop_at(write)
    task = await house.hanging_at(here)

    task.cancel()
    await there.reached.wait()
    task.cancel()
    there.go.set()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert house.state() == after


# ── a try that failed ───────────────────────────────────────────────────────────────────────────────────────


async def test_an_edit_left_running_is_taken_up_again(house: House) -> None:
    """A fault of ours before the call leaves the row running; the ticket's next try makes the edit."""
    await house.placed(Comes())
    house.steps.raise_at("prepare", RuntimeError("the decoder has a bug"))
    with pytest.raises(RuntimeError):
        await house.work()
    assert house.state() is State.RUNNING

    await made_once(house)
    assert house.job().claims == 2


@pytest.mark.parametrize("step", ["edit", "edit sent"])
async def test_an_edit_left_sent_is_unknown(house: House, step: str) -> None:
    """A fault of ours after *sent* that lasts leaves it so; the ticket's next try says unknown and calls nobody."""
    await house.placed(Comes())
    house.steps.raise_at(step, *[RuntimeError("the disk is full")] * (len(PAUSES_S) + 1))
    with pytest.raises(RuntimeError):
        await house.work()
    assert house.state() is State.SENT

    await said_unknown(house)


@pytest.mark.parametrize("step", ["verify", "keep", "finish"])
async def test_an_answer_that_nothing_will_keep_is_handed_over(house: House, step: str) -> None:
    """What is paid for is posted straight from the workshop, once, and its member pays nothing."""
    await house.placed(Comes())
    house.steps.raise_at(step, *[RuntimeError("the disk is full")] * (len(PAUSES_S) + 1))

    await house.work()
    await house.restart()
    await house.work()

    job = house.job()
    assert job.state is State.TOLD
    assert isinstance(job.trouble, HandedOver)
    assert len(house.provider.calls) == len(house.postbox.messages) == 1
    assert house.money(Kind.RELEASE, MEMBER) == house.money(Kind.SUSPENSE, HOUSE) == job.predicted


async def test_an_edit_that_keeps_failing_keeps_its_hold_once(house: House) -> None:
    """However often a try fails before the call, the hold is made once and ends once."""
    await house.placed(Comes())
    house.steps.raise_at("workshop", OSError("no space"), OSError("no space"))
    for _ in range(2):
        with pytest.raises(OSError, match="no space"):
            await house.work()

    await made_once(house)
    assert house.book.amount(Kind.HOLD, MEMBER, Unit.IMAGES) == 1


async def test_an_edit_that_fails_every_time_ends(house: House) -> None:
    """A fault of ours that stays is not tried for ever: the edit fails, is told, and its hold is back."""
    await house.placed(Comes())
    house.steps.raise_at("prepare", *[RuntimeError("the decoder has a bug")] * TRIES)
    for _ in range(TRIES - 1):
        with pytest.raises(RuntimeError):
            await house.work()

    await house.work()

    assert type(house.job().trouble) is Failed
    assert [told.state for told in house.postbox.told] == [State.FAILED]
    assert house.book.tickets == set()
    assert house.money(Kind.RELEASE, MEMBER) == house.job().predicted
    assert house.provider.calls == []


@pytest.mark.parametrize("step", ["verify", "keep", "finish"])
@pytest.mark.parametrize("fault", [OSError("no space"), Failed(), RuntimeError("the database is locked")])
async def test_a_stumble_does_not_lose_what_is_paid_for(house: House, step: str, fault: Exception) -> None:
    """Our own disk, database or decoder fails for a while with the answer in hand: it is tried until it is kept."""
    await house.placed(Comes())
    house.steps.raise_at(step, *[fault] * len(PAUSES_S))

    await made_once(house)

    assert house.clock.slept == list(PAUSES_S)


# ── a process that is about to stop ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", ["announce", "workshop", "prepare"])
async def test_no_call_is_begun_on_the_way_out(house: House, step: str) -> None:
    """An edit that is being prepared when the process is told to stop is parked, and made by the next."""
    house.steps.raise_at("announce", Unreachable())
    await house.placed(Comes())
    house.steps.meanwhile(step, house.stop)

    await house.work()
    assert house.state() is State.QUEUED
    assert house.provider.calls == []
    assert house.book.tickets == {1}

    await house.restart()
    await made_once(house)


async def test_no_second_call_is_begun_on_the_way_out(house: House) -> None:
    """The call in flight is let finish; refused, it is not made again until the next process."""
    await house.placed(Unsent(ProviderBusy()), Comes())
    house.steps.meanwhile("edit sent", house.stop)

    await house.work()
    assert house.state() is State.QUEUED

    await house.restart()
    await made_once(house, calls=2)


async def test_stopped_before_the_ticket_ended_the_status_message_ends_all_the_same(house: House) -> None:
    """The status message is ended before the ticket, so that no crash leaves it saying that the edit goes on."""
    await house.placed(Comes())
    stop = house.steps.stop_at("delivered")
    task = await house.hanging_at(stop)
    assert [closed.state for closed in house.postbox.closed] == [State.DELIVERED]
    task.cancel()
    await asyncio.wait({task})

    await house.restart()
    await made_once(house)
