"""The sandbox as a whole: a Discord and an image API on two ports of the loopback, on one clock."""

from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.sandbox.clock import Clock
from bot.sandbox.discord_server import DiscordServer
from bot.sandbox.engine.server import Engine
from bot.sandbox.listen import listening
from bot.sandbox.member import Member
from bot.sandbox.record import Recorder

MODEL = "gpt-image-2"


class Sandbox:
    """Runs for as long as its `async with` does. Port 0 is any free port; `record` is the file for exchanges.

    Raises OSError when made if the file cannot be written, and when entered if a port is taken. The keys in
    `settings` are made up and open nothing.
    """

    def __init__(self, discord_port: int = 0, engine_port: int = 0, record: Path | None = None) -> None:
        self._ports = (discord_port, engine_port)
        self.clock = Clock()
        self.recorder = Recorder(record)
        self.discord = DiscordServer(self.clock, self.recorder)
        # The portal's switch is on here, so that a bot that asks for the intent gets it; one that does not stays blind.
        self.discord.world.message_content_allowed = True
        self.engine = Engine(self.clock, self.recorder)
        self.discord_url = ""
        self.engine_url = ""
        self._open = AsyncExitStack()

    @property
    def settings(self) -> dict[str, str]:
        """What points a bot, and `sandbox act`, at this sandbox."""
        return {
            "DISCORD_TOKEN": self.discord.token,
            "DISCORD_API_URL": f"{self.discord_url}/api/v10",
            "DISCORD_GATEWAY_URL": f"ws{self.discord_url.removeprefix('http')}/gateway",
            "IMAGES_API_URL": self.engine_url,
            "IMAGES_API_KEY": self.engine.key,
            "IMAGES_MODEL": MODEL,
            "MESSAGE_CONTENT": "on",
            "SANDBOX_URL": self.discord_url,
        }

    def member(self, name: str = "mira", channel: str = "pictures") -> Member:
        """Somebody who acts there; to be entered with `async with`."""
        return Member(self.discord_url, name, channel)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            opening.callback(self.recorder.close)
            self.discord_url = await opening.enter_async_context(listening(self.discord.application(), self._ports[0]))
            self.discord.listens_at(self.discord_url)
            engine = listening(self.engine.application(), self._ports[1], self.engine.turned_away)
            self.engine_url = await opening.enter_async_context(engine)
            self.engine.listens_at(self.engine_url)
            self._open = opening.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._open.aclose()
