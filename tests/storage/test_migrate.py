"""The migrations: their sum is what the code expects, on both databases, and an old database keeps its rows."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.dispatch import tickets
from bot.domain.deed import Verb
from bot.domain.guild import Setting
from bot.domain.job import State
from bot.domain.request import MaskWish, ResultSize
from bot.storage import ledger, tables
from bot.storage.database import Database
from bot.storage.errors import DatabaseUnusable, RuleBroken
from bot.storage.migrate import upgrade
from tests.storage import old_book
from tests.storage.desk import ADMIN, HOUSE_RULES, PREDICTED, Desk

BOTH = [tables.metadata, tickets.metadata]

POSTGRES_SHAPE = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'",
    "SELECT tablename, indexname, indexdef FROM pg_indexes"
    " WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name <> 'alembic_version'",
)
SQLITE_SHAPE = (
    "SELECT type, name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND tbl_name <> 'alembic_version'",
)


def _difference(connection: sa.Connection) -> list[Any]:
    together = sa.MetaData()
    for metadata in BOTH:
        for table in metadata.sorted_tables:
            table.to_metadata(together)
    return list(compare_metadata(MigrationContext.configure(connection), together))


def _create(connection: sa.Connection) -> None:
    for metadata in BOTH:
        metadata.create_all(connection)


async def _shape(database: Database) -> set[tuple[str, ...]]:
    """Every table, rule and index as the database words it; the order of a table's rules does not matter."""
    async with database.reading() as tx:
        rows = [
            row
            for question in (SQLITE_SHAPE if database.file else POSTGRES_SHAPE)
            for row in await tx.execute(sa.text(question))
        ]
    return {tuple(_wording(str(value)) for value in row) for row in rows}


def _wording(text: str) -> str:
    # A table that SQLite made anew and renamed has its name in quotation marks.
    return "\n".join(sorted(re.split(r",?\s*\n\s*", re.sub(r'^CREATE TABLE "(\w+)"', r"CREATE TABLE \1", text))))


async def test_a_new_database_needs_no_further_migration(empty_url: str) -> None:
    """Alembic sees no difference between the migrated tables and those of the code, in either room."""
    await upgrade(empty_url)

    async with Database(empty_url) as database, database.reading() as tx:
        assert await tx.run_sync(_difference) == []


async def test_the_migrations_make_the_very_rules_of_the_code(
    empty_url: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Checks, unique keys and partial indexes, which Alembic does not compare, are worded alike as well."""
    await upgrade(empty_url)
    other = f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"
    if not empty_url.startswith("sqlite"):
        other = str(request.getfixturevalue("new_postgres")(None))

    async with Database(empty_url) as migrated, Database(other) as created:
        async with created.writing() as tx:
            await tx.run_sync(_create)

        assert await _shape(migrated) == await _shape(created)


async def test_an_old_database_is_upgraded_with_its_rows(empty_url: str) -> None:
    """A database of version 0001 with rows in every table keeps them all, and its books agree."""
    before = await _old(empty_url)

    await upgrade(empty_url)

    async with Database(empty_url) as database, database.reading() as tx:
        after = await tx.run_sync(_everything)
        assert all(before.values())
        assert _as_it_was(after, before) == before
        assert not any(rows for name, rows in after.items() if name not in before)
        assert {(row["banked"], row["pictures"]) for row in after["jobs"] if row["charged"]} == {(0, 1)}
        assert {(row["banked"], row["pictures"]) for row in after["jobs"] if not row["charged"]} == {(0, 0)}
        assert {row["provider"] for row in after["attempts"]} == {""}
        assert {(row["untouched"], row["strayed"], row["locked"]) for row in after["results"]} == {(None,) * 3}
        assert await ledger.check(database) == ()


async def test_what_came_with_the_second_version_is_kept(empty_url: str) -> None:
    """The tables that are made anew carry over what only a database of version 0002 could have in them."""
    await _old(empty_url)
    await upgrade(empty_url, "0002")
    async with Database(empty_url) as database:
        await Desk(database).execute(
            "UPDATE results SET revised_prompt = 'snow, please'", "UPDATE jobs SET banked = 1 WHERE pictures > 0"
        )
        async with database.reading() as tx:
            before = await tx.run_sync(_everything)
    assert all(before.values())

    await upgrade(empty_url)

    async with Database(empty_url) as database, database.reading() as tx:
        after = await tx.run_sync(_everything)
    assert _as_it_was(after, before) == before


async def test_an_audit_that_is_made_anew_is_whole_and_safe(empty_url: str) -> None:
    """Decisions of version 0006 stay with what hangs on them, new verbs find their place, and no row can be changed."""
    await upgrade(empty_url, "0006")
    async with Database(empty_url) as database:
        await Desk(database).execute(
            "INSERT INTO deeds (id, at, actor_id, guild_id, verb, what, old, new, reason)"
            " VALUES (7, 1, 77, 1, 'pause', '', '', '', 'spam')",
            "INSERT INTO pauses (guild_id, deed_id) VALUES (1, 7)",
            "INSERT INTO guilds (guild_id, zone, log_channel_id) VALUES (1, 'Europe/Vienna', 99)",
        )
        async with database.reading() as tx:
            before = await tx.run_sync(_everything)

    await upgrade(empty_url)

    async with Database(empty_url) as database:
        desk = Desk(database)
        async with database.reading() as tx:
            after = await tx.run_sync(_everything)
        assert _as_it_was(after, before) == {name: rows for name, rows in before.items() if rows}
        if database.file is None:
            await desk.execute("SELECT setval(pg_get_serial_sequence('deeds', 'id'), 7)")
        deed = await desk.guilds.change(ADMIN, Setting.THREAD, ("off",))
        assert (deed.id, deed.verb) == (8, Verb.SETTING)
        assert (await desk.council.guild(1)).zone == "Europe/Vienna"
        assert await desk.council.resume(ADMIN) is not None
        for statement in ("UPDATE deeds SET new = 'on'", "UPDATE deeds SET verb = 'log'", "DELETE FROM deeds"):
            with pytest.raises(RuleBroken, match="append-only"):
                await desk.execute(statement)
        with pytest.raises(RuleBroken):
            await desk.execute(
                "INSERT INTO deeds (at, actor_id, guild_id, verb, what, old, new, reason)"
                " VALUES (1, 77, 1, 'shrug', '', '', '', '')"
            )
        await desk.execute("UPDATE deeds SET actor_id = -1, reason = ''")


async def test_a_thread_of_an_old_database_is_at_its_last_version(empty_url: str) -> None:
    """What was made before anybody could go back is what the thread is about, and a thread without any has none."""
    await _old(empty_url)
    async with Database(empty_url) as database:
        await Desk(database).execute(
            "UPDATE jobs SET version = 2 WHERE state = 'delivered'", "INSERT INTO threads VALUES (8, 1)"
        )

    await upgrade(empty_url)

    async with Database(empty_url) as database:
        desk = Desk(database)
        await desk.execute("UPDATE jobs SET channel_id = 2, message_id = 3")
        last = await desk.book.current(7)
        assert last is not None
        assert (last.state, last.version) == (State.DELIVERED, 2)
        assert await desk.book.current(8) is None
        assert await desk.book.shown_in(5) is not None


async def test_what_is_decided_after_an_upgrade_is_in_the_books(empty_url: str) -> None:
    """A grant, an edit on it and a reset find their place in tables that were made anew, and the entries are safe."""
    await _old(empty_url)

    await upgrade(empty_url)

    async with Database(empty_url) as database:
        desk = Desk(database)
        present = await desk.give(2)
        job = await desk.place_by_rules(images=3, origin=1000)
        await desk.finish(job, await desk.send(job), pictures=3)
        await desk.council.reset(HOUSE_RULES, 42, "a new start")

        assert await desk.of(present) == (2, 0)
        assert await ledger.check(database) == ()
        for statement in ("UPDATE ledger SET amount = 1", "DELETE FROM ledger", "DELETE FROM deeds"):
            with pytest.raises(RuleBroken, match="append-only"):
                await desk.execute(statement)


async def test_the_work_goes_on_after_an_upgrade(empty_url: str) -> None:
    """What was queued is made, what was sent can be finished, new jobs get new numbers, the ledger is append-only."""
    before = await _old(empty_url)

    await upgrade(empty_url)
    sent = next(row for row in before["jobs"] if row["state"] == "sent")
    queued = next(row for row in before["jobs"] if row["state"] == "queued")

    async with Database(empty_url) as database:
        desk = Desk(database)
        new = (await desk.book.place(desk.request(origin=1000), desk.lines(), PREDICTED)).job
        finished = await desk.finish(await desk.job(sent["id"]), sent["attempt"])
        waiting = await desk.job(queued["id"])
        banked = await desk.bank(waiting, await desk.send(waiting))
        draft = await desk.book.draft(desk.request(origin=1001), PREDICTED, desk.clock.now() + 1)

        assert new.id > max(row["id"] for row in before["jobs"])
        assert finished is not None
        assert (finished.state, finished.version) == (State.DONE, 3)
        assert banked is not None
        assert banked.state is State.RUNNING
        assert (waiting.request.result_size, waiting.request.mask_wish) == (ResultSize.OPEN, MaskWish())
        assert await desk.book.drafted(draft.id) == draft
        assert await ledger.check(database) == ()
        with pytest.raises(RuleBroken, match="append-only"):
            await desk.execute("DELETE FROM ledger")


async def test_an_upgrade_of_a_database_that_is_up_to_date_changes_nothing(desk: Desk, url: str) -> None:
    """Every start upgrades; jobs in every state keep every row."""
    for state in State:
        await desk.bring(state)
    before = await desk.rows()

    await upgrade(url)

    assert await desk.rows() == before
    assert await ledger.check(desk.database) == ()


async def _old(url: str) -> dict[str, list[dict[str, Any]]]:
    """A database of version 0001; every row that is in it."""
    await upgrade(url, "0001")
    async with Database(url) as database:
        await old_book.write(database)
        async with database.reading() as tx:
            return await tx.run_sync(_everything)


def _everything(connection: sa.Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of whatever tables there are."""
    found = sa.MetaData()
    found.reflect(connection)
    tables_of_ours = {name: table for name, table in found.tables.items() if name != "alembic_version"}
    return {
        name: [dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()]
        for name, table in tables_of_ours.items()
    }


def _as_it_was(
    after: dict[str, list[dict[str, Any]]], before: dict[str, list[dict[str, Any]]]
) -> dict[str, list[dict[str, Any]]]:
    """The tables and columns that there were before, with what is in them now."""
    return {
        name: [{column: row[column] for column in rows[0]} for row in after[name]]
        for name, rows in before.items()
        if rows
    }


async def test_the_first_run_makes_the_file_and_its_folder(tmp_path: Path) -> None:
    """Nothing has to be there before the first start."""
    path = tmp_path / "deep" / "down" / "darkroom.db"

    await upgrade(f"sqlite+aiosqlite:///{path}")

    assert path.is_file()


async def test_two_processes_may_migrate_at_once(new_postgres: Callable[[str | None], str]) -> None:
    """Where several machines start together, one migrates and the others find it done."""
    url = new_postgres(None)

    await asyncio.gather(*(upgrade(url) for _ in range(3)))

    async with Database(url) as database, database.reading() as tx:
        assert await tx.run_sync(_difference) == []


async def test_a_database_of_a_newer_version_is_left_alone(url: str) -> None:
    """An older bot says so in a sentence instead of working on tables that it does not know."""
    async with Database(url) as database, database.writing() as tx:
        await tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseUnusable, match="newer version"):
        await upgrade(url)


def test_every_migration_says_why_in_its_first_line() -> None:
    """A migration is numbered, and opens with a sentence."""
    folder = Path(__file__).parents[2] / "migrations" / "versions"
    files = sorted(folder.glob("*.py"))

    assert [file.name[:4] for file in files] == [f"{number:04}" for number in range(1, len(files) + 1)]
    for file in files:
        first = file.read_text().splitlines()[0]
        assert re.fullmatch(r'"""[A-Z].{20,}\.', first), file.name
