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
from bot.domain.job import State
from bot.storage import ledger, tables
from bot.storage.database import Database
from bot.storage.errors import DatabaseUnusable
from bot.storage.migrate import upgrade
from tests.storage.desk import Desk

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
    return {tuple("\n".join(sorted(re.split(r",?\s*\n\s*", str(value)))) for value in row) for row in rows}


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


async def test_an_old_database_is_upgraded_with_its_rows(desk: Desk, url: str) -> None:
    """An upgrade of a database with jobs in every state keeps every row, and the books agree."""
    for state in State:
        await desk.bring(state)
    before = await desk.rows()

    await upgrade(url)

    assert await desk.rows() == before
    assert await ledger.check(desk.database) == ()


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
