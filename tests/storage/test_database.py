"""The database: transactions that are whole, and one plain sentence for whatever is wrong with it."""

import os
import sqlite3
import traceback
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.storage.database import Database
from bot.storage.errors import DatabaseUnusable, RuleBroken
from bot.storage.migrate import upgrade
from tests.storage.desk import Desk

NOTE = sa.text("INSERT INTO notes (key, value) VALUES ('a secret prompt', '')")


async def test_a_transaction_that_breaks_off_leaves_nothing(desk: Desk) -> None:
    """What was written before an exception is not there after it."""
    with pytest.raises(KeyError):
        await _write_and_raise(desk.database)

    assert await desk.book.recall("a secret prompt") is None


async def _write_and_raise(database: Database) -> None:
    async with database.writing() as tx:
        await tx.execute(NOTE)
        raise KeyError


async def test_what_is_read_is_one_moment(desk: Desk) -> None:
    """Two questions of one reading get answers of the same moment, whatever is written in between."""
    count = sa.text("SELECT count(*) FROM jobs")
    async with desk.database.reading() as tx:
        before = await tx.scalar(count)
        await desk.place()
        after = await tx.scalar(count)

    assert (before, after) == (0, 0)


async def test_a_reading_cannot_write(sqlite_url: str) -> None:
    """Only the one writer writes: a write anywhere else would have to wait inside SQLite."""
    async with Database(sqlite_url) as database:
        with pytest.raises(DatabaseUnusable):
            await _write_while_reading(database)


async def _write_while_reading(database: Database) -> None:
    async with database.reading() as tx:
        await tx.execute(NOTE)


async def test_sqlite_is_set_up_to_lose_nothing(sqlite_url: str) -> None:
    """The writer flushes each commit, and foreign keys hold."""
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    async with Database(sqlite_url) as database, database.writing() as tx:
        values = [await tx.scalar(sa.text(f"PRAGMA {pragma}")) for pragma in pragmas]

    assert values == ["wal", 2, 1, 10_000]


async def test_a_foreign_key_holds(desk: Desk) -> None:
    """A row of a job that is not there is refused."""
    with pytest.raises(RuleBroken):
        await desk.execute("INSERT INTO parts (job_id, part, message_id) VALUES (99, 1, 1)")


async def test_an_error_does_not_tell_what_was_written(desk: Desk) -> None:
    """Rows are prompts and ids: no exception, nor what it came from, carries them into a log."""
    await desk.book.remember("a secret prompt", "")

    with pytest.raises(RuleBroken) as error:
        await _insert_again(desk.database)

    assert "a secret prompt" not in "".join(traceback.format_exception(error.value))
    assert "notes" in str(error.value)


async def _insert_again(database: Database) -> None:
    async with database.writing() as tx:
        await tx.execute(sa.text("INSERT INTO notes (key, value) VALUES (:key, '')"), {"key": "a secret prompt"})


@pytest.mark.parametrize(
    "url", ["mysql://host/name", "nonsense", "sqlite+aiosqlite://", "sqlite+aiosqlite:///:memory:"]
)
def test_a_url_that_names_no_database_is_refused(url: str) -> None:
    """What cannot be a database of the bot is said before anything is opened."""
    with pytest.raises(DatabaseUnusable, match="DATABASE_URL"):
        Database(url)


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """Where a file stands in the folder's place, the sentence names the folder."""
    (tmp_path / "file").touch()

    with pytest.raises(DatabaseUnusable, match=r"The folder .*file.* cannot be made"):
        await upgrade(f"sqlite+aiosqlite:///{tmp_path / 'file' / 'darkroom.db'}")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
async def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    """Where the user has no right to write, the sentence says so."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)

    with pytest.raises(DatabaseUnusable, match="may be written"):
        await upgrade(f"sqlite+aiosqlite:///{folder / 'darkroom.db'}")


async def test_a_database_file_that_is_a_folder(tmp_path: Path) -> None:
    """What cannot be opened at all is said in the same plain way."""
    with pytest.raises(DatabaseUnusable, match="cannot be opened"):
        await upgrade(f"sqlite+aiosqlite:///{tmp_path}")


@pytest.mark.parametrize("content", [b"not a database at all, " * 100, None])
async def test_a_damaged_file(sqlite_url: str, content: bytes | None) -> None:
    """Something else under the file's name, or a file overwritten in its middle, asks for a backup."""
    path = Database(sqlite_url).file
    assert path is not None
    whole = path.read_bytes()
    path.write_bytes(content or whole[:100] + b"\xff" * 4000 + whole[4100:])

    with pytest.raises(DatabaseUnusable, match="Restore a backup"):
        await upgrade(sqlite_url)


async def test_a_file_that_another_program_holds(sqlite_url: str) -> None:
    """A lock that does not go away in time is said, and nothing hangs."""
    path = Database(sqlite_url).file
    assert path is not None
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(DatabaseUnusable, match="held by another program"):
        await Database(sqlite_url, busy_timeout_s=0.01).open()
    other.close()


async def test_a_database_without_tables(empty_url: str) -> None:
    """Whoever looks into a database before its first migration is told how to make one."""
    async with Database(empty_url) as database:
        with pytest.raises(DatabaseUnusable, match="darkroom migrate"):
            await Desk(database).place()


async def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    """A PostgreSQL that does not answer is said without its password."""
    database = Database(f"postgresql://somebody:secret@/name?host={tmp_path}")

    with pytest.raises(DatabaseUnusable, match="does not answer") as error:
        await database.open()
    assert "secret" not in str(error.value)


def test_where_the_lock_lies(sqlite_url: str, tmp_path: Path) -> None:
    """The lock of an SQLite file lies beside it; PostgreSQL has none."""
    assert Database(sqlite_url).lock_file == tmp_path / "darkroom.db.lock"
    assert Database("postgresql://host/name").lock_file is None
