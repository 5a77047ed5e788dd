"""A member who changes their mind: before the paid call it costs nothing, after it pictures wait behind a button."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import Moderated, NotYours, ProviderBusy, ProviderClosed, SafetyRefused
from bot.domain.job import Job, State
from bot.domain.quota import Unit
from bot.domain.request import Place, PlaceKind
from bot.workflow.patience import NAP_S
from bot.workflow.ports import Declined, Unsent
from tests.standins import Comes
from tests.workflow.house import ANN, BOB, CHANNEL, IN_PLACE, MEMBER, House
from tests.workflow.memory_book import Kind, MemoryBook

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


class Stumbling(MemoryBook):
    """A book that can be away for a moment."""

    away = False

    async def job(self, job_id: int) -> Job | None:
        if self.away:
            raise OSError("the disk is busy")
        return await super().job(job_id)


async def test_a_book_that_is_away_is_no_cancel(house: House) -> None:
    """Who cannot see whether an edit is still wanted waits on for its place, and calls nobody without one."""
    book = house.book = Stumbling(house.clock, house.steps)
    house.start()

    async def be_away() -> None:
        book.away = True
        for _ in range(10):
            await asyncio.sleep(0)
        book.away = False

    await house.placed(Comes())
    house.steps.meanwhile("turn", be_away)

    await house.work()

    assert house.provider.turns == [("openai", 1)]
    assert house.state() is State.DELIVERED


async def test_a_cancel_ends_a_long_wait(house: House) -> None:
    """Nobody sleeps on for two minutes because of an edit that nobody wants any more."""
    await house.placed(Unsent(ProviderBusy(), after_s=120.0), Comes())
    house.steps.meanwhile("sleep", lambda: house.submit.cancel(1, ANN))

    await house.work()

    assert house.clock.slept == [NAP_S]
    assert house.state() is State.TOLD


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


@pytest.mark.parametrize("refusal", [Unsent(ProviderBusy(), after_s=30.0), Declined(ProviderClosed())])
async def test_a_muted_edit_that_was_not_billed_is_cancelled(house: House, refusal: Exception) -> None:
    """The call was refused at no cost: no other is made or waited for, and the edit ends as its member wanted."""
    await house.placed(refusal)
    house.steps.meanwhile("edit sent", lambda: house.submit.cancel(1, ANN))

    await house.work()

    assert [told.state for told in house.postbox.told] == [State.CANCELLED]
    assert (house.state(), house.job().muted) == (State.TOLD, False)
    assert house.clock.slept == []
    assert len(house.provider.calls) == 1
    assert [attempt.outcome for attempt in house.book.attempts.values()] == ["refused"]
    assert house.money(Kind.RELEASE, MEMBER) == house.job().predicted
    assert house.book.tickets == set()


async def test_show_while_a_muted_edit_is_being_told_is_not_lost(house: House) -> None:
    """Show pressed in the instant in which a muted edit would be over: the next round posts its pictures."""
    await house.placed(Comes())
    house.steps.meanwhile("edit sent", lambda: house.submit.cancel(1, ANN))
    house.steps.meanwhile("delivered", lambda: house.submit.show(1, ANN))

    await house.work()
    assert house.postbox.deliveries == []
    await house.work()

    assert [len(delivery.parcels) for delivery in house.postbox.deliveries] == [1]
    assert house.state() is State.DELIVERED


# ── by whom ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_moderator_stops_an_edit_of_the_guild(house: House) -> None:
    """Whoever moderates where it is shown may stop it, and its member hears of it as of their own cancel."""
    await house.placed()

    job = await house.submit.cancel(1, BOB, moderates=CHANNEL)
    await house.work()

    assert job.state is State.CANCELLED
    assert house.money(Kind.RELEASE, MEMBER) == job.predicted
    assert [told.state for told in house.postbox.told] == [State.CANCELLED]


async def test_what_a_moderator_stopped_is_not_shown(house: House) -> None:
    """The member's own stop can be taken back by Show; a moderator's cannot, and that is said."""
    house.steps.meanwhile("edit sent", lambda: house.submit.cancel(1, BOB, moderates=CHANNEL))
    await house.placed(Comes())
    await house.work()

    with pytest.raises(Moderated):
        await house.submit.show(1, ANN)

    assert house.state() is State.TOLD
    assert house.postbox.deliveries == []


@pytest.mark.parametrize(
    ("moderates", "place"),
    [
        (None, CHANNEL),
        (replace(CHANNEL, guild_id=2), CHANNEL),
        (replace(CHANNEL, channel_id=555), CHANNEL),
        (CHANNEL, replace(CHANNEL, kind=PlaceKind.PRIVATE)),
        (IN_PLACE, CHANNEL),
        (IN_PLACE, IN_PLACE),
    ],
)
async def test_nobody_else_stops_it(house: House, moderates: Place | None, place: Place) -> None:
    """Not a member, no moderator of another server or channel or of what is private, nobody in a direct message."""
    await house.placed(request=house.edit(place=place))

    with pytest.raises(NotYours):
        await house.submit.cancel(1, BOB, moderates=moderates)

    assert house.state() is State.QUEUED
