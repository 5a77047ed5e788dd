"""Verbs at the same moment: one wins, the others see it, and nobody waits for ever."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.errors import NotAgreed, ProviderDown
from bot.domain.job import State
from bot.storage.database import Database
from tests.storage.desk import COST, NOON, PREDICTED, PROVIDER, Desk


async def test_one_of_many_claims_wins(desk: Desk) -> None:
    """A queued job is claimed once."""
    job = await desk.place()

    claims = await asyncio.gather(*(desk.book.claim(job.id) for _ in range(8)))

    assert [claim.claims for claim in claims if claim is not None] == [1]


async def test_one_of_many_sends_wins(desk: Desk) -> None:
    """A running job is sent once, so a paid call is made once."""
    job, _ = await desk.bring(State.RUNNING)

    attempts = await asyncio.gather(*(desk.book.sent(job.id, PROVIDER) for _ in range(8)))

    assert len([attempt for attempt in attempts if attempt is not None]) == 1
    assert len((await desk.rows())["attempts"]) == 1


async def test_one_of_many_ends_wins(desk: Desk) -> None:
    """A job that is finished and fails at the same moment does one of them, with its money."""
    for _ in range(5):
        job = await desk.place()
        attempt = await desk.send(job)

        finished, failed = await asyncio.gather(
            desk.finish(job, attempt), desk.book.fail(job.id, ProviderDown(), attempt)
        )

        assert (finished is None) != (failed is None)
    assert await desk.balanced()


async def test_finish_and_cancel_at_once_are_both_done(desk: Desk) -> None:
    """A cancel that meets the answer mutes, before or after, and the charge stands."""
    for _ in range(5):
        job = await desk.place()
        attempt = await desk.send(job)

        finished, cancelled = await asyncio.gather(desk.finish(job, attempt), desk.book.cancel(job.id))

        assert finished is not None
        assert cancelled is not None
        after = await desk.job(job.id)
        assert (after.state, after.muted, after.charged) == (State.DONE, True, COST)
    assert await desk.balanced()


async def test_edits_of_one_thread_get_different_versions(desk: Desk) -> None:
    """Ten edits that are done at the same moment in one thread are v1 to v10."""
    jobs = [await desk.announce(await desk.place(), home=77) for _ in range(10)]
    attempts = [await desk.send(job) for job in jobs]

    done = await asyncio.gather(*(desk.finish(job, attempt) for job, attempt in zip(jobs, attempts, strict=True)))

    assert sorted(job.version or 0 for job in done if job) == list(range(1, 11))


async def test_verbs_that_wait_for_each_other_in_a_forced_order_all_end(postgres_desk: Desk) -> None:
    """Finish, cancel and place, stopped in their middle at the same windows, go on without a deadlock.

    Chance does not find this one: somebody holds every window until all of them are seen to wait.
    """
    desk = postgres_desk
    first, second = await desk.place(user=1), await desk.place(user=2)
    attempt = await desk.send(first)
    async with desk.database.writing() as tx:
        await tx.execute(sa.text("SELECT id FROM windows ORDER BY id FOR UPDATE"))
        verbs = [
            asyncio.create_task(verb)
            for verb in (
                desk.finish(first, attempt),
                desk.book.cancel(first.id),
                desk.book.cancel(second.id),
                desk.place(user=1),
            )
        ]
        await _until_all_wait(desk.database, verbs)

    ended = await asyncio.gather(*verbs)

    assert None not in ended
    assert await desk.balanced()


async def test_a_yes_that_waits_for_a_no_finds_it(postgres_desk: Desk) -> None:
    """A yes that was begun while the draft was open, and was stopped at its row, sees what became of it meanwhile."""
    desk = postgres_desk
    dropped = await desk.book.draft(desk.request(), PREDICTED, NOON + 1)
    async with desk.database.writing() as tx:
        await tx.execute(sa.text("UPDATE drafts SET state = 'dropped', closed_at = 1"))
        agree = desk.book.place(dropped.request, desk.lines(), PREDICTED, dropped.id)
        verb = asyncio.create_task(agree)
        await _until_all_wait(desk.database, [verb])

    with pytest.raises(NotAgreed):
        await verb
    assert (await desk.rows())["jobs"] == []


async def _until_all_wait(database: Database, verbs: Sequence["asyncio.Task[Any]"]) -> None:
    """Return when every verb waits for a lock, but for a cancel that came before the finish and had only to mute."""
    question = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    waiting = 0
    while waiting < sum(not verb.done() for verb in verbs):
        await asyncio.sleep(0.01)
        async with database.reading() as tx:
            waiting = int(await tx.scalar(question) or 0)
