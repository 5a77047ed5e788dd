"""Commands of `darkroom` as a person runs them: each a process of its own, in a folder of its own."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest

from bot.sandbox.samples import Samples, write_samples
from bot.sandbox.serve import Sandbox
from tests.chaos.bot_process import Ended, darkroom

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
