"""The walk: the real bot, unmodified discord.py and all, against the sandbox over real HTTP and WebSocket."""

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot import app, logs
from bot.sandbox.discord_api.furnish import GUILD, add_channel, add_member
from bot.sandbox.engine.books import Call
from bot.sandbox.engine.form import Form, parsed
from bot.sandbox.member import Member
from bot.sandbox.samples import Samples, write_samples
from bot.sandbox.serve import Sandbox
from bot.settings import Settings
from tests.walk.sight import Record, body_of

PLACES = 80  # of a crowd


@dataclass(frozen=True, slots=True)
class Stage:
    """A sandbox, and the settings of the bot that plays on it."""

    sandbox: Sandbox
    data: Path

    def settings(self, **changed: str) -> Settings:
        """The sandbox's settings with these changes, and with a database of this test's own."""
        return Settings.of({**self.sandbox.settings, "DATA_DIR": str(self.data), "OPS_BIND": "off", **changed})

    def bot(self, **changed: str) -> AbstractAsyncContextManager[None]:
        """The bot, on for the body of an `async with`; it may be started again on the same data."""
        return app.running(self.settings(**changed))

    def member(self, name: str = "mira", channel: str | int = "pictures") -> Member:
        """Somebody who acts there; to be entered with `async with`."""
        return self.sandbox.member(name, str(channel))

    def id_of(self, name: str) -> str:
        """The id of a person."""
        user = self.sandbox.discord.world.user_named(name)
        assert user is not None
        return str(user.id)

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


@dataclass(frozen=True, slots=True)
class Crowd:
    """A stage on which one bot plays for many tests, each of which has a member and a channel of its own."""

    stage: Stage
    places: Iterator[int]

    def newcomer(self) -> Member:
        """A member who has asked for nothing yet, in a channel where nothing was said."""
        place = next(self.places)
        return self.stage.member(f"member-{place}", f"place-{place}")

    def calls(self, prompt: str) -> list[Call]:
        """The calls that the image API got with this prompt, which no other test uses."""
        return [call for call in self.stage.calls if ("prompt", prompt) in call.fields]

    def form(self, prompt: str) -> Form:
        """What the image API was sent with this prompt, in the one call that there was."""
        [form] = [form for form in self.stage.forms() if form.text("prompt") == prompt]
        return form


@asynccontextmanager
async def crowded(
    folder: Path, changes: Callable[[Stage], Mapping[str, str]] = lambda _: {}
) -> AsyncGenerator[Crowd, None]:
    """A crowd before a bot with the settings that `changes` makes for its stage; the ledger has to be exact in the end.

    discord.py knows one address of Discord in a process, so a file of tests has either a crowd or stages.
    """
    logs.configure("WARNING")
    async with Sandbox() as sandbox:
        stage, world = Stage(sandbox, folder / "data"), sandbox.discord.world
        for place in range(PLACES):
            add_member(world, world.guilds[GUILD], f"member-{place}")
            add_channel(world, world.guilds[GUILD], f"place-{place}")
        async with stage.bot(**changes(stage)):
            yield Crowd(stage, iter(range(PLACES)))
        assert not await app.check_ledger(stage.settings())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def crowd(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Crowd, None]:
    """A bot that is started once, for the tests of a file that would otherwise wait for it most of their time."""
    async with crowded(tmp_path_factory.mktemp("crowd")) as crowd:
        yield crowd
