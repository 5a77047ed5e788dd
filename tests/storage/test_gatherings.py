"""Trays and pickers: what was gathered is kept as it was, never more of it than fits, and chosen from once."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from bot.domain.draft import DraftState
from bot.domain.errors import TrayFull
from bot.domain.gathering import MOST_OPEN, Gathered, Picker
from bot.domain.request import InputFile
from bot.storage.database import Database
from bot.storage.errors import RuleBroken
from bot.storage.gatherings import PICKERS_STAY_S
from bot.workflow.ports import Gatherings as Port
from tests.storage.desk import DAY, NOON, Desk

ANN, BOB, GUILD = 42, 43, 1
UNTIL = NOON + DAY
ENDS = [DraftState.AGREED, DraftState.DROPPED, DraftState.EXPIRED]


def picture(letter: str, author: int | None = None, *, spoiler: bool = False, base: int | None = None) -> Gathered:
    """A picture whose content is this letter."""
    return Gathered(InputFile(letter * 64, f"{letter}.png", ord(letter)), author, spoiler, base)


A, B, C, D = (picture(letter) for letter in "abcd")


async def put(desk: Desk, *pictures: Gathered, user: int = ANN, until: float = UNTIL, most: int = 16) -> list[Gathered]:
    return [one.picture for one in await desk.gatherings.put(user, GUILD, pictures, until, most)]


async def tray(desk: Desk, user: int = ANN, guild: int | None = GUILD) -> list[Gathered]:
    return [one.picture for one in await desk.gatherings.tray(user, guild)]


async def opened(desk: Desk, *candidates: Gathered, lives: float = 900) -> Picker:
    request = replace(desk.request(), pictures=(), mask=None)
    return await desk.gatherings.open_picker(request, candidates or (A, B, C), desk.clock.now() + lives)


async def test_the_rows_obey_their_port(desk: Desk) -> None:
    """They can be given to whoever asks for them."""
    port: Port = desk.gatherings

    assert port is desk.gatherings


# ── trays ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_tray_keeps_pictures_as_they_are_in_their_order(desk: Desk) -> None:
    """Names, sizes, whose they are, what is hidden and which job made them come back, the first put first."""
    theirs = picture("z", BOB, spoiler=True, base=7)

    await put(desk, theirs, B)
    found = await put(desk, A)

    assert found == await tray(desk) == [theirs, B, A]
    ids = [one.id for one in await desk.gatherings.tray(ANN, GUILD)]
    assert ids == sorted(ids)


async def test_trays_do_not_know_one_another(desk: Desk) -> None:
    """Each member has one in each guild, and one outside of guilds; one file may be in all of them."""
    await put(desk, A)
    await desk.gatherings.put(ANN, None, [A, B], UNTIL, 16)
    await put(desk, A, C, user=BOB)

    assert [await tray(desk), await tray(desk, guild=None), await tray(desk, BOB)] == [[A], [A, B], [A, C]]
    assert await tray(desk, guild=2) == []


async def test_a_file_is_in_a_tray_once(desk: Desk) -> None:
    """Put there again, or twice at once, it stays in its place under its first name; and the tray is not fuller."""
    await put(desk, A, B)
    renamed = replace(A, file=replace(A.file, filename="again.png"))

    assert await put(desk, renamed, C, C, most=3) == [A, B, C]


async def test_a_tray_lives_as_long_as_its_last_picture(desk: Desk) -> None:
    """Whoever adds one picture keeps those that were there; when the time is over the tray is empty."""
    await put(desk, A, until=NOON + 10)
    desk.clock.time += 9
    await put(desk, B, until=NOON + 20)
    desk.clock.time += 10
    before = await desk.gatherings.tray(ANN, GUILD)
    desk.clock.time += 1

    assert [(one.picture, one.expires_at) for one in before] == [(A, NOON + 20), (B, NOON + 20)]
    assert await tray(desk) == []


async def test_what_has_expired_makes_room(desk: Desk) -> None:
    """It neither counts nor keeps its file from being put there anew, though nobody has swept."""
    await put(desk, A, B, until=NOON + 10)
    desk.clock.time += 10

    assert await put(desk, C, A, until=UNTIL, most=2) == [C, A]


async def test_a_full_tray_is_left_as_it_was(desk: Desk) -> None:
    """One more than fits: none of them is put there, and nothing lives longer for it."""
    await put(desk, A, B)
    before = await desk.rows()

    with pytest.raises(TrayFull) as full:
        await put(desk, C, D, until=UNTIL + 1, most=3)

    assert full.value.fields == {"limit": 3}
    assert await desk.rows() == before


async def test_a_picture_is_taken_out_and_a_tray_is_emptied(desk: Desk) -> None:
    """Only one's own; one that is gone already is no trouble."""
    first, second = await desk.gatherings.put(ANN, GUILD, [A, B], UNTIL, 16)
    await put(desk, A, user=BOB)

    without = await desk.gatherings.take_out(ANN, GUILD, first.id)
    again = await desk.gatherings.take_out(ANN, GUILD, first.id)
    not_hers = await desk.gatherings.take_out(BOB, GUILD, second.id)
    await desk.gatherings.clear(ANN, GUILD)

    assert without == again == (second,)
    assert [one.picture for one in not_hers] == [A]
    assert (await tray(desk), await tray(desk, BOB)) == ([], [A])


async def test_a_picture_put_twice_at_once_is_there_once(desk: Desk) -> None:
    """Two presses at the same moment both see it, once."""
    answers = await asyncio.gather(*(put(desk, A) for _ in range(8)))

    assert answers == [[A]] * 8
    assert len((await desk.rows())["tray"]) == 1


async def test_a_tray_never_holds_more_than_it_may(desk: Desk, url: str) -> None:
    """Of twenty that are put there at once, over two sets of connections, as many stay as fit."""
    async with Database(url) as other:
        rows = [desk.gatherings, Desk(other).gatherings]
        wishes = [rows[n % 2].put(ANN, GUILD, [picture(letter)], UNTIL, 4) for n, letter in enumerate("ABCDEFGHIJKL")]

        answers = await asyncio.gather(*wishes, return_exceptions=True)

    assert Counter(type(answer).__name__ for answer in answers) == {"tuple": 4, "TrayFull": 8}
    assert len(await tray(desk)) == 4


# ── pickers ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_picker_is_kept_as_it_was_opened(desk: Desk) -> None:
    """The request, the candidates in their order and the end come back; nothing is chosen, and nothing is held."""
    request = replace(desk.request(), pictures=(), preset="restore", spoiler=True)
    theirs = picture("z", BOB, spoiler=True, base=7)

    picker = await desk.gatherings.open_picker(request, (theirs, A), NOON + 900)

    assert picker == Picker(picker.id, DraftState.OPEN, request, (theirs, A), (), NOON + 900)
    assert await desk.gatherings.picker(picker.id) == picker
    assert await desk.gatherings.picker(picker.id + 1) is None
    rows = await desk.rows()
    assert not any(rows[table] for table in ("jobs", "windows", "holds", "drafts", "tickets"))


async def test_an_origin_opens_one_picker(desk: Desk) -> None:
    """Ten deliveries of one message at the same moment make one; later ones find what became of it."""
    request = desk.request()

    pickers = await asyncio.gather(*(desk.gatherings.open_picker(request, (A, B), NOON + 900) for _ in range(10)))
    await desk.gatherings.choose(pickers[0].id, (1,))
    await desk.gatherings.close_picker(pickers[0].id, DraftState.DROPPED)
    later = await desk.gatherings.open_picker(request, (C,), NOON + 1800)

    assert pickers == [pickers[0]] * 10
    assert later == replace(pickers[0], state=DraftState.DROPPED, chosen=(1,))


async def test_the_last_choice_counts(desk: Desk) -> None:
    """In the order in which it was made; the picker stays open, and may be left with nothing chosen."""
    picker = await opened(desk)

    first = await desk.gatherings.choose(picker.id, (2, 0))
    second = await desk.gatherings.choose(picker.id, (1,))
    nothing = await desk.gatherings.choose(picker.id, ())

    assert first is not None
    assert second is not None
    assert (first.picked, second.picked) == ((C, A), (B,))
    assert nothing == picker == await desk.gatherings.picker(picker.id)


@pytest.mark.parametrize("chosen", [(3,), (-1,), (0, 0)])
async def test_only_candidates_are_chosen_and_each_once(desk: Desk, chosen: tuple[int, ...]) -> None:
    """Any other place is a mistake, and the choice stays as it was."""
    picker = await opened(desk)
    await desk.gatherings.choose(picker.id, (1,))

    with pytest.raises(ValueError, match="candidates"):
        await desk.gatherings.choose(picker.id, chosen)
    assert await desk.gatherings.picker(picker.id) == replace(picker, chosen=(1,))


@pytest.mark.parametrize("end", ENDS)
async def test_nothing_is_chosen_from_a_closed_picker(desk: Desk, end: DraftState) -> None:
    """It leaves `open` once, and stays as it was then."""
    picker = await opened(desk)
    await desk.gatherings.choose(picker.id, (0,))

    closed = await desk.gatherings.close_picker(picker.id, end)

    assert closed == replace(picker, state=end, chosen=(0,))
    assert await desk.gatherings.choose(picker.id, (1,)) is None
    assert [await desk.gatherings.close_picker(picker.id, other) for other in ENDS] == [None] * 3
    assert await desk.gatherings.picker(picker.id) == closed


async def test_nothing_is_chosen_when_the_time_is_over(desk: Desk) -> None:
    """Whether or not anybody has swept; it can still be closed, for the edit that was made of it in time."""
    picker = await opened(desk, lives=60)
    desk.clock.time += 60

    assert await desk.gatherings.choose(picker.id, (0,)) is None
    assert await desk.gatherings.choose(picker.id + 1, ()) is None
    assert await desk.gatherings.close_picker(picker.id, DraftState.AGREED) is not None


async def test_a_picker_is_closed_for_something(desk: Desk) -> None:
    """To be opened it has to be asked for, and the database knows no other states."""
    picker = await opened(desk)

    with pytest.raises(ValueError, match="closed as"):
        await desk.gatherings.close_picker(picker.id, DraftState.OPEN)
    with pytest.raises(RuleBroken):
        await desk.execute("UPDATE pickers SET state = 'dropped'")
    with pytest.raises(RuleBroken):
        await desk.execute("UPDATE pickers SET state = 'lost', closed_at = 1")


async def test_one_of_many_presses_closes_the_picker(desk: Desk) -> None:
    """Go ahead and drop at the same moment: one of them is told that it did."""
    for _ in range(4):
        picker = await opened(desk)

        answers = await asyncio.gather(*(desk.gatherings.close_picker(picker.id, ENDS[n % 2]) for n in range(6)))

        (closed,) = [answer for answer in answers if answer is not None]
        assert await desk.gatherings.picker(picker.id) == closed


async def test_choices_made_at_once_end_as_one_of_them(desk: Desk) -> None:
    """Two menus in two windows: the row has the whole of one choice, and a close among them is not undone."""
    picker = await opened(desk)
    choices = [(0, 1), (2,), (1, 2, 0), ()]

    answers = await asyncio.gather(
        *(desk.gatherings.choose(picker.id, chosen) for chosen in choices),
        desk.gatherings.close_picker(picker.id, DraftState.DROPPED),
    )
    after = await desk.gatherings.picker(picker.id)

    assert answers[-1] is not None
    assert after is not None
    assert (after.state, after.chosen in choices) == (DraftState.DROPPED, True)
    assert all(one is None or one.state is DraftState.OPEN for one in answers[:-1])


# ── who shares ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_who_says_nothing_shares(desk: Desk) -> None:
    """Only those who said that they do not are named, until they say otherwise; nobody is asked about in vain."""
    await desk.gatherings.set_shares(ANN, shares=False)
    await desk.gatherings.set_shares(BOB, shares=False)
    await desk.gatherings.set_shares(BOB, shares=True)

    assert await desk.gatherings.unshared({ANN, BOB, 44}) == {ANN}
    assert await desk.gatherings.unshared({BOB}) == frozenset()
    assert await desk.gatherings.unshared(()) == frozenset()


# ── what is over ────────────────────────────────────────────────────────────────────────────────────────────


async def test_files_that_are_gathered_are_in_use(desk: Desk) -> None:
    """Those of trays and open pickers, with the mask of the request; not when the time is over or the picker closed."""
    await put(desk, A, until=NOON + 100)
    request = replace(desk.request(), pictures=(D.file,), mask=InputFile("e" * 64, "mask.png", 1))
    picker = await desk.gatherings.open_picker(request, (B, C), NOON + 900)

    gathered = await desk.book.blobs_in_use(NOON + 1)
    await desk.gatherings.close_picker(picker.id, DraftState.DROPPED)
    without_picker = await desk.book.blobs_in_use(NOON + 1)
    desk.clock.time += 100

    assert gathered == {letter * 64 for letter in "abcde"}
    assert without_picker == {"a" * 64}
    assert await desk.book.blobs_in_use(NOON + 1) == frozenset()


async def test_what_is_over_is_swept(desk: Desk) -> None:
    """Pictures of trays at once, pickers an hour after they ended or were closed; what is not over stays."""
    await put(desk, A, B, until=NOON + 100)
    await put(desk, C, user=BOB)
    expired, dropped, still_open = [await opened(desk, lives=lives) for lives in (100, DAY, DAY)]
    await desk.gatherings.close_picker(dropped.id, DraftState.DROPPED)

    early = await desk.gatherings.sweep()
    desk.clock.time += 100
    first = await desk.gatherings.sweep()
    desk.clock.time += PICKERS_STAY_S - 100
    second = await desk.gatherings.sweep()
    desk.clock.time += 100
    third = await desk.gatherings.sweep()

    assert [early, first, second, third, await desk.gatherings.sweep()] == [0, 2, 1, 1, 0]
    assert await desk.gatherings.picker(expired.id) is None
    assert await desk.gatherings.picker(still_open.id) == still_open
    assert (await tray(desk), await tray(desk, BOB)) == ([], [C])


async def test_only_so_many_pickers_are_open(desk: Desk) -> None:
    """Each keeps its files: of more than five the oldest of this member are given up, and their files with them."""
    request = replace(desk.request(user=BOB), pictures=(), mask=None)
    theirs = await desk.gatherings.open_picker(request, (D,), UNTIL)
    first, *others = [await opened(desk, A if number == 0 else B) for number in range(MOST_OPEN + 1)]

    states = [one.state for picker in (first, *others, theirs) if (one := await desk.gatherings.picker(picker.id))]

    assert states == [DraftState.DROPPED] + [DraftState.OPEN] * (MOST_OPEN + 1)
    assert await desk.book.blobs_in_use(UNTIL) == {B.file.blob, D.file.blob}
    assert await desk.gatherings.open_picker(first.request, (A,), UNTIL) == replace(first, state=DraftState.DROPPED)


async def test_pickers_opened_at_once(desk: Desk) -> None:
    """However many come together, no more stay open than may."""
    pickers = await asyncio.gather(*(opened(desk) for _ in range(12)))

    found = [await desk.gatherings.picker(one.id) for one in pickers]

    assert Counter(one.state for one in found if one)[DraftState.OPEN] == MOST_OPEN


async def test_what_was_deleted_is_not_kept(desk: Desk) -> None:
    """Results that are deleted leave trays and open pickers; what was chosen from, or only looks alike, stays."""
    job = await desk.version(77)
    ours, alike = picture("x", base=job.id), picture("y", base=job.id * 10 + 1)
    await put(desk, ours, alike)
    closed = await opened(desk, ours)
    await desk.gatherings.close_picker(closed.id, DraftState.AGREED)
    offering, another = await opened(desk, A, ours), await opened(desk, alike)

    await desk.book.discard(job.id)

    assert await tray(desk) == [alike]
    assert await desk.gatherings.picker(offering.id) is None
    assert await desk.gatherings.picker(another.id) == another
    assert await desk.gatherings.picker(closed.id) is not None
