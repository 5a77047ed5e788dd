"""Questions to what may hang: nobody waits for ever, and they do not pile up."""

import asyncio

import pytest

from bot.storage.errors import DatabaseUnusable
from bot.web.health import Health, Inquiry
from tests.standins import Stop


async def test_an_answer_is_handed_on() -> None:
    """What is asked anew each time is answered as it is then."""
    answers = iter((1, 2))

    async def ask() -> int:
        return next(answers)

    inquiry = Inquiry(ask)

    assert [await inquiry(), await inquiry()] == [1, 2]


async def test_one_that_hangs_is_asked_once() -> None:
    """Whoever asks something that hangs goes without an answer, and it is asked once until it has answered."""
    asked, stop = 0, Stop()

    async def ask() -> str:
        nonlocal asked
        asked += 1
        await stop.hang()
        return "late"

    inquiry = Inquiry(ask, patience_s=0)
    assert [*await asyncio.gather(inquiry(), inquiry(), inquiry())] == [None, None, None]
    await stop.reached.wait()
    assert await inquiry() is None

    assert asked == 1
    await inquiry.close()


async def test_a_fault_is_no_answer() -> None:
    """What cannot answer is no reason to raise, and the next question is a new one."""
    faults = iter((DatabaseUnusable("away"), None))

    async def ask() -> str:
        if (fault := next(faults)) is not None:
            raise fault
        return "back"

    inquiry = Inquiry(ask)

    assert [await inquiry(), await inquiry()] == [None, "back"]


@pytest.mark.parametrize(
    ("health", "ready"),
    [
        (Health(), False),
        (Health(True, True, {}), False),
        (Health(True, True, {"a": False, "b": True}), True),
        (Health(True, True, {"a": True}, stopping=True), False),
        (Health(False, True, {"a": True}), False),
        (Health(True, False, {"a": True}), False),
    ],
)
def test_ready_is_what_an_edit_needs(health: Health, ready: bool) -> None:
    """The database, the gateway and one provider, in a bot that is not about to end."""
    assert health.ready is ready
