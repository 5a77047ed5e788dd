"""Who may do what with the results of an edit: by its row, and never by the id of a button."""

from dataclasses import replace

import pytest

from bot.domain.errors import (
    EditGone,
    NothingBefore,
    NotOver,
    NotYours,
    OthersPictures,
    PictureNotShared,
    SafetyRefused,
    TooLate,
)
from bot.domain.guild import Setting
from bot.domain.job import State
from bot.domain.request import Place, PlaceKind, Presser
from bot.workflow.ports import Declined
from tests.standins import Comes
from tests.workflow.bench import ANN_THERE, BOB_THERE, HOME, INSIDE, made, press, versions
from tests.workflow.house import ADMIN, ANN, BOB, CHANNEL, GUILD, House

VERBS = ("pictures", "use", "vary", "wording", "originals", "undo", "delete")
SHARED = ("pictures", "use", "vary", "originals")


@pytest.mark.parametrize("verb", VERBS)
async def test_an_edit_that_nobody_knows(house: House, verb: str) -> None:
    """A forged or forgotten id is no record, whatever the button."""
    with pytest.raises(EditGone):
        await press(house, verb, 99, ANN_THERE)


@pytest.mark.parametrize("verb", VERBS)
async def test_what_is_under_way_has_no_results(house: House, verb: str) -> None:
    """A forged id of an edit that is not over is told so, and nothing happens to the edit."""
    await house.placed(Comes())

    with pytest.raises((NotOver, NothingBefore)):
        await press(house, verb, 1, ANN_THERE)

    assert house.state() is State.QUEUED


@pytest.mark.parametrize("verb", VERBS[:-1])
async def test_what_failed_has_no_results(house: House, verb: str) -> None:
    """An edit without pictures is over, and that is all."""
    await house.placed(Declined(SafetyRefused()))
    await house.work()

    with pytest.raises(TooLate):
        await press(house, verb, 1, ANN_THERE)


@pytest.mark.parametrize("verb", SHARED)
async def test_others_may_where_the_server_lets_them(house: House, verb: str) -> None:
    """Another member who sees the results may use them."""
    await made(house)
    house.provider.script = [Comes()]

    assert await press(house, verb, 1, BOB_THERE)


@pytest.mark.parametrize("verb", SHARED)
async def test_others_may_not_where_only_own_pictures_are_edited(house: House, verb: str) -> None:
    """The server's choice holds for what the bot has made, too."""
    await made(house)
    await house.hosting.change(ADMIN, Setting.OTHERS, ("off",))

    with pytest.raises(OthersPictures):
        await press(house, verb, 1, BOB_THERE)

    assert len(house.book.jobs) == 1


@pytest.mark.parametrize("verb", SHARED)
async def test_others_may_not_use_what_is_not_shared(house: House, verb: str) -> None:
    """A member who lets nobody edit their pictures has that heeded under every button."""
    await made(house)
    await house.gatherings.set_shares(ANN, shares=False)

    with pytest.raises(PictureNotShared):
        await press(house, verb, 1, BOB_THERE)

    assert await house.workbench.pictures(1, ANN_THERE)


@pytest.mark.parametrize("verb", ["undo", "delete"])
async def test_what_only_the_owner_may(house: House, verb: str) -> None:
    """Whoever may edit a version may still neither go back from it nor delete it."""
    await versions(house, 2)

    with pytest.raises(NotYours):
        await press(house, verb, 2, BOB_THERE)

    assert house.postbox.reposts == []
    assert house.postbox.retracted == []


@pytest.mark.parametrize(
    "place",
    [
        Place(2, HOME, PlaceKind.THREAD),
        Place(GUILD, 12_345, PlaceKind.CHANNEL),
        Place(None, HOME, PlaceKind.IN_PLACE),
        Place(None, HOME, PlaceKind.ANSWER),
    ],
)
@pytest.mark.parametrize("verb", SHARED)
async def test_a_forged_id_from_elsewhere(house: House, verb: str, place: Place) -> None:
    """The pictures of others are had only where they can be seen: an id that is sent from elsewhere gets nothing."""
    await made(house)

    with pytest.raises(NotYours):
        await press(house, verb, 1, Presser(BOB, place))

    assert len(house.book.jobs) == 1


@pytest.mark.parametrize("kind", [PlaceKind.PRIVATE, PlaceKind.ANSWER])
@pytest.mark.parametrize("verb", [*SHARED, "delete"])
async def test_what_is_private_stays_private(house: House, verb: str, kind: PlaceKind) -> None:
    """Neither a neighbour in the channel nor whoever moderates it gets at a result that only its member sees."""
    await made(house)
    house.book.jobs[1] = replace(house.job(), request=replace(house.job().request, place=replace(CHANNEL, kind=kind)))

    with pytest.raises(NotYours):
        await press(house, verb, 1, Presser(BOB, CHANNEL, moderates=True))


async def test_what_was_stopped_is_hidden_from_others(house: House) -> None:
    """Pictures that were kept back are their member's alone."""
    await made(house)
    house.book.jobs[1] = replace(house.job(), state=State.TOLD, muted=True)

    with pytest.raises(NotYours):
        await house.workbench.pictures(1, BOB_THERE)

    assert await house.workbench.pictures(1, ANN_THERE)


@pytest.mark.parametrize(
    ("place", "may"),
    [
        (INSIDE, True),
        (CHANNEL, True),
        (Place(GUILD, 12_345, PlaceKind.CHANNEL), False),
        (Place(2, HOME, PlaceKind.THREAD), False),
    ],
)
async def test_a_moderator_of_another_channel_deletes_nothing(house: House, place: Place, may: bool) -> None:
    """Discord says what somebody may in the channel of the press, so an id that is sent from another says nothing."""
    await made(house)
    moderator = Presser(BOB, place, moderates=True)

    if may:
        await house.workbench.delete(1, moderator)
    else:
        with pytest.raises(NotYours):
            await house.workbench.delete(1, moderator)

    assert len(house.postbox.retracted) == may


async def test_whoever_moderates_where_it_was_posted_once_more(house: House) -> None:
    """Results that their member had posted into another channel can be deleted from there, too."""
    await made(house)
    other = Place(GUILD, 777, PlaceKind.CHANNEL)
    await house.archive.post_here(1, Presser(ANN, other))

    assert await house.workbench.delete(1, Presser(BOB, other, moderates=True))
