"""Painting a mask: a link leads to one picture, to one member's edit, and to no second one."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import (
    Blocked,
    ImagesSpent,
    InputLost,
    MaskEmpty,
    MaskUnclear,
    NoPrompt,
    NotAgreed,
    PaintingOver,
    SentBefore,
    Trouble,
    UnknownModel,
)
from bot.domain.job import State
from bot.domain.painting import LONGEST_EDGE, MOST_PAINTINGS, PAINTING_LIVES_S, Painting, PaintingState, Wish
from bot.domain.request import Door, EditRequest, Options, ResultSize
from bot.workflow.painting import Invitation, Shown
from bot.workflow.ports import Asking, Receipt
from tests.standins import Comes
from tests.workflow.house import ADMIN, ANN, BOB, PICTURE, House

MASK = b"png 1024x1024 selects 120"


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house with nothing done yet."""
    return House(tmp_path)


def token_of(invitation: Invitation) -> str:
    address, _, token = invitation.url.partition("#")
    assert address == "https://paint.test/?lang=de"  # nothing of it in what a server sees or logs
    return token


async def entered(house: House, request: EditRequest | None = None) -> Painting:
    painting = await house.painter.enter(token_of(await house.painter.open(request or house.edit(), "de")))
    assert painting is not None
    return painting


def mask(house: House, content: bytes = MASK) -> Path:
    path = house.folder / f"mask-{len(list(house.folder.iterdir()))}"
    path.write_bytes(content)
    return path


async def send(
    house: House, painting: Painting, content: bytes = MASK, wish: Wish | None = None, price: int = 0
) -> Receipt | Asking:
    return await house.painter.send(painting, mask(house, content), wish or Wish.of(painting.request), price)


async def placed(house: House, painting: Painting, **said: object) -> Receipt:
    receipt = await send(house, painting, **said)  # type: ignore[arg-type]
    assert isinstance(receipt, Receipt)
    return receipt


# ── the link ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_link_leads_to_its_edit(house: House) -> None:
    """Picture, wish and member are those it was opened for; the painting is the origin."""
    request = house.edit(prompt="make it rain")

    invitation = await house.painter.open(request, "de")
    painting = await house.painter.enter(token_of(invitation))

    assert painting is not None
    assert painting.request == replace(request, origin=painting.request.origin)
    assert painting.request.origin.door is Door.PAINTER
    assert invitation.expires_at == int(house.clock.now()) + PAINTING_LIVES_S
    assert token_of(invitation) not in repr(invitation)


@pytest.mark.parametrize("lost", ["", "x", "1.2.3.4.5.6"])
async def test_what_is_no_link_leads_nowhere(house: House, lost: str) -> None:
    """None for all of them, so that nobody learns what was wrong."""
    await house.painter.open(house.edit(), "de")

    assert await house.painter.enter(lost) is None


async def test_a_link_ends(house: House) -> None:
    """After half an hour it leads nowhere, and what was loaded before cannot be sent any more."""
    token = token_of(await house.painter.open(house.edit(), "de"))
    painting = await house.painter.enter(token)
    assert painting is not None

    house.clock.moment += PAINTING_LIVES_S

    assert await house.painter.enter(token) is None
    with pytest.raises(PaintingOver):
        await send(house, painting)
    assert house.book.jobs == {}


async def test_a_link_of_another_row_or_member_leads_nowhere(house: House) -> None:
    """A good signature is not enough: the row has to be that member's, that picture's, and end at that moment."""
    token = token_of(await house.painter.open(house.edit(), "de"))
    (number,) = house.book.gathered.paintings
    row = house.book.gathered.paintings[number]
    others = (
        replace(row, request=replace(row.request, user_id=BOB)),
        replace(row, request=replace(row.request, pictures=(house.file("b.png", b"png 9x9"),))),
        replace(row, expires_at=row.expires_at + 1),
        replace(row, state=PaintingState.DROPPED),
    )

    for other in others:
        house.book.gathered.paintings[number] = other
        assert await house.painter.enter(token) is None
    del house.book.gathered.paintings[number]
    assert await house.painter.enter(token) is None


async def test_only_the_last_few_links_of_a_member_are_good(house: House) -> None:
    """The oldest is given up for the newest."""
    tokens = [token_of(await house.painter.open(house.edit(), "de")) for _ in range(MOST_PAINTINGS + 1)]

    found = [await house.painter.enter(token) for token in tokens]

    assert [one is not None for one in found] == [False, *[True] * MOST_PAINTINGS]


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_hundred_looks_spend_nothing_and_work_once(house: House) -> None:
    """A crawler that opens the link first takes nothing away; the decoder is asked once."""
    token = token_of(await house.painter.open(house.edit(), "de"))

    async def look() -> Shown:
        painting = await house.painter.enter(token)
        assert painting is not None
        assert painting.state is PaintingState.OPEN
        return await house.painter.picture(painting)

    shown = await asyncio.gather(*(look() for _ in range(100)))

    assert len(set(shown)) == 1
    assert house.steps.count("prepare") == 1
    assert house.book.jobs == {}


async def test_the_page_gets_a_picture_of_ours(house: House) -> None:
    """It is made anew by the decoder, and no larger than a page needs: never the bytes that somebody uploaded."""
    painting = await entered(house, house.edit(house.file("big.png", b"png 8000x4000")))

    shown = await house.painter.picture(painting)

    (preparation,) = house.pictures.preparations
    assert preparation.formats == ("webp",)
    assert preparation.picture_pixels == LONGEST_EDGE * LONGEST_EDGE // 2
    assert shown.content_type.startswith("image/")


async def test_a_picture_that_was_swept_is_made_again(house: House) -> None:
    """What was made for the page belongs to nobody, so it may be gone."""
    painting = await entered(house)
    first = await house.painter.picture(painting)
    first.path.unlink()
    house.blobs.put(PICTURE)

    again = await house.painter.picture(painting)

    assert await asyncio.to_thread(again.path.is_file)


async def test_a_lost_picture_is_said(house: House) -> None:
    """The member hears it in a sentence."""
    painting = await entered(house)
    house.blobs.path(painting.first.blob).unlink()

    with pytest.raises(InputLost):
        await house.painter.picture(painting)


async def test_the_easel_knows_what_to_begin_with(house: House) -> None:
    """Its own transparency, the mask that came with the edit, or neither."""
    plain = await entered(house)
    holed = await entered(house, house.edit(house.file("hole.png", b"png 64x64 alpha")))
    masked = await entered(house, house.edit(mask=house.file("mask.png", MASK)))

    easels = [await house.painter.easel(one) for one in (plain, holed, masked)]

    assert [(one.has_own, one.has_last) for one in easels] == [(False, False), (True, False), (False, True)]
    assert easels[1].sizes == ((64, 64),)


async def test_a_mask_to_begin_with_is_made_by_the_decoder(house: House) -> None:
    """The last mask, or the picture as its own mask, in the page's size."""
    last, picture = house.file("mask.png", MASK), house.file("hole.png", b"png 64x64 alpha")
    painting = await entered(house, house.edit(picture, mask=last))

    for own in (False, True):
        await house.painter.start(painting, own=own)

    sources = [one.mask.path for one in house.pictures.preparations if one.mask]
    assert sources == [house.blobs.path(last.blob), house.blobs.path(picture.blob)]


async def test_there_is_no_last_mask_where_none_came(house: House) -> None:
    """Asked for all the same, it is refused."""
    with pytest.raises(PaintingOver):
        await house.painter.start(await entered(house), own=False)


# ── the price ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_is_shown_is_what_is_held(house: House) -> None:
    """The estimate on the page is the prediction of the job that comes of it, and costs nothing itself."""
    painting = await entered(house)
    wish = replace(Wish.of(painting.request), quality="high", n=2)

    shown = await house.painter.estimate(painting, wish)
    assert (house.book.jobs, house.book.drafts) == ({}, {})
    job = (await placed(house, painting, wish=wish, price=shown)).job

    assert job.predicted == shown > 0


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (Wish("x", "no-such-model"), UnknownModel),
        (Wish("\u200b", "gpt-image-2"), NoPrompt),
        (Wish("x", "gpt-image-2", quality="marvellous"), Trouble),
        (Wish("x", "gpt-image-2", size="7x7"), Trouble),
        (Wish("x", "gpt-image-2", n=99), Trouble),
    ],
)
async def test_an_impossible_wish_is_refused_before_it_is_sent(
    house: House, wish: Wish, refusal: type[Trouble]
) -> None:
    """By the estimate as by the sending; the link stays good."""
    painting = await entered(house)

    with pytest.raises(refusal):
        await house.painter.estimate(painting, wish)
    with pytest.raises(refusal):
        await send(house, painting, wish=wish)
    await placed(house, painting)


# ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_painted_mask_becomes_the_edit_of_its_member(house: House) -> None:
    """As that member, in that place, on that allowance, with the mask that was painted."""
    painting = await entered(house)

    receipt = await placed(house, painting, wish=Wish("make it rain", "gpt-image-2", "low", "1024x1024"))

    request = receipt.job.request
    assert (request.user_id, request.place) == (ANN, painting.request.place)
    assert request.prompt == "make it rain"
    assert request.mask is not None
    assert house.blobs.path(request.mask.blob).read_bytes() == MASK
    assert request.mask_share == 120
    assert house.book.gathered.paintings[painting.id].job_id == receipt.job.id
    assert house.job().predicted > 0


async def test_it_is_made_like_any_other_edit(house: House) -> None:
    """From the page to the thread."""
    house.provider.script = [Comes()]
    await placed(house, await entered(house))

    await house.work()

    assert house.state() is State.DELIVERED


async def test_a_hundred_at_once_place_one_edit(house: House) -> None:
    """Every other one hears that it was sent already, and which edit it is."""
    painting = await entered(house)
    sent = (send(house, painting, b"png 1024x1024 selects %d" % (number + 1)) for number in range(100))

    outcomes = await asyncio.gather(*sent, return_exceptions=True)

    assert sum(isinstance(one, Receipt) for one in outcomes) == 1
    others = [one for one in outcomes if isinstance(one, SentBefore)]
    assert [one.fields for one in others] == [{"job": 1}] * 99
    assert len(house.book.jobs) == 1


async def test_a_used_link_still_says_what_became_of_it(house: House) -> None:
    """Opened again it shows the edit; sent again it is refused, even after that edit ended."""
    token = token_of(await house.painter.open(house.edit(), "de"))
    painting = await house.painter.enter(token)
    assert painting is not None
    house.provider.script = [Comes()]
    await placed(house, painting)
    await house.work()

    after = await house.painter.enter(token)

    assert after is not None
    assert (after.state, after.job_id) == (PaintingState.USED, 1)
    with pytest.raises(SentBefore):
        await send(house, after)
    assert len(house.book.jobs) == 1


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"png 1024x1024 selects 0", MaskEmpty),
        (b"png 64x64 damaged", Trouble),
        (b"gif 64x64", MaskUnclear),
        (b"png 2049x64", MaskUnclear),
        (b"html 1x1", Trouble),
    ],
)
async def test_a_mask_that_is_none_is_refused_and_may_be_painted_again(
    house: House, content: bytes, refusal: type[Trouble]
) -> None:
    """Nothing was spent: the same link takes the next one."""
    painting = await entered(house)

    with pytest.raises(refusal):
        await send(house, painting, content)

    assert house.book.jobs == {}
    await placed(house, painting)


async def test_an_allowance_that_is_spent_leaves_the_link_open(house: House) -> None:
    """The refusal says when there is more."""
    painting = await entered(house)
    house.lower(images_per_day=1)
    await house.submitted(house.edit(origin=1))

    with pytest.raises(ImagesSpent):
        await send(house, painting)

    assert house.book.gathered.paintings[painting.id].state is PaintingState.OPEN


async def test_who_was_blocked_meanwhile_sends_nothing(house: House) -> None:
    """What holds is what was decided by the time of sending."""
    painting = await entered(house)
    await house.govern.block(ADMIN, ANN, "")

    with pytest.raises(Blocked):
        await send(house, painting)
    with pytest.raises(Blocked):
        await house.painter.estimate(painting, Wish.of(painting.request))


# ── dear ones ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_price_that_was_shown_is_agreed_to_by_sending(house: House) -> None:
    """Whoever saw it beside the button is not asked once more."""
    house.dear()
    painting = await entered(house)
    shown = await house.painter.estimate(painting, Wish.of(painting.request))

    assert (await placed(house, painting, price=shown)).fresh


async def test_a_price_that_was_not_shown_is_asked_about(house: House) -> None:
    """A page that showed less, or nothing, gets the question into the place of the edit; the yes uses up the link."""
    house.dear()
    painting = await entered(house)

    asking = await send(house, painting, price=1)
    assert isinstance(asking, Asking)
    assert house.book.gathered.paintings[painting.id].state is PaintingState.OPEN
    house.clock.moment += 600
    receipt = await house.submit.agree(asking.draft.id, ANN)

    assert receipt.job.request.mask == asking.draft.request.mask
    assert house.book.gathered.paintings[painting.id].job_id == receipt.job.id
    with pytest.raises(SentBefore):
        await send(house, painting)


async def test_a_no_is_the_end_of_the_link(house: House) -> None:
    """What was dropped is not placed by a second press."""
    house.dear()
    painting = await entered(house)
    asking = await send(house, painting)
    assert isinstance(asking, Asking)
    await house.submit.drop(asking.draft.id, ANN)

    with pytest.raises(NotAgreed):
        await send(house, painting)


# ── the wish ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_wish_that_nobody_changed_changes_nothing(house: House) -> None:
    """What was chosen in Discord stays, though the page does not show all of it."""
    options = Options(quality="high", size="auto", n=2, background="opaque", output_compression=80)
    request = replace(house.edit(options=options), result_size=ResultSize.SAME, preset="rain")

    assert Wish.of(request).upon(request) == request


def test_another_model_takes_no_options_of_the_first(house: House) -> None:
    """Nor is a prompt of the member's own called by the name of a preset."""
    request = replace(house.edit(options=Options(quality="high", background="opaque")), preset="rain")

    other = Wish(" snow ", "gpt-image-1", None, "same", 3).upon(request)

    assert other.options == Options(size="auto", n=3)
    assert (other.prompt, other.result_size, other.preset) == ("snow", ResultSize.SAME, None)
