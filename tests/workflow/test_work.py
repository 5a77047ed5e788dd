"""The second conductor: what a ticket comes to, however often it is handed out."""

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.domain.errors import ProviderBusy, ProviderClosed, SafetyRefused
from bot.domain.job import State
from bot.workflow.ports import Declined, Doubtful, Unsent
from bot.workflow.work import TRIES
from tests.standins import Comes
from tests.workflow.house import BOB, House, a_card

ONE = b"png 1024x1024 first"
TWO = b"webp 1024x1024 second"


async def test_a_ticket_for_nothing_is_nothing(house: House) -> None:
    """A ticket whose job is not in the book is passed over."""
    await house.worker(99)

    assert house.steps.taken == []


async def test_a_ticket_for_an_edit_that_is_over_changes_nothing(house: House) -> None:
    """A ticket that is delivered once more finds the edit delivered."""
    await house.placed(Comes())
    await house.work()
    over = house.job()

    await house.worker(1)

    assert house.job() == over
    assert len(house.postbox.messages) == len(house.postbox.closed) == len(house.provider.calls) == 1


async def test_edits_are_worked_on_side_by_side(house: House) -> None:
    """Two jobs at once keep apart: each has its own call, its own pictures and its own charge."""
    await house.placed(request=house.edit(origin=1))
    await house.placed(Comes((ONE,)), Comes((TWO,)), request=house.edit(user_id=BOB, origin=2))

    await asyncio.gather(house.worker(1), house.worker(2))

    assert sorted(house.postbox.messages) == [("edit-1-v1-1.png",), ("edit-2-v1-1.webp",)]
    assert house.state(1) is house.state(2) is State.DELIVERED


# ── the log ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "outcome",
    [
        Unsent(ProviderBusy()),
        Declined(ProviderClosed()),
        Declined(SafetyRefused()),
        Comes((b"text 1x1",)),
        Doubtful("cut"),
    ],
    ids=["refused", "locked out", "declined", "useless", "doubtful"],
)
async def test_the_log_never_shows_a_prompt(house: House, outcome: Comes | Exception) -> None:
    """Whatever goes wrong is logged with ids and codes, and no line of ours holds a word of what was wished for."""
    house.sell(a_card(), a_card("other"))
    prompt = "a violet elephant"
    with capture_logs() as lines:
        await house.placed(outcome, Comes(), request=house.edit(prompt=prompt))
        house.steps.raise_at("keep", OSError("no space"))
        await house.work()

    assert lines
    assert not [line for line in lines if "elephant" in repr(line)]


async def test_a_fault_that_is_given_up_is_logged_without_the_prompt(house: House) -> None:
    """The last try of an edit that fails every time says so, and not what the edit was."""
    with capture_logs() as lines:
        await house.placed(request=house.edit(prompt="a violet elephant"))
        house.steps.raise_at("prepare", *[RuntimeError("a bug")] * TRIES)
        for _ in range(TRIES - 1):
            with pytest.raises(RuntimeError):
                await house.work()
        await house.work()

    assert [line["event"] for line in lines] == ["edit_given_up"]
    assert "elephant" not in repr(lines)
