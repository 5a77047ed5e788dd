"""Copies of the book: consistent while the bot runs, looked through before they count, put back without a loss."""

import asyncio
import shutil
import sqlite3
from pathlib import Path

import pytest

from bot.domain.job import State
from bot.storage import ledger
from bot.storage.backup import backup, examine, integrity, restore
from bot.storage.database import Database
from bot.storage.errors import AlreadyRunning, DatabaseUnusable, FolderUnusable
from bot.storage.house_lock import HouseLock
from bot.storage.migrate import upgrade
from tests.storage.desk import Desk


@pytest.fixture
def book(sqlite_url: str) -> Path:
    """The file of a database that has been set up."""
    return Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))


def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def answer(path: Path, question: str) -> object:
    with sqlite3.connect(path) as connection:
        row = connection.execute(question).fetchone()
    connection.close()
    return row[0]


def jobs(path: Path) -> object:
    return answer(path, "SELECT count(*) FROM jobs")


async def test_a_copy_has_everything(book: Path, tmp_path: Path) -> None:
    """Every row of the moment is in one file, readable by its owner only, with a note of what it is."""
    async with Database(url(book)) as database:
        desk = Desk(database)
        for state in State:
            await desk.bring(state)
        before = await desk.rows()

        made = await asyncio.to_thread(backup, book, tmp_path / "deep" / "copy.db")

    assert sorted(path.name for path in made.path.parent.iterdir()) == ["copy.db"]
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert (made.revision, made.bytes) == (
        answer(book, "SELECT version_num FROM alembic_version"),
        made.path.stat().st_size,
    )
    assert made == examine(made.path)
    async with Database(url(made.path)) as copied:
        after = await Desk(copied).rows()
        assert await ledger.check(copied) == ()
    assert [note["key"] for note in after.pop("notes")] == ["backup"]
    assert after == {name: rows for name, rows in before.items() if name != "notes"}


async def test_the_bot_goes_on_while_it_is_copied(book: Path, tmp_path: Path) -> None:
    """Jobs that are placed and finished meanwhile are in a copy whole or not at all: its ledger is exact."""
    async with Database(url(book)) as database:
        desk = Desk(database)
        done = asyncio.Event()

        async def work() -> int:
            count = 0
            while not done.is_set():
                job = await desk.place()
                await desk.finish(job, await desk.send(job))
                count += 1
            return count

        working = asyncio.create_task(work())
        for number in range(5):
            await asyncio.to_thread(backup, book, tmp_path / f"copy-{number}.db")
        done.set()
        made = await working

    counts = [jobs(tmp_path / f"copy-{number}.db") for number in range(5)]
    assert counts == sorted(counts)  # type: ignore[type-var]
    assert counts[-1] <= made  # type: ignore[operator]
    for number in range(5):
        async with Database(url(tmp_path / f"copy-{number}.db")) as copied:
            assert await ledger.check(copied) == ()


def test_a_copy_replaces_nothing(book: Path, tmp_path: Path) -> None:
    """A file that is there already stays as it is."""
    (tmp_path / "copy.db").write_text("yesterday's")

    with pytest.raises(FolderUnusable, match="already"):
        backup(book, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "yesterday's"


def test_there_is_nothing_to_copy(tmp_path: Path) -> None:
    """No database is made by the attempt to copy one."""
    with pytest.raises(DatabaseUnusable, match="no database"):
        backup(tmp_path / "none.db", tmp_path / "copy.db")
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_cannot_be_written(book: Path, tmp_path: Path) -> None:
    """The sentence names the file."""
    (tmp_path / "file").touch()

    with pytest.raises(FolderUnusable, match=r"copy\.db cannot be written"):
        backup(book, tmp_path / "file" / "copy.db")


def test_a_damaged_database_gives_no_copy(book: Path, tmp_path: Path) -> None:
    """A copy of rubbish would push out the last good one."""
    _damage(book)

    with pytest.raises(DatabaseUnusable, match="damaged"):
        backup(book, tmp_path / "copy.db")
    assert not list(tmp_path.glob("copy*"))


async def test_a_copy_comes_back_as_it_was(book: Path, tmp_path: Path) -> None:
    """What happened since is gone from the database and kept beside it."""
    async with Database(url(book)) as database:
        desk = Desk(database)
        await desk.bring(State.DELIVERED)
        copy = (await asyncio.to_thread(backup, book, tmp_path / "copy.db")).path
        await desk.bring(State.DONE)

    kept = await asyncio.to_thread(lambda: restore(copy, book, force=True))

    assert kept == book.with_name("darkroom.db.before-restore")
    assert (jobs(book), jobs(kept)) == (1, 2)
    async with Database(url(book)) as database:
        assert await ledger.check(database) == ()
        await integrity(database)


async def test_what_is_only_in_the_log_is_kept_too(book: Path, tmp_path: Path) -> None:
    """A database whose process was killed has its last rows in a log; that log is not taken for the copy's."""
    copy = backup(book, tmp_path / "copy.db").path
    async with Database(url(book)) as database:
        await Desk(database).bring(State.DONE)
        for ending in ("", "-wal"):
            shutil.copy(f"{book}{ending}", tmp_path / f"killed.db{ending}")
    assert (tmp_path / "killed.db-wal").stat().st_size

    kept = restore(copy, tmp_path / "killed.db", force=True)

    assert kept is not None
    assert (jobs(tmp_path / "killed.db"), jobs(kept)) == (0, 1)


def test_each_restore_keeps_what_it_replaces(book: Path, tmp_path: Path) -> None:
    """The second does not push out what the first has kept."""
    copy = backup(book, tmp_path / "copy.db").path

    kept = [restore(copy, book, force=True) for _ in range(3)]

    assert [path and path.name for path in kept] == [
        "darkroom.db.before-restore",
        "darkroom.db.before-restore-2",
        "darkroom.db.before-restore-3",
    ]
    assert all(path and path.is_file() for path in kept)


def test_a_damaged_database_can_be_replaced(book: Path, tmp_path: Path) -> None:
    """That is what a copy is for."""
    copy = backup(book, tmp_path / "copy.db").path
    book.write_bytes(b"not a database at all")

    kept = restore(copy, book, force=True)

    assert kept is not None
    assert kept.read_bytes() == b"not a database at all"
    assert jobs(book) == 0


def test_a_database_comes_back_where_there_is_none(book: Path, tmp_path: Path) -> None:
    """On a new machine nothing has to be forced, and nothing is kept."""
    copy = backup(book, tmp_path / "copy.db").path

    assert restore(copy, tmp_path / "new" / "home.db") is None
    assert jobs(tmp_path / "new" / "home.db") == 0
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["home.db", "home.db.lock"]


def test_a_log_without_its_database_is_not_taken_over(book: Path, tmp_path: Path) -> None:
    """What is left of a deleted database would be played into the restored one."""
    copy = backup(book, tmp_path / "copy.db").path
    (tmp_path / "home.db-wal").write_bytes(b"of another")

    restore(copy, tmp_path / "home.db")

    assert not (tmp_path / "home.db-wal").exists()
    assert (tmp_path / "home.db.before-restore-wal").read_bytes() == b"of another"


def test_a_database_is_not_replaced_by_accident(book: Path, tmp_path: Path) -> None:
    """Without force nothing happens, and the sentence says how."""
    copy = backup(book, tmp_path / "copy.db").path

    with pytest.raises(DatabaseUnusable, match="--force"):
        restore(copy, book)
    with pytest.raises(DatabaseUnusable, match="the database itself"):
        restore(book, book, force=True)


def test_nothing_is_restored_under_a_running_bot(book: Path, tmp_path: Path) -> None:
    """The lock of the house stands for the bot."""
    copy = backup(book, tmp_path / "copy.db").path

    with HouseLock(book.with_name("darkroom.db.lock")), pytest.raises(AlreadyRunning):
        restore(copy, book, force=True)
    assert not list(tmp_path.glob("*before-restore*"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "There is no file"), (b"", "no database of Darkroom"), (b"hello" * 500, "not an SQLite database")],
)
def test_what_is_no_copy_is_refused(book: Path, tmp_path: Path, content: bytes | None, sentence: str) -> None:
    """A missing file, an empty one and a letter to a friend leave the database alone."""
    if content is not None:
        (tmp_path / "copy.db").write_bytes(content)

    with pytest.raises(DatabaseUnusable, match=sentence):
        restore(tmp_path / "copy.db", book, force=True)
    assert jobs(book) == 0


def test_a_database_of_another_program_is_refused(book: Path, tmp_path: Path) -> None:
    """Being SQLite is not enough."""
    with sqlite3.connect(tmp_path / "copy.db") as other:
        other.execute("CREATE TABLE jobs (id INTEGER)")
    other.close()

    with pytest.raises(DatabaseUnusable, match="no database of Darkroom"):
        restore(tmp_path / "copy.db", book, force=True)


def test_a_damaged_copy_is_refused(book: Path, tmp_path: Path) -> None:
    """A file that lost a page on the way, or its end, is found out before anything is replaced."""
    copy = backup(book, tmp_path / "copy.db").path
    cut = tmp_path / "cut.db"
    cut.write_bytes(copy.read_bytes()[: copy.stat().st_size // 2])
    _damage(copy)

    for bad in (copy, cut):
        with pytest.raises(DatabaseUnusable, match="damaged"):
            restore(bad, book, force=True)
    assert jobs(book) == 0


def test_a_copy_of_a_newer_version_is_refused(book: Path, tmp_path: Path) -> None:
    """An older bot could not work with it."""
    copy = backup(book, tmp_path / "copy.db").path
    with sqlite3.connect(copy) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()

    with pytest.raises(DatabaseUnusable, match="newer version"):
        restore(copy, book, force=True)


async def test_a_copy_of_an_older_version_is_brought_up_to_date_at_the_next_start(tmp_path: Path) -> None:
    """It is taken as it is; the migrations do the rest."""
    await upgrade(url(tmp_path / "old.db"), "0003")
    copy = (await asyncio.to_thread(backup, tmp_path / "old.db", tmp_path / "copy.db")).path

    await asyncio.to_thread(restore, copy, tmp_path / "home.db")
    await upgrade(url(tmp_path / "home.db"))

    async with Database(url(tmp_path / "home.db")) as database:
        await Desk(database).bring(State.DELIVERED)
        assert await ledger.check(database) == ()


async def test_a_sound_database_passes(desk: Desk) -> None:
    """There is nothing to say, and nothing at all to look at on PostgreSQL."""
    await desk.bring(State.DELIVERED)

    await integrity(desk.database)


async def test_a_damaged_database_is_found_out_at_the_start(book: Path) -> None:
    """Before anything is served from it."""
    _damage(book)

    async with Database(url(book)) as database:
        with pytest.raises(DatabaseUnusable, match="damaged"):
            await integrity(database)


def _damage(path: Path) -> None:
    """Rubbish over the first page of the ledger, as a bad disk leaves it."""
    size = int(str(answer(path, "PRAGMA page_size")))
    page = int(str(answer(path, "SELECT rootpage FROM sqlite_master WHERE name = 'ledger'")))
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\x5a" * (size // 2))
