"""kill -9 in each state of a job, and a start on the same data: promises 1 to 4 hold."""

import pytest

from tests.chaos.conftest import PICTURES, House

UNKNOWN = "nobody knows whether it finished"


async def test_sent_and_queued(house: House) -> None:
    """Of two edits at the provider the outcome is unknown and said so; the third was only queued, and is made."""
    house.sandbox.engine.plan({"hold": True}, {"hold": True})
    bot = await house.start()
    await house.ask()
    await house.ask()
    await house.sandbox.engine.books.until(waiting=2)
    await house.ask()
    await house.kill(bot)
    assert house.rows.states() == {1: "sent", 2: "sent", 3: "queued"}

    house.sandbox.engine.release()
    await house.start()
    await house.over(1, 2, 3)

    assert house.rows.states() == {1: "told", 2: "told", 3: "delivered"}
    assert house.posted() == ["edit-3-v1-1.png"]
    assert [attempt.state for attempt in house.rows.attempts()] == ["unknown", "unknown", "answered"]
    assert len(house.sandbox.engine.books.calls) == 3
