"""A new process puts every job where its row says that it may safely go on."""

import pytest

from bot.domain.errors import OutcomeUnknown
from bot.domain.job import State
from bot.domain.quota import HOUSE, Unit
from bot.workflow.ports import Unreachable
from tests.standins import Comes
from tests.workflow.house import MEMBER, House
from tests.workflow.memory_book import Kind


async def test_what_was_running_goes_back_to_the_queue(house: House) -> None:
    """Nothing had left: the hold stays and the edit waits for its ticket."""
    await house.placed(Comes())
    await house.book.claim(1)

    await house.restart()

    assert house.state() is State.QUEUED
    assert house.book.amount(Kind.RELEASE, MEMBER, Unit.IMAGES) == 0


async def test_what_was_sent_is_unknown(house: House) -> None:
    """The member's hold is released, the house's is suspense, and the attempt is closed as unknown."""
    await house.placed(Comes())
    await house.book.claim(1)
    await house.book.sent(1, "openai")

    await house.restart()

    assert house.state() is State.UNKNOWN
    assert isinstance(house.job().trouble, OutcomeUnknown)
    assert house.book.amount(Kind.RELEASE, MEMBER, Unit.IMAGES) == 1
    assert house.book.amount(Kind.SUSPENSE, HOUSE, Unit.MICRO_USD) == house.job().predicted
    assert [attempt.outcome for attempt in house.book.attempts.values()] == ["unknown"]


async def test_what_was_done_is_delivered(house: House) -> None:
    """Done but not delivered keeps its ticket: the pictures are posted, of one paid call."""
    await house.placed(Comes())
    house.steps.raise_at("deliver", Unreachable())
    with pytest.raises(Unreachable):
        await house.work()

    await house.restart()
    assert house.state() is State.DONE
    await house.work()

    assert house.state() is State.DELIVERED
    assert len(house.provider.calls) == 1


async def test_what_was_queued_or_over_stays(house: House) -> None:
    """A start changes nothing that was not under way."""
    await house.placed(Comes(), request=house.edit(origin=1))
    await house.work()
    await house.placed(request=house.edit(origin=2))
    before = dict(house.book.jobs)

    await house.restart()

    assert house.book.jobs == before
