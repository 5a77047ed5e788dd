"""The last touch before results are posted: what is put back, what is kept, and what becomes of a fault."""

from dataclasses import replace

import pytest

from bot.domain.errors import Failed, MaskIgnored, PictureTooHard, ProviderClosed, Stopping
from bot.domain.job import State, ignored_mask, lock_failed, lock_impossible
from bot.domain.request import EditRequest, MaskWish, Options, ResultSize
from bot.workflow.ports import Declined, Unreachable
from tests.standins import Comes
from tests.workflow.house import House, a_card

HEEDED = Comes((b"png 1024x1024 strays 12",))
IGNORED = Comes((b"png 1024x1024 strays 870",))
OTHER_SHAPE = Comes((b"png 1536x1024 result",))


def masked(house: House, wish: MaskWish | None = None, origin: int = 900) -> EditRequest:
    """An edit with a mask."""
    request = house.edit(house.file("a.png"), mask=house.file("sky.png", b"png 1024x1024 selects 230"), origin=origin)
    return replace(request, mask_wish=wish or MaskWish())


async def made(house: House, request: EditRequest, *outcomes: Comes) -> None:
    """Have the edit made and delivered."""
    await house.placed(*outcomes, request=request)
    await house.work()
    assert house.state() is State.DELIVERED


async def test_an_edit_without_a_mask_is_posted_as_it_came(house: House) -> None:
    """Nothing is decoded once more, and the file is the provider's own, its mark of origin in it."""
    await made(house, house.edit(), Comes())

    assert house.pictures.finishings == []
    assert house.steps.count("retouch") == 0
    assert house.job().results[0].untouched is None


async def test_a_masked_edit_is_locked_and_the_models_own_output_kept(house: House) -> None:
    """What is posted has picture 1 outside the mask; what the model made stays on disk beside it."""
    await made(house, masked(house), HEEDED)

    (picture,) = house.job().results
    assert picture.untouched is not None
    assert house.blobs.path(picture.untouched).read_bytes() == HEEDED.pictures[0]
    assert b"finished" in house.blobs.path(picture.blob).read_bytes()
    assert picture.strayed == 12
    assert picture.bytes == house.blobs.path(picture.blob).stat().st_size
    (finishing,) = house.pictures.finishings
    assert (finishing.size, finishing.wish, finishing.format) == (ResultSize.OPEN, MaskWish(), None)
    assert not house.postbox.alerts


async def test_the_wish_reaches_the_pictures(house: House) -> None:
    """Lock, feather, format and size are the member's to choose."""
    request = replace(masked(house, MaskWish(feather=9)), result_size=ResultSize.SAME)
    await made(house, replace(request, options=Options(quality="low", output_format="webp")), HEEDED)

    (finishing,) = house.pictures.finishings
    assert (finishing.size, finishing.wish.feather, finishing.format) == (ResultSize.SAME, 9, "webp")
    assert house.pictures.preparations[0].feather == 9


async def test_the_same_size_needs_no_mask(house: House) -> None:
    """A member may want picture 1's own dimensions without any mask."""
    await made(house, replace(house.edit(), result_size=ResultSize.SAME), Comes((b"png 512x512 result",)))

    (picture,) = house.job().results
    assert (picture.width, picture.height) == (1024, 1024)
    assert picture.untouched is not None


async def test_an_unlocked_edit_is_measured_and_left(house: House) -> None:
    """Who switches the lock off gets the model's output, and is told all the same where the mask was ignored."""
    await made(house, masked(house, MaskWish(lock=False)), IGNORED)

    (picture,) = house.job().results
    assert picture.untouched is None
    assert ignored_mask(house.job())
    assert not lock_impossible(house.job())


async def test_another_shape_cannot_be_locked(house: House) -> None:
    """The result is posted as it came, and the job says so."""
    await made(house, masked(house), OTHER_SHAPE)

    assert house.job().results[0].untouched is None
    assert lock_impossible(house.job())
    assert not lock_failed(house.job())
    assert not ignored_mask(house.job())


async def test_another_shape_in_the_same_size_is_not_locked_either(house: House) -> None:
    """Who asked for picture 1's own size gets it, cut, and still learns that nothing was put back."""
    await made(house, replace(masked(house), result_size=ResultSize.SAME), OTHER_SHAPE)

    assert house.job().results[0].untouched is not None
    assert lock_impossible(house.job())


async def test_a_padding_is_that_of_the_provider_who_made_it(house: House) -> None:
    """Another provider of the model may take squares only; its padding says nothing of this one's result."""
    house.sell(replace(a_card(), square=True), a_card("azure", "azure"))
    request = masked(house)
    await house.placed(Declined(ProviderClosed()), HEEDED, request=request)
    await house.work()

    (finishing,) = house.pictures.finishings
    assert await house.book.maker(1) == "azure"
    assert not finishing.square


async def test_a_provider_that_ignores_masks_is_reported_once_a_day(house: House) -> None:
    """The operator hears of it by name, not with every edit."""
    await made(house, masked(house), IGNORED)
    await house.placed(IGNORED, request=masked(house, origin=901))
    await house.work()

    (alert,) = house.postbox.alerts
    assert isinstance(alert, MaskIgnored)
    assert alert.fields == {"provider": "openai", "model": "gpt-image-2", "share": 87}
    assert ignored_mask(house.job(2))


async def test_a_provider_whose_card_says_so_is_not_reported(house: House) -> None:
    """The operator knows; the member is told from the job."""
    house.sell(a_card("vllm", "vllm_omni"))
    await made(house, replace(masked(house), options=Options()), IGNORED)

    assert house.provider.calls[0].mask is None
    assert ignored_mask(house.job())
    assert not house.postbox.alerts


@pytest.mark.parametrize("fault", [PictureTooHard(name="a.png"), Failed(), OSError(28, "disk full")])
async def test_a_fault_in_it_posts_what_the_model_made(house: House, fault: Exception) -> None:
    """It was paid for: a decoder that dies or a full disk costs the lock and not the picture."""
    house.steps.raise_at("retouch", fault)

    await made(house, masked(house), HEEDED)

    assert house.job().results[0].untouched is None
    assert house.postbox.deliveries[0].parcels[0].path.read_bytes() == HEEDED.pictures[0]
    assert lock_failed(house.job())
    assert not lock_impossible(house.job())


async def test_a_stop_in_it_is_caught_up_after_the_restart(house: House) -> None:
    """The money is settled and nothing is posted: the next process finishes and delivers, and pays nothing."""
    await house.placed(HEEDED, request=masked(house))
    house.steps.raise_at("retouch", Stopping())
    with pytest.raises(Stopping):
        await house.work()
    assert house.state() is State.DONE

    await house.restart()
    await house.work()

    assert house.state() is State.DELIVERED
    assert house.job().results[0].untouched is not None
    assert len(house.provider.calls) == 1


async def test_a_measure_is_taken_once(house: House) -> None:
    """A result that stays as it came is not decoded again with every try to post it."""
    await house.placed(OTHER_SHAPE, request=masked(house))
    house.steps.raise_at("deliver", Unreachable())
    with pytest.raises(Unreachable):
        await house.work()

    await house.work()

    assert house.state() is State.DELIVERED
    assert house.steps.count("retouch") == 1


async def test_what_was_finished_is_not_finished_again(house: House) -> None:
    """A delivery that is repeated posts the same file, so that it is found by name and content."""
    await house.placed(HEEDED, request=masked(house))
    house.steps.raise_at("deliver", RuntimeError("the process died here"))
    with pytest.raises(RuntimeError):
        await house.work()
    posted = house.job().results

    await house.restart()
    await house.work()

    assert house.job().results == posted
    assert house.steps.count("retouch") == 1


async def test_a_muted_edit_is_finished_when_it_is_shown(house: House) -> None:
    """Nobody works on pictures that nobody wants to see."""
    house.steps.meanwhile("edit sent", lambda: house.submit.cancel(1, 42))
    await house.placed(HEEDED, request=masked(house))
    await house.work()
    assert house.steps.count("retouch") == 0

    await house.submit.show(1, 42)
    await house.work()

    assert house.job().results[0].untouched is not None


async def test_an_edit_that_is_stopped_in_it_is_not_posted(house: House) -> None:
    """The member was told that the pictures are kept behind Show: they are, however far the last touch was."""
    await house.placed(HEEDED, request=masked(house))
    house.steps.meanwhile("retouch", lambda: house.submit.cancel(1, 42))

    await house.work()

    assert (house.state(), house.job().muted, house.postbox.messages) == (State.TOLD, True, [])
    await house.submit.show(1, 42)
    await house.work()
    assert house.postbox.messages == [("edit-1-v1-1.png",)]


async def test_a_fault_is_not_mended_halfway_through_a_delivery(house: House) -> None:
    """Once a message is posted, the other results stay as they were weighed for it."""
    house.postbox.per_message = 1
    request = replace(masked(house), options=Options(quality="low", n=2))
    house.steps.raise_at("retouch", Failed(), Failed())
    await house.placed(Comes((b"png 1024x1024 a", b"png 1024x1024 b")), request=request)
    house.steps.meanwhile("posted written", lambda: _away(house))
    with pytest.raises(Unreachable):
        await house.work()

    await house.work()

    assert [picture.untouched for picture in house.job().results] == [None, None]
    assert house.postbox.messages == [("edit-1-v1-1.png",), ("edit-1-v1-2.png",)]


async def _away(house: House) -> None:
    house.steps.raise_at("post", Unreachable())


async def test_all_results_are_finished(house: House) -> None:
    """Each of several, by its own measure."""
    request = replace(masked(house), options=Options(quality="low", n=2))
    await made(house, request, Comes((b"png 1024x1024 strays 1", b"png 1024x1024 strays 2")))

    assert [picture.strayed for picture in house.job().results] == [1, 2]
    assert all(picture.untouched for picture in house.job().results)
