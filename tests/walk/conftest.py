"""The walk: the real bot, unmodified discord.py and all, against the sandbox over real HTTP and WebSocket."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import app, logs
from bot.sandbox.engine.books import Call
from bot.sandbox.engine.form import Form, parsed
from bot.sandbox.member import Member
from bot.sandbox.samples import Samples, write_samples
from bot.sandbox.serve import Sandbox
from bot.settings import Settings
from tests.walk.sight import Record, body_of


@dataclass(frozen=True, slots=True)
class Stage:
    """A sandbox, and the settings of the bot that plays on it."""

    sandbox: Sandbox
    data: Path

    def settings(self, **changed: str) -> Settings:
        """The sandbox's settings with these changes, and with a database of this test's own."""
        return Settings.of({**self.sandbox.settings, "DATA_DIR": str(self.data), **changed})

    def bot(self, **changed: str) -> AbstractAsyncContextManager[None]:
        """The bot, on for the body of an `async with`; it may be started again on the same data."""
        return app.running(self.settings(**changed))

    def member(self, name: str = "mira", channel: str | int = "pictures") -> Member:
        """Somebody who acts there; to be entered with `async with`."""
        return self.sandbox.member(name, str(channel))

    @property
    def calls(self) -> tuple[Call, ...]:
        """What the image API believes."""
        return self.sandbox.engine.books.calls

    async def answered(self, calls: int) -> None:
        """Return when the image API has answered so many calls."""
        await self.sandbox.engine.books.until(answered=calls)

    async def until(self, look: Callable[[], bool]) -> None:
        """Return when `look` sees what it looks for in the stand-ins, at the latest after half a minute."""
        assert await self.sandbox.discord.world.bell.until(lambda: look() or None, 30)

    def records(self, side: str, method: str = "", path: str = "") -> list[Record]:
        """The recorded exchanges of a side, those of a method and with this in their path."""
        every = self.sandbox.recorder.records
        return [
            one for one in every if one["side"] == side and method in str(one["method"]) and path in str(one["path"])
        ]

    def forms(self) -> list[Form]:
        """What the image API was sent, call by call."""
        return [parsed(body_of(one), str(one["content_type"])) for one in self.records("engine", "POST")]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncGenerator[Stage, None]:
    """A stage whose ledger has to be exact when the curtain falls."""
    logs.configure("WARNING")
    async with Sandbox(record=tmp_path / "exchanges.jsonl") as sandbox:
        stage = Stage(sandbox, tmp_path / "data")
        yield stage
        assert not await app.check_ledger(stage.settings())


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """A picture, a second one, and a mask for the first, 1024x1024 each."""
    return write_samples(tmp_path_factory.mktemp("samples"))
