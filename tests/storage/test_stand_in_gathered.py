"""Trays, pickers, servers and versions in memory, and the real ones: told the same, they say the same."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.domain.deed import Decider, Deed
from bot.domain.draft import DraftState
from bot.domain.gathering import Gathered
from bot.domain.guild import Setting
from bot.domain.job import Announcement
from bot.domain.preset import Preset
from bot.domain.request import EditRequest, InputFile, Options, PlaceKind
from bot.workflow.ports import Book, Gatherings, Guilds, Settlement
from tests.storage.desk import HALF, PICTURE, PREDICTED, PROVIDER, Desk
from tests.storage.pair import answer, both
from tests.workflow.memory_book import MemoryBook
from tests.workflow.memory_gatherings import MemoryGatherings
from tests.workflow.memory_guilds import MemoryGuilds

MEMBERS, MOST, STEP_S = (42, 43), 3, 1500.0
AUTHORS = {"a": 42, "b": 43, "c": None, "d": 42}
PICTURES = tuple(Gathered(InputFile(name * 64, f"{name}.png", 1), author) for name, author in AUTHORS.items())

GATHERING: dict[str, Callable[[Gatherings, EditRequest, int, float], Awaitable[object]]] = {
    "put": lambda rows, edit, n, now: rows.put(edit.user_id, 1, PICTURES[n : n + 2], now + STEP_S, MOST),
    "put_outside": lambda rows, edit, n, now: rows.put(edit.user_id, None, PICTURES[:n], now + STEP_S, MOST),
    "put_twice": lambda rows, edit, n, now: rows.put(edit.user_id, 1, [PICTURES[n]] * 2, now + STEP_S, MOST),
    "take_out": lambda rows, edit, n, _: rows.take_out(edit.user_id, 1, n),
    "clear": lambda rows, edit, *_: rows.clear(edit.user_id, 1),
    "open": lambda rows, edit, n, now: rows.open_picker(edit, PICTURES[:n], now + STEP_S),
    "choose": lambda rows, _, n, __: rows.choose(n, tuple(range(n))),
    "choose_none": lambda rows, _, n, __: rows.choose(n, ()),
    "agree": lambda rows, _, n, __: rows.close_picker(n, DraftState.AGREED),
    "drop": lambda rows, _, n, __: rows.close_picker(n, DraftState.DROPPED),
    "reopen": lambda rows, _, n, __: rows.close_picker(n, DraftState.OPEN),
    "share": lambda rows, edit, *_: rows.set_shares(edit.user_id, shares=True),
    "keep": lambda rows, edit, *_: rows.set_shares(edit.user_id, shares=False),
    "sweep": lambda rows, *_: rows.sweep(),
}
SAID = st.tuples(
    st.sampled_from([*GATHERING, "forget"]), st.sampled_from(MEMBERS), st.integers(0, 3), st.integers(0, 3)
)


@settings(max_examples=25, deadline=None)
@given(says=st.lists(SAID, max_size=14))
@example(says=[("put", 42, 0, 0), ("put", 42, 2, 0), ("put", 42, 1, 0), ("put_twice", 42, 3, 1), ("sweep", 42, 0, 0)])
@example(says=[("open", 42, 2, 0), ("choose", 42, 1, 0), ("open", 43, 3, 0), ("choose", 42, 2, 0), ("agree", 42, 1, 1)])
@example(says=[("open", 42, 3, 0), ("drop", 42, 1, 0), ("choose_none", 42, 1, 2), ("sweep", 42, 0, 3)])
@example(says=[("put", 42, 1, 0), ("put", 43, 0, 0), ("keep", 42, 0, 0), ("open", 43, 2, 0), ("forget", 42, 0, 0)])
def test_both_gather_the_same(sqlite_template: Path, says: list[tuple[str, int, int, int]]) -> None:
    """Answers, refusals, trays, pickers, who shares and which files are in use agree after every verb."""
    asyncio.run(_gather(sqlite_template, says))


async def _gather(template: Path, says: list[tuple[str, int, int, int]]) -> None:
    async with both(template) as (desk, memory):
        stand_in = MemoryGatherings(desk.clock, memory)
        for name, user, number, steps in says:
            desk.clock.time += steps * STEP_S
            edit = replace(desk.request(number, user), pictures=(), mask=None)
            if name == "forget":
                assert await desk.book.forget(user, "5f1c0de5f1c0de5f") == await memory.forget(user, "x")
            else:
                verb, now = GATHERING[name], desk.clock.now()
                real = await answer(verb(desk.gatherings, edit, number, now))
                assert real == await answer(verb(stand_in, edit, number, now))
            for member in MEMBERS:
                for guild in (1, None):
                    assert await desk.gatherings.tray(member, guild) == await stand_in.tray(member, guild)
            for picker in range(4):
                assert await desk.gatherings.picker(picker) == await stand_in.picker(picker)
            assert await desk.gatherings.unshared(MEMBERS) == await stand_in.unshared(MEMBERS)
            assert await desk.book.blobs_in_use(now_on(desk)) == await memory.blobs_in_use(now_on(desk))


def now_on(desk: Desk) -> float:
    """A moment after which no job was placed."""
    return desk.clock.now() + 1


SETTINGS = (
    (Setting.THREAD, ("off",)),
    (Setting.THREAD, ()),
    (Setting.ROLES_BLOCKED, ("9", "10")),
    (Setting.AGE, ("x",)),
)
NAMES = ("snow", "SNOW", " Straße ", "strasse")
HOSTING: dict[str, Callable[[Guilds, Decider, int, float], Awaitable[object]]] = {
    "change": lambda rows, by, n, _: rows.change(by, *SETTINGS[n]),
    "put": lambda rows, by, n, _: rows.put_preset(by, Preset(NAMES[n], f"{n}", None, Options(n=n + 1)), 1),
    "put_more": lambda rows, by, n, _: rows.put_preset(by, Preset(NAMES[n], f"{n}"), 2),
    "take": lambda rows, by, n, _: rows.drop_preset(by, NAMES[n]),
    "present": lambda rows, _, n, __: rows.present(range(1, n + 1)),
    "joined": lambda rows, _, n, __: rows.joined(n),
    "left": lambda rows, _, n, __: rows.left(n),
    "forget_left": lambda rows, _, __, now: rows.forget_left(now),
}


@settings(max_examples=25, deadline=None)
@given(
    says=st.lists(
        st.tuples(st.sampled_from(list(HOSTING)), st.sampled_from((1, 2, None)), st.integers(0, 3), st.booleans()),
        max_size=14,
    )
)
@example(says=[("change", 1, 0, False), ("left", 1, 1, True), ("forget_left", 1, 0, True), ("joined", 1, 1, False)])
@example(says=[("put", 1, 0, False), ("put", 1, 1, False), ("put", 1, 2, False), ("put_more", 1, 3, False)])
@example(says=[("present", 1, 3, False), ("present", 1, 1, True), ("present", 1, 3, True), ("change", None, 0, False)])
def test_both_host_the_same(sqlite_template: Path, says: list[tuple[str, int | None, int, bool]]) -> None:
    """Answers, refusals, lines of the audit, settings and presets agree after every verb."""
    asyncio.run(_host(sqlite_template, says))


async def _host(template: Path, says: list[tuple[str, int | None, int, bool]]) -> None:
    async with both(template) as (desk, _):
        stand_in = MemoryGuilds(desk.clock)
        for name, guild, number, waits in says:
            desk.clock.time += STEP_S if waits else 0
            by, now = Decider(7, guild), desk.clock.now()
            real = await answer(HOSTING[name](desk.guilds, by, number, now))
            assert _unnumbered(real) == _unnumbered(await answer(HOSTING[name](stand_in, by, number, now)))
            for one in (1, 2, 3, None):
                assert await desk.guilds.settings(one) == await stand_in.settings(one)
                assert await desk.guilds.presets(one) == await stand_in.presets(one)
        assert [_unnumbered(deed) for deed in await desk.council.deeds(None, 0)] == [
            _unnumbered(deed) for deed in reversed(stand_in.council.audit)
        ]


def _unnumbered(said: object) -> object:
    return replace(said, id=0) if isinstance(said, Deed) else said


HOMES = (7, 8)
VERSIONS: dict[str, Callable[[Book, int], Awaitable[object]]] = {
    "posted": lambda book, job: book.posted(job, 1, 500 + job),
    "posted_again": lambda book, job: book.posted(job, 1, 600 + job),
    "make_current": lambda book, job: book.make_current(job),
    "discard": lambda book, job: book.discard(job),
    "unmute": lambda book, job: book.unmute(job),
    "cancel": lambda book, job: book.cancel(job),
    "delivered": lambda book, job: book.delivered(job),
}
Said = tuple[str, int | PlaceKind, int]
KINDS = (PlaceKind.THREAD, PlaceKind.CHANNEL, PlaceKind.IN_PLACE, PlaceKind.PRIVATE)
MADE = st.tuples(st.sampled_from(["made", "made", "stopped", "expire"]), st.sampled_from(KINDS), st.sampled_from(HOMES))
DONE = st.tuples(st.sampled_from(list(VERSIONS)), st.integers(1, 5), st.just(0))


@settings(max_examples=25, deadline=None)
@given(says=st.lists(st.one_of(MADE, DONE), max_size=12))
@example(says=[("made", KINDS[0], 7)] * 3 + [("make_current", 2, 0), ("discard", 2, 0), ("made", KINDS[0], 7)])
@example(says=[("made", KINDS[2], 7)] * 2 + [("made", KINDS[3], 7), ("discard", 2, 0), ("make_current", 1, 0)])
@example(says=[("made", KINDS[1], 7), ("stopped", KINDS[1], 7), ("unmute", 2, 0), ("expire", KINDS[0], 7)])
def test_both_books_say_the_same_of_versions(sqlite_template: Path, says: list[Said]) -> None:
    """Which version a place is at, which came before, and which message shows what agree after every verb."""
    asyncio.run(_version(sqlite_template, says))


async def _version(template: Path, says: list[Said]) -> None:
    async with both(template) as (desk, memory):
        for name, what, home in says:
            desk.clock.time += 1
            if name == "expire":
                assert await desk.book.expire(desk.clock.now() - 2) == await memory.expire(desk.clock.now() - 2)
            elif isinstance(what, PlaceKind):
                await _make(desk, memory, what, home, stopped=name == "stopped")
            elif what in memory.jobs:
                assert await VERSIONS[name](desk.book, what) == await VERSIONS[name](memory, what)
            for one in HOMES:
                assert await desk.book.current(one) == await memory.current(one)
            for job in range(1, 6):
                assert await desk.book.version_before(job) == await memory.version_before(job)
                for message in (500 + job, 600 + job):
                    assert await desk.book.shown_in(message) == await memory.shown_in(message)


async def _make(desk: Desk, memory: MemoryBook, kind: PlaceKind, home: int, *, stopped: bool) -> None:
    """A job with results in this home, in both books; `stopped` too late, so that it is kept behind a button."""
    request, hold = desk.request(kind=kind), desk.lines()
    books: tuple[Book, ...] = (desk.book, memory)
    for book in books:
        job = (await book.place(request, hold, PREDICTED)).job.id
        await book.announced(job, Announcement(2, 1000 + job, home))
        await book.claim(job)
        attempt = await book.sent(job, PROVIDER)
        if stopped:
            await book.cancel(job)
        await book.finish(job, attempt or "", Settlement(HALF, (PICTURE,)), None)
        await book.delivered(job)
