"""Drafts: an edit waits for a yes without holding anything, and leaves `open` once, for a job or for nothing."""

import asyncio
import json
from dataclasses import replace

import pytest

from bot.domain.draft import LIVES_S, Draft, DraftState
from bot.domain.errors import ImagesSpent, NotAgreed, OutcomeUnknown
from bot.domain.job import State
from bot.domain.quota import Limits
from bot.domain.request import EditRequest, InputFile
from bot.storage.book import Book
from bot.storage.drafts import LATE_AT_A_TIME
from bot.storage.errors import RuleBroken
from bot.workflow.ports import Placed
from tests.storage.desk import NOON, PREDICTED, Desk

SCANT = Limits(1, 10**9, 10**9)
WITHOUT_A_JOB = [DraftState.DROPPED, DraftState.EXPIRED]


class BrokenTickets:
    """Tickets that cannot be written, as if the process ended in the middle of a transaction."""

    async def enqueue(self, tx: object, job_id: int, user_id: int, guild_id: int | None) -> None:
        raise ConnectionError

    async def hasten(self, tx: object, job_id: int) -> None:
        raise ConnectionError

    async def end(self, tx: object, job_id: int) -> None:
        raise ConnectionError


async def ask(desk: Desk, request: EditRequest | None = None, lives: float = LIVES_S) -> Draft:
    return await desk.book.draft(request or desk.request(), PREDICTED, desk.clock.now() + lives)


async def agree(desk: Desk, draft: Draft) -> Placed:
    return await desk.book.place(draft.request, desk.lines(), draft.predicted, draft.id)


async def state(desk: Desk, draft: Draft) -> DraftState | None:
    found = await desk.book.drafted(draft.id)
    return found.state if found else None


async def test_a_draft_is_kept_as_it_was_asked(desk: Desk) -> None:
    """The request, what it may cost and how long it waits come back from the row."""
    request = desk.request()

    draft = await ask(desk, request)

    assert draft == Draft(draft.id, DraftState.OPEN, request, PREDICTED, NOON, NOON + LIVES_S)
    assert await desk.book.drafted(draft.id) == draft
    assert await desk.book.drafted(draft.id + 1) is None


async def test_a_draft_holds_nothing(desk: Desk) -> None:
    """No job, no window, no entry and no ticket stands behind a draft, whatever becomes of it but a yes."""
    before = await desk.rows()

    drafts = [await ask(desk) for _ in range(3)]
    await desk.book.close_draft(drafts[0].id, DraftState.DROPPED)
    await desk.book.close_draft(drafts[1].id, DraftState.EXPIRED)

    after = await desk.rows()
    assert len(after.pop("drafts")) == 3
    assert {"drafts": [], **after} == before
    assert await desk.balanced()


async def test_a_yes_places_the_job_and_closes_the_draft(desk: Desk) -> None:
    """Job, hold, ticket and the agreed draft are one transaction; the question becomes the job's status message."""
    asked = await desk.book.asked((await ask(desk)).id, 77)

    placed = await agree(desk, asked)

    assert (placed.fresh, placed.job.state, placed.job.request) == (True, State.QUEUED, asked.request)
    assert placed.job.request.status_message == 77
    assert await state(desk, asked) is DraftState.AGREED
    assert await desk.left(desk.lines()) == ((0, 1), (0, PREDICTED), (0, PREDICTED))
    assert await desk.ticketed() == {placed.job.id}
    assert await desk.balanced()


async def test_a_second_yes_leads_to_the_same_job(desk: Desk) -> None:
    """However late it comes: the draft is agreed, so its time no longer counts."""
    draft = await ask(desk)
    first = await agree(desk, draft)
    desk.clock.time += 2 * LIVES_S

    second = await agree(desk, draft)

    assert (second.fresh, second.job) == (False, first.job)
    assert await desk.left(desk.lines()) == ((0, 1), (0, PREDICTED), (0, PREDICTED))


async def test_an_origin_asks_once(desk: Desk) -> None:
    """Ten deliveries of one interaction at the same moment make one draft, and the first one's terms stand."""
    request = desk.request()

    drafts = await asyncio.gather(*(ask(desk, request) for _ in range(10)))
    later = await desk.book.draft(request, 2 * PREDICTED, NOON + 1)

    assert drafts == [later] * 10
    assert len((await desk.rows())["drafts"]) == 1


@pytest.mark.parametrize("end", WITHOUT_A_JOB)
async def test_a_question_that_comes_again_finds_what_became_of_it(desk: Desk, end: DraftState) -> None:
    """A redelivery does not open again what was dropped or agreed."""
    closed, agreed = await ask(desk), await ask(desk)
    await desk.book.close_draft(closed.id, end)
    await agree(desk, agreed)

    again = [await ask(desk, draft.request) for draft in (closed, agreed)]

    assert again == [replace(closed, state=end), replace(agreed, state=DraftState.AGREED)]


async def test_the_first_question_stays(desk: Desk) -> None:
    """A draft is asked about in one message, which is its status message and is written in one place."""
    draft = await ask(desk)
    first = await desk.book.asked(draft.id, 77)

    second = await desk.book.asked(draft.id, 78)

    assert first == second == replace(draft, request=replace(draft.request, status_message=77))
    (row,) = (await desk.rows())["drafts"]
    assert (row["message_id"], json.loads(row["request"])["status_message"]) == (77, None)
    with pytest.raises(LookupError):
        await desk.book.asked(draft.id + 1, 77)


async def test_a_draft_of_a_request_that_has_its_message_keeps_it(desk: Desk) -> None:
    """An edit that is asked about in a message that was there before comes back with it."""
    draft = await ask(desk, replace(desk.request(), status_message=76))

    assert draft.request.status_message == 76
    assert (await desk.book.asked(draft.id, 77)).request.status_message == 76
    (row,) = (await desk.rows())["drafts"]
    assert (row["message_id"], json.loads(row["request"])["status_message"]) == (76, None)


async def test_a_refused_allowance_leaves_the_draft_open(desk: Desk) -> None:
    """Where the money is spent nothing changes, and the member may say yes again when there is some."""
    draft = await ask(desk)
    before = await desk.rows()

    with pytest.raises(ImagesSpent):
        await desk.book.place(draft.request, desk.lines(images=2, limits=SCANT), PREDICTED, draft.id)
    after = await desk.rows()
    placed = await agree(desk, draft)

    assert after == before
    assert placed.fresh


async def test_a_crash_within_the_yes_leaves_the_draft_open(desk: Desk) -> None:
    """What ends before its transaction does has changed nothing: neither half of a yes is ever seen alone."""
    draft = await ask(desk)
    before = await desk.rows()

    with pytest.raises(ConnectionError):
        await Book(desk.database, BrokenTickets(), desk.clock).place(draft.request, desk.lines(), PREDICTED, draft.id)

    assert await desk.rows() == before
    assert (await agree(desk, draft)).fresh


@pytest.mark.parametrize("end", WITHOUT_A_JOB)
async def test_a_draft_that_was_closed_cannot_be_agreed(desk: Desk, end: DraftState) -> None:
    """After a no, or when it was called late, a yes places and holds nothing."""
    draft = await ask(desk)
    await desk.book.close_draft(draft.id, end)
    before = await desk.rows()

    with pytest.raises(NotAgreed):
        await agree(desk, draft)
    assert await desk.rows() == before


@pytest.mark.parametrize(("waited", "agreed"), [(LIVES_S - 1, True), (LIVES_S, False), (LIVES_S + 1, False)])
async def test_a_yes_has_its_time(desk: Desk, waited: float, agreed: bool) -> None:
    """From the moment it expires, a draft is late, and cannot be agreed even if nobody has closed it yet."""
    draft = await ask(desk)
    desk.clock.time += waited

    late = await desk.book.late_drafts()
    answers = await asyncio.gather(agree(desk, draft), return_exceptions=True)

    assert [isinstance(answer, Placed) for answer in answers] == [agreed]
    assert [isinstance(answer, NotAgreed) for answer in answers] == [not agreed]
    assert late == ([] if agreed else [draft])
    assert len((await desk.rows())["jobs"]) == agreed


async def test_a_yes_is_for_its_own_edit(desk: Desk) -> None:
    """A draft of another origin, or none, places nothing: the same yes could else be good for two jobs."""
    draft = await ask(desk)
    before = await desk.rows()

    for request, number in ((desk.request(), draft.id), (draft.request, draft.id + 1)):
        with pytest.raises(LookupError):
            await desk.book.place(request, desk.lines(), PREDICTED, number)
    assert await desk.rows() == before


async def test_a_draft_of_an_origin_with_a_job_leads_to_it(desk: Desk) -> None:
    """An origin that placed without asking, and asks when it comes again, still has one job."""
    request = desk.request()
    first = await desk.book.place(request, desk.lines(), PREDICTED)

    second = await agree(desk, await ask(desk, request))

    assert (second.fresh, second.job) == (False, first.job)


async def test_a_draft_is_closed_once(desk: Desk) -> None:
    """The second end of a draft is None and changes nothing; agreed is no end without a job, and open is none."""
    draft = await ask(desk)
    dropped = await desk.book.close_draft(draft.id, DraftState.DROPPED)
    before = await desk.rows()

    assert dropped == replace(draft, state=DraftState.DROPPED)
    assert [await desk.book.close_draft(draft.id, end) for end in WITHOUT_A_JOB] == [None, None]
    assert await desk.book.close_draft(draft.id + 1, DraftState.DROPPED) is None
    for end in (DraftState.AGREED, DraftState.OPEN):
        with pytest.raises(ValueError, match="has to be placed"):
            await desk.book.close_draft(draft.id, end)
    assert await desk.rows() == before


async def test_late_drafts_come_oldest_first(desk: Desk) -> None:
    """Open drafts whose time is over, by when it was over; those that are closed or still wait are left out."""
    second, first, dropped = await ask(desk, lives=20), await ask(desk, lives=10), await ask(desk, lives=5)
    await ask(desk, lives=31)
    await desk.book.close_draft(dropped.id, DraftState.DROPPED)
    desk.clock.time += 30

    assert await desk.book.late_drafts() == [first, second]


async def test_late_drafts_come_a_hundred_at_a_time(desk: Desk) -> None:
    """However many are late, a look at them stays small; the others come when these are closed."""
    for number in range(LATE_AT_A_TIME + 1):
        await ask(desk, lives=-number)

    late = await desk.book.late_drafts()

    assert [NOON - draft.expires_at for draft in late] == list(range(LATE_AT_A_TIME, 0, -1))


async def test_a_start_leaves_drafts_alone(desk: Desk) -> None:
    """A restart neither agrees to a draft nor closes one."""
    draft = await ask(desk)

    assert await desk.book.recover(OutcomeUnknown()) == []
    assert await desk.book.drafted(draft.id) == draft


async def test_the_pictures_of_an_open_draft_are_in_use(desk: Desk) -> None:
    """However old a draft is, its pictures stay while a yes may come, and no longer unless it is a job."""
    mask = InputFile("f" * 64, "mask.png", 1)
    request = replace(desk.request(), pictures=(InputFile("e" * 64, "x.png", 1),), mask=mask)
    draft, dropped = await ask(desk, request), await ask(desk)
    await desk.book.close_draft(dropped.id, DraftState.DROPPED)
    desk.clock.time += LIVES_S - 1

    waiting = await desk.book.blobs_in_use(desk.clock.now())
    await agree(desk, draft)
    placed = await desk.book.blobs_in_use(desk.clock.now() + 1)

    assert waiting == placed == {"e" * 64, "f" * 64}


async def test_the_database_keeps_the_rules_of_drafts(desk: Desk) -> None:
    """A state that nobody knows, an end without its time and money below nothing are refused by the database."""
    await ask(desk)

    for change in ("state = 'perhaps', closed_at = 1", "state = 'dropped'", "closed_at = 1", "predicted = -1"):
        with pytest.raises(RuleBroken):
            await desk.execute(f"UPDATE drafts SET {change}")


# ── at the same moment ──────────────────────────────────────────────────────────────────────────────────────


async def test_many_yeses_at_once_make_one_job(desk: Desk) -> None:
    """A button pressed eight times at once holds once."""
    draft = await ask(desk)

    placed = await asyncio.gather(*(agree(desk, draft) for _ in range(8)))

    assert len({one.job.id for one in placed}) == 1
    assert sorted(one.fresh for one in placed) == [False] * 7 + [True]
    assert await desk.left(desk.lines()) == ((0, 1), (0, PREDICTED), (0, PREDICTED))
    assert await desk.balanced()


@pytest.mark.parametrize("end", WITHOUT_A_JOB)
async def test_of_a_yes_and_a_no_at_once_one_wins(desk: Desk, end: DraftState) -> None:
    """Whichever comes first: either there is a job and the draft is agreed, or neither."""
    for turn in range(6):
        draft, jobs = await ask(desk), len((await desk.rows())["jobs"])
        verbs = [agree(desk, draft), desk.book.close_draft(draft.id, end)]

        # Of two that are started together the first mostly wins, so they take turns.
        answers = await asyncio.gather(*(verbs if turn % 2 else verbs[::-1]), return_exceptions=True)

        agreed = any(isinstance(answer, Placed) for answer in answers)
        assert any(isinstance(answer, Draft) for answer in answers) != agreed
        assert any(isinstance(answer, NotAgreed) for answer in answers) != agreed
        assert await state(desk, draft) is (DraftState.AGREED if agreed else end)
        assert len((await desk.rows())["jobs"]) == jobs + agreed
    assert await desk.balanced()


async def test_how_many_are_open(desk: Desk) -> None:
    """Of this member, and not the one that is asked about once more."""
    first, second = desk.request(), desk.request()
    for request in (first, second, desk.request(user=43)):
        await desk.book.draft(request, PREDICTED, NOON + 60)
    dropped = await desk.book.draft(desk.request(), PREDICTED, NOON + 60)
    await desk.book.close_draft(dropped.id, DraftState.DROPPED)

    assert await desk.book.open_drafts(42, desk.request().origin) == 2
    assert await desk.book.open_drafts(42, first.origin) == 1
    assert await desk.book.open_drafts(43, first.origin) == 1
    assert await desk.book.open_drafts(44, first.origin) == 0
