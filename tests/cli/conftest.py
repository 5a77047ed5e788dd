"""Commands of `darkroom` as a person runs them: each a process of its own, in a folder of its own."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.sandbox.samples import Samples, write_samples
from bot.sandbox.serve import Sandbox
from bot.storage.migrate import upgrade
from tests.chaos.bot_process import Ended, darkroom
from tests.cli.terminal import Terminal

Run = Callable[..., Awaitable[Ended]]


@pytest.fixture
async def sandbox() -> AsyncGenerator[Sandbox, None]:
    """Stand-ins beside the test."""
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a command to its end: words, then settings by name; there is nothing else in its environment."""

    async def run(*words: str, **settings: str) -> Ended:
        return await darkroom(*words, settings=settings, folder=tmp_path)

    return run


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """A picture, a second one, and a mask for the first, 1024x1024 each."""
    return write_samples(tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="session")
def new_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database without an entry, to be copied."""
    path = tmp_path_factory.mktemp("books") / "darkroom.db"
    asyncio.run(upgrade(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture
def terminal(new_books: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal in a folder without an `.env`, with books in which nothing stands yet."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    shutil.copy(new_books, tmp_path / "data" / "darkroom.db")
    return Terminal(tmp_path / "data")
