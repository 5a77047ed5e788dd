"""What can be done with a version after it was made: vary it, edit it again, go back, have it whole, delete it."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.errors import (
    Failed,
    ImagesSpent,
    InputLost,
    NotAgreed,
    NothingBefore,
    NotYours,
    PermissionMissing,
    PickerGone,
    PromptUnrevised,
    Refused,
    ResultGone,
    TooLate,
    TrayFull,
)
from bot.domain.gathering import MOST, Gathered
from bot.domain.guild import AgeRule, Setting
from bot.domain.job import State
from bot.domain.quota import Member, Unit
from bot.domain.request import Door, Place, PlaceKind, Presser
from bot.workflow.ports import Asking, Exhibit, Occasion, Undeliverable, Unreachable
from tests.standins import Comes
from tests.workflow.bench import ANN_THERE, BOB_THERE, HOME, INSIDE, made, placed, press, versions
from tests.workflow.house import ADMIN, ANN, BOB, CHANNEL, GUILD, IN_PLACE, House
from tests.workflow.memory_book import Kind

# ── edit again, use as input ──────────────────────────────────────────────────────────────────────────────────────────


async def test_pictures_are_the_results_from_the_disk(house: House) -> None:
    """Edit again begins with what the model made, in full quality, and knows which version that was."""
    await made(house, Comes((b"png 1024x1024 one", b"png 1024x1024 two")))

    first, second = await house.workbench.pictures(1, BOB_THERE)

    assert house.blobs.path(first.file.blob).read_bytes() == b"png 1024x1024 one"
    assert (second.file.filename, second.base, second.author_id) == ("edit-1-v1-2.png", 1, ANN)


@pytest.mark.parametrize("verb", ["pictures", "use", "originals"])
async def test_swept_results(house: House, verb: str) -> None:
    """After the retention time the button says what to do: the message still shows the picture."""
    await made(house)
    house.blobs.path(house.job().results[0].blob).unlink()

    with pytest.raises(ResultGone):
        await press(house, verb, 1, ANN_THERE)


async def test_use_puts_it_into_the_pressers_tray(house: House) -> None:
    """Used twice it is there once, and in nobody else's tray."""
    await made(house)

    await house.workbench.use(1, BOB_THERE)
    tray = await house.workbench.use(1, BOB_THERE)

    assert [one.picture.base for one in tray] == [1]
    assert await house.trays.show(Member(ANN, GUILD)) == ()


async def test_use_with_a_full_tray(house: House) -> None:
    """A tray has its limit here, too."""
    await made(house)
    [one] = await house.workbench.pictures(1, ANN_THERE)
    others = [replace(one, file=house.file(f"{n}.png", b"png 64x64 %d" % n)) for n in range(MOST)]
    await house.trays.add(Member(ANN, GUILD), others)

    with pytest.raises(TrayFull):
        await house.workbench.use(1, ANN_THERE)


# ── vary ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_vary_is_the_same_once_more(house: House) -> None:
    """The same pictures and wish as a new edit with a hold of its own, in the thread where the button is."""
    await made(house)

    receipt = placed(await house.workbench.vary(1, ANN_THERE))

    first, second = house.job().request, receipt.job.request
    assert (second.pictures, second.prompt, second.model, second.parent) == (
        first.pictures,
        first.prompt,
        first.model,
        1,
    )
    assert (second.place, second.origin.door) == (INSIDE, Door.PRESS)
    assert 0 < second.origin.id < 2**63
    assert house.book.amount(Kind.HOLD, f"user:{ANN}", Unit.IMAGES) == 2


async def test_vary_of_another_member_is_their_own_edit(house: House) -> None:
    """It is asked for by, held from and shown to whoever pressed."""
    await made(house)

    receipt = placed(await house.workbench.vary(1, replace(BOB_THERE, role_ids=(5,))))

    request = receipt.job.request
    assert (request.user_id, request.locale, request.role_ids) == (BOB, "de", (5,))
    assert house.book.amount(Kind.HOLD, f"user:{BOB}", Unit.IMAGES) == 1
    assert house.book.amount(Kind.HOLD, f"user:{ANN}", Unit.IMAGES) == 1


async def test_vary_pressed_fifty_times_is_one_edit(house: House) -> None:
    """However fast somebody presses, one edit is under way; after its end the next press makes another."""
    await made(house)
    house.provider.script = [Comes(), Comes()]

    receipts = [placed(one) for one in await asyncio.gather(*(house.workbench.vary(1, ANN_THERE) for _ in range(50)))]

    assert {one.job.id for one in receipts} == {2}
    assert [one.fresh for one in receipts].count(True) == 1
    await house.work()
    third = placed(await house.workbench.vary(1, ANN_THERE))
    again = placed(await house.workbench.vary(1, ANN_THERE))
    assert (third.job.id, third.fresh, again.job.id, again.fresh) == (3, True, 3, False)


async def test_two_members_vary_at_once(house: House) -> None:
    """One member's press is never another's edit."""
    await made(house)

    receipts = await asyncio.gather(house.workbench.vary(1, ANN_THERE), house.workbench.vary(1, BOB_THERE))

    assert sorted(placed(one).job.request.user_id for one in receipts) == [ANN, BOB]


async def test_vary_after_a_restart(house: House) -> None:
    """The button's meaning is in its id: a new process finds the edit that the old one placed."""
    await made(house)
    await house.workbench.vary(1, ANN_THERE)
    house.start()

    receipt = placed(await house.workbench.vary(1, ANN_THERE))

    assert (receipt.job.id, receipt.fresh) == (2, False)


async def test_vary_has_to_fit_the_allowance(house: House) -> None:
    """It is an edit like any other."""
    house.lower(images_per_day=1)
    await made(house)

    with pytest.raises(ImagesSpent):
        await house.workbench.vary(1, ANN_THERE)


async def test_vary_of_a_dear_edit_asks_each_time(house: House) -> None:
    """The question is asked once for a press, and anew where it was answered with no."""
    await made(house)
    house.dear()

    first = await house.workbench.vary(1, ANN_THERE)
    twice = await house.workbench.vary(1, ANN_THERE)
    assert isinstance(first, Asking)
    assert isinstance(twice, Asking)
    assert first.draft.id == twice.draft.id
    await house.submit.drop(first.draft.id, ANN)
    anew = await house.workbench.vary(1, ANN_THERE)

    assert isinstance(anew, Asking)
    assert anew.draft.id != first.draft.id
    assert len(house.book.jobs) == 1


@pytest.mark.parametrize("emptied", [False, True])
async def test_vary_of_swept_inputs(house: House, emptied: bool) -> None:
    """Where the pictures are gone, the member is told to send them again."""
    await made(house)
    for file in house.job().request.pictures:
        house.blobs.path(file.blob).unlink()
    if emptied:
        house.clock.moment += 10
        await house.book.expire(house.clock.now())

    with pytest.raises((InputLost, ResultGone)):
        await house.workbench.vary(1, ANN_THERE)

    assert len(house.book.jobs) == 1


async def test_vary_of_what_was_private_is_private(house: House) -> None:
    """The new edit goes into the answer to the press, which only the member sees, or stays in direct messages."""
    await made(house)
    private = replace(CHANNEL, kind=PlaceKind.PRIVATE, answer=1)
    house.book.jobs[1] = replace(house.job(), request=replace(house.job().request, place=private))

    here = await house.workbench.place(1, Presser(ANN, replace(CHANNEL, answer=556)))
    direct = await house.workbench.place(1, Presser(ANN, replace(IN_PLACE, answer=557)))

    assert (here.kind, here.answer) == (PlaceKind.PRIVATE, 556)
    assert (direct.kind, direct.guild_id) == (PlaceKind.IN_PLACE, None)


async def test_vary_heeds_the_servers_choices(house: House) -> None:
    """No thread is opened where none are wanted, and adults-only channels hide results where that was chosen."""
    await made(house)
    await house.hosting.change(ADMIN, Setting.THREAD, ("off",))
    await house.hosting.change(ADMIN, Setting.AGE, (AgeRule.SPOILER.value,))

    receipt = placed(await house.workbench.vary(1, Presser(ANN, replace(CHANNEL, adult=True))))

    assert receipt.job.request.place.kind is PlaceKind.IN_PLACE
    assert receipt.job.request.spoiler


# ── undo ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_undo_goes_back(house: House) -> None:
    """The version before is posted once more, and the thread is at it."""
    await versions(house, 3)

    target, link = await house.workbench.undo(3, ANN_THERE)

    [repost] = house.postbox.reposts
    assert (target.id, repost.job.id, repost.occasion) == (2, 2, Occasion.BACK)
    assert [one.filename for one in repost.parcels] == ["edit-2-v2-1.png"]
    assert link == "https://discord.test/2/0"
    current = await house.book.current(HOME)
    assert current is not None
    assert current.id == 2
    shown = await house.book.shown_in(9_500)  # a reply to the message that was posted means this version
    assert shown is not None
    assert shown.id == 2


async def test_undo_pressed_twice(house: House) -> None:
    """The second press leads to the message of the first; so does each of fifty at once."""
    await versions(house, 2)

    links = {link for _, link in await asyncio.gather(*(house.workbench.undo(2, ANN_THERE) for _ in range(50)))}
    late = await house.workbench.undo(2, ANN_THERE)

    assert links == {late[1]}
    assert len(house.postbox.reposts) == 1


async def test_undo_after_going_on(house: House) -> None:
    """Gone back, gone on and gone back again, the version is posted again: the thread has moved on."""
    await versions(house, 2)
    _, once = await house.workbench.undo(2, ANN_THERE)
    await made(house, place=INSIDE, origin=990, base=1)

    _, again = await house.workbench.undo(2, ANN_THERE)

    assert once != again
    assert [one.made_of for one in house.postbox.deliveries] == [None, None, 1]


async def test_nothing_before_the_first(house: House) -> None:
    """The first version has none before it, nor has one whose forerunners were deleted."""
    await versions(house, 2)

    with pytest.raises(NothingBefore):
        await house.workbench.undo(1, ANN_THERE)
    await house.workbench.delete(1, ANN_THERE)
    with pytest.raises(NothingBefore):
        await house.workbench.undo(2, ANN_THERE)


@pytest.mark.parametrize(("fault", "said"), [(Undeliverable(), PermissionMissing), (Unreachable(), Failed)])
async def test_undo_while_discord_fails(house: House, fault: Exception, said: type[Refused]) -> None:
    """Where it cannot be posted the thread stays where it is."""
    await versions(house, 2)
    house.steps.raise_at("repost", fault)

    with pytest.raises(said):
        await house.workbench.undo(2, ANN_THERE)

    current = await house.book.current(HOME)
    assert current is not None
    assert current.id == 2


# ── original file, prompt ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_originals_within_the_limit(house: House) -> None:
    """What can be sent is sent as it is, and of the rest it is said by name and size."""
    await made(house, Comes((b"png 1024x1024 one", b"png 1024x1024 a longer one")))

    originals = await house.workbench.originals(1, ANN_THERE, 20)

    assert [one.filename for one in originals.parcels] == ["edit-1-v1-1.png"]
    assert [one.fields["name"] for one in originals.kept] == ["edit-1-v1-2.png"]


async def test_wording(house: House) -> None:
    """What the provider made of the prompt; where it said nothing, that is said."""
    await made(house, Comes((b"png 1024x1024 a", b"png 1024x1024 b"), revised_prompt="Snow, gently."))
    await made(house, origin=901)

    assert await house.workbench.wording(1, ANN_THERE) == ("Snow, gently.",)
    with pytest.raises(PromptUnrevised):
        await house.workbench.wording(2, ANN_THERE)


# ── delete ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_delete(house: House) -> None:
    """The messages go, the row is emptied of its pictures, the thread is at the version before, the money stays."""
    await versions(house, 2)
    entries = list(house.book.entries)

    await house.workbench.delete(2, ANN_THERE)

    assert house.postbox.retracted == [(2, (9_001,), ())]
    assert await house.sources.of_job(house.job(2)) == ()
    current = await house.book.current(HOME)
    assert current is not None
    assert current.id == 1
    assert house.book.entries == entries
    with pytest.raises(ResultGone):
        await house.workbench.pictures(2, ANN_THERE)


async def test_delete_twice(house: House) -> None:
    """What is deleted is deleted; the second press says no more than the first."""
    await made(house)

    await house.workbench.delete(1, ANN_THERE)
    await house.workbench.delete(1, ANN_THERE)

    assert len(house.postbox.retracted) == 2


async def test_delete_by_whoever_moderates(house: House) -> None:
    """A moderator deletes in the server that they moderate, and nowhere else."""
    await made(house)

    with pytest.raises(NotYours):
        await house.workbench.delete(1, Presser(BOB, replace(INSIDE, guild_id=2), moderates=True))
    with pytest.raises(NotYours):
        await house.workbench.delete(1, Presser(BOB, IN_PLACE, moderates=True))
    await house.workbench.delete(1, replace(BOB_THERE, moderates=True))

    assert [job for job, _, _ in house.postbox.retracted] == [1]


async def test_delete_while_it_is_delivered(house: House) -> None:
    """A delivery under way is stopped and waited for, so that nothing is posted after the deleting."""
    await house.placed(Comes())
    stop = house.steps.stop_at("post")
    delivering = await house.hanging_at(stop)

    async def go_on() -> None:
        assert house.job().muted
        stop.go.set()
        await delivering

    house.steps.meanwhile("sleep", go_on)

    await house.workbench.delete(1, ANN_THERE)

    assert house.postbox.retracted == [(1, (9_000,), ())]
    assert house.state() is State.TOLD


async def test_delete_what_was_reposted(house: House) -> None:
    """Messages that came later go as well, wherever they were posted."""
    await made(house)
    await house.archive.post_here(1, Presser(ANN, Place(GUILD, 777, PlaceKind.CHANNEL)))

    await house.workbench.delete(1, ANN_THERE)

    assert house.postbox.retracted == [(1, (9_000, 9_500), (777,))]


# ── out of a channel for adults ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("adult", "hidden"), [(False, True), (True, False)])
async def test_what_was_made_for_adults_is_hidden_elsewhere(house: House, adult: bool, hidden: bool) -> None:
    """A result of a channel for adults goes behind a spoiler in any other, and stays as it is in its own."""
    await made(house, place=replace(CHANNEL, adult=True))
    where = replace(ANN_THERE, place=replace(INSIDE, channel_id=900, adult=adult))

    [again] = await house.workbench.pictures(1, where)
    varied = placed(await house.workbench.vary(1, where)).job
    await house.archive.post_here(1, where)
    [in_tray] = await house.workbench.use(1, where)

    assert (again.spoiler, varied.request.spoiler) == (hidden, hidden)
    assert house.postbox.reposts[-1].job.request.spoiler is hidden
    assert in_tray.picture.spoiler  # nobody knows where it will be used


# ── what was deleted ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_deleted_is_in_no_tray_and_no_picker(house: House) -> None:
    """Deleting takes the results out of what others have gathered, and leaves the rest of it."""
    await made(house)
    await house.workbench.use(1, BOB_THERE)
    kept = Gathered(house.file("kept.png", b"png 64x64 kept"))
    await house.trays.add(Member(BOB, GUILD), [kept])
    request = replace(house.edit(user_id=BOB, origin=950), pictures=())
    picker = await house.picking.open(request, [kept, *await house.workbench.pictures(1, BOB_THERE)])

    await house.workbench.delete(1, ANN_THERE)

    assert [one.picture for one in await house.trays.show(Member(BOB, GUILD))] == [kept]
    with pytest.raises(PickerGone):
        await house.picking.choose(picker.id, BOB, [0])


async def test_what_was_deleted_cannot_be_shown(house: House) -> None:
    """Show under an edit that was stopped too late has nothing to show once it is deleted."""
    house.steps.meanwhile("edit sent", lambda: house.submit.cancel(1, ANN))
    await house.placed(Comes())
    await house.work()
    await house.workbench.delete(1, ANN_THERE)

    with pytest.raises(TooLate):
        await house.submit.show(1, ANN)

    assert house.state() is State.TOLD


async def test_what_was_made_of_what_was_deleted(house: House) -> None:
    """The next version stays, but neither shows what it was made of nor is made of it once more."""
    await made(house, Comes((b"png 1024x1024 v1",)))
    [first] = await house.workbench.pictures(1, BOB_THERE)
    request = replace(house.edit(first.file, user_id=BOB, place=INSIDE, origin=950), base=1)
    await house.placed(Comes((b"png 1024x1024 v2",)), request=request)
    await house.work()

    await house.workbench.delete(1, Presser(ANN, INSIDE))

    assert await house.workbench.pictures(2, BOB_THERE)
    with pytest.raises(ResultGone):
        await house.submit.exhibit(2, BOB, Exhibit.COMPARISON)
    with pytest.raises(InputLost):
        await house.workbench.vary(2, BOB_THERE)
    assert first.file.blob not in await house.book.blobs_in_use(0)


async def test_a_question_about_what_was_deleted(house: House) -> None:
    """It is too late for a yes."""
    await made(house, Comes((b"png 1024x1024 v1",)))
    [first] = await house.workbench.pictures(1, BOB_THERE)
    house.dear()
    asking = await house.asked(replace(house.edit(first.file, user_id=BOB, place=INSIDE, origin=950), base=1))

    await house.workbench.delete(1, ANN_THERE)

    with pytest.raises(NotAgreed):
        await house.submit.agree(asking.draft.id, BOB)
