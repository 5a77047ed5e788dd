"""Every verb of the book from every state: the table in `domain` is what the rows obey."""

from collections.abc import Awaitable, Callable

import pytest

from bot.domain.errors import OutcomeUnknown, ProviderDown
from bot.domain.job import MOVES, Job, Move, State, advance
from bot.storage.book import Book
from bot.workflow.ports import Settlement
from tests.storage.desk import COST, PICTURE, PROVIDER, Desk

Verb = Callable[[Book, Job, str], Awaitable[object]]

VERBS: dict[Move, Verb] = {
    Move.CLAIM: lambda book, job, _: book.claim(job.id),
    Move.SEND: lambda book, job, _: book.sent(job.id, PROVIDER),
    Move.REFUSE: lambda book, job, attempt: book.refused(job.id, attempt, "ProviderBusy", "req_1"),
    Move.BANK: lambda book, job, attempt: book.bank(job.id, attempt, Settlement(COST, (PICTURE,)), "req_1"),
    Move.FINISH: lambda book, job, attempt: book.finish(job.id, attempt, Settlement(COST, (PICTURE,)), "req_1"),
    Move.FAIL: lambda book, job, _: book.fail(job.id, ProviderDown()),
    Move.DOUBT: lambda book, job, attempt: book.doubt(job.id, attempt, OutcomeUnknown(), "req_1"),
    Move.LOSE: lambda book, job, _: book.lose(job.id),
    Move.CANCEL: lambda book, job, _: book.cancel(job.id),
    Move.DELIVER: lambda book, job, _: book.delivered(job.id),
}
# A job that was sent is lost only by the next start, which calls it unknown; one that is running is finished only
# where pictures are banked.
POSSIBLE = frozenset(MOVES) - {(State.SENT, Move.LOSE), (State.RUNNING, Move.FINISH)}


@pytest.mark.parametrize("move", Move)
async def test_a_verb_moves_a_job_only_as_the_table_says(desk: Desk, move: Move) -> None:
    """From every state a verb either does what the table says, with balanced books, or nothing at all."""
    for state in State:
        job, attempt = await desk.bring(state)
        before = await desk.rows()

        answer = await VERBS[move](desk.book, job, attempt)

        if (state, move) in POSSIBLE:
            assert answer is not None, state
            assert (await desk.job(job.id)).state == advance(state, move)
        else:
            assert answer is None, state
            assert await desk.rows() == before
        assert await desk.balanced()


async def test_a_verb_returns_the_job_as_the_book_has_it(desk: Desk) -> None:
    """What a verb returns is what the next look at the job shows."""
    job = await desk.place()
    assert await desk.book.claim(job.id) == await desk.job(job.id)
    attempt = await desk.book.sent(job.id, PROVIDER) or ""
    assert await desk.finish(job, attempt) == await desk.job(job.id)
    assert await desk.book.delivered(job.id) == await desk.job(job.id)


@pytest.mark.parametrize("verb", ["refused", "bank", "finish", "fail", "doubt"])
async def test_an_attempt_that_is_over_moves_nothing(desk: Desk, verb: str) -> None:
    """Whoever comes back with an older attempt finds that the job has gone on without him."""
    job = await desk.place()
    old = await desk.send(job)
    await desk.book.refused(job.id, old, "ProviderBusy", None)
    new = await desk.book.sent(job.id, PROVIDER)
    before = await desk.rows()
    late: dict[str, Verb] = {
        "refused": VERBS[Move.REFUSE],
        "bank": VERBS[Move.BANK],
        "finish": VERBS[Move.FINISH],
        "doubt": VERBS[Move.DOUBT],
        "fail": lambda book, job, attempt: book.fail(job.id, ProviderDown(), attempt),
    }

    answer = await late[verb](desk.book, job, old)

    assert (answer, new == old) == (None, False)
    assert await desk.rows() == before


async def test_attempts_tell_how_each_call_ended(desk: Desk) -> None:
    """An attempt is a row of its own: whom it asked, the provider's request id and what was said."""
    job = await desk.place()
    first = await desk.send(job)
    await desk.book.refused(job.id, first, "ProviderBusy", "req_1")
    second = await desk.book.sent(job.id, "azure") or ""
    await desk.book.finish(job.id, second, Settlement(COST, (PICTURE,)), "req_2")

    attempts = (await desk.rows())["attempts"]

    columns = ("id", "provider", "state", "code", "request_id")
    assert [tuple(row[column] for column in columns) for row in attempts] == [
        (first, PROVIDER, "refused", "ProviderBusy", "req_1"),
        (second, "azure", "answered", None, "req_2"),
    ]


async def test_a_claim_is_counted(desk: Desk) -> None:
    """Each claim counts, also after the job was given back."""
    job = await desk.place()
    first = await desk.book.claim(job.id)
    await desk.book.lose(job.id)

    second = await desk.book.claim(job.id)

    assert (first and first.claims, second and second.claims) == (1, 2)


@pytest.mark.parametrize("state", [State.SENT, State.DONE])
async def test_a_cancel_after_the_call_only_mutes(desk: Desk, state: State) -> None:
    """What is being paid for goes on; a muted job that is done is told and no longer delivered."""
    job, attempt = await desk.bring(state)

    cancelled = await desk.book.cancel(job.id)

    assert cancelled is not None
    assert (cancelled.state, cancelled.muted) == (state, True)
    if state is State.SENT:
        await desk.finish(job, attempt)
    delivered = await desk.book.delivered(job.id)
    assert delivered is not None
    assert (delivered.state, delivered.charged) == (State.TOLD, COST)


async def test_a_muted_job_makes_no_further_call(desk: Desk) -> None:
    """A job that was cancelled while it was sent, and refused, is not sent again; it can be cancelled then."""
    job, attempt = await desk.bring(State.SENT)
    await desk.book.cancel(job.id)
    await desk.book.refused(job.id, attempt, "ProviderBusy", None)

    again = await desk.book.sent(job.id, PROVIDER)

    assert again is None
    assert len((await desk.rows())["attempts"]) == 1
    cancelled = await desk.book.cancel(job.id)
    assert cancelled is not None
    assert cancelled.state is State.CANCELLED
    assert await desk.balanced()


async def test_delivered_ends_the_ticket(desk: Desk) -> None:
    """A job has its ticket until it is over for the member."""
    job, _ = await desk.bring(State.DONE)
    before = await desk.ticketed()

    await desk.book.delivered(job.id)

    assert (before, await desk.ticketed()) == ({job.id}, set())


async def test_a_job_that_was_shown_meanwhile_is_not_told_as_muted(desk: Desk) -> None:
    """Who reported a muted job, and finds that Show was pressed, ends nothing: the pictures are still to be posted."""
    job, _ = await desk.bring(State.DONE, muted=True)
    await desk.book.unmute(job.id)

    assert await desk.book.delivered(job.id, muted=True) is None
    assert (await desk.job(job.id)).state is State.DONE
    assert await desk.ticketed() == {job.id}


@pytest.mark.parametrize("told", [True, False])
async def test_unmute_gives_the_pictures_back_to_delivery(desk: Desk, told: bool) -> None:
    """The pictures of a muted job can be had after all, once it is told as well as before."""
    job, _ = await desk.bring(State.DONE, muted=True)
    if told:
        await desk.book.delivered(job.id)

    wanted = await desk.book.unmute(job.id)

    assert wanted is not None
    assert (wanted.state, wanted.muted, wanted.results) == (State.DONE, False, (PICTURE,))
    assert await desk.ticketed() == {job.id}
    assert await desk.balanced()


@pytest.mark.parametrize("state", State)
async def test_unmute_needs_a_muted_job_with_pictures(desk: Desk, state: State) -> None:
    """A job that was never muted stays where it is."""
    job, _ = await desk.bring(state)
    before = await desk.rows()

    assert await desk.book.unmute(job.id) is None
    assert await desk.rows() == before


async def test_unmute_finds_nothing_in_a_muted_job_whose_outcome_is_unknown(desk: Desk) -> None:
    """A job that was muted and came to no picture is not called done."""
    job, _ = await desk.bring(State.UNKNOWN, muted=True)
    await desk.book.delivered(job.id)

    assert await desk.book.unmute(job.id) is None
    assert (await desk.job(job.id)).state is State.TOLD
