"""An edit between two of its calls: stopped by its member, parked, crashed; no picture is lost, no call repeated."""

import pytest

from bot.domain.errors import ProviderBusy
from bot.domain.job import State
from bot.workflow.ports import Undeliverable, Unreachable, Unsent
from tests.workflow.five import NEXT_PAIR, ONE, PAIR, asked, ended_with, first_time, five, outcomes, share
from tests.workflow.house import ANN, MEMBER, House, a_card
from tests.workflow.memory_book import Kind


@pytest.fixture
def house(house: House) -> House:
    """A house whose provider gives two pictures a call."""
    house.sell(a_card(n_per_call=2))
    return house


# ── a member who stops it ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", ["edit", "edit sent", "verify", "bank", "bank written"])
async def test_a_cancel_stops_the_calls_that_are_to_come(house: House, step: str) -> None:
    """What the call under way brings is charged and kept behind the Show button; no other call is made."""
    await five(house, PAIR)
    house.steps.meanwhile(step, lambda: house.submit.cancel(1, ANN))

    await house.work()

    assert asked(house) == [2]
    assert house.job().muted
    ended_with(house, 2, shown=False)

    await house.submit.show(1, ANN)
    await house.work()
    ended_with(house, 2)
    assert asked(house) == [2]


async def test_a_cancel_during_a_later_wait_keeps_what_came(house: House) -> None:
    """The second call was refused and is waited for: the cancel ends the edit with the pictures of the first."""
    await five(house, PAIR, Unsent(ProviderBusy()))
    house.steps.meanwhile("sleep", lambda: house.submit.cancel(1, ANN))

    await house.work()

    assert asked(house) == [2, 2]
    ended_with(house, 2, shown=False)


async def test_a_cancel_of_a_parked_edit_keeps_what_came(house: House) -> None:
    """A process that stops parks the edit with two pictures; cancelled in the queue, it asks for no more."""
    await five(house, PAIR)
    house.steps.meanwhile("bank written", house.stop)
    await house.work()
    assert house.state() is State.QUEUED

    await house.restart()
    await house.submit.cancel(1, ANN)
    await house.work()

    assert asked(house) == [2]
    ended_with(house, 2, shown=False)


# ── a process that stops, and one that dies ──────────────────────────────────────────────────────────────────


async def only_the_missing_are_made(house: House) -> None:
    """Restart, and see the other three made, all five delivered once, and the hold charged once."""
    assert house.state() is State.QUEUED
    assert house.money(Kind.CHARGE, MEMBER) == house.money(Kind.RELEASE, MEMBER) == 0
    await house.restart()
    await house.work()

    assert asked(house) == [2, 2, 1]
    ended_with(house, 5)


async def test_no_further_call_is_begun_on_the_way_out(house: House) -> None:
    """Told to stop during the first call, the process keeps its pictures; the next one makes the missing three."""
    await five(house, PAIR, NEXT_PAIR, ONE)
    house.steps.meanwhile("edit sent", house.stop)

    await house.work()

    assert asked(house) == [2]
    await only_the_missing_are_made(house)


@pytest.mark.parametrize("step", ["verify", "keep", "bank", "bank written"])
async def test_stopped_with_an_answer_in_hand_its_pictures_are_kept(house: House, step: str) -> None:
    """The last writes of a call are finished, and the edit goes on with what is missing."""
    await five(house, PAIR, NEXT_PAIR, ONE)

    await house.stopped_at(step)

    await only_the_missing_are_made(house)


async def test_stopped_before_a_later_call_the_edit_is_parked(house: House) -> None:
    """Waiting for the provider's second turn is no call: the edit goes on in the next process."""
    await five(house, PAIR, NEXT_PAIR, ONE)
    house.steps.meanwhile("turn", first_time)

    await house.stopped_at("turn")

    await only_the_missing_are_made(house)


async def test_stopped_in_a_later_call_the_edit_ends_with_what_came(house: House) -> None:
    """Nobody knows what became of the second call: it is not repeated, and the house bears its share."""
    await five(house, PAIR, NEXT_PAIR)
    house.steps.meanwhile("edit sent", first_time)

    await house.stopped_at("edit sent")
    assert house.state() is State.DONE

    await house.restart()
    await house.work()
    assert outcomes(house) == ["answered", "unknown"]
    ended_with(house, 2, share(house, 4) - share(house, 2))


@pytest.mark.parametrize(("sent", "doubtful"), [(False, 0), (True, 3)], ids=["between calls", "in a call"])
async def test_after_a_crash_the_edit_ends_with_what_came(house: House, sent: bool, doubtful: int) -> None:
    """A process that died leaves pictures that are paid for: they are delivered, and no call follows."""
    await five(house, PAIR)
    house.steps.meanwhile("bank written", _die)
    with pytest.raises(_Crash):
        await house.work()
    if sent:
        await house.book.sent(1, "openai")

    await house.restart()
    await house.work()

    assert asked(house) == [2]
    # A start rounds the share of the missing up, as it rounds the charge up: what that is too much is the house's.
    ended_with(house, 2, share(house, 2 + doubtful) - share(house, 2), overrun=int(sent))


class _Crash(BaseException):
    """The end of a process: nothing of ours runs after it."""


async def _die() -> None:
    raise _Crash


async def test_a_fault_between_two_calls_is_tried_again(house: House) -> None:
    """The ticket's next try makes what is missing."""
    await five(house, PAIR, NEXT_PAIR, ONE)
    house.steps.meanwhile("turn", first_time)
    house.steps.raise_at("turn", RuntimeError("a bug"))
    with pytest.raises(RuntimeError):
        await house.work()
    assert house.state() is State.RUNNING

    await house.work()

    assert asked(house) == [2, 2, 1]
    ended_with(house, 5)


async def test_a_fault_in_a_later_call_ends_the_edit_with_what_came(house: House) -> None:
    """The row does not say for how many the open call was: the house bears all that may have been asked for."""
    await five(house, PAIR, NEXT_PAIR)
    house.steps.meanwhile("edit sent", first_time)
    house.steps.raise_at("edit sent", RuntimeError("a bug"))
    with pytest.raises(RuntimeError):
        await house.work()
    assert house.state() is State.SENT

    await house.work()

    assert asked(house) == [2, 2]
    assert outcomes(house) == ["answered", "unknown"]
    ended_with(house, 2, share(house, 5) - share(house, 2))


async def test_an_edit_with_pictures_is_given_up_with_what_came(house: House) -> None:
    """A model that the operator took away while the edit was parked: nobody can make the rest."""
    await five(house, PAIR)
    house.steps.meanwhile("bank written", house.stop)
    await house.work()

    house.sell(a_card(prompt_characters=1))
    await house.work()

    ended_with(house, 2)
    assert house.job().trouble is None


async def test_an_edit_with_pictures_whose_place_is_gone_ends(house: House) -> None:
    """Never announced, parked with two pictures, and now nobody may post: it is charged for those and calls no more."""
    house.steps.raise_at("announce", Unreachable(), Unreachable(), Undeliverable())
    house.steps.raise_at("deliver", Undeliverable())
    house.steps.meanwhile("bank written", house.stop)
    await five(house, PAIR)
    await house.work()
    assert house.job().announcement is None

    await house.restart()
    await house.work()

    assert asked(house) == [2]
    ended_with(house, 2, shown=False)
