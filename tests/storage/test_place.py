"""Placing: job, hold and ticket together or not at all, whoever else wants the same at the same moment."""

import asyncio

import pytest

from bot.domain.errors import HouseSpent, ImagesSpent, MoneySpent, Refused
from bot.domain.job import Announcement, State
from bot.domain.quota import Limits
from tests.storage.desk import DAY, NOON, PREDICTED, ROOMY, Desk


async def test_a_placed_job_has_its_hold_and_its_ticket(desk: Desk) -> None:
    """One verb writes the job as it was asked for, its hold in every window, and its ticket."""
    request, lines = desk.request(), desk.lines(images=2)

    placed = await desk.book.place(request, lines, PREDICTED)

    job = await desk.job(placed.job.id)
    assert (placed.fresh, placed.ahead, placed.job) == (True, 0, job)
    assert (job.request, job.state, job.predicted, job.placed_at) == (request, State.QUEUED, PREDICTED, NOON)
    assert await desk.left(lines) == ((0, 2), (0, PREDICTED), (0, PREDICTED))
    assert await desk.ticketed() == {job.id}
    assert await desk.balanced()


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (Limits(1, 10**9, 10**9), ImagesSpent(need=2, left=1, limit=1, resets_at=1_763_683_200)),
        (
            Limits(9, 49_999, 10**9),
            MoneySpent(need=PREDICTED, left=49_999, limit=49_999, resets_at=1_764_547_200),
        ),
        (Limits(9, 10**9, 49_999), HouseSpent(resets_at=1_764_547_200)),
        (Limits(1, 49_999, 49_999), ImagesSpent(need=2, left=1, limit=1, resets_at=1_763_683_200)),
    ],
)
async def test_what_does_not_fit_is_refused_and_leaves_nothing(desk: Desk, limits: Limits, refusal: Refused) -> None:
    """The first allowance of the hold that is spent gives the sentence; no job and no part of a hold stays."""
    before = await desk.rows()

    with pytest.raises(type(refusal)) as refused:
        await desk.book.place(desk.request(), desk.lines(images=2, limits=limits), PREDICTED)

    assert refused.value.fields == refusal.fields
    assert await desk.rows() == before


async def test_fifty_at_once_for_ten_pictures_get_exactly_ten(desk: Desk) -> None:
    """However many ask at the same moment, an allowance of ten is held ten times."""
    limits = Limits(10, 10**9, 10**10)
    for user in (1, 2, 3):
        places = (desk.place(user=user, limits=limits) for _ in range(50))

        answers = await asyncio.gather(*places, return_exceptions=True)

        refused = [answer for answer in answers if isinstance(answer, ImagesSpent)]
        assert (len(answers), len(refused)) == (50, 40)
        assert (await desk.left(desk.lines(user=user)))[0] == (0, 10)
    assert await desk.balanced()


async def test_two_members_racing_for_the_last_of_the_house(desk: Desk) -> None:
    """Of two members who want the last money of the house, one gets it and the other keeps his own allowance."""
    limits = Limits(10, 10**9, PREDICTED)

    answers = await asyncio.gather(
        desk.place(user=1, limits=limits), desk.place(user=2, limits=limits), return_exceptions=True
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["HouseSpent", "Job"]
    held = [(await desk.left(desk.lines(user=user)))[0] for user in (1, 2)]
    assert sorted(held) == [(0, 0), (0, 1)]
    assert await desk.balanced()


async def test_an_origin_places_one_job_however_often_it_comes(desk: Desk) -> None:
    """Ten deliveries of one interaction at the same moment make one job, one hold and one ticket."""
    request, lines = desk.request(), desk.lines()

    placed = await asyncio.gather(*(desk.book.place(request, lines, PREDICTED) for _ in range(10)))

    assert len({one.job.id for one in placed}) == 1
    assert sorted(one.fresh for one in placed) == [False] * 9 + [True]
    assert await desk.left(lines) == ((0, 1), (0, PREDICTED), (0, PREDICTED))
    assert await desk.balanced()


async def test_an_origin_finds_its_job_when_the_allowance_is_spent_by_it(desk: Desk) -> None:
    """The second delivery of an interaction is not refused for want of what the first one holds."""
    request, lines = desk.request(), desk.lines(limits=Limits(1, PREDICTED, PREDICTED))
    first = await desk.book.place(request, lines, PREDICTED)

    second = await desk.book.place(request, lines, PREDICTED)

    assert (second.fresh, second.job) == (False, first.job)


async def test_a_hold_has_one_line_a_window(desk: Desk) -> None:
    """Two lines for one window are a mistake of the caller, and hold nothing."""
    lines = desk.lines()

    with pytest.raises(ValueError, match="one line a window"):
        await desk.book.place(desk.request(), (*lines, lines[0]), PREDICTED)
    assert await desk.left(lines) == ((0, 0), (0, 0), (0, 0))


async def test_a_raised_limit_is_good_at_once(desk: Desk) -> None:
    """The limit is the one of the settings now, not the one under which a window was opened."""
    await desk.place(limits=Limits(1, 10**9, 10**9))
    with pytest.raises(ImagesSpent):
        await desk.place(limits=Limits(1, 10**9, 10**9))

    assert await desk.place(limits=Limits(2, 10**9, 10**9))


async def test_ahead_counts_the_unfinished_jobs_in_front(desk: Desk) -> None:
    """Jobs that are settled are in nobody's way."""
    first, second = await desk.place(), await desk.place()
    third = await desk.book.place(desk.request(), desk.lines(), PREDICTED)
    ahead = [await desk.book.ahead(job.id) for job in (first, second, third.job)]
    await desk.finish(first, await desk.send(first))

    assert (third.ahead, ahead) == (2, [0, 1, 2])
    assert await desk.book.ahead(third.job.id) == 1


async def test_the_first_announcement_stays(desk: Desk) -> None:
    """Where the member saw the job first is where it is."""
    job = await desk.place()
    first = await desk.book.announced(job.id, Announcement(2, 10, 20))

    second = await desk.book.announced(job.id, Announcement(3, 11, 21))

    assert first.announcement == second.announcement == Announcement(2, 10, 20)


async def test_a_job_that_is_not_there(desk: Desk) -> None:
    """A number that no job has is None to look at and to move, and cannot be announced."""
    assert await desk.book.job(99) is None
    assert await desk.book.claim(99) is None
    with pytest.raises(LookupError):
        await desk.book.announced(99, Announcement(2, 10, 20))


async def test_a_window_of_a_new_day_is_empty(desk: Desk) -> None:
    """Tomorrow the pictures of today do not count; the month goes on."""
    await desk.place(images=3)
    desk.clock.time += DAY

    assert await desk.left(desk.lines()) == ((0, 0), (0, PREDICTED), (0, PREDICTED))
    assert (await desk.book.balances([]), ROOMY.images_per_day) == ((), 1000)
