"""The first conductor: what is placed, what is refused at no cost, and what a button may do."""

import asyncio

import pytest

from bot.domain.errors import (
    CompressionNeedsFormat,
    HouseClosed,
    HouseSpent,
    ImagesSpent,
    InputLost,
    MoneySpent,
    NumberImpossible,
    OptionAbsent,
    OptionUnknown,
    PermissionMissing,
    PictureUnknown,
    PromptTooLong,
    Refused,
    SizeImpossible,
    TooManyResults,
    UnknownModel,
)
from bot.domain.job import State
from bot.domain.quota import HOUSE, Unit
from bot.domain.request import InputFile, Options
from bot.workflow.ports import Note, NoteKind, Undeliverable, Unreachable
from tests.standins import Comes
from tests.workflow.house import ANN, BOB, MEMBER, House
from tests.workflow.memory_book import Kind


def nothing_happened(house: House) -> bool:
    """Whether nothing is placed, held, said or about to be done."""
    return not (house.book.jobs or house.book.entries or house.book.tickets or house.postbox.announced or house.bells)


async def test_an_edit_is_probed_placed_and_announced_in_this_order(house: House) -> None:
    """Every file is looked at before anything is held, and nothing is said in public before it is."""
    await house.submitted(house.edit(house.file("a.png"), house.file("b.png"), mask=house.file("mask.png")))

    assert house.steps.taken == [
        *("workshop", "probe", "probe", "probe", "read mask"),
        *("place", "announce", "announced"),
    ]
    assert house.state() is State.QUEUED
    assert house.book.tickets == {1}
    assert house.bells >= 1


async def test_an_accepted_edit_holds_what_it_may_cost(house: House) -> None:
    """The member's pictures of the day and money of the month, and the house's money, are held together."""
    receipt = await house.submitted(house.edit(options=Options(quality="low", n=3)))

    predicted = receipt.job.predicted
    assert predicted == 20 * 5 + 1024 * 8 + 3 * 196 * 30
    assert house.book.amount(Kind.HOLD, MEMBER, Unit.IMAGES) == 3
    assert house.book.amount(Kind.HOLD, MEMBER, Unit.MICRO_USD) == predicted
    assert house.book.amount(Kind.HOLD, HOUSE, Unit.MICRO_USD) == predicted


async def test_a_mask_is_held_for_like_a_picture(house: House) -> None:
    """The provider counts the mask among its input tokens."""
    await house.submitted(house.edit(origin=1))
    await house.submitted(house.edit(house.file("a.png"), mask=house.file("mask.png"), origin=2))

    assert house.job(2).predicted - house.job(1).predicted == 1024 * 8


async def test_the_receipt_says_what_was_decided(house: House) -> None:
    """Which file is the mask, and that of an animation the first frame is used, are never decided silently."""
    animation = house.file("cat.gif", b"gif 640x480 animated")
    mask = house.file("sky-mask.png", b"png 640x480 alpha")

    receipt = await house.submitted(house.edit(house.file("a.png"), animation, mask=mask))

    assert receipt.notes == (
        Note(NoteKind.MASK, "sky-mask.png", {"form": "alpha", "share": 230}),
        Note(NoteKind.FIRST_FRAME, "cat.gif"),
    )
    assert receipt.announcement == receipt.job.announcement == house.job().announcement
    assert receipt.announcement is not None


async def test_the_receipt_says_how_many_are_ahead(house: House) -> None:
    """The third edit has two in front of it."""
    receipts = [await house.submitted(house.edit(origin=origin)) for origin in (1, 2, 3)]

    assert [receipt.ahead for receipt in receipts] == [0, 1, 2]


async def test_a_placed_job_knows_its_model_and_size(house: House) -> None:
    """What a member left open is settled before the queue: a later change of defaults changes no placed job."""
    request = house.edit(house.file("wide.png", b"png 1920x1080"), options=Options(), model="")

    await house.submitted(request)

    assert house.job().request.model == "gpt-image-2"
    assert house.job().request.options == Options(size="1680x944", quality="medium")


# ── refusals ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "model", "prompt", "kind"),
    [
        (Options(), "gpt-image-9", "snow", UnknownModel),
        (Options(), "dall-e-2", "x" * 1001, PromptTooLong),
        (Options(n=11), "gpt-image-2", "snow", TooManyResults),
        (Options(n=0), "gpt-image-2", "snow", TooManyResults),
        (Options(n=11), "gpt-image-2-c", "snow", TooManyResults),
        (Options(size="1000x1000"), "gpt-image-2", "snow", SizeImpossible),
        (Options(size="large"), "gpt-image-2", "snow", OptionUnknown),
        (Options(quality="xhigh"), "gpt-image-2", "snow", OptionUnknown),
        (Options(quality="low"), "dall-e-2", "snow", OptionUnknown),
        (Options(quality="low"), "gpt-image-2-c", "snow", OptionAbsent),
        (Options(stream=True), "gpt-image-2-c", "snow", OptionAbsent),
        (Options(partial_images=4), "gpt-image-2", "snow", NumberImpossible),
        (Options(output_compression=80), "gpt-image-2", "snow", CompressionNeedsFormat),
    ],
)
async def test_a_wish_that_cannot_be_is_refused_before_a_file_is_opened(
    house: House, options: Options, model: str, prompt: str, kind: type[Refused]
) -> None:
    """What the card says no to is refused without a look at the pictures, and nothing is placed or held."""
    with pytest.raises(kind):
        await house.submitted(house.edit(options=options, model=model, prompt=prompt))

    assert house.steps.taken == []
    assert nothing_happened(house)


async def test_a_file_that_is_no_picture_is_refused(house: House) -> None:
    """The second of two files is text: it is named, and nothing is placed or held."""
    with pytest.raises(PictureUnknown) as refused:
        await house.submitted(house.edit(house.file("a.png"), house.file("notes.png", b"text about it")))

    assert refused.value.fields["name"] == "notes.png"
    assert nothing_happened(house)


async def test_a_mask_that_is_no_picture_is_refused(house: House) -> None:
    """A mask is looked at like a picture, before anything is held."""
    with pytest.raises(PictureUnknown):
        await house.submitted(house.edit(house.file("a.png"), mask=house.file("mask.png", b"text")))

    assert nothing_happened(house)


async def test_pictures_that_are_gone_cannot_be_edited(house: House) -> None:
    """A file that was swept is missed before anything is held, and the member is told to send it again."""
    with pytest.raises(InputLost):
        await house.submitted(house.edit(InputFile("0" * 64, "a.png", 9)))

    assert nothing_happened(house)


@pytest.mark.parametrize(
    ("limits", "kind"),
    [
        ({"images_per_day": 1}, ImagesSpent),
        ({"micro_usd_per_month": 20_000}, MoneySpent),
        ({"house_micro_usd_per_month": 20_000}, HouseSpent),
    ],
)
async def test_a_spent_allowance_refuses_and_holds_nothing(
    house: House, limits: dict[str, int], kind: type[Refused]
) -> None:
    """One allowance that does not fit is enough: none of the others is touched, and nothing is said in public."""
    house.lower(**limits)

    with pytest.raises(kind):
        await house.submitted(house.edit(options=Options(quality="low", n=3)))

    assert nothing_happened(house)


async def test_the_last_unit_is_given_once(house: House) -> None:
    """Two edits at once race for the last picture of the day: one of them is placed, the other is refused."""
    house.lower(images_per_day=1)

    ends = await asyncio.gather(
        house.submitted(house.edit(origin=1)), house.submitted(house.edit(origin=2)), return_exceptions=True
    )

    assert sorted(type(end).__name__ for end in ends) == ["ImagesSpent", "Receipt"]
    assert len(house.book.jobs) == 1


async def test_a_spent_house_alerts_the_operator_once(house: House) -> None:
    """However many members are refused by the operator's own cap, the operator hears of it once a window."""
    house.lower(house_micro_usd_per_month=1)

    for user_id, origin in ((ANN, 1), (ANN, 2), (BOB, 3)):
        with pytest.raises(HouseSpent):
            await house.submitted(house.edit(user_id=user_id, origin=origin))

    (alert,) = house.postbox.alerts
    assert isinstance(alert, HouseClosed)
    assert set(alert.fields) == {"resets_at"}


async def test_a_house_that_spends_a_raised_limit_alerts_again(house: House) -> None:
    """The operator who raised the limit, as the first notice says, hears when that one is reached."""
    for limit in (1, 2):
        house.lower(house_micro_usd_per_month=limit)
        with pytest.raises(HouseSpent):
            await house.submitted(house.edit(origin=limit))

    assert len(house.postbox.alerts) == 2


async def test_a_house_that_is_spent_again_next_month_alerts_again(house: House) -> None:
    """A notice is for its window: the next month has its own."""
    house.lower(house_micro_usd_per_month=1)
    for origin in (1, 2):
        with pytest.raises(HouseSpent):
            await house.submitted(house.edit(origin=origin))
        house.clock.moment += 31 * 86_400

    assert len(house.postbox.alerts) == 2


async def test_a_member_at_the_limit_alerts_nobody(house: House) -> None:
    """A member's own limit is between the bot and the member."""
    house.lower(images_per_day=1)
    await house.submitted(house.edit(origin=1))

    with pytest.raises(ImagesSpent):
        await house.submitted(house.edit(origin=2))

    assert house.postbox.alerts == []


# ── the same thing twice ────────────────────────────────────────────────────────────────────────────────────


async def test_an_origin_places_one_job(house: House) -> None:
    """An interaction that Discord delivers twice is one job, one hold and one announcement."""
    first = await house.submitted(house.edit())
    second = await house.submitted(house.edit())

    assert second.job.id == first.job.id
    assert second.announcement == first.announcement
    assert len(house.book.jobs) == len(house.postbox.announced) == 1
    assert house.book.amount(Kind.HOLD, MEMBER, Unit.IMAGES) == 1


async def test_an_origin_that_comes_twice_at_once_places_one_job(house: House) -> None:
    """The second delivery arrives while the first is still being announced: it waits for that announcement."""
    twice: list[asyncio.Task[object]] = []

    async def again() -> None:
        twice.append(asyncio.create_task(house.submitted(house.edit())))
        await asyncio.sleep(0)

    house.steps.meanwhile("announce", again)

    first = await house.submitted(house.edit())
    await twice[0]

    assert len(house.book.jobs) == len(house.postbox.announced) == 1
    assert first.announcement == house.job().announcement


async def test_the_same_wish_from_another_origin_is_another_job(house: House) -> None:
    """Asking twice is asking twice."""
    await house.submitted(house.edit(origin=1))
    await house.submitted(house.edit(origin=2))

    assert len(house.book.jobs) == 2
    assert house.book.amount(Kind.HOLD, MEMBER, Unit.IMAGES) == 2


# ── the announcement ────────────────────────────────────────────────────────────────────────────────────────


async def test_an_edit_that_cannot_be_posted_is_refused_and_given_back(house: House) -> None:
    """Where the bot may not post, the edit is cancelled, its hold released, and the missing permission named."""
    house.steps.raise_at("announce", Undeliverable())

    with pytest.raises(PermissionMissing):
        await house.submitted(house.edit())

    assert house.state() is State.CANCELLED
    assert house.book.amount(Kind.RELEASE, MEMBER, Unit.IMAGES) == 1
    assert house.book.amount(Kind.RELEASE, HOUSE, Unit.MICRO_USD) == house.job().predicted


async def test_a_refused_edit_is_never_sent(house: House) -> None:
    """After the refusal the ticket ends without a paid call."""
    house.steps.raise_at("announce", Undeliverable())
    with pytest.raises(PermissionMissing):
        await house.submitted(house.edit())

    await house.work()

    assert house.provider.calls == []
    assert house.state() is State.TOLD
    assert house.book.tickets == set()


async def test_an_edit_is_accepted_while_discord_is_away(house: House) -> None:
    """What is held is accepted: without an announcement now, with one from the worker."""
    house.steps.raise_at("announce", Unreachable())

    receipt = await house.submitted(house.edit())
    assert receipt.announcement is None
    assert house.state() is State.QUEUED

    house.provider.script = [Comes()]
    await house.work()
    assert house.job().announcement is not None
    assert house.state() is State.DELIVERED
