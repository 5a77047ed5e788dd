"""A job's five transactions, place to delivered, on SQLite that is flushed to the disk at every commit."""

import itertools
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite

from bot.storage.database import Database
from bot.storage.migrate import upgrade
from tests.bench.row import Row, cpu_ms, wall_ms
from tests.bench.side import Round, Setup, Told, compare
from tests.storage.desk import Desk

CYCLES = 25
ROUNDS = 6
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL")
TABLE = """
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, origin INTEGER NOT NULL UNIQUE, state TEXT NOT NULL, request TEXT NOT NULL,
    charged INTEGER
)
"""
INSERT = "INSERT INTO jobs (origin, state, request) VALUES (?, 'queued', ?) RETURNING id"
UPDATE = "UPDATE jobs SET state = ? WHERE id = ? AND state = ?"
STATES = ("queued", "running", "sent", "done", "delivered")
REQUEST = "x" * 500


def measure() -> Row:
    """Compare them."""
    with tempfile.TemporaryDirectory(prefix="darkroom-bench-") as folder:
        files = [{"file": f"{folder}/{side}.db"} for side in ("ours", "reference")]
        readings = compare(__name__, (files[0], files[1]), ROUNDS)
    return Row(
        "book, a job's whole life",
        "Book: place, claim, sent, finish, delivered, with holds, ledger, attempt, results and ticket",
        "aiosqlite: one INSERT and four UPDATEs of one table, each in its own transaction, WAL and FULL too",
        (wall_ms(readings, "time a job", CYCLES), cpu_ms(readings, "CPU a job", CYCLES)),
    )


@asynccontextmanager
async def ours(setup: Setup) -> AsyncIterator[Round]:
    """A round is some jobs, one after the other, through the book."""
    url = f"sqlite+aiosqlite:///{setup['file']}"
    await upgrade(url)
    async with Database(url) as database:
        desk = Desk(database)

        async def live(_: Told) -> None:
            for _cycle in range(CYCLES):
                job = await desk.place()
                await desk.finish(job, await desk.send(job))
                if await desk.book.delivered(job.id) is None:
                    raise RuntimeError("the job was not delivered")

        yield live


@asynccontextmanager
async def reference(setup: Setup) -> AsyncIterator[Round]:
    """A round is as many rows, through as many transactions each."""
    origins = itertools.count()
    async with aiosqlite.connect(Path(setup["file"]), isolation_level=None) as connection:
        for pragma in PRAGMAS:
            await connection.execute(f"PRAGMA {pragma}")
        await connection.execute(TABLE)

        async def live(_: Told) -> None:
            for _cycle in range(CYCLES):
                await _life(connection, next(origins))

        yield live


SIDES = {"ours": ours, "reference": reference}


async def _life(connection: aiosqlite.Connection, origin: int) -> None:
    await connection.execute("BEGIN IMMEDIATE")
    async with connection.execute(INSERT, (origin, REQUEST)) as cursor:
        row = await cursor.fetchone()
    await connection.commit()
    for before, after in itertools.pairwise(STATES):
        await connection.execute("BEGIN IMMEDIATE")
        await connection.execute(UPDATE, (after, row[0] if row else 0, before))
        await connection.commit()
