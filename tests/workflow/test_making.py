"""Making pictures: what an answer brings and costs, and what ends an edit before its paid call."""

import pytest

from bot.domain.errors import AnswerUseless, InputLost, PictureDamaged, Trouble, UnknownModel
from bot.domain.job import State
from bot.domain.money import Usage
from bot.domain.progress import Phase
from bot.domain.quota import HOUSE, Unit
from bot.domain.request import Options
from bot.workflow.ports import Undeliverable, Unreachable
from tests.standins import Comes
from tests.workflow.house import ANN, BOB, MEMBER, House, a_card
from tests.workflow.memory_book import Kind

ONE = b"png 1024x1024 first"
TWO = b"webp 1024x1024 second"
DAMAGED = b"png 1024x1024 damaged"


# ── an answer ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_order_of_writing_is_the_promise(house: House) -> None:
    """*sent* is written before the call, the picture is kept before *done*, and *done* before Discord is asked."""
    await house.placed(Comes())
    house.steps.taken.clear()

    await house.work()

    assert house.steps.taken == [
        *("claim", "workshop", "prepare", "turn", "sent", "edit", "edit sent", "verify", "keep", "finish"),
        *("workshop", "deliver", "post", "posted", "delivered"),
    ]
    assert house.state() is State.DELIVERED
    assert house.book.tickets == set()


async def test_the_call_carries_what_was_placed(house: House) -> None:
    """Prompt, settled options, every picture in order and the mask reach the provider."""
    pictures = (house.file("a.png", b"png 640x480"), house.file("b.png", b"png 320x200"))
    mask = house.file("mask.png", b"png 640x480 alpha")
    await house.placed(Comes(), request=house.edit(*pictures, mask=mask))

    await house.work()

    (call,) = house.provider.calls
    assert (call.card.name, call.prompt, call.options) == ("gpt-image-2", "make it snow", house.job().request.options)
    assert [(file.filename, file.width) for file in call.pictures] == [("image_0.png", 640), ("image_1.png", 320)]
    assert call.mask is not None
    assert call.options.size is not None


async def test_the_provider_does_not_learn_who_asks(house: House) -> None:
    """It sees a keyed hash: the same for one member, another for another, and never the id."""
    await house.placed(request=house.edit(user_id=ANN, origin=1))
    await house.placed(request=house.edit(user_id=BOB, origin=2))
    await house.placed(Comes(), Comes(), Comes(), request=house.edit(user_id=ANN, origin=3))

    await house.work()

    ann, bob, again = (call.user for call in house.provider.calls)
    assert ann == again != bob
    assert str(ANN) != ann
    assert len(ann) == 64


async def test_what_the_provider_reports_is_charged_and_the_rest_released(house: House) -> None:
    """The charge is settled from usage; charge and release together are the hold."""
    await house.placed(Comes(usage=Usage(18, 512, 196)))

    await house.work()

    cost = 18 * 5 + 512 * 8 + 196 * 30
    assert house.job().charged == cost
    for account in (MEMBER, HOUSE):
        assert house.money(Kind.CHARGE, account) == cost
        assert house.money(Kind.RELEASE, account) == house.job().predicted - cost


async def test_fewer_pictures_cost_less(house: House) -> None:
    """Two pictures came of three: two are counted, two thirds of the money, and two are posted."""
    await house.placed(Comes((ONE, TWO)), request=house.edit(options=Options(quality="low", n=3)))

    await house.work()

    assert len(house.job().results) == 2
    assert house.book.amount(Kind.CHARGE, MEMBER, Unit.IMAGES) == 2
    assert house.book.amount(Kind.RELEASE, MEMBER, Unit.IMAGES) == 1
    assert house.job().charged == -(-house.job().predicted * 2 // 3)
    assert house.postbox.messages == [("edit-1-v1-1.png", "edit-1-v1-2.webp")]


async def test_more_pictures_than_were_asked_for_are_left(house: House) -> None:
    """Two came and one was asked for: one is kept, counted, charged and posted."""
    await house.placed(Comes((ONE, TWO)))

    await house.work()

    assert house.postbox.messages == [("edit-1-v1-1.png",)]
    assert house.book.amount(Kind.CHARGE, MEMBER, Unit.IMAGES) == 1
    assert house.job().charged == house.job().predicted


async def test_a_useless_picture_among_good_ones_is_left_out(house: House) -> None:
    """What is no whole picture is neither kept nor counted."""
    await house.placed(Comes((DAMAGED, TWO)), request=house.edit(options=Options(quality="low", n=2)))

    await house.work()

    assert [(result.format, result.width, result.bytes) for result in house.job().results] == [("webp", 1024, len(TWO))]
    assert house.blobs.path(house.job().results[0].blob).read_bytes() == TWO
    assert house.book.amount(Kind.CHARGE, MEMBER, Unit.IMAGES) == 1


@pytest.mark.parametrize("pictures", [(), (DAMAGED,), (b"text 1x1",)])
async def test_an_answer_without_a_picture_costs_the_member_nothing(house: House, pictures: tuple[bytes, ...]) -> None:
    """The edit fails; the provider may bill it, so the house's money is booked as suspense."""
    await house.placed(Comes(pictures))

    await house.work()

    assert isinstance(house.job().trouble, AnswerUseless)
    assert house.money(Kind.RELEASE, MEMBER) == house.job().predicted
    assert house.money(Kind.SUSPENSE, HOUSE) == house.job().predicted
    assert len(house.provider.calls) == 1
    assert house.state() is State.TOLD


async def test_what_exceeds_the_hold_is_the_operators(house: House) -> None:
    """A provider that reports more than was foreseen costs the member the hold, and the house the rest."""
    await house.placed(Comes(usage=Usage(18, 1024, 9_999)))

    await house.work()

    predicted, cost = house.job().predicted, 18 * 5 + 1024 * 8 + 9_999 * 30
    assert house.job().charged == house.money(Kind.CHARGE, MEMBER) == predicted
    assert house.money(Kind.CHARGE, HOUSE) + house.money(Kind.OVERRUN, HOUSE) == cost


async def test_the_member_sees_how_far_it_is(house: House) -> None:
    """Every station is shown, in order."""
    await house.placed(Comes())

    await house.work()

    assert [progress.phase for progress in house.postbox.shown] == [
        *(Phase.PREPARING, Phase.SENDING, Phase.WAITING, Phase.DELIVERING),
    ]
    assert [closed.state for closed in house.postbox.closed] == [State.DELIVERED]


# ── before the call ──────────────────────────────────────────────────────────────────────────────────────────


async def failed_before_sent(house: House, kind: type[Trouble]) -> None:
    """Work, and see the edit fail without an attempt or a cost."""
    await house.work()

    assert type(house.job().trouble) is kind
    assert house.book.attempts == {}
    assert house.provider.calls == []
    assert house.money(Kind.RELEASE, MEMBER) == house.money(Kind.RELEASE, HOUSE) == house.job().predicted
    assert [told.state for told in house.postbox.told] == [State.FAILED]


async def test_a_damaged_picture_fails_before_the_call(house: House) -> None:
    """A picture whose header is whole and whose body is not fails the edit before *sent*, by its name."""
    await house.placed(Comes(), request=house.edit(house.file("holiday.png", DAMAGED)))

    await failed_before_sent(house, PictureDamaged)

    assert house.job().trouble is not None
    assert house.postbox.told[0].trouble == house.job().trouble


async def test_a_lost_picture_fails_before_the_call(house: House) -> None:
    """A file that is gone from the disk fails the edit and asks for it again."""
    await house.placed(Comes())
    house.blobs.path(house.job().request.pictures[0].blob).unlink()

    await failed_before_sent(house, InputLost)


async def test_a_model_that_is_gone_fails_before_the_call(house: House) -> None:
    """An edit that waited while the operator took its model away is told which models there are."""
    await house.placed(Comes(), request=house.edit(model="gpt-image-2.5-flare"))
    house.sell(a_card())

    await failed_before_sent(house, UnknownModel)


async def test_an_edit_that_was_not_announced_is_announced_first(house: House) -> None:
    """The status message that Discord did not take at the door is posted by the worker, once."""
    house.steps.raise_at("announce", Unreachable())
    await house.placed(Comes())

    await house.work()

    assert house.job().announcement is not None
    assert len(house.postbox.announced) == 1
    assert house.steps.taken.index("announced") < house.steps.taken.index("sent")


async def test_an_edit_is_made_while_discord_is_away(house: House) -> None:
    """An announcement that fails for now does not stop the edit."""
    house.steps.raise_at("announce", Unreachable(), Unreachable())
    await house.placed(Comes())

    await house.work()

    assert len(house.job().results) == 1


async def test_an_edit_that_can_be_posted_nowhere_is_not_paid_for(house: House) -> None:
    """A place that was closed to the bot before the call gets no call: the edit ends with its hold released."""
    house.steps.raise_at("announce", Unreachable(), Undeliverable())
    await house.placed(Comes())

    await house.work()

    assert house.provider.calls == []
    assert house.money(Kind.RELEASE, MEMBER) == house.job().predicted
    assert house.state() is State.TOLD
