"""The book and the dispatcher together: what is only to be said or shown does not wait for what is to be made."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.domain.errors import OutcomeUnknown
from bot.domain.job import State
from bot.storage.database import Database
from tests.dispatch.shop import reached
from tests.storage.desk import Desk

ANN, BOB = 42, 43


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@asynccontextmanager
async def working(desk: Desk) -> AsyncIterator[list[int]]:
    """Run the dispatcher on work that lasts until the body ends; the jobs that were begun."""
    begun: list[int] = []
    over = asyncio.Event()

    async def work(job_id: int) -> None:
        begun.append(job_id)
        await over.wait()

    desk.tickets.bind(work)
    run = asyncio.create_task(desk.tickets.run())
    try:
        yield begun
    finally:
        desk.tickets.stop()
        over.set()
        await run


async def test_a_cancelled_edit_is_told_past_the_line(desk: Desk) -> None:
    """Ten edits of a member wait behind two; the last is cancelled, and its ticket goes out at once, alone."""
    jobs = [await desk.place(user=ANN) for _ in range(12)]
    async with working(desk) as begun:
        await reached(lambda: len(begun) == 2)
        await desk.book.cancel(jobs[-1].id)
        desk.tickets.wake()
        await reached(lambda: len(begun) > 2)

        assert begun == [jobs[0].id, jobs[1].id, jobs[-1].id]


async def test_pictures_that_are_wanted_after_all_are_shown_past_the_line(desk: Desk) -> None:
    """Show is pressed while the member's two places are taken and more edits wait."""
    shown, _ = await desk.bring(State.DONE, muted=True)
    await desk.book.delivered(shown.id)
    jobs = [await desk.place() for _ in range(5)]
    async with working(desk) as begun:
        await reached(lambda: len(begun) == 2)
        await desk.book.unmute(shown.id)
        desk.tickets.wake()
        await reached(lambda: len(begun) > 2)

        assert begun == [jobs[0].id, jobs[1].id, shown.id]


async def test_what_a_crash_ended_is_told_first(desk: Desk) -> None:
    """After a crash the edit of unknown outcome takes none of its member's places."""
    sent, _ = await desk.bring(State.SENT)
    jobs = [await desk.place() for _ in range(3)]
    await desk.book.recover(OutcomeUnknown())

    async with working(desk) as begun:
        await reached(lambda: len(begun) == 3)

        assert begun == [sent.id, jobs[0].id, jobs[1].id]


async def test_tickets_know_their_guild(desk: Desk) -> None:
    """Placed, shown again or found without a ticket after a crash: a ticket is of the guild of its edit."""
    shown, _ = await desk.bring(State.DONE, muted=True)
    await desk.book.delivered(shown.id)
    await desk.book.unmute(shown.id)
    lost = await desk.place()
    await desk.execute(f"DELETE FROM tickets WHERE job_id = {lost.id}")
    await desk.book.recover(OutcomeUnknown())
    placed = await desk.place(user=BOB)

    found = {row["job_id"]: row["guild_id"] for row in (await desk.rows())["tickets"]}
    assert found == dict.fromkeys((shown.id, lost.id, placed.id), placed.request.place.guild_id)
