"""Paintings: looked at as often as one likes, used once, by the transaction that places the edit."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import ImagesSpent, PaintingOver
from bot.domain.job import State
from bot.domain.painting import MOST_PAINTINGS, PAINTING_LIVES_S, Painting, PaintingState
from bot.domain.quota import Limits
from bot.domain.request import Door, EditRequest, InputFile, Origin
from bot.storage.gatherings import PAINTINGS_STAY_S
from bot.workflow.ports.paintings import Paintings as Port
from tests.storage.desk import PREDICTED, Desk
from tests.workflow.memory_paintings import MemoryPaintings

ANN, BOB = 42, 43
MASK = InputFile("e" * 64, "mask.png", 5)
ONE_PICTURE = Limits(images_per_day=1, micro_usd_per_month=10**9, house_micro_usd_per_month=10**10)


async def opened(desk: Desk, user: int = ANN) -> Painting:
    return await desk.paintings.open_painting(desk.request(user=user), desk.clock.now() + PAINTING_LIVES_S)


def painted(painting: Painting) -> EditRequest:
    return replace(painting.request, mask=MASK)


async def state(desk: Desk, painting: Painting) -> PaintingState:
    found = await desk.paintings.painting(painting.id)
    assert found is not None
    return found.state


async def test_the_rows_obey_their_port(desk: Desk) -> None:
    """They can be given to whoever asks for them, as the stand-in can."""
    ports: list[Port | type[MemoryPaintings]] = [desk.paintings, MemoryPaintings]

    assert ports[0] is desk.paintings


async def test_a_painting_keeps_the_edit_it_waits_for(desk: Desk) -> None:
    """Pictures, wish and place come back; the painting itself is what asks."""
    request = desk.request()

    painting = await desk.paintings.open_painting(request, desk.clock.now() + 60)

    assert await desk.paintings.painting(painting.id) == painting
    assert painting.request == replace(request, origin=Origin(Door.PAINTER, painting.id))
    assert (painting.state, painting.job_id) == (PaintingState.OPEN, None)
    assert painting.first == request.pictures[0]


async def test_there_is_no_painting_of_another_number(desk: Desk) -> None:
    """None, not an error: a link may be older than the database."""
    assert await desk.paintings.painting(99) is None


async def test_a_hundred_looks_spend_nothing(desk: Desk) -> None:
    """Only the edit uses it up."""
    painting = await opened(desk)

    for _ in range(100):
        await desk.paintings.painting(painting.id)

    assert await state(desk, painting) is PaintingState.OPEN


async def test_the_edit_uses_it_up_and_is_named_by_it(desk: Desk) -> None:
    """One transaction does both."""
    painting = await opened(desk)

    placed = await desk.book.place(painted(painting), desk.lines(), PREDICTED)

    assert placed.fresh
    assert placed.job.request.mask == MASK
    after = await desk.paintings.painting(painting.id)
    assert after is not None
    assert (after.state, after.job_id) == (PaintingState.USED, placed.job.id)


async def test_a_refused_allowance_leaves_it_open(desk: Desk) -> None:
    """What could not be afforded now may be sent again while the link lives."""
    painting = await opened(desk)

    with pytest.raises(ImagesSpent):
        await desk.book.place(painted(painting), desk.lines(images=2, limits=ONE_PICTURE), PREDICTED)

    assert await state(desk, painting) is PaintingState.OPEN
    assert (await desk.book.place(painted(painting), desk.lines(), PREDICTED)).fresh


async def test_a_hundred_at_once_place_one_edit(desk: Desk) -> None:
    """Every one of them gets that edit; its hold is taken once."""
    painting = await opened(desk)
    masks = [InputFile(f"{number:064x}", "mask.png", 5) for number in range(100)]
    edits = [replace(painting.request, mask=mask) for mask in masks]

    placed = await asyncio.gather(*(desk.book.place(edit, desk.lines(), PREDICTED) for edit in edits))

    assert sum(one.fresh for one in placed) == 1
    assert len({one.job.id for one in placed}) == 1
    assert len({one.job.request.mask for one in placed}) == 1


async def test_nobody_uses_what_is_not_theirs(desk: Desk) -> None:
    """Another member's edit cannot come of it, and it stays open for its own."""
    painting = await opened(desk)

    with pytest.raises(PaintingOver):
        await desk.book.place(replace(painted(painting), user_id=BOB), desk.lines(BOB), PREDICTED)

    assert await desk.book.placed(painting.request.origin) is None
    assert await state(desk, painting) is PaintingState.OPEN


async def test_one_that_never_was_places_nothing(desk: Desk) -> None:
    """An origin of the painter has its row, or no edit."""
    with pytest.raises(PaintingOver):
        await desk.book.place(replace(desk.request(), origin=Origin(Door.PAINTER, 5)), desk.lines(), PREDICTED)


async def test_only_the_last_few_stay_open(desk: Desk) -> None:
    """Each keeps its files on disk; the oldest is given up, and another member's are not touched."""
    theirs = await opened(desk, BOB)
    mine = [await opened(desk) for _ in range(MOST_PAINTINGS + 1)]

    states = [await state(desk, one) for one in (*mine, theirs)]

    assert states == [PaintingState.DROPPED, *[PaintingState.OPEN] * (MOST_PAINTINGS + 1)]
    with pytest.raises(PaintingOver):
        await desk.book.place(painted(mine[0]), desk.lines(), PREDICTED)


async def test_its_files_are_kept_while_it_lives(desk: Desk) -> None:
    """They are in use until its end, and not after."""
    painting = await opened(desk)
    files = {"a" * 64, "b" * 64, "d" * 64}

    assert await desk.book.blobs_in_use(desk.clock.now()) >= files
    desk.clock.time += PAINTING_LIVES_S
    assert not await desk.book.blobs_in_use(desk.clock.now()) & files
    assert await state(desk, painting) is PaintingState.OPEN  # what ended it is its time


async def test_it_is_swept_a_day_after_its_end(desk: Desk) -> None:
    """Until then a late press hears what became of it."""
    painting = await opened(desk)

    desk.clock.time = painting.expires_at + PAINTINGS_STAY_S - 1
    assert await desk.gatherings.sweep() == 0
    desk.clock.time += 1
    assert await desk.gatherings.sweep() == 1
    assert await desk.paintings.painting(painting.id) is None


async def test_a_member_can_see_it_and_have_it_forgotten(desk: Desk) -> None:
    """It is in what is exported, and goes with its member; another's stays."""
    mine, theirs = await opened(desk), await opened(desk, BOB)

    said = await desk.book.export(ANN)
    await desk.book.forget(ANN, "a" * 20)

    assert [one["id"] for one in said["paintings"]] == [mine.id]
    assert said["paintings"][0]["request"]["prompt"] == "make it snow"
    assert await desk.paintings.painting(mine.id) is None
    assert await desk.paintings.painting(theirs.id) == theirs


async def test_a_lender_who_is_forgotten_takes_the_picture_along(desk: Desk) -> None:
    """An open painting of a picture that its member was lent is none any more."""
    lent = replace(desk.request(user=BOB), lender=ANN)
    painting = await desk.paintings.open_painting(lent, desk.clock.now() + 60)

    await desk.book.forget(ANN, "a" * 20)

    assert await desk.paintings.painting(painting.id) is None


async def test_results_that_are_deleted_are_not_painted_on(desk: Desk) -> None:
    """An open painting of a result goes with the result."""
    job, _ = await desk.bring(State.DELIVERED)
    painting = await desk.paintings.open_painting(replace(desk.request(), base=job.id), desk.clock.now() + 60)
    other = await opened(desk)

    await desk.book.discard(job.id)

    assert await desk.paintings.painting(painting.id) is None
    assert await desk.paintings.painting(other.id) == other
