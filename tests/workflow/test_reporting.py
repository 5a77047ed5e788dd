"""Results on their way to the thread: trouble at Discord never repeats a paid call, and nothing is seen twice."""

from dataclasses import replace

import pytest

from bot.domain.errors import Failed, SafetyRefused
from bot.domain.job import State
from bot.domain.quota import Unit
from bot.domain.request import Options
from bot.workflow.packing import result_name
from bot.workflow.ports import Declined, Rung, Undeliverable, Unreachable
from tests.standins import Comes
from tests.workflow.house import ANN, MEMBER, House
from tests.workflow.memory_book import Kind

THREE = Comes((b"png 1024x1024 a", b"jpeg 1024x1024 b", b"webp 1024x1024 c"))
NAMES = ["edit-1-v1-1.png", "edit-1-v1-2.jpg", "edit-1-v1-3.webp"]


async def three_messages(house: House) -> None:
    """An edit in the queue whose three results go out as three messages."""
    house.postbox.per_message = 1
    await house.placed(THREE, request=house.edit(options=Options(quality="low", n=3)))


async def delivered_once(house: House) -> None:
    """Work again, and see every picture in the thread once, of one paid call."""
    await house.work()

    assert sorted(house.postbox.messages) == [(name,) for name in NAMES]
    assert len(house.provider.calls) == 1
    assert house.book.amount(Kind.CHARGE, MEMBER, Unit.IMAGES) == 3
    assert house.state() is State.DELIVERED
    assert house.book.tickets == set()


async def test_results_are_named_after_their_edit(house: House) -> None:
    """Job, version and number make the name by which a result is found again in the thread."""
    await house.placed(THREE, request=house.edit(options=Options(quality="low", n=3)))

    await house.work()

    assert house.postbox.messages == [tuple(NAMES)]
    (delivery,) = house.postbox.deliveries
    assert [parcel.number for parcel in delivery.parcels] == [1, 2, 3]
    assert [parcel.path.read_bytes() for parcel in delivery.parcels] == list(THREE.pictures)
    assert [parcel.bytes for parcel in delivery.parcels] == [len(content) for content in THREE.pictures]


async def test_jpeg_is_called_jpg(house: House) -> None:
    """The extension is the one that people know; every other format is its own."""
    job = await house.placed(Comes())
    await house.work()

    names = [result_name(house.job(job.id), 2, kind) for kind in ("png", "jpeg", "webp")]
    assert names == ["edit-1-v1-2.png", "edit-1-v1-2.jpg", "edit-1-v1-2.webp"]


async def test_a_first_delivery_does_not_read_the_thread(house: House) -> None:
    """Only a delivery that may have been made before has to look."""
    await house.placed(Comes())

    await house.work()

    assert [delivery.look_first for delivery in house.postbox.deliveries] == [False]


@pytest.mark.parametrize("step", ["deliver", "post"])
async def test_while_discord_is_away_the_ticket_stays(house: House, step: str) -> None:
    """The worker lets the trouble rise for the dispatcher to try again: the picture is done, kept and charged."""
    await three_messages(house)
    house.steps.raise_at(step, Unreachable(), Unreachable())

    for _ in range(2):
        with pytest.raises(Unreachable):
            await house.work()
        assert house.state() is State.DONE
        assert house.book.tickets == {1}

    await delivered_once(house)
    assert [delivery.look_first for delivery in house.postbox.deliveries] == [False, True, True]


async def test_what_was_posted_is_not_posted_again(house: House) -> None:
    """Discord went away after the first of three messages: the second try posts the other two."""
    await three_messages(house)
    house.steps.meanwhile("posted written", lambda: _away(house))

    with pytest.raises(Unreachable):
        await house.work()
    assert len(house.postbox.messages) == 1

    await delivered_once(house)
    assert list(house.postbox.deliveries[1].posted) == [0]


async def _away(house: House) -> None:
    house.steps.raise_at("post", Unreachable())


@pytest.mark.parametrize("step", ["deliver", "post", "posted", "posted written", "delivered"])
async def test_a_delivery_that_was_cut_is_seen_once(house: House, step: str) -> None:
    """Stopped anywhere in a delivery, the next process looks into the thread and posts what is missing."""
    await three_messages(house)
    await house.stopped_at(step)
    assert house.state() is State.DONE

    await house.restart()
    await delivered_once(house)
    assert house.postbox.deliveries[-1].look_first


async def test_a_place_that_is_closed_shelves_the_pictures(house: House) -> None:
    """The thread is gone: the pictures were paid for, stay on disk, and the ticket ends."""
    await house.placed(Comes())
    house.steps.raise_at("deliver", Undeliverable())

    await house.work()

    job = house.job()
    assert (job.state, job.muted, job.charged) == (State.TOLD, True, job.predicted)
    assert house.blobs.path(job.results[0].blob).exists()
    assert house.book.tickets == set()
    assert house.postbox.messages == []


async def test_shelved_pictures_can_be_had_again(house: House) -> None:
    """A result that was paid for is never lost: Show posts it once there is a place again, at no new cost."""
    await house.placed(Comes())
    house.steps.raise_at("deliver", Undeliverable())
    await house.work()

    await house.submit.show(1, ANN)
    await house.work()

    assert house.postbox.messages == [("edit-1-v1-1.png",)]
    assert house.state() is State.DELIVERED
    assert len(house.provider.calls) == 1


async def test_a_place_that_closes_halfway_shelves_the_rest(house: House) -> None:
    """After the first message the thread was locked: Show posts the other two, not the first again."""
    await three_messages(house)
    house.steps.meanwhile("posted written", lambda: _closed(house))
    await house.work()
    assert house.state() is State.TOLD

    await house.submit.show(1, ANN)
    await delivered_once(house)


async def _closed(house: House) -> None:
    house.steps.raise_at("post", Undeliverable())


# ── words instead of pictures ───────────────────────────────────────────────────────────────────────────────


async def test_a_failure_is_told_when_discord_is_back(house: House) -> None:
    """The ticket of a failed edit stays until the member was told."""
    await house.placed(Declined(SafetyRefused()))
    house.steps.raise_at("tell", Unreachable())

    with pytest.raises(Unreachable):
        await house.work()
    assert (house.state(), house.book.tickets) == (State.FAILED, {1})

    await house.work()
    assert [told.state for told in house.postbox.told] == [State.FAILED]
    assert house.state() is State.TOLD
    assert len(house.provider.calls) == 1


async def test_a_failure_that_can_be_told_nowhere_is_over(house: House) -> None:
    """Nobody is left to tell: the ticket ends, and nothing was charged."""
    await house.placed(Declined(SafetyRefused()))
    house.steps.raise_at("tell", Undeliverable())

    await house.work()

    assert (house.state(), house.job().muted) == (State.TOLD, False)
    assert house.book.tickets == set()


async def test_the_status_message_ends_as_the_edit_did(house: House) -> None:
    """It is closed with the edit as it stands after the last move."""
    await house.placed(Comes(), request=house.edit(origin=1))
    await house.work()
    await house.placed(Declined(SafetyRefused()), request=house.edit(origin=2))
    await house.work()

    assert [(closed.id, closed.state) for closed in house.postbox.closed] == [(1, State.DELIVERED), (2, State.TOLD)]


async def test_a_result_over_the_limit_goes_as_a_lighter_copy(house: House) -> None:
    """A picture that the place is too small for is shown all the same, and the original stays on disk."""
    house.postbox.most_bytes = 5
    await house.placed(Comes((b"jpeg 1024x1024 b",)))

    await house.work()

    [parcel] = house.postbox.deliveries[0].parcels
    assert (parcel.filename, parcel.lighter_than) == ("edit-1-v1-1.webp", 16)
    assert (parcel.rung, parcel.bytes <= 5) == (Rung.LOSSLESS, True)
    assert house.blobs.path(house.job().results[0].blob).read_bytes() == b"jpeg 1024x1024 b"


async def test_a_result_that_cannot_be_made_lighter_is_delivered_as_it_is(house: House) -> None:
    """Trouble with the copy is no trouble with the picture: the postbox says what it does not take."""
    house.postbox.most_bytes = 5
    await house.placed(Comes())

    house.steps.raise_at("lighten", Failed())

    await house.work()

    [parcel] = house.postbox.deliveries[0].parcels
    assert parcel.lighter_than is None
    assert house.state() is State.DELIVERED


async def test_an_edit_that_was_never_announced_is_announced_before_it_is_delivered(house: House) -> None:
    """Discord was away until the pictures were there: the status message gets up all the same, and is ended."""
    house.steps.raise_at("announce", Unreachable(), Unreachable())
    await house.placed(Comes())

    await house.work()

    assert [job.id for job in house.postbox.announced] == [1]
    assert [job.announcement is not None for job in house.postbox.closed] == [True]
    assert house.state() is State.DELIVERED


async def test_a_status_message_that_stumbles_is_tried_again_before_the_edit_is_over(house: House) -> None:
    """Discord may have taken it without its thread: were the edit ended now, it would say "queued" for ever."""
    await house.placed(Comes(), request=house.edit())
    house.book.jobs[1] = replace(house.job(), announcement=None)
    house.steps.raise_at("announce", Unreachable(), Unreachable())
    with pytest.raises(Unreachable):
        await house.work()
    assert house.state() is State.DONE

    await house.work()

    assert house.state() is State.DELIVERED
    assert [job.announcement is not None for job in house.postbox.closed] == [True]
    assert len(house.provider.calls) == 1


async def test_a_cancelled_edit_ends_its_status_message_even_if_that_was_lost(house: House) -> None:
    """The message may stand although its answer never came, with a Cancel button that was pressed."""
    house.steps.raise_at("announce", Unreachable())
    job = await house.placed(Comes())
    await house.submit.cancel(job.id, ANN)

    await house.work()

    assert house.state() is State.TOLD
    assert [(closed.id, closed.announcement is not None) for closed in house.postbox.closed] == [(1, True)]


async def test_a_muted_edit_ends_its_status_message_before_its_ticket(house: House) -> None:
    """A process that dies in between says it once more; the other way round nobody would ever say it."""
    house.steps.meanwhile("edit sent", lambda: house.submit.cancel(1, ANN))
    await house.placed(Comes())
    house.steps.raise_at("delivered", RuntimeError("the process died here"))
    with pytest.raises(RuntimeError):
        await house.work()
    assert [job.muted for job in house.postbox.closed] == [True]

    await house.restart()
    await house.work()

    assert house.state() is State.TOLD
    assert len(house.postbox.closed) == 2
