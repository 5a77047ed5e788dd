"""Pickers: which of several pictures are meant is chosen in an order, and agreed to once."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.draft import DraftState
from bot.domain.errors import (
    ImagesSpent,
    NothingChosen,
    NotYours,
    OthersPictures,
    PickerGone,
    PictureNotShared,
    RoleClosed,
)
from bot.domain.gathering import MOST, MOST_OPEN, PICKER_LIVES_S, Gathered, Picker
from bot.domain.guild import Setting
from bot.domain.quota import Limits
from bot.domain.request import EditRequest
from bot.workflow.ports import Receipt
from tests.workflow.house import ADMIN, ANN, BOB, GUILD, House


def gathered(house: House, *names: str, **more: object) -> tuple[Gathered, ...]:
    """Pictures on disk, each of its own size."""
    files = [house.file(name, f"png 1024x{1024 + place}".encode()) for place, name in enumerate(names)]
    return tuple(Gathered(file, **more) for file in files)  # type: ignore[arg-type]  # whatever the test says of them


def open_request(house: House, origin: int = 900) -> EditRequest:
    """An edit without any picture yet."""
    full = house.edit(origin=origin)
    return EditRequest(**{name: getattr(full, name) for name in full.__slots__} | {"pictures": ()})


async def opened(house: House, *names: str) -> Picker:
    """A picker of Ann's over pictures of these names."""
    return await house.picking.open(open_request(house), gathered(house, *(names or ("a.png", "b.png", "c.png"))))


async def test_the_chosen_in_their_order(house: House) -> None:
    """An edit is made of what was chosen, in the order in which it was; nothing was held before."""
    picker = await opened(house)
    assert house.book.entries == []
    await house.picking.choose(picker.id, ANN, [2, 0])

    taken = await house.picking.go(picker.id, ANN)

    assert isinstance(taken, Receipt)
    assert [file.filename for file in taken.job.request.pictures] == ["c.png", "a.png"]
    assert house.gatherings.rows.pickers[picker.id].state is DraftState.AGREED


async def test_what_comes_with_the_pictures(house: House) -> None:
    """The first picture says which version is edited, a hidden one hides the result, and the newest answer shows it."""
    plain = gathered(house, "a.png")
    of_ours = gathered(house, "x.png", "edit-7-v1-1.png", base=7, spoiler=True)[1:]
    picker = await house.picking.open(open_request(house), plain + of_ours)
    await house.picking.choose(picker.id, ANN, [1, 0])

    taken = await house.picking.go(picker.id, ANN, (5,), GUILD, answer=12)

    assert isinstance(taken, Receipt)
    request = taken.job.request
    assert (request.base, request.spoiler, request.role_ids, request.place.answer) == (7, True, (5,), 12)


async def test_nothing_chosen(house: House) -> None:
    """Go ahead without a choice is answered, and a choice of what is not there is none."""
    picker = await opened(house)
    await house.picking.choose(picker.id, ANN, [7, -1])

    with pytest.raises(NothingChosen):
        await house.picking.go(picker.id, ANN)


async def test_somebody_else(house: House) -> None:
    """Whose picker it is, is a matter of its row: nobody else chooses, goes ahead or drops it."""
    picker = await opened(house)

    for attempt in (
        house.picking.choose(picker.id, BOB, [0]),
        house.picking.go(picker.id, BOB),
        house.picking.drop(picker.id, BOB),
    ):
        with pytest.raises(NotYours):
            await attempt
    with pytest.raises(PickerGone):
        await house.picking.choose(picker.id + 1, ANN, [0])


async def test_too_late(house: House) -> None:
    """After its quarter of an hour a picker is over."""
    picker = await opened(house)
    await house.picking.choose(picker.id, ANN, [0])
    house.clock.moment += PICKER_LIVES_S

    with pytest.raises(PickerGone):
        await house.picking.choose(picker.id, ANN, [1])
    with pytest.raises(PickerGone):
        await house.picking.go(picker.id, ANN)
    assert house.book.jobs == {}


async def test_pressed_twice(house: House) -> None:
    """Two presses on Go ahead at the same moment are one edit, and so is one much later."""
    picker = await opened(house)
    await house.picking.choose(picker.id, ANN, [0])

    first, second = await asyncio.gather(house.picking.go(picker.id, ANN), house.picking.go(picker.id, ANN))
    house.clock.moment += PICKER_LIVES_S
    third = await house.picking.go(picker.id, ANN)

    assert isinstance(first, Receipt) and isinstance(second, Receipt) and isinstance(third, Receipt)  # noqa: PT018 - one claim
    assert first.job.id == second.job.id == third.job.id
    assert len(house.book.jobs) == 1


async def test_dropped(house: House) -> None:
    """A dropped picker makes no edit, whatever was chosen, and cannot be dropped again."""
    picker = await opened(house)
    await house.picking.choose(picker.id, ANN, [0])
    await house.picking.drop(picker.id, ANN)

    for attempt in (house.picking.go(picker.id, ANN), house.picking.drop(picker.id, ANN)):
        with pytest.raises(PickerGone):
            await attempt
    assert house.book.jobs == {}


async def test_refused_and_chosen_anew(house: House) -> None:
    """Where the edit is refused the picker stays open."""
    house.limits = Limits(images_per_day=1, micro_usd_per_month=5_000_000, house_micro_usd_per_month=5_000_000)
    house.start()
    await house.submitted(house.edit(origin=1))
    picker = await opened(house)
    await house.picking.choose(picker.id, ANN, [0])

    with pytest.raises(ImagesSpent):
        await house.picking.go(picker.id, ANN)

    assert (await house.picking.choose(picker.id, ANN, [1])).chosen == (1,)


async def test_once_for_each_question(house: House) -> None:
    """A question that Discord delivers twice has one picker, and one shows at most sixteen pictures."""
    names = [f"{number}.png" for number in range(MOST + 3)]
    first = await house.picking.open(open_request(house), gathered(house, *names))
    again = await house.picking.open(open_request(house), gathered(house, "other.png"))

    assert again.id == first.id
    assert len(first.candidates) == MOST


@pytest.mark.parametrize("stop", ["others", "sharing"])
async def test_go_ahead_asks_again_whose_pictures_they_are(house: House, stop: str) -> None:
    """What was allowed when the picker was opened may be forbidden by now; another choice can still be made."""
    mine, theirs = gathered(house, "a.png", "b.png")
    picker = await house.picking.open(open_request(house), [mine, replace(theirs, author_id=BOB)])
    await house.picking.choose(picker.id, ANN, [0, 1])
    if stop == "others":
        await house.hosting.change(ADMIN, Setting.OTHERS, ("off",))
    else:
        await house.sources.share(BOB, shares=False)

    with pytest.raises((OthersPictures, PictureNotShared)):
        await house.picking.go(picker.id, ANN)

    assert house.book.jobs == {}
    await house.picking.choose(picker.id, ANN, [0])
    assert isinstance(await house.picking.go(picker.id, ANN), Receipt)


async def test_what_was_placed_stays_placed(house: House) -> None:
    """A second press leads to the edit of the first, whatever holds by now."""
    [theirs] = gathered(house, "a.png")
    picker = await house.picking.open(open_request(house), [replace(theirs, author_id=BOB)])
    await house.picking.choose(picker.id, ANN, [0])
    first = await house.picking.go(picker.id, ANN)
    await house.sources.share(BOB, shares=False)

    second = await house.picking.go(picker.id, ANN)

    assert isinstance(first, Receipt)
    assert isinstance(second, Receipt)
    assert (second.job.id, second.fresh) == (first.job.id, False)


@pytest.mark.parametrize("pressed_in", [None, 2])
async def test_roles_of_another_place_say_nothing(house: House, pressed_in: int | None) -> None:
    """A forged press in a direct message or another server is no way around a role that is shut out."""
    request = replace(open_request(house), role_ids=(5,))
    picker = await house.picking.open(request, gathered(house, "a.png"))
    await house.picking.choose(picker.id, ANN, [0])
    await house.hosting.change(ADMIN, Setting.ROLES_BLOCKED, ("5",))

    with pytest.raises(RoleClosed):
        await house.picking.go(picker.id, ANN, (), pressed_in)

    assert house.book.jobs == {}


async def test_only_so_many_are_open(house: House) -> None:
    """Each keeps its pictures on disk: of too many the oldest are given up, of this member and no other."""
    theirs = await house.picking.open(replace(open_request(house, 1), user_id=BOB), gathered(house, "z.png"))
    pickers = [
        await house.picking.open(open_request(house, 900 + number), gathered(house, "a.png"))
        for number in range(MOST_OPEN + 1)
    ]

    with pytest.raises(PickerGone):
        await house.picking.choose(pickers[0].id, ANN, [0])
    for picker, member in ((pickers[1], ANN), (pickers[-1], ANN), (theirs, BOB)):
        assert await house.picking.choose(picker.id, member, [0])
