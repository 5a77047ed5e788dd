"""What a member may do with an edit that is placed already: cancel it, show it, try it again, see what is left."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import (
    EditGone,
    ImagesSpent,
    InputLost,
    NotYours,
    ProviderBusy,
    Refused,
    SafetyRefused,
    TooLate,
)
from bot.domain.job import State
from bot.domain.quota import HOUSE, Member, Unit
from bot.domain.request import Door, Origin, Place
from bot.workflow.ports import Declined, Unreachable
from tests.standins import Comes
from tests.workflow.house import ANN, BOB, CHANNEL, GUILD, IN_PLACE, MEMBER, THREAD, House
from tests.workflow.memory_book import Kind


async def press(house: House, button: str, job_id: int, user_id: int) -> None:
    """Press one of the buttons of an edit."""
    if button == "again":
        await house.submit.again(job_id, user_id)
    elif button == "cancel":
        await house.submit.cancel(job_id, user_id)
    else:
        await house.submit.show(job_id, user_id)


@pytest.mark.parametrize("button", ["again", "cancel", "show"])
@pytest.mark.parametrize(("job_id", "user_id", "kind"), [(1, BOB, NotYours), (99, ANN, EditGone)])
async def test_a_button_is_for_the_member_who_asked(
    house: House, button: str, job_id: int, user_id: int, kind: type[Refused]
) -> None:
    """Another member, or an edit that is not in the book any more, is refused, and nothing changes."""
    await house.placed()
    before, entries = house.job(), list(house.book.entries)

    with pytest.raises(kind):
        await press(house, button, job_id, user_id)

    assert house.job() == before
    assert house.book.entries == entries
    assert len(house.book.jobs) == 1


async def test_cancelling_a_queued_edit_gives_its_hold_back(house: House) -> None:
    """Before the paid call a cancel costs nothing, and the edit is told as cancelled without a call."""
    await house.placed()
    bells = house.bells

    job = await house.submit.cancel(1, ANN)

    assert job.state is State.CANCELLED
    assert house.book.amount(Kind.RELEASE, MEMBER, Unit.IMAGES) == 1
    assert house.bells > bells
    await house.work()
    assert house.provider.calls == []
    assert [told.state for told in house.postbox.told] == [State.CANCELLED]
    assert house.state() is State.TOLD


async def test_cancelling_twice_is_too_late(house: House) -> None:
    """The second press changes nothing and says that it is over."""
    await house.placed()
    await house.submit.cancel(1, ANN)

    with pytest.raises(TooLate):
        await house.submit.cancel(1, ANN)

    assert house.book.amount(Kind.RELEASE, MEMBER, Unit.IMAGES) == 1


async def test_cancelling_what_is_delivered_is_too_late(house: House) -> None:
    """Pictures that are in the thread stay there, and stay charged."""
    await house.placed(Comes())
    await house.work()

    with pytest.raises(TooLate):
        await house.submit.cancel(1, ANN)

    assert house.state() is State.DELIVERED


@pytest.mark.parametrize("outcome", [Comes(), Declined(SafetyRefused())])
async def test_there_is_nothing_to_show_of_an_edit_that_was_not_muted(house: House, outcome: Comes | Declined) -> None:
    """Delivered pictures are not posted again, and a failed edit has none."""
    await house.placed(outcome)
    await house.work()

    with pytest.raises(TooLate):
        await house.submit.show(1, ANN)

    assert house.book.tickets == set()


async def test_standing_is_the_members_own(house: House) -> None:
    """A member sees what is left of pictures and money, holds included, and nothing of the house."""
    await house.placed(request=house.edit())
    await house.placed(request=house.edit(user_id=BOB, origin=2))

    images, money = await house.submit.standing(Member(ANN, GUILD))

    assert (images.window.allowance.unit, images.held, images.used, images.left) == (Unit.IMAGES, 1, 0, 19)
    assert (money.window.allowance.unit, money.held) == (Unit.MICRO_USD, house.job().predicted)
    assert HOUSE not in {images.window.allowance.account, money.window.allowance.account}


async def test_standing_counts_what_was_charged(house: House) -> None:
    """After the delivery the hold is a charge, and a new day has the pictures back."""
    await house.placed(Comes())
    await house.work()

    images, money = await house.submit.standing(Member(ANN, GUILD))
    assert (images.used, images.held) == (1, 0)
    assert (money.used, money.held) == (house.job().charged, 0)

    house.clock.moment += 86_400
    tomorrow, _ = await house.submit.standing(Member(ANN, GUILD))
    assert tomorrow.left == 20


# ── try again ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_again_is_a_new_job_with_a_new_hold(house: House) -> None:
    """Pressing Try again is the new consent: the same wish, a new hold, and the old job as its parent."""
    await house.placed()

    receipt = await house.submit.again(1, ANN)

    assert receipt.job.id == 2
    assert receipt.fresh
    origin, place = Origin(Door.BUTTON, 1), receipt.job.request.place
    assert receipt.job.request == replace(house.job().request, origin=origin, parent=1, place=place)
    assert house.book.amount(Kind.HOLD, MEMBER, Unit.IMAGES) == 2


async def test_a_button_pressed_fifty_times_is_one_edit(house: House) -> None:
    """An impatient member is not charged twice: every further press leads to the edit that the first one placed."""
    await house.placed(Declined(ProviderBusy()))
    await house.work()

    receipts = await asyncio.gather(*(house.submit.again(1, ANN) for _ in range(50)))

    assert {receipt.job.id for receipt in receipts} == {2}
    assert [receipt.fresh for receipt in receipts].count(True) == 1
    assert house.book.amount(Kind.HOLD, MEMBER, Unit.IMAGES) == 2

    house.provider.script.append(Comes())
    await house.work()
    late = await house.submit.again(1, ANN)
    assert (late.job.id, late.fresh, late.job.state) == (2, False, State.DELIVERED)


async def test_again_after_a_second_failure_tries_that_one_again(house: House) -> None:
    """The old button still works where the edit that it placed ended without a picture, too."""
    await house.placed(Declined(ProviderBusy()), Declined(ProviderBusy()))
    await house.work()
    await house.submit.again(1, ANN)
    await house.work()

    third = await house.submit.again(1, ANN)
    assert (third.job.id, third.job.request.parent, third.fresh) == (3, 2, True)

    await house.submit.cancel(3, ANN)
    fourth = await house.submit.again(2, ANN)
    assert (fourth.job.id, fourth.job.request.parent, fourth.fresh) == (4, 3, True)


async def test_again_comes_home_to_the_thread(house: House) -> None:
    """A second try of an edit that opened a thread is posted into that thread, not into a thread of its own."""
    job = await house.placed()
    assert job.announcement is not None

    receipt = await house.submit.again(1, ANN)

    place = receipt.job.request.place
    assert (place.guild_id, place.channel_id, place.kind) == (1, job.announcement.home_id, THREAD.kind)


@pytest.mark.parametrize("place", [THREAD, IN_PLACE])
async def test_again_stays_where_there_is_no_new_thread(house: House, place: Place) -> None:
    """In a thread, or in a direct message, the place of the first try is the place of the second."""
    await house.placed(request=house.edit(place=place))

    receipt = await house.submit.again(1, ANN)

    assert receipt.job.request.place == place


async def test_again_without_a_first_announcement_asks_for_a_thread(house: House) -> None:
    """An edit that was never announced has no thread: the second try opens one."""
    house.steps.raise_at("announce", Unreachable())
    await house.placed()

    receipt = await house.submit.again(1, ANN)

    assert receipt.job.request.place == CHANNEL


async def test_again_has_to_fit_the_allowance(house: House) -> None:
    """The second try is refused like any edit, and the first one's hold stays as it is."""
    house.lower(images_per_day=1)
    await house.placed()

    with pytest.raises(ImagesSpent):
        await house.submit.again(1, ANN)

    assert house.book.amount(Kind.HOLD, MEMBER, Unit.IMAGES) == 1


async def test_again_after_the_pictures_were_swept_says_so(house: House) -> None:
    """After the retention time there is nothing to send: the member is told to send the pictures again."""
    await house.placed()
    house.clock.moment += 1
    await house.blobs.sweep(frozenset(), house.clock.now())

    with pytest.raises(InputLost):
        await house.submit.again(1, ANN)

    assert len(house.book.jobs) == 1
