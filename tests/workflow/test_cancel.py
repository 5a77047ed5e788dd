"""A member who changes their mind: before the paid call it costs nothing, after it pictures wait behind a button."""

import pytest

from bot.domain.errors import ProviderBusy, SafetyRefused
from bot.domain.job import State
from bot.domain.quota import Unit
from bot.workflow.ports import Declined, Unsent
from tests.standins import Comes
from tests.workflow.house import ANN, MEMBER, House
from tests.workflow.memory_book import Kind

DAMAGED = b"png 1024x1024 damaged"


async def test_a_cancel_while_pictures_are_prepared_stops_the_edit(house: House) -> None:
    """The preparation ends, no call is made, the hold is back, and the edit is told as cancelled."""
    await house.placed(Comes())
    house.steps.meanwhile("prepare", lambda: house.submit.cancel(1, ANN))

    await house.work()

    assert house.provider.calls == []
    assert house.money(Kind.RELEASE, MEMBER) == house.job().predicted
    assert [told.state for told in house.postbox.told] == [State.CANCELLED]
    assert house.state() is State.TOLD


async def test_a_cancel_of_a_damaged_edit_is_a_cancel(house: House) -> None:
    """Who was first counts: the failure that comes after the cancel changes nothing."""
    await house.placed(Comes(), request=house.edit(house.file("holiday.png", DAMAGED)))
    house.steps.meanwhile("prepare", lambda: house.submit.cancel(1, ANN))

    await house.work()

    assert [told.state for told in house.postbox.told] == [State.CANCELLED]


async def test_a_cancel_during_the_wait_stops_the_edit(house: House) -> None:
    """After the refused call no other is made."""
    await house.placed(Unsent(ProviderBusy(), after_s=30.0), Comes())
    house.steps.meanwhile("sleep", lambda: house.submit.cancel(1, ANN))

    await house.work()

    assert len(house.provider.calls) == 1
    assert house.money(Kind.RELEASE, MEMBER) == house.job().predicted
    assert [told.state for told in house.postbox.told] == [State.CANCELLED]


@pytest.mark.parametrize("step", ["edit", "edit sent", "verify", "finish written"])
async def test_a_cancel_after_sent_only_mutes(house: House, step: str) -> None:
    """The call is paid for: it is let finish and charged, its pictures are kept and not posted."""
    await house.placed(Comes())
    house.steps.meanwhile(step, lambda: house.submit.cancel(1, ANN))

    await house.work()

    job = house.job()
    assert (job.state, job.muted, job.charged) == (State.TOLD, True, job.predicted)
    assert house.blobs.path(job.results[0].blob).exists()
    assert house.postbox.messages == []
    assert [closed.state for closed in house.postbox.closed] == [State.TOLD]
    assert house.book.tickets == set()


async def test_a_muted_edit_can_be_shown(house: House) -> None:
    """The Show button posts what was kept, without another call or another charge."""
    await house.placed(Comes())
    house.steps.meanwhile("edit", lambda: house.submit.cancel(1, ANN))
    await house.work()

    shown = await house.submit.show(1, ANN)
    assert shown.state is State.DONE
    await house.work()

    assert house.postbox.messages == [("edit-1-v1-1.png",)]
    assert house.state() is State.DELIVERED
    assert len(house.provider.calls) == 1
    assert house.book.amount(Kind.CHARGE, MEMBER, Unit.IMAGES) == 1


async def test_a_muted_edit_that_fails_has_nothing_to_show(house: House) -> None:
    """A cancelled call that was refused in the end is told as failed, at no cost."""
    await house.placed(Declined(SafetyRefused()))
    house.steps.meanwhile("edit", lambda: house.submit.cancel(1, ANN))

    await house.work()

    assert house.money(Kind.RELEASE, MEMBER) == house.job().predicted
    assert await house.book.unmute(1) is None
