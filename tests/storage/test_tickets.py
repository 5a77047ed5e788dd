"""The book and the embedded dispatcher together, on both databases: what is placed is worked on to its end."""

import asyncio

from bot.domain.errors import OutcomeUnknown
from bot.domain.job import State
from tests.storage.desk import Desk


async def test_placed_jobs_are_worked_on_to_their_end(desk: Desk) -> None:
    """Jobs of several members go from their tickets to delivered, and no ticket is left."""
    everything_done = asyncio.Event()
    jobs = [await desk.place(user=user) for user in (1, 1, 1, 2, 3)]

    async def work(job_id: int) -> None:
        await desk.finish(await desk.job(job_id), await desk.send(await desk.job(job_id)))
        await desk.book.delivered(job_id)
        if not await desk.ticketed():
            everything_done.set()

    desk.tickets.bind(work)
    run = asyncio.create_task(desk.tickets.run())
    await everything_done.wait()
    desk.tickets.stop()
    await run

    assert {(await desk.job(job.id)).state for job in jobs} == {State.DELIVERED}
    assert await desk.balanced()


async def test_an_unmuted_job_is_handed_out_again(desk: Desk) -> None:
    """Pictures that are wanted after all go back to delivery by a new ticket."""
    called: list[int] = []
    job, _ = await desk.bring(State.DONE, muted=True)
    await desk.book.delivered(job.id)
    await desk.book.recover(OutcomeUnknown())
    over = await desk.ticketed()
    await desk.book.unmute(job.id)

    async def work(job_id: int) -> None:
        called.append(job_id)
        await desk.book.delivered(job_id)
        desk.tickets.stop()

    desk.tickets.bind(work)
    await desk.tickets.run()

    assert (over, called) == (set(), [job.id])
    assert (await desk.job(job.id)).state is State.DELIVERED
