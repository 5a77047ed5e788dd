"""The queue as its members see it: a true position under the dispatcher's fairness, and how many there are."""

import random
from dataclasses import replace

from bot.domain.job import Job, State
from bot.domain.request import Place, PlaceKind
from bot.storage.queue import ahead
from bot.workflow.ports import Waiting
from tests.storage.desk import PREDICTED, Desk

ANNA, BERT, CARL = 1, 2, 3


async def line(desk: Desk) -> list[int]:
    return [job.id for job in await desk.book.line()]


async def announced(desk: Desk, user: int) -> Job:
    return await desk.announce(await desk.place(user), home=7)


async def placed_in(desk: Desk, guild: int | None, user: int = ANNA) -> Job:
    request = replace(desk.request(user=user), place=Place(guild, 2, PlaceKind.CHANNEL))
    return (await desk.book.place(request, desk.lines(user), PREDICTED)).job


async def test_each_members_first_goes_before_anybodys_second(desk: Desk) -> None:
    """Who places three edits at once does not hold up who places one after them."""
    first, second, third = [(await announced(desk, ANNA)).id for _ in range(3)]
    other = (await announced(desk, BERT)).id

    assert await line(desk) == [first, other, second, third]
    assert [await desk.book.ahead(job) for job in (first, second, third, other)] == [0, 2, 3, 1]


async def test_fifty_edits_of_one_member_delay_another_by_one(desk: Desk) -> None:
    """The position that a member is told when placing counts no more than one of the fifty."""
    for _ in range(50):
        await desk.place(ANNA)

    placed = await desk.book.place(desk.request(user=BERT), desk.lines(BERT), PREDICTED)

    assert placed.ahead == 1


async def test_what_is_under_way_is_a_turn_taken(desk: Desk) -> None:
    """A member whose edit is being made stands behind one who has none, also when that one came later."""
    running, sent, waiting = [await announced(desk, ANNA) for _ in range(3)]
    await desk.book.claim(running.id)
    await desk.send(sent)
    first, second, third = [await announced(desk, BERT) for _ in range(3)]

    # The third turn of either: Anna's was placed first.
    assert await line(desk) == [first.id, second.id, waiting.id, third.id]
    assert [await desk.book.ahead(job.id) for job in (running, sent, waiting)] == [0, 0, 2]


async def test_what_has_ended_is_nobodys_turn(desk: Desk) -> None:
    """Done, cancelled and told jobs neither wait nor count."""
    for state in (State.DONE, State.FAILED, State.CANCELLED, State.UNKNOWN, State.DELIVERED, State.TOLD):
        await desk.bring(state)

    first = await announced(desk, 42)
    other = await announced(desk, BERT)

    assert await line(desk) == [first.id, other.id]
    assert await desk.book.ahead(99) == 0


async def test_a_job_that_went_back_to_the_queue_has_its_old_place(desk: Desk) -> None:
    """What was placed earlier goes first again, with what was banked."""
    job, _ = await desk.bring_banked(State.QUEUED)
    await desk.announce(job, home=7)
    later = await announced(desk, BERT)

    back, other = await desk.book.line()

    assert (back, other.id) == (await desk.job(job.id), later.id)
    assert len(back.results) == 2


async def test_only_what_was_announced_is_in_the_line(desk: Desk) -> None:
    """A job without a status message has a place, but nobody to be told of it."""
    silent, seen = await desk.place(ANNA), await announced(desk, BERT)

    assert await line(desk) == [seen.id]
    assert await desk.book.ahead(seen.id) == 1
    assert await desk.book.ahead(silent.id) == 0


async def test_the_line_and_the_places_agree(desk: Desk) -> None:
    """Whatever was placed, claimed and lost, the nth in the line has n before it."""
    chance, known = random.Random(7), []
    for _ in range(40):
        known.append((await announced(desk, chance.choice((ANNA, BERT, CARL)))).id)
        await desk.book.claim(chance.choice(known))
        await desk.book.lose(chance.choice(known))

    async with desk.database.reading() as tx:
        assert [await ahead(tx, job) for job in await line(desk)] == list(range(len(await line(desk))))


async def test_waiting_counts_unfinished_jobs(desk: Desk) -> None:
    """All of them, those of the member, and those of the guild; what has ended is not waited for."""
    for guild, user in ((7, ANNA), (7, BERT), (8, ANNA), (None, ANNA)):
        await placed_in(desk, guild, user)
    await desk.send(await placed_in(desk, 7, CARL))
    ended = await placed_in(desk, 7, ANNA)
    await desk.book.cancel(ended.id)

    assert await desk.book.waiting(ANNA, 7) == Waiting(all=5, of_user=3, of_guild=3)
    assert await desk.book.waiting(CARL, 9) == Waiting(all=5, of_user=1, of_guild=0)
    assert await desk.book.waiting(4, None) == Waiting(all=5, of_user=0, of_guild=0)
