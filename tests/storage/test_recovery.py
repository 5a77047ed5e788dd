"""What a start makes of the jobs that the last process left."""

from bot.domain.errors import OutcomeUnknown, Poisoned
from bot.domain.job import State
from tests.storage.desk import NOON, PREDICTED, Desk


async def test_a_start_puts_every_job_where_it_may_safely_go_on(desk: Desk) -> None:
    """Running goes back to the queue with its hold, sent becomes unknown, and everything else stays."""
    states = {state: (await desk.bring(state))[0].id for state in State}

    moved = await desk.book.recover(OutcomeUnknown())

    after = {state: (await desk.job(job_id)).state for state, job_id in states.items()}
    assert after == {state: state for state in State} | {State.RUNNING: State.QUEUED, State.SENT: State.UNKNOWN}
    assert {job.id for job in moved} == {states[State.RUNNING], states[State.SENT]}
    assert await desk.balanced()


async def test_what_was_sent_is_suspense_of_the_house(desk: Desk) -> None:
    """The member's hold is released, the house reckons with the prediction, and the attempt is closed as unknown."""
    job, _ = await desk.bring(State.SENT)

    (unknown,) = await desk.book.recover(OutcomeUnknown())

    assert (unknown.id, type(unknown.trouble), unknown.ended_at) == (job.id, OutcomeUnknown, NOON)
    assert await desk.left(desk.lines()) == ((0, 0), (0, 0), (PREDICTED, 0))
    assert [(row["state"], row["code"]) for row in (await desk.rows())["attempts"]] == [("unknown", "OutcomeUnknown")]


async def test_every_unfinished_job_has_a_ticket_afterwards(desk: Desk) -> None:
    """Tickets that are missing are written again, and only for jobs that are not over."""
    jobs = {state: (await desk.bring(state))[0].id for state in State}
    await desk.execute("DELETE FROM tickets")

    await desk.book.recover(OutcomeUnknown())

    over = {jobs[State.DELIVERED], jobs[State.TOLD]}
    assert await desk.ticketed() == set(jobs.values()) - over


async def test_a_job_that_stopped_the_bot_twice_is_not_tried_again(desk: Desk) -> None:
    """The second process that dies while it prepares a job was the last: the job fails and costs nothing."""
    job = await desk.place()
    await desk.book.claim(job.id)
    (first,) = await desk.book.recover(OutcomeUnknown())
    await desk.book.claim(job.id)

    (second,) = await desk.book.recover(OutcomeUnknown())

    assert (first.state, second.state, type(second.trouble)) == (State.QUEUED, State.FAILED, Poisoned)
    assert await desk.left(desk.lines()) == ((0, 0), (0, 0), (0, 0))
    assert await desk.ticketed() == {job.id}
    assert await desk.balanced()


async def test_a_job_that_was_given_back_did_not_stop_the_bot(desk: Desk) -> None:
    """Restarts that end well do not count against a job."""
    job = await desk.place()
    for _ in range(3):
        await desk.book.claim(job.id)
        await desk.book.lose(job.id)
    await desk.book.claim(job.id)

    (recovered,) = await desk.book.recover(OutcomeUnknown())

    assert (recovered.state, recovered.claims) == (State.QUEUED, 4)


async def test_a_start_after_a_quiet_end_moves_nothing(desk: Desk) -> None:
    """Where nothing was interrupted nothing changes."""
    await desk.bring(State.DONE)
    before = await desk.rows()

    assert await desk.book.recover(OutcomeUnknown()) == []
    assert await desk.rows() == before
