"""The database: one writer and a few readers on SQLite, a pool on PostgreSQL, and transactions to work in.

SQLite takes one writer at a time. Asking for its lock at once (`BEGIN IMMEDIATE`) and queueing in the process, first
come first served, keeps the wait short; pools of writers that wait inside SQLite had tails of seconds.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.storage.errors import DatabaseUnusable, RuleBroken, is_full, reason, rule

BUSY_TIMEOUT_S = 10.0
READERS = 2
POSTGRES_CONNECTIONS = 5
DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


class Database:
    """The rows behind a URL: `sqlite+aiosqlite:///path` or `postgresql+psycopg://…`. Opened by `async with`."""

    def __init__(self, url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S, foreign_keys: bool = True) -> None:
        """Raises `DatabaseUnusable` for a URL that names no file and no PostgreSQL."""
        self._url = _read(url)
        self._busy_timeout_s, self._foreign_keys = busy_timeout_s, foreign_keys
        self._engines: tuple[AsyncEngine, ...] = ()
        writers, readers = (1, READERS) if self.file else (POSTGRES_CONNECTIONS, POSTGRES_CONNECTIONS)
        self._writing, self._reading = asyncio.Semaphore(writers), asyncio.Semaphore(readers)

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return Path(self._url.database or "") if self._url.get_backend_name() == "sqlite" else None

    @property
    def lock_file(self) -> Path | None:
        """Where the house lock of this database lies; None on PostgreSQL, which several processes may share."""
        return self.file.with_name(self.file.name + ".lock") if self.file else None

    @property
    def where(self) -> str:
        """The database's name in a sentence, without a password."""
        return str(self.file or f"PostgreSQL at {self._url.render_as_string(hide_password=True)}")

    async def open(self) -> None:
        """Make the file's folder, connect, and look once. Raises `DatabaseUnusable`."""
        if self.file:
            await asyncio.to_thread(_make_folder, self.file.parent)
        try:
            self._engines = self._sqlite() if self.file else self._postgres()
        except ModuleNotFoundError as exc:
            raise DatabaseUnusable("PostgreSQL needs one more package: pip install 'darkroom[postgres]'.") from exc
        try:
            async with self.writing() as tx:
                await tx.execute(sa.text("SELECT 1"))
        except BaseException:  # raised again, whatever it was
            await self.close()
            raise

    async def close(self) -> None:
        """Close every connection."""
        engines, self._engines = self._engines, ()
        for engine in engines:
            await engine.dispose()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: committed at the end, rolled back by any exception.

        Raises `DatabaseUnusable` and `RuleBroken` for what the database says in it. What runs in it is `unbroken`.
        """
        async with self._writing, self._translated(), self._engine(0).begin() as tx:
            yield tx

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads, and sees one moment however many questions it asks."""
        async with self._reading, self._translated(), self._engine(1).begin() as tx:
            yield tx

    async def tidy(self) -> None:
        """Move SQLite's log into its file and empty it, so that nothing deleted is left in it.

        Readers may keep it from that; it is overwritten all the same as the bot goes on writing.
        """
        if self.file:
            await asyncio.to_thread(_empty_log, self.file)

    def _engine(self, number: int) -> AsyncEngine:
        if not self._engines:
            raise RuntimeError("the database is not open")
        return self._engines[number]

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        try:
            yield
        except DBAPIError as exc:
            sentence = reason(self.where, exc.orig or exc)
            if sentence is None and isinstance(exc, OperationalError):
                sentence = f"{self.where} does not answer. Check that it runs and that DATABASE_URL is right."
            if sentence is None:
                raise RuleBroken(rule(exc.orig or exc)) from None
            raise DatabaseUnusable(sentence, full=is_full(exc.orig or exc)) from exc

    def _sqlite(self) -> tuple[AsyncEngine, ...]:
        writer, reader = self._create(1), self._create(READERS)
        _speak_sqlite(writer, "BEGIN IMMEDIATE", self._pragmas("synchronous = FULL"))
        _speak_sqlite(reader, "BEGIN", self._pragmas("query_only = ON"))
        return writer, reader

    def _pragmas(self, last: str) -> tuple[str, ...]:
        keys = "ON" if self._foreign_keys else "OFF"
        # The busy timeout comes first: the switch to WAL may itself have to wait.
        return (
            f"busy_timeout = {int(self._busy_timeout_s * 1000)}",
            "journal_mode = WAL",
            # What is deleted is overwritten as well, so that a prompt that was forgotten is not in the file either.
            "secure_delete = ON",
            f"foreign_keys = {keys}",
            last,
        )

    def _postgres(self) -> tuple[AsyncEngine, ...]:
        reader = self._create(POSTGRES_CONNECTIONS)
        return self._create(POSTGRES_CONNECTIONS), reader.execution_options(isolation_level="REPEATABLE READ")

    def _create(self, connections: int) -> AsyncEngine:
        # Parameters are hidden from exceptions: they hold prompts.
        return create_async_engine(self._url, pool_size=connections, max_overflow=0, hide_parameters=True)


def _read(url: str) -> sa.URL:
    try:
        read = sa.make_url(url)
        read = read.set(drivername=DRIVERS[read.drivername])
    except (ArgumentError, KeyError) as exc:
        raise DatabaseUnusable(
            "DATABASE_URL is neither sqlite+aiosqlite:///path/to/file nor postgresql+psycopg://user:password@host/name."
        ) from exc
    if read.get_backend_name() == "sqlite" and read.database in (None, "", ":memory:"):
        raise DatabaseUnusable("DATABASE_URL names no file. Write sqlite+aiosqlite:///path/to/file.")
    return read


def _empty_log(file: Path) -> None:
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(file, timeout=1)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise DatabaseUnusable(
            f"The folder {folder} cannot be made ({exc.strerror}). Check DATABASE_URL and who may write there."
        ) from exc


def _speak_sqlite(engine: AsyncEngine, begin: str, pragmas: tuple[str, ...]) -> None:
    """Transactions begin as we say: left to itself, the driver opens them late and commits around some statements."""

    @sa.event.listens_for(engine.sync_engine, "connect")
    def connected(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:  # noqa: ARG001 - the event's shape
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @sa.event.listens_for(engine.sync_engine, "begin")
    def begun(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)
