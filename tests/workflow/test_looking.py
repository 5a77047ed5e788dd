"""What is found out about the files before anything is held: refusals, and remarks about what is decided."""

from dataclasses import replace

import pytest

from bot.domain.errors import (
    MaskEmpty,
    MaskUnsupported,
    NotSquare,
    PictureDamaged,
    PictureTooLong,
    PictureTooSmall,
    Refused,
)
from bot.domain.request import MaskWish, Options
from bot.workflow.ports import Note, NoteKind
from tests.workflow.house import House, a_card


async def test_every_header_is_read_before_the_mask(house: House) -> None:
    """A bad file among good ones is refused before anything is decoded."""
    bad = house.file("bad.png", b"svg")

    with pytest.raises(Refused):
        await house.submit(house.edit(house.file("a.png"), bad, mask=house.file("mask.png")))

    assert house.steps.count("read mask") == 0


async def test_a_mask_that_selects_nothing_is_asked_back(house: House) -> None:
    """Nothing is held, said in public or sent for an edit that would change nothing."""
    mask = house.file("mask.png", b"png 1024x1024 selects 0")

    with pytest.raises(MaskEmpty):
        await house.submit(house.edit(mask=mask))

    assert house.book.jobs == {}
    assert house.book.entries == []
    assert house.postbox.announced == []


async def test_a_damaged_mask_is_found_before_the_hold(house: House) -> None:
    """The mask is decoded at the door, so that its faults cost nothing."""
    mask = house.file("mask.png", b"png 1024x1024 damaged")

    with pytest.raises(PictureDamaged):
        await house.submit(house.edit(mask=mask))

    assert not house.book.entries


async def test_the_job_knows_how_much_its_mask_selects(house: House) -> None:
    """The status message says it for as long as the edit lasts."""
    await house.submitted(house.edit(mask=house.file("mask.png", b"png 1024x1024 selects 412")))

    assert house.job().request.mask_share == 412


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"png 1x1", PictureTooSmall),
        (b"png 15x2000", PictureTooSmall),
        (b"png 20000x16", PictureTooLong),
        (b"png 160x16", None),
        (b"png 16x16", None),
        (b"png 161x16", PictureTooLong),
    ],
)
async def test_specks_and_strips_are_refused(house: House, content: bytes, refusal: type[Refused] | None) -> None:
    """A model has nothing to go by in them; the limits themselves are still possible."""
    request = house.edit(house.file("strip.png", content))

    if refusal is None:
        await house.submitted(request)
        return
    with pytest.raises(refusal) as caught:
        await house.submit(request)
    assert caught.value.fields["name"] == "strip.png"
    assert not house.book.entries


async def test_the_second_picture_is_judged_too(house: House) -> None:
    """The refusal names the file."""
    with pytest.raises(PictureTooSmall) as caught:
        await house.submit(house.edit(house.file("a.png"), house.file("dot.png", b"png 3x3")))

    assert caught.value.fields["name"] == "dot.png"


async def test_a_house_may_refuse_instead_of_padding(house: House) -> None:
    """`pads = false` in a card asks the member for a square."""
    house.sell(a_card(square=True, pads=False))

    with pytest.raises(NotSquare):
        await house.submit(house.edit(house.file("wide.png", b"png 1200x800")))
    await house.submitted(house.edit(house.file("square.png")))


async def test_a_provider_that_pads_is_asked_instead(house: House) -> None:
    """Of two providers of a model the one that takes the picture is placed with."""
    house.sell(a_card("strict", square=True, pads=False), a_card("kind", square=True))

    receipt = await house.submitted(house.edit(house.file("wide.png", b"png 1200x800")))

    assert Note(NoteKind.PADDED, "wide.png") in receipt.notes


async def test_what_is_done_to_a_picture_is_said(house: House) -> None:
    """Scaled down, padded, only the first frame or page, and so small that the result may be poor."""
    house.sell(a_card(picture_pixels=1_000_000))
    files = [
        house.file("large.png", b"png 4000x1000"),
        house.file("cat.gif", b"gif 640x480 animated"),
        house.file("tiny.png", b"png 100x90"),
    ]

    receipt = await house.submitted(house.edit(*files))

    assert receipt.notes == (
        Note(NoteKind.SCALED, "large.png", {"size": "2000x500"}),
        Note(NoteKind.FIRST_FRAME, "cat.gif"),
        Note(NoteKind.SMALL, "tiny.png", {"size": "100x90"}),
    )


async def test_an_ordinary_picture_has_no_remarks(house: House) -> None:
    """Nothing is said where nothing is decided."""
    assert (await house.submitted(house.edit())).notes == ()


async def test_a_provider_that_ignores_masks_takes_one_with_the_lock_only(house: House) -> None:
    """With the lock a mask does what it should; without it, it would do nothing, and that is refused."""
    house.sell(a_card("vllm", "vllm_omni"))
    request = house.edit(house.file("a.png"), mask=house.file("mask.png"), options=Options())

    with pytest.raises(MaskUnsupported):
        await house.submit(replace(request, mask_wish=MaskWish(lock=False)))
    await house.submitted(request)
