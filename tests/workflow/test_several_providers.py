"""A model that several providers sell: who is asked, in which order, and after which refusals the next one is."""

from dataclasses import replace
from typing import Any

import pytest

from bot.domain.catalog import FlatPrice
from bot.domain.errors import (
    AnswerUseless,
    MaskUnsupported,
    PictureRejected,
    ProviderBusy,
    ProviderClosed,
    ProviderDown,
    ProviderShut,
    RequestRejected,
    SafetyRefused,
    TooManyResults,
    Trouble,
)
from bot.domain.job import State
from bot.domain.money import Usage
from bot.domain.quota import HOUSE, Unit
from bot.domain.request import Options
from bot.workflow.ports import Declined, Doubtful, Unsent
from tests.standins import Comes
from tests.workflow.house import ANN, MEMBER, House, a_card
from tests.workflow.memory_book import Kind

BUSY, DOWN, LOCKED = Unsent(ProviderBusy()), Unsent(ProviderDown()), Declined(ProviderClosed())
PAIR = Comes((b"png 1024x1024 a", b"png 1024x1024 b"), Usage(18, 1024, 392))
ONE = Comes((b"png 1024x1024 c",), Usage(18, 1024, 196))


@pytest.fixture
def house(house: House) -> House:
    """A house with two providers of the default model."""
    house.sell(a_card("first"), a_card("second"))
    return house


def attempts(house: House) -> list[tuple[str, str]]:
    """Who was asked, and how each attempt ended."""
    return [(attempt.provider, attempt.outcome) for attempt in house.book.attempts.values()]


async def test_the_first_in_order_is_asked(house: House) -> None:
    """Where the first provider answers, nobody else learns of the edit."""
    await house.placed(Comes())

    await house.work()

    assert attempts(house) == [("first", "answered")]
    assert house.provider.turns == [("first", 1)]


@pytest.mark.parametrize(
    ("refusals", "noted"),
    [((LOCKED,), 1), ((BUSY, BUSY, BUSY), 3), ((BUSY, DOWN, DOWN), 3), ((DOWN, LOCKED), 2)],
    ids=["locked out", "busy", "down", "down, then locked out"],
)
async def test_the_next_is_asked_after_a_refusal_of_the_providers_own(
    house: House, refusals: tuple[Exception, ...], noted: int
) -> None:
    """Locked out, or out of patience, with nothing billed: the next in order makes it, charged once."""
    await house.placed(*refusals, Comes())

    await house.work()

    assert attempts(house) == [("first", "refused")] * noted + [("second", "answered")]
    assert [call.card.provider for call in house.provider.calls] == ["first"] * noted + ["second"]
    assert house.state() is State.DELIVERED
    assert house.book.amount(Kind.CHARGE, MEMBER, Unit.IMAGES) == 1
    assert house.money(Kind.SUSPENSE, HOUSE) == 0


@pytest.mark.parametrize(
    "outcome",
    [
        Declined(SafetyRefused()),
        Declined(PictureRejected()),
        Declined(RequestRejected()),
        Declined(AnswerUseless(), billed=True),
        Declined(ProviderClosed(), billed=True),
        Declined(ProviderBusy(), billed=True),
        Doubtful("cut"),
        None,
        Comes((b"text 1x1",)),
    ],
    ids=[
        "safety",
        "picture",
        "request",
        "no picture",
        "billed and locked",
        "billed and busy",
        "cut",
        "gone",
        "useless",
    ],
)
async def test_nobody_else_is_asked_after_anything_else(house: House, outcome: Comes | Exception | None) -> None:
    """A refusal of the edit itself is everybody's, and what may be billed is not made twice."""
    await house.placed(outcome, Comes())

    await house.work()

    assert len(house.provider.calls) == 1
    assert house.state() is State.TOLD
    assert house.money(Kind.RELEASE, MEMBER) == house.job().predicted


async def test_each_provider_has_its_own_patience(house: House) -> None:
    """The second is given as many tries as the first, and the last one's word is told."""
    await house.placed(BUSY, BUSY, BUSY, DOWN, DOWN, DOWN)

    await house.work()

    assert attempts(house) == [("first", "refused")] * 3 + [("second", "refused")] * 3
    assert house.waits() == [2.0, 8.0, 0.0, 2.0, 8.0]  # the next provider is asked at once
    assert isinstance(house.job().trouble, ProviderDown)
    assert house.money(Kind.RELEASE, MEMBER) == house.money(Kind.RELEASE, HOUSE) == house.job().predicted


async def test_each_provider_gets_pictures_of_its_own(house: House) -> None:
    """They are prepared for its own card, in a folder of its own."""
    house.sell(a_card("first", picture_formats=["png"]), a_card("second"))
    await house.placed(LOCKED, Comes())

    await house.work()

    first, second = (call.folder for call in house.provider.calls)
    assert first != second
    assert house.steps.count("prepare") == 2


async def test_a_stop_between_two_providers_parks_the_edit(house: House) -> None:
    """On the way out the next provider is not asked any more; the next process asks from the first on."""
    await house.placed(LOCKED, Comes())
    house.steps.meanwhile("refused", house.stop)

    await house.work()
    assert house.state() is State.QUEUED

    await house.restart()
    await house.work()
    assert attempts(house) == [("first", "refused"), ("first", "answered")]


async def test_a_setting_that_only_the_next_one_has_is_sent_explicitly(house: House) -> None:
    """The first takes no quality, so none was settled; the second is told the card's own, not left to choose."""
    house.sell(a_card("first", "anyfast"), a_card("second"))
    await house.placed(LOCKED, Comes(), request=house.edit(options=Options()))

    await house.work()

    assert [call.options.quality for call in house.provider.calls] == [None, "medium"]
    assert len({call.options.size for call in house.provider.calls}) == 1


# ── shut ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_shut_provider_is_passed_over_at_the_door(house: House) -> None:
    """What is held is what the provider costs that lets us in."""
    house.sell(replace(a_card("first"), price=FlatPrice(40_000)), replace(a_card("second"), price=FlatPrice(50_000)))
    house.provider.shut = {"first"}

    job = await house.placed(Comes())
    await house.work()

    assert job.predicted == house.job().charged == 50_000
    assert attempts(house) == [("second", "answered")]


async def test_where_all_are_shut_nothing_is_placed(house: House) -> None:
    """The member is told at the door; no picture is opened, nothing held, nothing said in public."""
    house.provider.shut = {"first", "second"}

    with pytest.raises(ProviderShut) as refused:
        await house.submitted(house.edit())

    assert refused.value.fields == {"model": "gpt-image-2"}
    assert house.steps.taken == []
    assert house.book.jobs == {}
    assert house.book.entries == []


async def test_where_the_only_able_one_is_shut_nothing_is_placed(house: House) -> None:
    """A provider that is open, and cannot work with the mask, is no way out."""
    house.sell(a_card("first"), a_card("second", mask=False))
    house.provider.shut = {"first"}

    with pytest.raises(ProviderShut):
        await house.submitted(house.edit(mask=house.file("mask.png")))

    assert house.book.entries == []


async def test_a_provider_that_shuts_while_the_edit_waits_is_passed_over(house: House) -> None:
    """Shut is known before anything is sent: there is not even an attempt."""
    await house.placed(Comes())
    house.provider.shut = {"first"}

    await house.work()

    assert attempts(house) == [("second", "answered")]


async def test_where_all_shut_while_the_edit_waits_it_fails(house: House) -> None:
    """It is told at no cost, without a call."""
    await house.placed()
    house.provider.shut = {"first", "second"}

    await house.work()

    assert isinstance(house.job().trouble, ProviderClosed)
    assert house.provider.calls == []
    assert house.money(Kind.RELEASE, MEMBER) == house.money(Kind.RELEASE, HOUSE) == house.job().predicted
    assert [told.state for told in house.postbox.told] == [State.FAILED]


async def test_a_provider_that_shuts_while_it_is_waited_for_is_passed_over(house: House) -> None:
    """Between two tries another edit found its door locked."""
    await house.placed(BUSY, Comes())
    house.steps.meanwhile("sleep", lambda: _shut(house))

    await house.work()

    assert attempts(house) == [("first", "refused"), ("second", "answered")]


async def _shut(house: House) -> None:
    house.provider.shut = {"first"}


# ── what a provider can do ───────────────────────────────────────────────────────────────────────────────────


async def test_a_provider_that_takes_no_mask_is_passed_over(house: House) -> None:
    """An edit with a mask goes to the one that honours it, one without goes to the first in order."""
    house.sell(a_card("first", mask=False), a_card("second"))
    await house.placed(request=house.edit(house.file("a.png"), mask=house.file("mask.png"), origin=1))
    await house.placed(Comes(), Comes(), request=house.edit(origin=2))

    await house.work()

    assert [(call.card.provider, call.mask is not None) for call in house.provider.calls] == [
        *(("second", True), ("first", False)),
    ]


@pytest.mark.parametrize(
    ("lines", "options"),
    [
        ({"max_n": 1}, Options(n=2)),
        ({"quality": ["medium"]}, Options(quality="low", n=2)),
        ({"sizes": ["1536x1024"]}, Options(size="1024x1024", n=2)),
    ],
    ids=["n", "quality", "size"],
)
async def test_a_provider_that_cannot_do_the_wish_is_passed_over(
    house: House, lines: dict[str, Any], options: Options
) -> None:
    """It is not asked first, and not asked after a refusal of the able one either."""
    house.sell(a_card("first", **lines), a_card("second"), a_card("third", **lines))
    await house.placed(LOCKED, request=house.edit(options=options))

    await house.work()

    assert attempts(house) == [("second", "refused")]
    assert isinstance(house.job().trouble, ProviderClosed)


@pytest.mark.parametrize(
    ("lines", "kind"), [({"mask": False}, MaskUnsupported), ({"max_n": 1}, TooManyResults)], ids=["mask", "n"]
)
async def test_what_nobody_can_do_is_refused(house: House, lines: dict[str, Any], kind: type[Trouble]) -> None:
    """In the first one's words, at no cost."""
    house.sell(a_card("first", **lines), a_card("second", **lines))

    with pytest.raises(kind):
        await house.submitted(house.edit(mask=house.file("mask.png"), options=Options(n=2)))

    assert house.book.entries == []


# ── with pictures in hand ────────────────────────────────────────────────────────────────────────────────────


async def test_the_next_one_makes_the_rest(house: House) -> None:
    """Two pictures came from the first before it locked us out: the second makes the third, and both are charged."""
    house.sell(a_card("first", n_per_call=2), a_card("second"))
    await house.placed(PAIR, LOCKED, ONE, request=house.edit(options=Options(quality="low", n=3)))

    await house.work()

    assert attempts(house) == [("first", "answered"), ("first", "refused"), ("second", "answered")]
    assert [call.options.n for call in house.provider.calls] == [2, 1, 1]
    assert house.postbox.messages == [("edit-1-v1-1.png", "edit-1-v1-2.png", "edit-1-v1-3.png")]
    assert house.job().charged == (18 + 18) * 5 + (1024 + 1024) * 8 + (392 + 196) * 30
    assert house.book.amount(Kind.CHARGE, MEMBER, Unit.IMAGES) == 3


async def test_where_no_other_can_make_the_rest_what_came_is_delivered(house: House) -> None:
    """Both locked us out in the middle: the edit ends with its two pictures, charged for those."""
    house.sell(a_card("first", n_per_call=2), a_card("second"))
    await house.placed(PAIR, LOCKED, LOCKED, request=house.edit(options=Options(quality="low", n=3)))

    await house.work()

    assert house.postbox.messages == [("edit-1-v1-1.png", "edit-1-v1-2.png")]
    assert house.job().charged == 18 * 5 + 1024 * 8 + 392 * 30
    assert len(house.postbox.alerts) == 2


async def test_after_a_cancel_no_other_is_asked(house: House) -> None:
    """The first one's refusal of a call that its member has stopped ends the edit, cancelled and told."""
    await house.placed(LOCKED)
    house.steps.meanwhile("edit", lambda: house.submit.cancel(1, ANN))

    await house.work()

    assert len(house.provider.calls) == 1
    assert [told.state for told in house.postbox.told] == [State.CANCELLED]
    assert house.money(Kind.RELEASE, MEMBER) == house.money(Kind.RELEASE, HOUSE) == house.job().predicted


async def test_as_much_is_held_as_the_dearest_may_cost(house: House) -> None:
    """Whoever makes it in the end, the member's hold covers it."""
    house.sell(a_card("cheap", price={"flat": 10_000}), a_card("dear", price={"flat": 90_000}))

    job = await house.placed(LOCKED, Comes())

    assert job.predicted == 90_000


async def test_what_a_member_left_open_shuts_no_provider_out(house: House) -> None:
    """A free size or a quality that the first has and the second has not is left open, so that both can make it."""
    house.sell(a_card("first"), a_card("second", "anyfast"))
    wide = house.edit(house.file("wide.png", b"png 1920x1080"), options=Options())

    job = await house.placed(LOCKED, Comes(), request=wide)
    await house.work()

    assert job.request.options == Options()
    assert attempts(house) == [("first", "refused"), ("second", "answered")]


async def test_a_provider_alone_settles_what_was_left_open(house: House) -> None:
    """Where nobody is shut out by it, size and quality are settled before the queue."""
    job = await house.placed(request=house.edit(options=Options()))

    assert (job.request.options.size, job.request.options.quality) == ("1024x1024", "medium")
