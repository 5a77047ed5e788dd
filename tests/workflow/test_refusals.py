"""What the provider says instead of an answer: a wait, a refusal, or nothing that anybody can read."""

from dataclasses import replace

import pytest

from bot.domain.catalog import Catalog
from bot.domain.errors import (
    Failed,
    OutcomeUnknown,
    PictureRejected,
    ProviderBusy,
    ProviderClosed,
    ProviderDown,
    ProviderLocked,
    SafetyRefused,
)
from bot.domain.job import State
from bot.domain.progress import Phase, Progress
from bot.domain.quota import HOUSE, Unit
from bot.workflow.ports import Declined, Doubtful, Shut, Unsent
from tests.standins import Comes
from tests.workflow.house import MEMBER, House, a_card
from tests.workflow.memory_book import Kind

LOCKED = Declined(ProviderClosed())


def outcomes(house: House) -> list[str]:
    """How each attempt ended."""
    return [attempt.outcome for attempt in house.book.attempts.values()]


# ── a refusal ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_asked_wait_is_waited_out(house: House) -> None:
    """A 429 with "try again in 12 s" is waited out, shown, and followed by one more call."""
    await house.placed(Unsent(ProviderBusy(), after_s=12.0, request_id="req_0"), Comes())

    await house.work()

    assert house.waits() == [12.0]
    assert Progress(Phase.PATIENCE, wait_s=12) in house.postbox.shown
    assert outcomes(house) == ["refused", "answered"]
    assert [attempt.request_id for attempt in house.book.attempts.values()] == ["req_0", "req_1"]
    assert house.state() is State.DELIVERED


@pytest.mark.parametrize(("after_s", "slept"), [(0.0, 0.0), (0.4, 0.4), (-5.0, 0.0), (86_400.0, 120.0)])
async def test_a_strange_wait_is_bounded(house: House, after_s: float, slept: float) -> None:
    """Nobody waits less than nothing, or longer than two minutes on a provider's word."""
    await house.placed(Unsent(ProviderBusy(), after_s=after_s), Comes())

    await house.work()

    assert house.waits() == [slept]


async def test_a_provider_that_says_nothing_is_given_time(house: House) -> None:
    """Two faults without a word are followed by a short and a longer pause; the third call answers."""
    await house.placed(Unsent(ProviderDown()), Unsent(ProviderDown()), Comes())

    await house.work()

    assert house.waits() == [2.0, 8.0]
    assert outcomes(house) == ["refused", "refused", "answered"]
    assert house.book.amount(Kind.CHARGE, MEMBER, Unit.IMAGES) == 1


async def test_tries_after_an_outage_are_spread(house: House) -> None:
    """Edits that were refused together do not come back together: a pause of ours is up to half as long again."""
    house.chance = 1.0
    await house.placed(Unsent(ProviderDown()), Unsent(ProviderBusy(), after_s=4.0), Comes())

    await house.work()

    assert house.waits() == [3.0, 4.0]


async def test_patience_ends_after_three_calls(house: House) -> None:
    """The third refusal fails the edit with the provider's last word, at nobody's cost."""
    await house.placed(Unsent(ProviderBusy()), Unsent(ProviderBusy()), Unsent(ProviderDown()))

    await house.work()

    assert isinstance(house.job().trouble, ProviderDown)
    assert len(house.provider.calls) == 3
    assert len(house.waits()) == 2
    assert house.money(Kind.RELEASE, MEMBER) == house.money(Kind.RELEASE, HOUSE) == house.job().predicted
    assert house.state() is State.TOLD


async def test_every_call_is_an_attempt_of_its_own(house: House) -> None:
    """No two calls share an attempt, so that the provider's bill can be held against the rows."""
    await house.placed(Unsent(ProviderBusy()), Unsent(ProviderBusy()), Comes())

    await house.work()

    assert [call.attempt for call in house.provider.calls] == list(house.book.attempts)
    assert len(house.book.attempts) == 3


@pytest.mark.parametrize("trouble", [SafetyRefused(), PictureRejected()])
async def test_a_final_refusal_is_told_and_costs_nothing(house: House, trouble: Failed) -> None:
    """A refused edit is not tried again; member and house get their holds back."""
    await house.placed(Declined(trouble, request_id="req_9"))

    await house.work()

    assert house.job().trouble is trouble
    assert outcomes(house) == ["failed"]
    assert house.money(Kind.RELEASE, MEMBER) == house.money(Kind.RELEASE, HOUSE) == house.job().predicted
    assert [told.state for told in house.postbox.told] == [State.FAILED]
    assert house.postbox.alerts == []
    assert house.state() is State.TOLD


async def test_a_refusal_that_may_be_billed_is_the_houses(house: House) -> None:
    """The member gets everything back; the operator's spend is booked as suspense."""
    await house.placed(Declined(SafetyRefused(), billed=True))

    await house.work()

    assert house.money(Kind.RELEASE, MEMBER) == house.job().predicted
    assert house.money(Kind.SUSPENSE, HOUSE) == house.job().predicted


async def test_a_locked_door_alerts_the_operator_once_a_day(house: House) -> None:
    """However many edits fail on a dead key, the operator hears of it once a day for each model."""
    for origin in (1, 2):
        await house.placed(Declined(ProviderClosed()), request=house.edit(origin=origin))
        await house.work()
    assert [(type(alert), alert.fields) for alert in house.postbox.alerts] == [
        (ProviderLocked, {"provider": "openai", "model": "gpt-image-2"})
    ]

    house.clock.moment += 86_400
    await house.placed(Declined(ProviderClosed()), request=house.edit(origin=3))
    await house.work()
    assert len(house.postbox.alerts) == 2


async def test_a_dead_key_is_one_notice_whatever_the_model(house: House) -> None:
    """A provider that is shut as a whole is told once a day, and not once more for each model that it has."""
    card = a_card("first")
    house.catalog = Catalog({"gpt-image-2": (card,), "mine": (replace(card, name="mine"),)}, "gpt-image-2")
    house.start()

    async def lock() -> None:
        house.provider.shut.add("first")

    for origin, model in ((1, "gpt-image-2"), (2, "mine")):
        await house.placed(LOCKED, request=house.edit(origin=origin, model=model))
        house.steps.meanwhile("edit", lock)
        await house.work()
        house.provider.shut.clear()  # the breaker lets one call through

    assert len(house.provider.calls) == 2
    assert len(house.postbox.alerts) == 1


async def test_the_operator_hears_of_each_provider_once_a_day(house: House) -> None:
    """Two locked doors are two notices, however many edits find them; the next day has its own."""
    house.sell(a_card("first"), a_card("second"))
    for origin in (1, 2):
        await house.placed(LOCKED, LOCKED, request=house.edit(origin=origin))
        await house.work()
    assert [(type(alert), alert.fields) for alert in house.postbox.alerts] == [
        (ProviderLocked, {"provider": "first", "model": "gpt-image-2"}),
        (ProviderLocked, {"provider": "second", "model": "gpt-image-2"}),
    ]

    house.clock.moment += 86_400
    await house.placed(LOCKED, Comes(), request=house.edit(origin=3))
    await house.work()
    assert [alert.fields["provider"] for alert in house.postbox.alerts] == ["first", "second", "first"]


async def test_a_shut_door_is_not_told_again(house: House) -> None:
    """Who is passed over for a door that is known to be locked alerts nobody."""
    house.sell(a_card("first"), a_card("second"))
    await house.placed(Comes())
    house.steps.raise_at("turn", Shut())

    await house.work()

    assert house.postbox.alerts == []
    assert house.state() is State.DELIVERED


# ── an outcome that nobody knows ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("outcome", [Doubtful("cut"), None], ids=["doubtful", "no answer"])
async def test_an_unknown_outcome_is_said_and_never_repeated(house: House, outcome: Doubtful | None) -> None:
    """The member's hold is released, the house's becomes suspense, and no second call is made, ticket or not."""
    await house.placed(outcome)

    await house.work()
    await house.worker(1)

    assert isinstance(house.job().trouble, OutcomeUnknown)
    assert [told.state for told in house.postbox.told] == [State.UNKNOWN]
    assert house.money(Kind.RELEASE, MEMBER) == house.job().predicted
    assert house.money(Kind.SUSPENSE, HOUSE) == house.job().predicted
    assert outcomes(house) == ["unknown"]
    assert len(house.provider.calls) == 1
    assert house.state() is State.TOLD


async def test_a_refusal_before_a_doubt_stays_a_refusal(house: House) -> None:
    """Each attempt keeps its own outcome."""
    await house.placed(Unsent(ProviderBusy()), Doubtful("timeout", request_id="req_2"))

    await house.work()

    assert outcomes(house) == ["refused", "unknown"]
    assert len(house.provider.calls) == 2
