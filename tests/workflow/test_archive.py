"""A member's edits, looked back at: pages, pictures shown again, and pictures posted once more for all to see."""

from dataclasses import replace

import pytest

from bot.domain.errors import Blocked, ChannelClosed, EditGone, Moderated, NotHere, NotYours, Refused, ResultGone
from bot.domain.guild import Setting
from bot.domain.job import State
from bot.domain.request import Place, PlaceKind, Presser
from bot.workflow.ports import Occasion
from bot.workflow.rights import moderation
from tests.standins import Comes
from tests.workflow.house import ADMIN, ANN, BOB, CHANNEL, GUILD, IN_PLACE, House

ANN_HERE, BOB_HERE = Presser(ANN, CHANNEL), Presser(BOB, CHANNEL)
ELSEWHERE = Place(GUILD, 777, PlaceKind.CHANNEL)


async def made(house: House, count: int, *, user_id: int = ANN, place: Place = CHANNEL) -> None:
    """So many edits that were delivered."""
    for _ in range(count):
        number = len(house.book.jobs) + 1
        await house.placed(Comes(), request=house.edit(user_id=user_id, place=place, origin=900 + number))
        await house.work()


async def ids(house: House, presser: Presser, before: int = 0) -> list[int]:
    """The numbers on a page."""
    return [one.job.id for one in (await house.archive.page(presser, before)).entries]


# ── pages ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_no_edits(house: House) -> None:
    """Whoever has made none has one empty page."""
    page = await house.archive.page(ANN_HERE)

    assert (page.entries, page.newer, page.older) == ((), None, None)


async def test_pages_forward_and_back(house: House) -> None:
    """Ten a page, the newest first; from each the next and the one before can be had."""
    house.lower(images_per_day=100)
    await made(house, 23)

    newest = await house.archive.page(ANN_HERE)
    middle = await house.archive.page(ANN_HERE, newest.older or 0)
    oldest = await house.archive.page(ANN_HERE, middle.older or 0)

    assert [one.job.id for one in newest.entries] == list(range(23, 13, -1))
    assert [one.job.id for one in middle.entries] == list(range(13, 3, -1))
    assert [one.job.id for one in oldest.entries] == [3, 2, 1]
    assert (newest.newer, oldest.older) == (None, None)
    assert await ids(house, ANN_HERE, oldest.newer or 0) == list(range(13, 3, -1))
    assert middle.newer is not None
    assert await ids(house, ANN_HERE, middle.newer) == list(range(23, 13, -1))


async def test_a_page_while_new_edits_come(house: House) -> None:
    """A page that was turned to shows the same edits, however many have come since."""
    house.lower(images_per_day=100)
    await made(house, 12)
    older = (await house.archive.page(ANN_HERE)).older or 0
    await made(house, 3)

    assert await ids(house, ANN_HERE, older) == [2, 1]


@pytest.mark.parametrize("before", [1, 10**17])
async def test_a_forged_page(house: House, before: int) -> None:
    """Any number is a page, if an empty one."""
    await made(house, 2)

    assert await ids(house, ANN_HERE, before) == ([] if before == 1 else [2, 1])


async def test_here_and_everywhere(house: House) -> None:
    """A server shows what was made in it, a direct message everything, and nobody what others have made."""
    await made(house, 1)
    await made(house, 1, place=IN_PLACE)
    await made(house, 1, user_id=BOB)

    assert await ids(house, ANN_HERE) == [1]
    assert await ids(house, Presser(ANN, IN_PLACE)) == [2, 1]
    assert await ids(house, Presser(ANN, replace(IN_PLACE, kind=PlaceKind.ANSWER))) == [2]  # others may look on there
    assert await ids(house, BOB_HERE) == [3]


async def test_pictures_that_are_there(house: House) -> None:
    """Only edits whose pictures are on disk still can be shown again."""
    await made(house, 2)
    house.blobs.path(house.job(1).results[0].blob).unlink()
    await made(house, 0)

    page = await house.archive.page(ANN_HERE)

    assert {one.pictures for one in page.entries} == {False}  # both results are the same picture


# ── shown again ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_shown_again(house: House) -> None:
    """The results, and lighter copies of what is too large."""
    await made(house, 1)

    async with house.archive.shown(1, ANN_HERE, 10**7) as (job, whole):
        assert (job.id, [one.filename for one in whole]) == (1, ["edit-1-v1-1.png"])
    async with house.archive.shown(1, ANN_HERE, 15) as (_, [copy]):
        assert (copy.filename, copy.bytes <= 15) == ("edit-1-v1-1.webp", True)


@pytest.mark.parametrize(
    ("job_id", "presser", "said"),
    [(1, BOB_HERE, NotYours), (1, replace(BOB_HERE, moderates=True), NotYours), (99, ANN_HERE, EditGone)],
)
async def test_a_forged_choice(house: House, job_id: int, presser: Presser, said: type[Refused]) -> None:
    """Nobody has another member's edits shown or posted, whatever number they send, moderators included."""
    await made(house, 1)

    with pytest.raises(said):
        async with house.archive.shown(job_id, presser, 10**7):
            raise AssertionError
    with pytest.raises(said):
        await house.archive.post_here(job_id, presser)


async def test_kept_results_can_be_had(house: House) -> None:
    """What could not be delivered is not lost; what a moderator has stopped stays stopped."""
    await made(house, 2)
    for number in (1, 2):
        house.book.jobs[number] = replace(house.job(number), state=State.TOLD, muted=True)
    await house.book.remember(moderation(2), "yes")

    async with house.archive.shown(1, ANN_HERE, 10**7) as (_, parcels):
        assert len(parcels) == 1
    with pytest.raises(Moderated):
        async with house.archive.shown(2, ANN_HERE, 10**7):
            raise AssertionError
    with pytest.raises(Moderated):
        await house.archive.post_here(2, ANN_HERE)


async def test_swept_pictures(house: House) -> None:
    """After the retention time it is said where the picture still is."""
    await made(house, 1)
    house.clock.moment += 1
    await house.blobs.sweep(frozenset(), house.clock.now())

    with pytest.raises(ResultGone):
        async with house.archive.shown(1, ANN_HERE, 10**7):
            raise AssertionError


# ── posted here ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_post_here(house: House) -> None:
    """It goes where the button was pressed, for all to see, who may then use it there."""
    await made(house, 1)
    with pytest.raises(NotYours):
        await house.workbench.pictures(1, Presser(BOB, ELSEWHERE))

    await house.archive.post_here(1, Presser(ANN, ELSEWHERE))

    [repost] = house.postbox.reposts
    assert (repost.occasion, repost.job.request.place.channel_id) == (Occasion.AGAIN, 777)
    assert repost.job.announcement is None
    assert await house.workbench.pictures(1, Presser(BOB, ELSEWHERE))


async def test_post_here_twice(house: House) -> None:
    """Two presses are one posting in this channel, and another channel's is another."""
    await made(house, 1)

    once = await house.archive.post_here(1, Presser(ANN, ELSEWHERE))
    twice = await house.archive.post_here(1, Presser(ANN, ELSEWHERE))
    other = await house.archive.post_here(1, ANN_HERE)

    assert once == twice != other


async def test_post_here_is_hidden_where_that_was_chosen(house: House) -> None:
    """A spoiler stays one, and an adults-only channel has its own rule."""
    await made(house, 1)
    await house.hosting.change(ADMIN, Setting.AGE, ("spoiler",))

    await house.archive.post_here(1, Presser(ANN, replace(ELSEWHERE, adult=True)))

    assert house.postbox.reposts[0].job.request.spoiler


async def test_post_here_where_edits_are_not_taken(house: House) -> None:
    """What an edit would be refused with is in the way of old pictures, too."""
    await made(house, 1)
    await house.hosting.change(ADMIN, Setting.CHANNELS_BLOCKED, ("777",))
    with pytest.raises(ChannelClosed):
        await house.archive.post_here(1, Presser(ANN, ELSEWHERE))

    with pytest.raises(NotHere):
        await house.archive.post_here(1, Presser(ANN, replace(IN_PLACE, kind=PlaceKind.ANSWER)))

    await house.govern.block(ADMIN, ANN, "")
    with pytest.raises(Blocked):
        await house.archive.post_here(1, ANN_HERE)
    assert house.postbox.reposts == []
