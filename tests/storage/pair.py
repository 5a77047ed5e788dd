"""A stand-in beside what it stands for, under one clock, so that a test can tell both the same."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

from bot.domain.errors import Refused
from bot.storage.database import Database
from tests.standins import Steps
from tests.storage.desk import Desk
from tests.workflow.memory_book import MemoryBook


async def answer(verb: Awaitable[object]) -> object:
    """What the verb says; of what it raises, the kind."""
    try:
        return await verb
    except (Refused, LookupError, ValueError) as refusal:
        return type(refusal)


@asynccontextmanager
async def both(template: Path) -> AsyncIterator[tuple[Desk, MemoryBook]]:
    """The real book, on a database of its own, and the stand-in, under one clock."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(template, f"{folder}/book.db")
        async with Database(f"sqlite+aiosqlite:///{folder}/book.db") as database:
            desk = Desk(database)
            yield desk, MemoryBook(desk.clock, Steps())
