"""Results after they were paid for: their last touch, and who made them."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.job import State
from bot.storage.errors import RuleBroken
from bot.workflow.ports import Settlement
from tests.storage.desk import COST, LOCKED, PICTURE, Desk


async def test_a_result_keeps_what_the_model_made_of_it(desk: Desk) -> None:
    """Which bytes are posted, which came from the model and how far it strayed come back from the row."""
    job, attempt = await desk.bring(State.SENT)
    settled = replace(LOCKED, revised_prompt="snow, please")

    done = await desk.book.finish(job.id, attempt, Settlement(COST, (settled, PICTURE)), "req_1")

    assert done is not None
    assert done.results == (settled, PICTURE)
    assert await desk.job(job.id) == done


async def test_a_touch_replaces_one_result(desk: Desk) -> None:
    """The others, the money and the state of the job stay as they were."""
    job = await desk.place(images=3)
    done = await desk.finish(job, await desk.send(job), pictures=3)

    touched = await desk.book.retouched(job.id, 2, LOCKED)

    assert done is not None
    assert touched == replace(done, results=(PICTURE, LOCKED, PICTURE)) == await desk.job(job.id)
    assert await desk.balanced()


async def test_the_first_touch_stays(desk: Desk) -> None:
    """Two workers who finish one result at once end with the same, and the model's own output is never lost."""
    job, _ = await desk.bring(State.DONE)
    others = [replace(LOCKED, blob=f"{number}" * 64) for number in range(4)]

    touched = await asyncio.gather(*(desk.book.retouched(job.id, 1, other) for other in others))

    assert len({one.results for one in touched}) == 1
    assert touched[0].results[0] in others
    assert (await desk.book.retouched(job.id, 1, LOCKED)).results == touched[0].results


async def test_a_result_may_be_measured_before_it_is_touched(desk: Desk) -> None:
    """How far the model strayed is noted of a picture that stays as it came, and of one that is changed later."""
    job, _ = await desk.bring(State.DONE)

    measured = await desk.book.retouched(job.id, 1, replace(PICTURE, strayed=1000))
    touched = await desk.book.retouched(job.id, 1, LOCKED)

    assert measured.results == (replace(PICTURE, strayed=1000),)
    assert touched.results == (LOCKED,)


async def test_a_touch_is_of_a_result_that_is_there(desk: Desk) -> None:
    """A job or number that is not there, and a picture made of another output, are mistakes and change nothing."""
    job, _ = await desk.bring(State.DONE)
    before = await desk.rows()
    foreign = replace(LOCKED, untouched="0" * 64)

    for number, result, picture in ((job.id + 1, 1, LOCKED), (job.id, 2, LOCKED), (job.id, 1, foreign)):
        with pytest.raises(LookupError):
            await desk.book.retouched(number, result, picture)
    assert await desk.rows() == before


async def test_what_the_model_made_stays_as_long_as_the_result(desk: Desk) -> None:
    """Of a young job the untouched output is in use beside what was posted; of one that is over and old, neither."""
    job, _ = await desk.bring(State.DELIVERED)
    await desk.book.retouched(job.id, 1, LOCKED)

    young = await desk.book.blobs_in_use(job.placed_at)
    old = await desk.book.blobs_in_use(job.placed_at + 1)

    assert {LOCKED.blob, PICTURE.blob} <= young
    assert old == frozenset()


@pytest.mark.parametrize("strayed", [-1, 1001])
async def test_straying_is_in_thousandths(desk: Desk, strayed: int) -> None:
    """The database refuses a share below nothing or above the whole."""
    job, _ = await desk.bring(State.DONE)

    with pytest.raises(RuleBroken):
        await desk.book.retouched(job.id, 1, replace(PICTURE, strayed=strayed))


async def test_the_maker_is_who_answered_last(desk: Desk) -> None:
    """Of many attempts, refused and failed ones among them, the last that was answered counts, the tenth after nine."""
    job = await desk.place(images=4)
    nobody = await desk.book.maker(job.id)
    await desk.book.claim(job.id)
    for _ in range(8):
        await desk.book.refused(job.id, await desk.book.sent(job.id, "openai") or "", "ProviderBusy", None)
    await desk.bank(job, await desk.book.sent(job.id, "azure") or "", COST // 2)
    first = await desk.book.maker(job.id)
    await desk.bank(job, await desk.book.sent(job.id, "litellm") or "", COST // 2)
    await desk.book.sent(job.id, "openai")
    await desk.book.finish_short(job.id, None, "ProviderDown", None)

    assert (nobody, first, await desk.book.maker(job.id)) == (None, "azure", "litellm")
    assert await desk.book.maker(job.id + 1) is None
