"""Dear edits wait for a yes: nothing is held before it, and it is given once."""

import asyncio

import pytest

from bot.domain.draft import LIVES_S, DraftState
from bot.domain.errors import (
    AgreedBefore,
    EditGone,
    HouseSpent,
    ImagesSpent,
    MoneySpent,
    Never,
    NotAgreed,
    NotYours,
    PermissionMissing,
    ProviderShut,
    QuestionUnheard,
)
from bot.domain.job import State
from bot.domain.quota import Unit
from bot.domain.request import EditRequest, Options
from bot.workflow.ports import Note, NoteKind, Undeliverable, Unreachable
from tests.standins import Comes
from tests.workflow.house import ADMIN, ANN, BOB, House


def masked(house: House, origin: int = 900) -> EditRequest:
    """A dear edit with a mask that selects 23 %."""
    return house.edit(house.file("a.png"), mask=house.file("sky.png", b"png 1024x1024 selects 230"), origin=origin)


@pytest.fixture(autouse=True)
def dear(house: House) -> None:
    """In this file every edit is dear."""
    house.dear()


def nothing_is_placed(house: House) -> bool:
    """Whether there is no job, no hold, no ticket and no status message."""
    return not (house.book.jobs or house.book.entries or house.book.tickets or house.postbox.announced)


async def _nothing() -> None:
    """Sleep through it."""


async def test_a_dear_edit_is_asked_about_and_holds_nothing(house: House) -> None:
    """The question shows what the mask selects and what the edit may cost; no job, no hold, no thread is there yet."""
    asking = await house.asked(masked(house))

    ((draft, overlay),) = house.postbox.asked
    assert draft.predicted > 0
    assert draft.request.mask_share == 230
    assert overlay == b"webp 64x64 overlay"
    assert asking.draft.request.status_message == 6_001
    assert asking.notes == (Note(NoteKind.MASK, "sky.png", {"form": "alpha", "share": 230}),)
    assert nothing_is_placed(house)


async def test_an_edit_at_the_limit_is_not_asked_about(house: House) -> None:
    """Only what may cost more than the setting waits."""
    house.ask_above = 1_000_000
    house.start()
    job = (await house.submitted(masked(house))).job
    house.ask_above = job.predicted
    house.start()

    await house.submitted(masked(house, origin=901))

    assert house.postbox.asked == []


async def test_a_yes_places_the_edit_and_takes_over_the_message(house: House) -> None:
    """What was asked about is placed, at the cost that was said, and the question becomes the status message."""
    asking = await house.asked(masked(house))
    house.provider.script = [Comes()]

    receipt = await house.submit.agree(asking.draft.id, ANN)
    await house.work()

    assert receipt.fresh
    assert receipt.job.predicted == asking.draft.predicted
    assert receipt.announcement is not None
    assert receipt.announcement.message_id == 6_001
    assert house.state() is State.DELIVERED


async def test_two_presses_are_one_yes(house: House) -> None:
    """A finger that slips, or Discord saying it twice, places one job."""
    asking = await house.asked(masked(house))

    receipts = await asyncio.gather(*(house.submit.agree(asking.draft.id, ANN) for _ in range(2)))

    assert sorted(receipt.fresh for receipt in receipts) == [False, True]
    assert len(house.book.jobs) == 1


async def test_a_question_that_is_asked_twice_is_one_question(house: House) -> None:
    """Discord may deliver the same question again, before the yes and after it."""
    request = masked(house)
    first = await house.asked(request)
    second = await house.asked(request)
    await house.submit.agree(first.draft.id, ANN)
    third = await house.submitted(request)

    assert second.draft.id == first.draft.id
    assert len(house.postbox.asked) == 1
    assert not third.fresh
    assert len(house.book.jobs) == 1


async def test_a_no_ends_the_question(house: House) -> None:
    """Dropped is dropped: the message is ended, and a late yes finds nothing to agree to."""
    asking = await house.asked(masked(house))

    await house.submit.drop(asking.draft.id, ANN)

    assert [draft.state for draft in house.postbox.unasked] == [DraftState.DROPPED]
    with pytest.raises(NotAgreed):
        await house.submit.agree(asking.draft.id, ANN)
    with pytest.raises(NotAgreed):
        await house.submit.drop(asking.draft.id, ANN)
    with pytest.raises(NotAgreed):
        await house.submit(masked(house))
    assert not house.book.entries


async def test_a_no_after_the_yes_says_how_to_stop_it(house: House) -> None:
    """Money is held by then: it is not said that nothing came of it."""
    asking = await house.asked(masked(house))
    stop = house.steps.stop_at("close_draft")
    late = asyncio.create_task(house.submit.drop(asking.draft.id, ANN))
    await stop.reached.wait()
    await house.submit.agree(asking.draft.id, ANN)
    stop.go.set()

    with pytest.raises(AgreedBefore):
        await late
    with pytest.raises(AgreedBefore):
        await house.submit.drop(asking.draft.id, ANN)

    assert house.postbox.unasked == []
    assert house.state() is State.QUEUED


async def test_somebody_elses_question_is_theirs(house: House) -> None:
    """Neither yes nor no can be said for another member, nor to a question that never was."""
    asking = await house.asked(masked(house))

    for verb in (house.submit.agree, house.submit.drop):
        with pytest.raises(NotYours):
            await verb(asking.draft.id, BOB)
        with pytest.raises(EditGone):
            await verb(77, ANN)
    assert not house.book.jobs


async def test_a_question_waits_for_a_quarter_of_an_hour(house: House) -> None:
    """Then it is ended, once, and a yes comes too late; also in the moment before it is ended."""
    asking = await house.asked(masked(house))
    house.clock.moment += LIVES_S + 1
    with pytest.raises(NotAgreed):
        await house.submit.agree(asking.draft.id, ANN)

    stop = house.steps.stop_at("sleep")
    expiring = asyncio.create_task(house.drafts.expire())
    await stop.reached.wait()
    expiring.cancel()

    assert [draft.state for draft in house.postbox.unasked] == [DraftState.EXPIRED]
    found = await house.book.drafted(asking.draft.id)
    assert found is not None
    assert found.state is DraftState.EXPIRED
    assert not house.book.entries


async def test_the_expiring_goes_on_after_a_fault(house: House) -> None:
    """A database that is away for a moment does not end it."""
    await house.asked(masked(house))
    house.clock.moment += LIVES_S + 1
    house.steps.raise_at("close_draft", RuntimeError("locked"))

    house.steps.meanwhile("sleep", _nothing)
    stop = house.steps.stop_at("sleep")
    expiring = asyncio.create_task(house.drafts.expire())
    await stop.reached.wait()
    expiring.cancel()

    assert {draft.state for draft in house.postbox.unasked} == {DraftState.EXPIRED}
    assert await house.book.late_drafts() == []


async def test_an_allowance_is_checked_at_the_yes(house: House) -> None:
    """A question holds nothing, so what was spent meanwhile is missing at the yes; the question stays open."""
    house.lower(images_per_day=1)
    first, second = await house.asked(masked(house, 1)), await house.asked(masked(house, 2))
    await house.submit.agree(first.draft.id, ANN)

    with pytest.raises(ImagesSpent):
        await house.submit.agree(second.draft.id, ANN)

    found = await house.book.drafted(second.draft.id)
    assert found is not None
    assert found.state is DraftState.OPEN


@pytest.mark.parametrize(
    ("limits", "refusal", "alerts"),
    [
        ({"images_per_day": 0}, Never, 0),
        ({"micro_usd_per_month": 1}, MoneySpent, 0),
        ({"house_micro_usd_per_month": 1}, HouseSpent, 1),
    ],
)
async def test_nobody_is_asked_for_a_yes_that_would_be_refused(
    house: House, limits: dict[str, int], refusal: type[Exception], alerts: int
) -> None:
    """Where an allowance is spent already that is said at once, and the operator hears of the house's own."""
    house.lower(**limits)

    with pytest.raises(refusal):
        await house.submit(masked(house))

    assert (house.postbox.asked, house.book.drafts) == ([], {})
    assert len(house.postbox.alerts) == alerts


async def test_a_grant_counts_whole_beside_a_limit_that_was_lowered(house: House) -> None:
    """A member who has used more than the limit is by now is asked as they would be served: a grant is enough."""
    before = (await house.asked(house.edit(origin=90))).draft
    await house.submit.agree(before.id, ANN)
    house.lower(micro_usd_per_month=1)
    await house.govern.grant(ADMIN, ANN, Unit.MICRO_USD, before.predicted, days=1, reason="a prize")

    asking = await house.asked(house.edit(origin=91))

    assert (await house.submit.agree(asking.draft.id, ANN)).fresh


async def test_a_press_on_what_is_over_ends_the_message(house: House) -> None:
    """A message that could not be ended when its question was still has buttons: whoever presses one ends it."""
    asking = await house.asked(masked(house))
    await house.book.close_draft(asking.draft.id, DraftState.EXPIRED)

    for verb in (house.submit.agree, house.submit.drop):
        with pytest.raises(NotAgreed):
            await verb(asking.draft.id, ANN)

    assert [draft.state for draft in house.postbox.unasked] == [DraftState.EXPIRED] * 2


async def test_a_second_yes_leads_to_the_edit_even_where_it_could_not_begin_now(house: House) -> None:
    """What was placed is placed: a provider that shut since refuses new edits and not the way to this one."""
    asking = await house.asked(masked(house))
    await house.submit.agree(asking.draft.id, ANN)
    house.provider.shut.add("openai")

    assert not (await house.submit.agree(asking.draft.id, ANN)).fresh


async def test_a_provider_that_shut_meanwhile_refuses_the_yes(house: House) -> None:
    """Nothing is held for an edit that nobody would make."""
    asking = await house.asked(masked(house))
    house.provider.shut.add("openai")

    with pytest.raises(ProviderShut):
        await house.submit.agree(asking.draft.id, ANN)

    assert not house.book.entries


@pytest.mark.parametrize(("fault", "refusal"), [(Undeliverable, PermissionMissing), (Unreachable, QuestionUnheard)])
async def test_a_question_that_cannot_be_posted_is_a_refusal(
    house: House, fault: type[Exception], refusal: type[Exception]
) -> None:
    """Nobody waits for an answer to a question that nobody saw."""
    house.steps.raise_at("ask", fault())

    with pytest.raises(refusal):
        await house.submit(masked(house))

    assert await house.book.late_drafts() == []
    assert not house.book.entries


async def test_trying_again_is_a_yes(house: House) -> None:
    """Who presses Try again has seen what it costs: no second question, and a status message of its own."""
    asking = await house.asked(masked(house))
    house.provider.script = [None]
    await house.submit.agree(asking.draft.id, ANN)
    await house.work()

    receipt = await house.submit.again(1, ANN)

    assert receipt.job.request.status_message is None
    assert len(house.postbox.asked) == 1


async def test_an_open_question_keeps_its_pictures(house: House) -> None:
    """They are needed at the yes; once it is over nobody needs them."""
    request = masked(house)
    asking = await house.asked(request)
    assert request.mask is not None
    kept = {request.pictures[0].blob, request.mask.blob}
    later = house.clock.moment + 1

    before = await house.book.blobs_in_use(later)
    await house.submit.drop(asking.draft.id, ANN)
    after = await house.book.blobs_in_use(later)

    assert kept <= before
    assert not kept & after


async def test_what_was_left_open_is_settled_before_the_question(house: House) -> None:
    """The cost that is agreed to is that of a named size and quality, whatever the defaults are later."""
    asking = await house.asked(house.edit(options=Options()))

    assert asking.draft.request.options == Options(size="1024x1024", quality="medium")
