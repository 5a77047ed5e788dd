"""An edit of more pictures than one call gives: what each call leaves, and which one is the last."""

import pytest

from bot.domain.errors import ProviderBusy, ProviderClosed, ProviderDown, SafetyRefused
from bot.domain.job import Job, State
from bot.domain.money import Usage
from bot.domain.quota import HOUSE
from bot.domain.request import Options
from bot.workflow.ports import Declined, Doubtful, Shut, Unsent
from tests.standins import Comes
from tests.workflow.five import NEXT_PAIR, ONE, PAIR, asked, ended_with, first_time, five, outcomes, share
from tests.workflow.house import ANN, MEMBER, House, a_card
from tests.workflow.memory_book import Kind, MemoryBook


@pytest.fixture
def house(house: House) -> House:
    """A house whose provider gives two pictures a call."""
    house.sell(a_card(n_per_call=2))
    return house


# ── every call answered ──────────────────────────────────────────────────────────────────────────────────────


async def test_an_edit_is_split_into_calls(house: House) -> None:
    """Five pictures of two a call are three calls, one delivery in their order, and the whole hold charged, no more."""
    await five(house, PAIR, NEXT_PAIR, ONE)

    await house.work()

    assert asked(house) == [2, 2, 1]
    assert outcomes(house) == ["answered"] * 3
    ended_with(house, 5)
    kept = [house.blobs.path(picture.blob).read_bytes() for picture in house.job().results]
    assert kept == [*PAIR.pictures, *NEXT_PAIR.pictures, *ONE.pictures]
    assert [len(names) for names in house.postbox.messages] == [5]


async def test_what_each_call_took_adds_up(house: House) -> None:
    """The charge is the sum of what the calls reported."""
    reported = [Usage(18, 1024, 392), Usage(18, 1024, 392), Usage(18, 1024, 196)]
    pairs = zip((PAIR, NEXT_PAIR, ONE), reported, strict=True)
    await five(house, *(Comes(comes.pictures, usage) for comes, usage in pairs))

    await house.work()

    cost = sum(one.text_in * 5 + one.image_in * 8 + one.out * 30 for one in reported)
    assert house.job().charged == house.money(Kind.CHARGE, HOUSE) == cost
    assert house.money(Kind.RELEASE, MEMBER) == house.job().predicted - cost


async def test_every_call_is_written_down_before_it_leaves_and_kept_before_the_next(house: House) -> None:
    """The pictures are prepared once; each call has its turn, its *sent*, and its pictures on disk after it."""
    await five(house, PAIR, NEXT_PAIR, ONE)
    house.steps.taken.clear()

    await house.work()

    pair = ("turn", "sent", "edit", "edit sent", "verify", "keep", "verify", "keep", "bank")
    last = ("turn", "sent", "edit", "edit sent", "verify", "keep", "finish")
    assert house.steps.taken[3:-5] == [*pair, *pair, *last]
    assert house.steps.taken[:3] == ["claim", "workshop", "prepare"]


async def test_a_refused_call_in_the_middle_is_made_again(house: House) -> None:
    """A 429 between two calls is waited out, and costs none of the pictures."""
    await five(house, PAIR, Unsent(ProviderBusy(), after_s=4.0), NEXT_PAIR, ONE)

    await house.work()

    assert asked(house) == [2, 2, 2, 1]
    assert outcomes(house) == ["answered", "refused", "answered", "answered"]
    assert house.waits() == [4.0]
    ended_with(house, 5)


async def test_every_call_has_its_own_patience(house: House) -> None:
    """Two refusals of the first call leave the second one its three tries."""
    busy = Unsent(ProviderBusy())
    await five(house, busy, busy, PAIR, busy, busy, NEXT_PAIR, ONE)

    await house.work()

    ended_with(house, 5)


# ── fewer than were asked for ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("second", [ONE, Comes((*ONE.pictures, b"png 1x1 damaged"))], ids=["fewer", "one useless"])
async def test_a_call_that_brings_fewer_is_the_last(house: House, second: Comes) -> None:
    """Two came, then one of two: three are delivered and charged, and nobody is asked for the rest."""
    await five(house, PAIR, second)

    await house.work()

    assert asked(house) == [2, 2]
    ended_with(house, 3)


@pytest.mark.parametrize(
    ("second", "outcome", "doubtful"),
    [
        (Declined(SafetyRefused()), "failed", 0),
        (Declined(ProviderClosed()), "refused", 0),
        (Declined(SafetyRefused(), billed=True), "unknown", 2),
        (Comes((b"text 1x1",)), "unknown", 2),
        (Doubtful("cut"), "unknown", 2),
        (None, "unknown", 2),
    ],
    ids=["declined", "locked out", "billed", "useless", "doubtful", "no answer"],
)
async def test_a_later_call_without_pictures_ends_the_edit_with_what_came(
    house: House, second: Comes | Exception | None, outcome: str, doubtful: int
) -> None:
    """The pictures of the first call are delivered and charged; what may be billed of a later one is the house's."""
    await five(house, PAIR, second)

    await house.work()

    assert asked(house) == [2, 2]
    assert outcomes(house) == ["answered", outcome]
    ended_with(house, 2, share(house, 2 + doubtful) - share(house, 2))
    assert house.postbox.told == []


async def test_patience_that_ends_at_a_later_call_ends_the_edit_with_what_came(house: House) -> None:
    """Three refusals of the second call: the two pictures of the first are delivered."""
    await five(house, PAIR, *[Unsent(ProviderDown())] * 3)

    await house.work()

    assert outcomes(house) == ["answered", "refused", "refused", "refused"]
    ended_with(house, 2)


async def test_a_provider_that_shuts_between_two_calls_ends_the_edit_with_what_came(house: House) -> None:
    """Another edit has found the door locked meanwhile, and nobody else has the model."""
    await five(house, PAIR)
    house.steps.meanwhile("turn", first_time)
    house.steps.raise_at("turn", Shut())

    await house.work()

    assert asked(house) == [2]
    ended_with(house, 2)


# ── streams ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("options", [Options(n=2, stream=True), Options(n=2, partial_images=2)])
async def test_a_stream_brings_one_picture_a_call(house: House, options: Options) -> None:
    """Two pictures with previews are two calls, whatever a plain call would give."""
    await house.placed(ONE, ONE, request=house.edit(options=options))

    await house.work()

    assert asked(house) == [1, 1]
    assert house.postbox.messages == [("edit-1-v1-1.png", "edit-1-v1-2.png")]


async def test_a_stream_that_is_not_wanted_splitsfirst_time(house: House) -> None:
    """No previews and no stream: one call, as the card gives."""
    await house.placed(PAIR, request=house.edit(options=Options(n=2, stream=False, partial_images=0)))

    await house.work()

    assert asked(house) == [2]


async def test_previews_are_handed_on(house: House) -> None:
    """Every partial picture reaches the status message, in order, before the result does."""
    shown = Comes(ONE.pictures, previews=(b"blurred", b"sharper"))
    await house.placed(shown, request=house.edit(options=Options(partial_images=2)))

    await house.work()

    assert house.postbox.previews == [(1, 1), (1, 2)]
    assert house.state() is State.DELIVERED


class Stumbling(MemoryBook):
    """A book that cannot be read between a call's first byte and its answer."""

    async def job(self, job_id: int) -> Job | None:
        found = self.jobs.get(job_id)
        if found is not None and found.state is State.SENT:
            raise OSError("the disk is busy")
        return await super().job(job_id)


async def test_a_preview_that_cannot_be_shown_costs_no_call(house: House) -> None:
    """The call goes on to its answer while nobody can see whose preview that is."""
    house.book = Stumbling(house.clock, house.steps)
    house.start()
    shown = Comes(ONE.pictures, previews=(b"blurred",))
    await house.placed(shown, request=house.edit(options=Options(partial_images=2)))

    await house.work()

    assert house.postbox.previews == []
    assert house.state() is State.DELIVERED


async def test_a_member_who_stopped_an_edit_sees_no_previews(house: House) -> None:
    """The call is let finish, and shows nothing meanwhile."""
    shown = Comes(ONE.pictures, previews=(b"blurred", b"sharper"))
    await house.placed(shown, request=house.edit(options=Options(partial_images=2)))
    house.steps.meanwhile("edit sent", lambda: house.submit.cancel(1, ANN))

    await house.work()

    assert house.postbox.previews == []
    assert house.state() is State.TOLD
