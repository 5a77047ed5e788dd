"""Where our own results are found, and whose pictures may be edited."""

import pytest

from bot.domain.errors import OthersPictures, PictureNotShared
from bot.domain.guild import GuildSettings
from bot.domain.job import Job
from bot.domain.request import EditRequest
from tests.standins import Comes
from tests.workflow.house import ANN, BOB, THREAD, House

CAL = 44


async def delivered(house: House, request: EditRequest | None = None) -> Job:
    """An edit whose pictures are in a thread."""
    job = await house.placed(Comes(), request=request)
    await house.work()
    return house.job(job.id)


async def message_of(house: House, job: Job) -> int:
    """The message that shows its results."""
    return (await house.book.parts(job.id))[0]


async def test_by_message(house: House) -> None:
    """A message of ours gives the pictures as they are on disk, with their member and their job."""
    job = await delivered(house, house.edit(place=THREAD))

    [found] = await house.sources.posted(await message_of(house, job))

    assert (found.file.filename, found.author_id, found.base) == ("edit-1-v1-1.png", ANN, job.id)
    assert found.file.blob == job.results[0].blob
    assert await house.sources.posted(1) == ()
    assert await house.sources.maker(1) is None


async def test_by_thread(house: House) -> None:
    """A thread is at its last version."""
    await delivered(house, house.edit(place=THREAD))
    second = await delivered(house, house.edit(place=THREAD, origin=901))

    [found] = await house.sources.version(THREAD.channel_id)

    assert found.base == second.id
    assert await house.sources.version(12345) == ()


async def test_swept(house: House) -> None:
    """Pictures that are no longer on disk are none, but whose they were is still known."""
    job = await delivered(house, house.edit(place=THREAD))
    house.blobs.path(job.results[0].blob).unlink()
    message = await message_of(house, job)

    assert await house.sources.posted(message) == ()
    assert await house.sources.version(THREAD.channel_id) == ()
    maker = await house.sources.maker(message)
    assert maker is not None
    assert maker.id == job.id


@pytest.mark.parametrize(
    ("others", "owned", "refusal"),
    [
        (True, [(ANN, "a.png"), (None, "b.png"), (CAL, "c.png")], None),
        (False, [(ANN, "a.png"), (None, "b.png")], None),
        (False, [(ANN, "a.png"), (CAL, "c.png")], OthersPictures),
        (True, [(CAL, "c.png"), (BOB, "d.png")], PictureNotShared),
    ],
)
async def test_whose(
    house: House, others: bool, owned: list[tuple[int | None, str]], refusal: type[Exception] | None
) -> None:
    """One's own and nobody's pictures are free; others' are where the server and they themselves let."""
    await house.gatherings.set_shares(BOB, shares=False)
    settings = GuildSettings(others=others)

    if refusal is None:
        await house.sources.check(ANN, settings, owned)
    else:
        with pytest.raises(refusal):
            await house.sources.check(ANN, settings, owned)


async def test_the_one_who_does_not_share(house: House) -> None:
    """The refusal names the picture, and its own member may edit it."""
    await house.gatherings.set_shares(BOB, shares=False)
    with pytest.raises(PictureNotShared) as refused:
        await house.sources.check(ANN, GuildSettings(), [(CAL, "c.png"), (BOB, "d.png")])

    await house.sources.check(BOB, GuildSettings(), [(BOB, "d.png")])
    assert refused.value.fields == {"name": "d.png"}
