"""Cancellation: a verb that was begun is carried to its end, and the database goes on."""

import asyncio

import pytest

from bot.domain.errors import OutcomeUnknown
from bot.domain.job import State
from bot.storage.unbroken import unbroken
from tests.storage.desk import Desk


class Slow:
    """A verb that waits in its middle until it is let go."""

    def __init__(self) -> None:
        self.reached, self.go, self.done = asyncio.Event(), asyncio.Event(), False

    @unbroken
    async def work(self, trouble: type[Exception] | None = None) -> str:
        self.reached.set()
        await self.go.wait()
        self.done = True
        if trouble:
            raise trouble
        return "done"


async def test_an_undisturbed_verb_is_what_it_was() -> None:
    """It returns and raises as it would by itself."""
    slow = Slow()
    slow.go.set()

    assert await slow.work() == "done"
    with pytest.raises(KeyError):
        await slow.work(KeyError)


@pytest.mark.parametrize("trouble", [None, KeyError])
async def test_a_cancelled_caller_stops_after_the_verb(trouble: type[Exception] | None) -> None:
    """However often the caller is cancelled, the verb is through before he stops, and he does stop."""
    slow = Slow()
    caller = asyncio.create_task(slow.work(trouble))
    await slow.reached.wait()
    for _ in range(3):
        caller.cancel()
        await asyncio.sleep(0)
    waiting = not caller.done()
    slow.go.set()

    with pytest.raises(asyncio.CancelledError):
        await caller
    assert (waiting, slow.done) == (True, True)


async def test_verbs_cancelled_anywhere_leave_the_database_working(desk: Desk) -> None:
    """Whenever a cancellation comes, the verb is done or never began, and the next one does not wait for a lock."""
    interrupted = 0
    for milliseconds in range(25):
        verb = asyncio.create_task(desk.place())
        await asyncio.sleep(milliseconds / 2000)
        interrupted += not verb.done()
        verb.cancel()
        await asyncio.gather(verb, return_exceptions=True)

    job = await desk.place()

    assert interrupted > 0
    assert await desk.book.claim(job.id)
    assert await desk.balanced()


async def test_an_answer_that_arrived_is_kept_when_its_worker_is_cancelled(desk: Desk) -> None:
    """A worker that is cancelled while it writes down what was paid for has written it when it stops."""
    job = await desk.place()
    attempt = await desk.send(job)
    worker = asyncio.create_task(desk.finish(job, attempt))
    await asyncio.sleep(0)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)

    assert await desk.book.doubt(job.id, attempt, OutcomeUnknown(), None) is None
    assert (await desk.job(job.id)).state is State.DONE
