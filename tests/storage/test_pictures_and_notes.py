"""The rest of the book: versions, posted parts, blobs in use, and small texts."""

import asyncio
import json
from dataclasses import replace

import pytest

from bot.domain.job import State
from bot.domain.request import Door, InputFile, MaskWish, Origin, Place, PlaceKind, ResultSize
from bot.storage.database import Database
from bot.storage.rows import request_from, request_text
from bot.workflow.ports import Book as BookPort
from tests.storage.desk import PICTURE, PREDICTED, Desk


def test_a_request_comes_back_from_its_row_as_it_was() -> None:
    """Every field of a request, strange letters included, survives the row."""
    request = Desk(Database("sqlite+aiosqlite:///never-opened.db")).request()
    strange = replace(request, prompt="schön\n“雪” \U0001f3a8", mask=None, parent=3)
    masked = replace(
        request,
        result_size=ResultSize.SAME,
        mask_wish=MaskWish(lock=False, feather=8),
        mask_share=231,
        status_message=2**60,
    )
    private = replace(
        request,
        origin=Origin(Door.PRESS, 2**62),
        place=Place(1, 2, PlaceKind.PRIVATE, parent_id=2**60, adult=True, answer=2**61),
        base=4,
        spoiler=True,
        preset="Restore photo",
    )

    asked = [request, strange, masked, private]
    assert [request_from(request_text(one)) for one in asked] == asked
    assert request_text(strange).isascii()


def test_a_request_of_an_earlier_version_has_nothing_said_of_what_it_did_not_know() -> None:
    """Rows from before masks could be locked, edits asked about, results hidden and places named are read as ever."""
    request = Desk(Database("sqlite+aiosqlite:///never-opened.db")).request()
    said = json.loads(request_text(request))
    for later in ("result_size", "mask_wish", "mask_share", "status_message", "base", "spoiler", "preset"):
        del said[later]
    for later in ("parent_id", "adult", "answer"):
        del said["place"][later]

    assert request_from(json.dumps(said)) == request


@pytest.mark.parametrize("kind", [PlaceKind.CHANNEL, PlaceKind.THREAD])
async def test_a_thread_counts_its_versions(desk: Desk, kind: PlaceKind) -> None:
    """Each edit that is done in a thread is the next version of its picture, and another thread starts at 1."""
    versions = []
    for home in (7, 7, 8, 7):
        job = await desk.announce(await desk.place(kind=kind), home)
        done = await desk.finish(job, await desk.send(job))
        versions.append(done and done.version)

    assert versions == [1, 2, 1, 3]


async def test_in_place_every_edit_is_version_one(desk: Desk) -> None:
    """Where there is no thread there is no picture that the place is about; nor is there for a job without a place."""
    versions = []
    for home in (7, 7, None):
        job = await desk.place(kind=PlaceKind.IN_PLACE if home else PlaceKind.CHANNEL)
        if home is not None:
            await desk.announce(job, home)
        done = await desk.finish(job, await desk.send(job))
        versions.append(done and done.version)

    assert versions == [1, 1, 1]


async def test_results_keep_their_order(desk: Desk) -> None:
    """The pictures of a job come back as they were settled."""
    job = await desk.place(images=3)

    await desk.finish(job, await desk.send(job), pictures=3)

    assert (await desk.job(job.id)).results == (PICTURE,) * 3


async def test_posted_parts_are_remembered_once(desk: Desk) -> None:
    """The first message of a part is the one that counts."""
    job, _ = await desk.bring(State.DONE)
    for part, message in ((1, 100), (2, 200), (1, 999)):
        await desk.book.posted(job.id, part, message)

    assert await desk.book.parts(job.id) == {1: 100, 2: 200}
    assert await desk.book.parts(job.id + 1) == {}


async def test_blobs_of_young_and_of_unfinished_jobs_are_in_use(desk: Desk) -> None:
    """Pictures, masks and results of a job count while it is young or not over."""
    old, _ = await desk.bring(State.DELIVERED)
    desk.clock.time += 100
    unfinished = replace(desk.request(), pictures=(InputFile("e" * 64, "x.png", 1),), mask=None)
    await desk.book.place(unfinished, desk.lines(), PREDICTED)
    desk.clock.time += 100

    everything = await desk.book.blobs_in_use(old.placed_at)
    unfinished_only = await desk.book.blobs_in_use(desk.clock.now())

    assert everything == {letter * 64 for letter in "abcde"}
    assert unfinished_only == {"e" * 64}


async def test_once_is_true_once(desk: Desk) -> None:
    """Of many who ask at the same moment, one is told to speak; other keys are their own."""
    answers = await asyncio.gather(*(desk.book.once("house-spent:2025-11") for _ in range(5)))

    assert sorted(answers) == [False, False, False, False, True]
    assert await desk.book.once("house-spent:2025-12")


async def test_a_note_is_kept_over_the_last_one(desk: Desk) -> None:
    """What was remembered last is recalled; a notice of the same name is something else."""
    await desk.book.once("commands")
    unknown = await desk.book.recall("commands")
    for text in ("first", "second"):
        await desk.book.remember("commands", text)

    assert (unknown, await desk.book.recall("commands")) == (None, "second")


async def test_the_book_obeys_its_port(desk: Desk) -> None:
    """The book can be given to whoever asks for one."""
    port: BookPort = desk.book

    assert port is desk.book
