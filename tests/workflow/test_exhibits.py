"""What can be looked at after an edit: before and after, and the results as the model made them."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import EditGone, Failed, NothingUntouched, NotYours, PermissionMissing, ResultGone, TooLate
from bot.workflow.ports import Asking, Exhibit, Undeliverable, Unreachable
from tests.standins import Comes
from tests.workflow.bench import ANN_THERE, BOB_THERE, made, placed
from tests.workflow.house import ANN, BOB, CHANNEL, House

RESULT = b"png 1024x1024 strays 3"


async def delivered(house: House) -> None:
    """A masked edit that is delivered."""
    request = house.edit(house.file("a.png"), mask=house.file("sky.png", b"png 1024x1024 selects 230"))
    await house.placed(Comes((RESULT,)), request=request)
    await house.work()


async def test_before_and_after_is_one_picture(house: House) -> None:
    """Picture 1 as the member sent it, and the first result as it was posted."""
    await delivered(house)

    link = await house.submit.exhibit(1, ANN, Exhibit.COMPARISON)

    ((which, ((name, content),)),) = house.postbox.exhibits
    assert (which, name) == (Exhibit.COMPARISON, "edit-1-v1-1-compared.webp")
    assert content.startswith(b"webp 64x64 png 1024x1024 | png 1024x1024 finished")
    assert link == "https://discord.test/1/comparison"


async def test_the_models_own_output_can_be_seen(house: House) -> None:
    """Under a name of its own, so that a delivery never takes it for its result."""
    await delivered(house)

    await house.submit.exhibit(1, ANN, Exhibit.UNTOUCHED)

    assert house.postbox.exhibits == [(Exhibit.UNTOUCHED, (("edit-1-v1-1-untouched.png", RESULT),))]


async def test_an_exhibit_over_the_limit_goes_as_a_lighter_copy(house: House) -> None:
    """The place's limit holds for it as for results."""
    await delivered(house)
    house.postbox.most_bytes = 15

    await house.submit.exhibit(1, ANN, Exhibit.UNTOUCHED)

    ((_, ((name, content),)),) = house.postbox.exhibits
    assert name == "edit-1-v1-1-untouched.webp"
    assert len(content) <= 15


async def test_an_edit_that_was_posted_as_it_came_has_nothing_untouched(house: House) -> None:
    """There is no second picture to show."""
    await house.placed(Comes())
    await house.work()

    with pytest.raises(NothingUntouched):
        await house.submit.exhibit(1, ANN, Exhibit.UNTOUCHED)


@pytest.mark.parametrize("which", list(Exhibit))
async def test_an_exhibit_is_for_its_member(house: House, which: Exhibit) -> None:
    """Picture 1 may be private."""
    await delivered(house)

    with pytest.raises(NotYours):
        await house.submit.exhibit(1, BOB, which)
    with pytest.raises(EditGone):
        await house.submit.exhibit(9, ANN, which)


async def test_an_edit_without_pictures_has_no_exhibit(house: House) -> None:
    """It is still under way, or it brought nothing."""
    await house.placed(Comes())

    with pytest.raises(TooLate):
        await house.submit.exhibit(1, ANN, Exhibit.COMPARISON)


async def test_pictures_that_were_swept_are_gone(house: House) -> None:
    """After the retention time there is nothing to show, and that is said."""
    await delivered(house)
    path = house.blobs.path(house.job().request.pictures[0].blob)
    await asyncio.to_thread(path.unlink)

    with pytest.raises(ResultGone):
        await house.submit.exhibit(1, ANN, Exhibit.COMPARISON)


@pytest.mark.parametrize(("fault", "trouble"), [(Undeliverable, PermissionMissing), (Unreachable, Failed)])
async def test_a_place_that_takes_no_exhibit_is_told(
    house: House, fault: type[Exception], trouble: type[Exception]
) -> None:
    """The press is answered with what is missing."""
    await delivered(house)
    house.steps.raise_at("show", fault())

    with pytest.raises(trouble):
        await house.submit.exhibit(1, ANN, Exhibit.COMPARISON)


async def test_what_was_lent_is_not_shown(house: House) -> None:
    """Another member's variation is made of picture 1, which may be private: its owner alone sees that."""
    await made(house)
    house.provider.script = [Comes()]
    theirs = placed(await house.workbench.vary(1, BOB_THERE)).job
    await house.work()

    with pytest.raises(NotYours):
        await house.submit.exhibit(theirs.id, BOB, Exhibit.COMPARISON)

    assert house.postbox.exhibits == []
    assert [file.filename for file in theirs.request.pictures] == ["picture-1.png"]


async def test_ones_own_picture_that_comes_back(house: House) -> None:
    """Whoever varies a variation of their own edit works with their own picture."""
    await made(house)
    house.provider.script = [Comes(), Comes(), Comes()]
    theirs = placed(await house.workbench.vary(1, BOB_THERE)).job
    await house.work()
    mine = placed(await house.workbench.vary(theirs.id, ANN_THERE)).job
    third = placed(await house.workbench.vary(theirs.id, replace(BOB_THERE, user_id=44))).job
    await house.work()

    assert await house.submit.exhibit(mine.id, ANN, Exhibit.COMPARISON)
    assert (theirs.request.lender, mine.request.lender, third.request.lender) == (ANN, None, ANN)


async def test_a_question_about_what_was_lent_shows_no_mask(house: House) -> None:
    """What a mask selects is drawn over picture 1."""
    await delivered(house)
    house.dear()

    theirs = await house.workbench.vary(1, replace(BOB_THERE, place=CHANNEL))
    mine = await house.workbench.vary(1, replace(ANN_THERE, place=CHANNEL))

    assert [type(one) for one in (theirs, mine)] == [Asking, Asking]
    assert [overlay is not None for _, overlay in house.postbox.asked] == [False, True]
