"""Versions: a thread is at the last that all can see, goes back and forth, and forgets what is taken away."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.draft import DraftState
from bot.domain.job import Job, State
from bot.domain.request import InputFile, PlaceKind
from bot.storage.emptying import GONE, LOST
from bot.workflow.ports import Settlement
from tests.storage.desk import PICTURE, PREDICTED, Desk

HOME, ELSEWHERE = 77, 78
HIDDEN = [PlaceKind.PRIVATE, PlaceKind.ANSWER]


async def current(desk: Desk, home: int = HOME) -> int | None:
    job = await desk.book.current(home)
    return job.id if job else None


async def before(desk: Desk, job: Job) -> int | None:
    found = await desk.book.version_before(job.id)
    return found.id if found else None


async def test_a_message_shows_one_jobs_results(desk: Desk) -> None:
    """Any of the messages that its results were posted in leads to the job, with its results; others to none."""
    first, second = await desk.version(HOME), await desk.version(HOME)
    for part, message in ((1, 500), (2, 501)):
        await desk.book.posted(first.id, part, message)
    await desk.book.posted(second.id, 1, 502)

    assert [await desk.book.shown_in(message) for message in (500, 501, 502)] == [first, first, second]
    assert await desk.book.shown_in(503) is None


async def test_a_thread_is_at_its_last_version(desk: Desk) -> None:
    """From the moment it is made; each thread for itself, and a thread without any is at none."""
    first = await desk.version(HOME)
    other = await desk.version(ELSEWHERE)
    assert (await desk.book.current(HOME), await before(desk, first)) == (first, None)
    second = await desk.version(HOME)

    assert (await current(desk), await current(desk, ELSEWHERE), await current(desk, 1)) == (second.id, other.id, None)
    assert await before(desk, second) == first.id
    assert await desk.book.version_before(1000) is None


async def test_a_job_that_has_brought_nothing_changes_nothing(desk: Desk) -> None:
    """What is still made, failed or was stopped is no version."""
    first = await desk.version(HOME)
    for state in (State.QUEUED, State.SENT, State.TOLD, State.CANCELLED):
        job, _ = await desk.bring(state)
        await desk.announce(job, HOME)
        await desk.book.make_current(job.id)

    assert await current(desk) == first.id
    assert await before(desk, job) is None


async def test_going_back_and_on(desk: Desk) -> None:
    """After undo the thread is at the version before; what is made then is the next, and comes after the last."""
    first, second = await desk.version(HOME), await desk.version(HOME)

    await desk.book.make_current(first.id)
    undone = await current(desk)
    third = await desk.version(HOME)

    assert undone == first.id
    assert (third.version, await current(desk)) == (3, third.id)
    assert await before(desk, third) == second.id


async def test_jobs_of_several_calls_are_versions_too(desk: Desk) -> None:
    """One that ends short of what was asked is what the thread is at."""
    job, attempt = await desk.bring_banked(State.SENT)
    await desk.announce(job, HOME)

    await desk.book.finish_short(job.id, attempt, "ProviderDown", None)

    assert await current(desk) == job.id


async def test_what_was_not_shown_is_no_version_until_it_is(desk: Desk) -> None:
    """A thread is not at results that its member stopped; when they are shown after all, it is, unless it went on."""
    first = await desk.version(HOME)
    muted = await desk.version(HOME, muted=True)
    kept_from = await current(desk)
    await desk.book.unmute(muted.id)
    shown = await current(desk)
    third = await desk.version(HOME, muted=True)
    fourth = await desk.version(HOME)

    assert (kept_from, shown) == (first.id, muted.id)
    assert await before(desk, fourth) == muted.id
    await desk.book.unmute(third.id)
    assert await current(desk) == fourth.id


async def test_a_channel_without_threads_is_at_the_last_result(desk: Desk) -> None:
    """But it counts no versions, so that nobody goes back to somebody else's picture there."""
    first = await desk.version(HOME, PlaceKind.IN_PLACE)
    second = await desk.version(HOME, PlaceKind.IN_PLACE)

    assert (first.version, second.version) == (1, 1)
    assert (await current(desk), await before(desk, second)) == (second.id, None)
    await desk.book.make_current(first.id)
    assert await current(desk) == first.id
    await desk.book.discard(first.id)
    assert await current(desk) is None


@pytest.mark.parametrize("kind", HIDDEN)
async def test_what_only_its_member_sees_is_no_version_of_the_place(desk: Desk, kind: PlaceKind) -> None:
    """It neither counts nor is found there, by whichever way it is looked for."""
    first = await desk.version(HOME)
    private = await desk.version(HOME, kind)
    await desk.book.make_current(private.id)
    assert (private.version, await current(desk), await before(desk, private)) == (1, first.id, None)
    second = await desk.version(HOME)

    await desk.book.discard(first.id)

    assert (second.version, await before(desk, second)) == (2, None)
    await desk.book.discard(second.id)
    assert await current(desk) is None


async def test_a_counted_channel_gives_no_number_to_what_is_not_counted(desk: Desk) -> None:
    """Where threads were counted in a channel once, an edit in place is version 1 all the same."""
    for _ in range(2):
        await desk.version(HOME, PlaceKind.CHANNEL)

    assert (await desk.version(HOME, PlaceKind.IN_PLACE)).version == 1
    assert (await desk.version(HOME, PlaceKind.CHANNEL)).version == 3


async def test_discarding_takes_the_pictures_and_the_words(desk: Desk) -> None:
    """The job stays with its money and its number; prompt, names and pictures are gone, and done twice it is done."""
    job = await desk.version(HOME)
    await desk.book.posted(job.id, 1, 500)

    gone = await desk.book.discard(job.id)
    again = await desk.book.discard(job.id)

    assert gone is not None
    assert gone == again == await desk.book.shown_in(500)
    assert (gone.state, gone.charged, gone.version) == (job.state, job.charged, job.version)
    assert (gone.request.prompt, {one.blob for one in gone.results}) == ("", {GONE})
    assert await desk.book.blobs_in_use(0) == {GONE}
    assert await desk.balanced()


@pytest.mark.parametrize("state", [state for state in State if state not in (State.DELIVERED, State.TOLD)])
async def test_only_what_is_over_is_discarded(desk: Desk, state: State) -> None:
    """A job that is still worked on or delivered is left alone, and so is one that does not exist."""
    job, _ = await desk.bring(state)
    rows = await desk.rows()

    assert await desk.book.discard(job.id) is None
    assert await desk.book.discard(job.id + 1) is None
    assert await desk.rows() == rows


async def test_the_version_before_takes_the_place_of_a_discarded_one(desk: Desk) -> None:
    """Whether it was the current one or one on the way back; the last to go leaves the thread at none."""
    first, second, third, fourth = [await desk.version(HOME) for _ in range(4)]
    await desk.book.discard(second.id)
    assert (await current(desk), await before(desk, third)) == (fourth.id, first.id)
    await desk.book.make_current(third.id)

    await desk.book.discard(third.id)

    assert await current(desk) == first.id
    await desk.book.discard(first.id)
    assert await current(desk) is None
    assert (await desk.version(HOME)).version == 5


async def test_what_has_expired_is_no_version(desk: Desk) -> None:
    """Its pictures are gone, so nobody goes back to it; a young version after it is what the thread is at."""
    old = await desk.version(HOME)
    desk.clock.time += 100
    young = await desk.version(HOME)

    await desk.book.expire(desk.clock.now())

    assert (await current(desk), await before(desk, young)) == (young.id, None)
    await desk.book.make_current(old.id)
    assert await current(desk) is None


async def test_a_thread_goes_on_when_a_member_is_forgotten(desk: Desk) -> None:
    """Versions of others stay where they are; of the forgotten member's the thread knows nothing more."""
    theirs = await desk.announce(await desk.place(user=43, kind=PlaceKind.THREAD), HOME)
    await desk.finish(theirs, await desk.send(theirs))
    await desk.book.delivered(theirs.id)
    await desk.version(HOME)

    await desk.book.forget(42, "5f1c0de5f1c0de5f")

    assert await current(desk) == theirs.id
    assert (await desk.version(HOME)).version == 3


async def test_edits_that_end_at_once_leave_the_thread_at_one_of_them(desk: Desk) -> None:
    """The one with the highest number, for number and place are written together."""
    jobs = [await desk.announce(await desk.place(kind=PlaceKind.THREAD), HOME) for _ in range(6)]
    attempts = [await desk.send(job) for job in jobs]

    done = await asyncio.gather(*(desk.finish(job, attempt) for job, attempt in zip(jobs, attempts, strict=True)))

    assert await current(desk) == max((job.version or 0, job.id) for job in done if job)[1]


async def test_what_was_deleted_stays_hidden(desk: Desk) -> None:
    """A job that was stopped too late and then deleted has nothing to show."""
    job = await desk.version(HOME, muted=True)
    await desk.book.discard(job.id)

    assert await desk.book.unmute(job.id) is None
    assert (await desk.job(job.id)).state is State.TOLD


async def test_what_was_made_of_what_was_deleted(desk: Desk) -> None:
    """The file leaves the edits that are over, not those under way, and not what another edit has brought as well."""
    own, both = replace(PICTURE, blob="1" * 64, untouched="2" * 64), replace(PICTURE, blob="3" * 64)
    files = tuple(InputFile(letter * 64, f"{letter}.png", 1) for letter in "1234")
    first, second = await desk.place(), await desk.place(user=43)
    for job, brought in ((first, (own, both)), (second, (both,))):
        await desk.book.finish(job.id, await desk.send(job), Settlement(1, brought), None)
        await desk.book.delivered(job.id)
    later = []
    for over in (True, False):
        request = replace(desk.request(user=44), pictures=files, mask=files[1])
        job = (await desk.book.place(request, desk.lines(44), PREDICTED)).job
        if over:
            await desk.finish(job, await desk.send(job))
            await desk.book.delivered(job.id)
        later.append(job)
    draft = await desk.book.draft(
        replace(desk.request(user=44), pictures=files, mask=None), PREDICTED, desk.clock.now() + 60
    )

    await desk.book.discard(first.id)

    left, whole = [(await desk.job(job.id)).request for job in later]
    assert (left.pictures, left.mask) == ((LOST, LOST, *files[2:]), LOST)
    assert (whole.pictures, whole.mask) == (files, files[1])
    assert [one.id for one in await desk.book.late_drafts()] == [draft.id]
    await desk.book.cancel(later[1].id)
    await desk.book.delivered(later[1].id)
    await desk.book.close_draft(draft.id, DraftState.EXPIRED)
    assert not {"1" * 64, "2" * 64} & await desk.book.blobs_in_use(later[1].placed_at + 1)
