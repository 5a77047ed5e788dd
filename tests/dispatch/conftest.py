"""A migrated database, and a dispatcher on it whose clock only the test moves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.database import Database
from bot.storage.migrate import upgrade
from tests.dispatch.shop import Shop


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A migrated SQLite database."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'darkroom.db'}"
    await upgrade(url)
    async with Database(url) as database:
        yield database


@pytest.fixture
def shop(database: Database) -> Shop:
    """A shop with room for three, and two of a user."""
    return Shop(database)
