"""What the conductors tell whoever counts: each thing once, at the moment in which it is true."""

from pathlib import Path

import pytest

from bot.domain.errors import ProviderBusy, SafetyRefused
from bot.domain.job import State
from bot.workflow.ports import Declined, Doubtful, Freight, Outcome, StorageTrouble, Unsent
from tests.standins import Comes
from tests.workflow.house import House
from tests.workflow.memory_book import MemoryBook

MODEL = ("openai", "gpt-image-2")
RESULT = b"png 1024x1024 result"


class Forgetful(MemoryBook):
    """A book whose page about who made what cannot be read."""

    async def maker(self, job_id: int) -> str | None:
        raise StorageTrouble


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house of stand-ins."""
    return House(tmp_path)


async def test_an_edit_from_its_placing_to_its_end(house: House) -> None:
    """An edit that is made counts once at each step, with its times and its bytes."""
    job = await house.placed(Comes((RESULT,)))
    house.clock.moment += 7
    await house.work()

    told = house.metrics
    assert told.placed == [job.request]
    assert told.waits == [7]
    assert [call[:3] for call in told.calls] == [(*MODEL, Outcome.ANSWERED)]
    assert len(told.deliveries) == 1
    assert told.ended == [(State.DONE, False, "openai")]
    assert told.freights == [
        (Freight.TO_PROVIDER, len(b"png 1024x1024")),
        (Freight.FROM_PROVIDER, len(RESULT)),
        (Freight.TO_DISCORD, len(RESULT)),
    ]


async def test_placed_twice_counts_once(house: House) -> None:
    """The same press again is no second edit."""
    request = house.edit()
    await house.submit(request)
    await house.submit(request)

    assert len(house.metrics.placed) == 1


@pytest.mark.parametrize(
    ("outcome", "counted", "state"),
    [
        (Declined(SafetyRefused()), Outcome.DECLINED, State.FAILED),
        (Doubtful("cut"), Outcome.UNKNOWN, State.UNKNOWN),
        (None, Outcome.UNKNOWN, State.UNKNOWN),
    ],
)
async def test_a_call_that_brought_nothing(
    house: House, outcome: Exception | None, counted: Outcome, state: State
) -> None:
    """It counts by its outcome, and the edit by its state; nothing was delivered."""
    await house.placed(outcome)
    await house.work()

    assert [call[2] for call in house.metrics.calls] == [counted]
    assert house.metrics.ended == [(state, False, None)]
    assert house.metrics.deliveries == []


async def test_every_call_counts(house: House) -> None:
    """Calls that were refused count beside the one that was answered; the wait in the queue ended with the first."""
    await house.placed(*[Unsent(ProviderBusy(), after_s=1)] * 2, Comes())
    await house.work()

    assert [call[2] for call in house.metrics.calls] == [Outcome.REFUSED, Outcome.REFUSED, Outcome.ANSWERED]
    assert len(house.metrics.waits) == 1
    assert len(house.metrics.ended) == 1


async def test_an_edit_that_was_taken_up_before_waited_once(house: House) -> None:
    """After a restart in the middle it is claimed again, and counts no second time as waiting."""
    await house.placed(Comes())
    await house.stopped_at("prepare")
    await house.restart()
    await house.work()

    assert len(house.metrics.waits) == 1
    assert house.metrics.ended == [(State.DONE, False, "openai")]


async def test_one_that_is_cancelled_in_the_queue(house: House) -> None:
    """It ends cancelled, and nobody was asked for it."""
    job = await house.placed()
    await house.submit.cancel(job.id, job.request.user_id)
    await house.work()

    assert house.metrics.ended == [(State.CANCELLED, False, None)]
    assert house.metrics.calls == []


async def test_one_that_is_shown_later_ends_again(house: House) -> None:
    """Stopped too late it ends muted; when its pictures are shown after all, it ends once more."""
    job = await house.placed(Comes())
    stop = house.steps.stop_at("edit sent")
    working = await house.hanging_at(stop)
    await house.submit.cancel(job.id, job.request.user_id)
    stop.go.set()
    await working
    await house.submit.show(job.id, job.request.user_id)
    await house.work()

    assert house.metrics.ended == [(State.DONE, True, "openai"), (State.DONE, False, "openai")]
    assert len(house.metrics.deliveries) == 1


async def test_a_maker_that_cannot_be_read_keeps_nobody(house: House) -> None:
    """Where the rows do not say who made it, the edit is over all the same, and counts without a provider."""
    house.book = Forgetful(house.clock, house.steps)
    house.start()
    await house.placed(Comes())
    await house.work()

    assert house.state() is State.DELIVERED
    assert house.metrics.ended == [(State.DONE, False, None)]
