"""Copies of the book: made while the bot runs, proven before they count, and put back without losing what was there.

This is for SQLite; who runs PostgreSQL has `pg_dump`. A copy is one file. A note inside says which revision it is of
and when it was made. The functions wait for the disk, so a loop calls them in a thread.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from bot.storage.database import Database
from bot.storage.errors import DatabaseUnusable, FolderUnusable, reason
from bot.storage.house_lock import HouseLock
from bot.storage.migrate import revisions

NOTE = "backup"
PATIENCE_S = 10.0
PRIVATE = 0o600
OURS = frozenset({"alembic_version", "jobs", "holds", "windows", "ledger", "notes"})
BESIDE = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was looked through: which revision it is of, and when it was made, if it says so."""

    path: Path
    revision: str
    made_at: float | None
    bytes: int


def backup(database: Path, target: Path) -> Copy:
    """A consistent copy of the database in a new file, while the bot runs.

    Nothing is at `target` before the copy is whole, durable and looked through. Raises `DatabaseUnusable` and
    `FolderUnusable`.
    """
    if not database.is_file():
        raise DatabaseUnusable(f"There is no database at {database}, so there is nothing to copy.")
    if target.exists():
        raise FolderUnusable(f"There is something at {target} already. Name a file that is not there yet.")
    with _half_made(target) as half:
        _copy(database, half)
        _note(half, time.time())
        made = examine(half)
        _make_durable(half)
        half.replace(target)
        _sync_folder(target.parent)
    return Copy(target, made.revision, made.made_at, made.bytes)


def restore(copy: Path, database: Path, *, force: bool = False) -> Path | None:
    """Put the copy in the place of the database. Returns where the database that was there is now, if there was one.

    Raises `DatabaseUnusable` where the copy is none, is damaged or of a newer version, and where there is a database
    already and no `force`; `AlreadyRunning` while a bot runs on it; `FolderUnusable`.
    """
    examine(copy)
    if database.exists() and not force:
        raise DatabaseUnusable(
            f"There is a database at {database} already. To put the copy in its place, say so with --force; "
            "the old one is kept beside it."
        )
    if database.exists() and copy.samefile(database):
        raise DatabaseUnusable(f"{copy} is the database itself. Name a backup of it.")
    with HouseLock(database.with_name(f"{database.name}.lock")), _half_made(database) as half:
        _copy(copy, half)
        examine(half)
        _make_durable(half)
        kept = _put_aside(database)
        half.replace(database)
        _sync_folder(database.parent)
    return kept


def examine(copy: Path) -> Copy:
    """Look through the whole of a copy. Raises `DatabaseUnusable` where it is no use to this version of the bot."""
    if not copy.is_file():
        raise DatabaseUnusable(f"There is no file {copy}. Name a backup that `darkroom backup` made.")
    with _opened(copy, "ro") as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not tables >= OURS:
            raise DatabaseUnusable(f"{copy} is no database of Darkroom. Name a backup that `darkroom backup` made.")
        _look_through(connection, copy)
        found = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        note = connection.execute("SELECT value FROM notes WHERE key = ?", (NOTE,)).fetchone()
    revision = found[0][0] if len(found) == 1 else ""
    if revision not in revisions():
        raise DatabaseUnusable(f"{copy} was made by a newer version of the bot. Install that version first.")
    made_at = float(json.loads(note[0])["made_at"]) if note else None
    return Copy(copy, revision, made_at, copy.stat().st_size)


async def integrity(database: Database) -> None:
    """A quick look through the pages of an open database. Raises `DatabaseUnusable` where they do not hold together.

    It reads the whole file, but is no check of the books, and on PostgreSQL there is nothing to look at.
    """
    if database.file is None:
        return
    async with database.reading() as tx:
        said = (await tx.execute(sa.text("PRAGMA quick_check(1)"))).scalar_one()
    if said != "ok":
        raise _damaged(database.file)


def _copy(source: Path, target: Path) -> None:
    """The rows of one moment, in one step: a copy in many would begin anew with every write beside it."""
    with _opened(source, "rw" if os.access(source, os.W_OK) else "ro") as old, _opened(target, "rw") as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")  # so that the copy is one file


def _note(copy: Path, made_at: float) -> None:
    with _opened(copy, "rw") as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        text = json.dumps({"revision": found[0] if found else "", "made_at": made_at})
        connection.execute("INSERT OR REPLACE INTO notes (key, value) VALUES (?, ?)", (NOTE, text))


def _look_through(connection: sqlite3.Connection, path: Path) -> None:
    said = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if said != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone():
        raise _damaged(path)


def _damaged(path: Path) -> DatabaseUnusable:
    return DatabaseUnusable(f"{path} is damaged. Restore a backup of it.")


def _put_aside(database: Path) -> Path | None:
    """Keep the old database under another name; what its log still has is in it, or goes with it."""
    with contextlib.suppress(sqlite3.Error, DatabaseUnusable), _opened(database, "rw") as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = _free_name(database)
    for ending in BESIDE:  # SQLite would take the log of another database for its own
        with contextlib.suppress(FileNotFoundError):
            database.with_name(database.name + ending).replace(kept.with_name(kept.name + ending))
    if not database.exists():
        return None
    _second_name(database, kept)
    return kept


def _free_name(database: Path) -> Path:
    name, number = database.with_name(f"{database.name}.before-restore"), 1
    while any(name.with_name(name.name + ending).exists() for ending in ("", *BESIDE)):
        number += 1
        name = database.with_name(f"{database.name}.before-restore-{number}")
    return name


def _second_name(file: Path, name: Path) -> None:
    """So that there is a database under its own name at every moment, where the disk can give a file two names."""
    try:
        os.link(file, name)
    except OSError:
        shutil.copy2(file, name)


@contextmanager
def _half_made(target: Path) -> Iterator[Path]:
    """An empty file beside the target, for this user only, gone afterwards if nobody has renamed it."""
    half = target.with_name(f"{target.name}.half-made")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        half.unlink(missing_ok=True)
        os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE))
        yield half
    except OSError as exc:
        raise FolderUnusable(
            f"{target} cannot be written ({exc.strerror}). Check the disk and who may write there."
        ) from exc
    finally:
        for ending in ("", *BESIDE):
            with contextlib.suppress(OSError):
                half.with_name(half.name + ending).unlink()


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    """The file as a database, each statement a transaction. Raises `DatabaseUnusable` for what SQLite says of it."""
    try:
        address = f"file:{quote(str(path))}?mode={mode}"
        connection = sqlite3.connect(address, timeout=PATIENCE_S, isolation_level=None, uri=True)
        with contextlib.closing(connection):
            yield connection
    except sqlite3.Error as exc:
        said = f"{path} cannot be read or written as a database ({exc})."
        raise DatabaseUnusable(reason(str(path), exc) or said) from exc


def _make_durable(file: Path) -> None:
    with file.open("rb") as written:
        os.fsync(written.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a rename is in the folder, not in the file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
