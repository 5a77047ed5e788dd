"""Verbs at the same moment: one wins, the others see it, and nobody waits for ever."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from bot.domain.draft import DraftState
from bot.domain.errors import NotAgreed, ProviderDown, TooManyPresets, TrayFull
from bot.domain.gathering import Gathered
from bot.domain.job import State
from bot.domain.preset import Preset
from bot.domain.quota import Limits, Period, Rule, Scope, Subject, Unit
from bot.domain.request import InputFile
from bot.storage.council import TURN
from bot.storage.database import Database
from bot.storage.turns import take_turns
from tests.storage.desk import ADMIN, COST, GUILD, HOUSE_RULES, NOON, PREDICTED, PROVIDER, Desk


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


@pytest.mark.parametrize("others", ["cancels", "decisions"])
async def test_verbs_that_wait_for_each_other_in_a_forced_order_all_end(postgres_desk: Desk, others: str) -> None:
    """Finish, cancel, place and reset, stopped in their middle at the same windows, go on without a deadlock.

    Chance does not find this one: somebody holds every window until all of them are seen to wait.
    """
    desk = postgres_desk
    done = await desk.place(user=1)
    await desk.finish(done, await desk.send(done))
    for days in (1, 2):
        await desk.give(2, user=1, days=days)
    first, second = await desk.place_by_rules(user=1, images=3), await desk.place(user=2)
    attempt = await desk.send(first)
    async with desk.database.writing() as tx:
        await tx.execute(sa.text("SELECT id FROM windows ORDER BY id FOR UPDATE"))
        # No more verbs than there are connections, one of which holds the windows.
        verbs: list[asyncio.Task[object]] = [
            asyncio.create_task(desk.finish(first, attempt)),
            asyncio.create_task(desk.place(user=1)),
        ]
        if others == "cancels":
            verbs += [asyncio.create_task(desk.book.cancel(job.id)) for job in (first, second)]
        else:
            verbs.append(asyncio.create_task(desk.place_by_rules(user=1, images=2)))
            verbs.append(asyncio.create_task(desk.council.reset(HOUSE_RULES, 1, "")))
        await _until_all_wait(desk.database, verbs)

    ended = await asyncio.gather(*verbs)

    assert None not in ended
    assert await desk.balanced()


@pytest.mark.parametrize("kind", ["day", "rolling", "grants"])
async def test_two_pools_together_give_what_there_is(desk: Desk, url: str, kind: str) -> None:
    """Fifty who ask at once for ten pictures over two sets of connections, as two processes have them, get ten."""
    if kind == "rolling":
        await desk.rule(Rule(GUILD, Subject(Scope.EVERYONE), Unit.IMAGES, Period.ROLLING, 10, hours=2))
    if kind == "grants":
        for days in (1, 2):
            await desk.give(4, days=days)
    limits = Limits(2 if kind == "grants" else 10, 10**9, 10**10)
    holds = [await desk.decided(limits=limits)]
    desk.clock.time += 3600
    holds.append(await desk.decided(limits=limits))
    async with Database(url) as other:
        books = [desk.book, Desk(other).book]
        places = (books[number % 2].place(desk.request(), holds[number // 2 % 2], PREDICTED) for number in range(50))

        answers = await asyncio.gather(*places, return_exceptions=True)

    assert Counter(type(answer).__name__ for answer in answers) == {"Placed": 10, "ImagesSpent": 40}
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


@pytest.mark.parametrize("full", ["tray", "menu"])
async def test_who_waits_for_a_turn_finds_what_is_full(postgres_desk: Desk, full: str) -> None:
    """Somebody holds the turn until three wait for it; of those one still fits, and the others are told the limit."""
    desk = postgres_desk
    turn = TURN if full == "menu" else "tray:42:1"
    async with desk.database.writing() as tx:
        await take_turns(tx, {turn})
        verbs = [asyncio.create_task(_add(desk, full, letter)) for letter in "abc"]
        await _until_all_wait(desk.database, verbs)

    ended = await asyncio.gather(*verbs, return_exceptions=True)

    assert sum(isinstance(one, TrayFull | TooManyPresets) for one in ended) == 2


async def test_a_choice_that_waits_for_a_close_is_none(postgres_desk: Desk) -> None:
    """A press that was stopped at the picker's row sees that it was closed meanwhile, and so does a second close."""
    desk = postgres_desk
    picker = await desk.gatherings.open_picker(desk.request(), [Gathered(InputFile("a" * 64, "a.png", 1))], NOON + 9)
    async with desk.database.writing() as tx:
        await tx.execute(sa.text("UPDATE pickers SET state = 'dropped', closed_at = 1"))
        verbs = [
            asyncio.create_task(desk.gatherings.choose(picker.id, (0,))),
            asyncio.create_task(desk.gatherings.close_picker(picker.id, DraftState.AGREED)),
        ]
        await _until_all_wait(desk.database, verbs)

    assert await asyncio.gather(*verbs) == [None, None]
    after = await desk.gatherings.picker(picker.id)
    assert after is not None
    assert (after.state, after.chosen) == (DraftState.DROPPED, ())


async def _add(desk: Desk, where: str, letter: str) -> object:
    if where == "menu":
        return await desk.guilds.put_preset(ADMIN, Preset(letter, "snow"), 1)
    return await desk.gatherings.put(42, 1, [Gathered(InputFile(letter * 64, "x.png", 1))], NOON + 9, 1)


async def _until_all_wait(database: Database, verbs: Sequence["asyncio.Task[Any]"]) -> None:
    """Return when every verb waits for a lock, but for a cancel that came before the finish and had only to mute."""
    question = sa.text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    waiting = 0
    while waiting < sum(not verb.done() for verb in verbs):
        await asyncio.sleep(0.01)
        async with database.reading() as tx:
            waiting = int(await tx.scalar(question) or 0)
