"""The check of the books: it finds what does not agree, and the ledger itself cannot be changed."""

import pytest

from bot.domain.job import State
from bot.storage import ledger
from bot.storage.errors import RuleBroken
from tests.storage.desk import COST, HOUSE_RULES, NOON, PREDICTED, Desk


async def test_the_books_of_jobs_in_every_state_agree(desk: Desk) -> None:
    """Whatever jobs have been through, every sum can be derived from the ledger."""
    for state in State:
        await desk.bring(state)

    assert await ledger.check(desk.database) == ()


@pytest.mark.parametrize("statement", ["UPDATE ledger SET amount = 1", "DELETE FROM ledger"])
async def test_the_ledger_is_append_only(desk: Desk, statement: str) -> None:
    """The database itself refuses to change or to remove an entry."""
    await desk.bring(State.DONE)
    before = await desk.rows()

    with pytest.raises(RuleBroken, match="append-only"):
        await desk.execute(statement)
    assert await desk.rows() == before


async def test_an_entry_is_written_once(desk: Desk) -> None:
    """A second charge of one job in one window is refused by the database."""
    await desk.bring(State.DONE)

    with pytest.raises(RuleBroken):
        await desk.execute(
            "INSERT INTO ledger (job_id, window_id, kind, amount, at)"
            " SELECT job_id, window_id, kind, amount, at FROM ledger WHERE kind = 'charge'"
        )


async def test_a_hold_cannot_end_by_halves(desk: Desk) -> None:
    """A hold that is closed without being charged or released whole is refused by the database."""
    await desk.bring(State.QUEUED)

    with pytest.raises(RuleBroken):
        await desk.execute("UPDATE holds SET closed_at = 1, charged = amount - 1")


@pytest.mark.parametrize(
    ("column", "delta", "expected"),
    [("held", 5, (0, 5)), ("used", 7, (COST, COST + 7))],
)
async def test_a_window_that_was_tampered_with_is_found(
    desk: Desk, column: str, delta: int, expected: tuple[int, int]
) -> None:
    """A sum that its entries do not make is named with what it should be."""
    await desk.bring(State.DELIVERED)
    await desk.execute(f"UPDATE windows SET {column} = {column} + {delta} WHERE account = 'house'")

    (wrong,) = await ledger.check(desk.database)

    assert (wrong.what, wrong.expected, wrong.found) == (column, *expected)
    assert "micro_usd of house in the month" in wrong.where


async def test_a_lost_entry_is_found(desk: Desk) -> None:
    """An entry that somebody took out, past the trigger, is missed in its window and in its hold."""
    await desk.bring(State.DONE)
    trigger = "ledger_is_append_only_DELETE"
    if desk.database.file is None:
        trigger = "ledger_is_append_only ON ledger"
    await desk.execute(f"DROP TRIGGER {trigger}", "DELETE FROM ledger WHERE kind = 'release'")

    wrong = {(one.what, one.expected, one.found) for one in await ledger.check(desk.database)}

    assert wrong == {("held", PREDICTED - COST, 0), ("released", 0, PREDICTED - COST)}


async def test_a_lost_picture_is_found(desk: Desk) -> None:
    """A job that counts pictures of which no row is left was paid for and cannot deliver."""
    job, _ = await desk.bring(State.DONE)
    await desk.execute("DELETE FROM results")

    (wrong,) = await ledger.check(desk.database)

    assert (wrong.where, wrong.what, wrong.expected, wrong.found) == (f"job {job.id}, done", "pictures", 0, 1)


async def test_a_job_that_says_another_price_than_its_hold_is_found(desk: Desk) -> None:
    """What a member is told to have paid is what the member's money was charged for."""
    await desk.bring(State.DONE)
    await desk.execute("UPDATE jobs SET charged = charged - 1")

    (wrong,) = await ledger.check(desk.database)

    assert (wrong.what, wrong.expected, wrong.found) == ("due of the job", COST - 1, COST)


async def test_a_job_with_pictures_cannot_be_given_up(desk: Desk) -> None:
    """The database itself refuses to fail, to cancel or to doubt a job of which pictures were paid for."""
    job, _ = await desk.bring_banked(State.RUNNING)

    for state in ("failed", "cancelled", "unknown"):
        with pytest.raises(RuleBroken):
            await desk.execute(
                f"UPDATE jobs SET state = '{state}', ended_at = 1, trouble_code = 'Failed' WHERE id = {job.id}"
            )


async def test_a_hold_out_of_step_with_its_job_is_found(desk: Desk) -> None:
    """A settled job with an open hold, and an unfinished one without any, do not agree with themselves."""
    settled, _ = await desk.bring(State.QUEUED)
    empty = (await desk.book.place(desk.request(), (), PREDICTED)).job
    await desk.execute(f"UPDATE jobs SET state = 'cancelled', ended_at = 1 WHERE id = {settled.id}")

    wrong = await ledger.check(desk.database)

    assert {(one.where, one.expected, one.found) for one in wrong} == {
        (f"job {settled.id}, cancelled", 0, 3),
        (f"job {empty.id}, queued", 1, 0),
    }


async def test_show_gives_a_members_entries_newest_first(desk: Desk) -> None:
    """A member's account is shown without the house's and without anybody else's."""
    job = await desk.place(user=1)
    await desk.place(user=2)
    desk.clock.time += 1
    await desk.book.cancel(job.id)

    entries = await ledger.show(desk.database, 1)

    assert [(one.at - NOON, one.kind) for one in entries] == [(1, "release")] * 2 + [(0, "hold")] * 2
    assert {(one.unit, one.period, one.amount) for one in entries} == {
        ("images", "day", 1),
        ("micro_usd", "month", PREDICTED),
    }
    assert len(await ledger.show(desk.database, 1, limit=3)) == 3


async def test_show_has_what_was_decided_too(desk: Desk) -> None:
    """A grant and a correction are entries like any other, tied to their deed, in whichever account they are."""
    await desk.bring(State.DONE)
    await desk.give(5)
    deed = await desk.council.reset(HOUSE_RULES, 42, "")

    entries = await ledger.show(desk.database, 42, limit=3)

    assert [(one.kind, one.account, one.unit, one.amount) for one in entries] == [
        ("correction", "user:42", "micro_usd", COST),
        ("correction", "user:42", "images", 1),
        ("grant", "user:42@1", "images", 5),
    ]
    assert [(one.job_id, one.deed_id) for one in entries] == [(None, deed.id)] * 2 + [(None, deed.id - 1)]
    assert await ledger.show(desk.database, 4) == ()


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE grants SET amount = 6", {("amount", 5, 6)}),
        ("UPDATE grants SET amount = 1", {("amount", 5, 1), ("taken", 1, 2)}),
        ("DELETE FROM grants", {("amount", 5, 0), ("taken", 0, 2)}),
    ],
)
async def test_a_grant_that_was_tampered_with_is_found(
    desk: Desk, statement: str, expected: set[tuple[str, int, int]]
) -> None:
    """A grant is what its entry says, and no more than that was taken of it."""
    await desk.give(5)
    await desk.place_by_rules(images=2)
    await desk.execute(statement)

    wrong = await ledger.check(desk.database)

    assert {(one.what, one.expected, one.found) for one in wrong} == expected


async def test_a_grant_that_did_not_pay_first_is_found(desk: Desk) -> None:
    """A window that was charged while there was a grant to pay is as wrong as one that was charged too much."""
    await desk.give(1)
    job = await desk.place_by_rules(images=2)
    await desk.finish(job, await desk.send(job), pictures=1)
    await desk.execute(
        "UPDATE holds SET charged = released, released = charged WHERE window_id IN"
        " (SELECT id FROM windows WHERE unit = 'images')"
    )

    wrong = await ledger.check(desk.database)

    assert [(one.expected, one.found) for one in wrong if one.what == "due of the job"] == [(1, 0)]
