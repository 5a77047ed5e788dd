"""A house that is killed and started again: the bot as a process, the sandbox beside the test, the rows on disk."""

import asyncio
import io
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot import app
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.world import Message
from bot.sandbox.member import Acted, Member
from bot.sandbox.serve import Sandbox
from bot.settings import Settings
from tests.chaos.bot_process import GIVE_UP_S, TRACEBACK, Command, Ended
from tests.chaos.rows import Rows

STATUS = re.compile(r"Edit #(\d+) · (?!v\d)")  # a result in another edit's thread names its own edit, then its version
TOLD = re.compile(r"Edit #(\d+): ")
PICTURES = r"^/channels/1100000000000000301/messages$"
FOREVER = 1000


def picture(name: str = "sky.png") -> tuple[str, bytes]:
    """A small picture to be edited."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), (90, 140, 200)).save(buffer, "PNG")
    return name, buffer.getvalue()


@dataclass(slots=True)
class House:
    """The sandbox, which lives on, and the bot, which comes and goes on one folder of data."""

    sandbox: Sandbox
    mira: Member
    folder: Path
    ended: list[Ended] = field(default_factory=list)
    _bots: list[Command] = field(default_factory=list)
    _acts: list[asyncio.Task[Acted]] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, str]:
        """The whole environment of the bot."""
        return {**self.sandbox.settings, "DATA_DIR": str(self.folder / "data"), "LOG_FORMAT": "json", "OPS_BIND": "off"}

    @property
    def rows(self) -> Rows:
        """The database."""
        return Rows(self.folder / "data" / "darkroom.db")

    # ── the bot ─────────────────────────────────────────────────────────────────────────────────────────────

    async def start(self, **changed: str) -> Command:
        """The bot, listening."""
        bot = await self.starting(**changed)
        await bot.logged("listening")
        return bot

    async def starting(self, *within: str, **changed: str) -> Command:
        """The bot, on its way up; `within` is a command that becomes it."""
        settings = {**self.settings, **changed}
        bot = await Command.start("run", settings=settings, folder=self.folder, within=within)
        self._bots.append(bot)
        return bot

    async def kill(self, bot: Command) -> None:
        """kill -9. Members who still wait for an answer do not get one from this process."""
        await bot.kill()
        self.ended.append(await bot.ended())
        for act in self._acts:
            act.cancel()

    async def died(self, bot: Command) -> None:
        """Return when a bot that was to kill itself is gone."""
        self.ended.append(await bot.died())
        for act in self._acts:
            act.cancel()

    async def stopped(self, bot: Command) -> Ended:
        """How a bot that was asked to end has ended."""
        ended = await bot.ended()
        self.ended.append(ended)
        return ended

    def time_passes(self, seconds: float) -> None:
        """Let time pass while no bot runs: in the sandbox, and for what the rows remember."""
        self.sandbox.clock.advance(seconds)
        self.rows.age(seconds)

    # ── the members ─────────────────────────────────────────────────────────────────────────────────────────

    async def ask(self, channel: str = "pictures") -> int:
        """Let mira ask for an edit; the id of its status message, as soon as its thread is open."""
        async with self.sandbox.member("mira", channel) as mira:
            acted = await mira.edit(images=[picture()], prompt="Make the sky violet", wait="answer")
        assert acted.status is not None, acted.refused
        return int(acted.status["id"])

    def ask_on_the_way(self) -> None:
        """Ask for an edit whose answer may never come."""
        self._acts.append(asyncio.create_task(self.mira.edit(images=[picture()], prompt="Make the sky violet")))

    # ── what the stand-ins saw ──────────────────────────────────────────────────────────────────────────────

    def fault(self, method: str, path: str, **how: Any) -> None:
        """Let Discord have this trouble until `mend`."""
        self.sandbox.discord.faults.add(Fault(method, path, **{"times": FOREVER, "status": 503, **how}))

    def mend(self) -> None:
        """Let Discord be well again."""
        self.sandbox.discord.faults.clear()

    def said(self) -> list[Message]:
        """Everything that the bot posted for everyone to see, oldest first."""
        world = self.sandbox.discord.world
        everywhere = (message for channel in world.channels.values() for message in channel.messages.values())
        mine = (one for one in everywhere if one.author_id == world.bot.id and one.content)
        return sorted(mine, key=lambda one: one.id)

    def posted(self) -> list[str]:
        """The names of all pictures that the bot posted."""
        return [file.filename for message in self.said() for file in message.attachments]

    async def seen(self, job_id: int) -> None:
        """Return when the results of a job are in some channel."""
        await self._until(lambda: any(name.startswith(f"edit-{job_id}-") for name in self.posted()))

    async def over(self, *job_ids: int) -> None:
        """Return when the status messages of these jobs have ended."""
        await self._until(lambda: all(self._status(job_id).endswith("=") for job_id in job_ids))

    async def at_rest(self, bot: Command, *job_ids: int) -> None:
        """Return when these jobs are over in the rows too: the bot is stopped, which lets it finish writing."""
        await self.over(*job_ids)
        bot.terminate()
        assert (await self.stopped(bot)).code == 0

    async def status(self, job_id: int, words: str) -> None:
        """Return when the status message of a job says this."""
        await self._until(lambda: words in self._status(job_id))

    def _status(self, job_id: int) -> str:
        """The status message in one line, with "=" behind it once its button is gone."""
        found = [one for one in self.said() if one.content.startswith(f"Edit #{job_id} · ")]
        return found[0].content + ("" if found[0].components else "=") if found else ""

    async def _until(self, look: Callable[[], bool]) -> None:
        met = await self.sandbox.discord.world.bell.until(lambda: look() or None, GIVE_UP_S)
        assert met, [one.content for one in self.said()]

    # ── the promises ────────────────────────────────────────────────────────────────────────────────────────

    async def promises_hold(self) -> None:
        """Promises 1 to 4, from what the stand-ins recorded and what the rows say."""
        self._each_said_once()
        self._each_call_in_the_books()
        self._each_hold_ended_once()
        assert await app.check_ledger(Settings.of(self.settings)) in ((), None)
        assert not any(TRACEBACK in ended.err for ended in self.ended), [ended.err for ended in self.ended]

    def _each_said_once(self) -> None:
        for pattern in (STATUS, TOLD):
            times = Counter(found[1] for message in self.said() if (found := pattern.match(message.content)))
            assert set(times.values()) <= {1}, [one.content for one in self.said()]
        assert max(Counter(self.posted()).values(), default=1) == 1, self.posted()

    def _each_call_in_the_books(self) -> None:
        """At most one POST for an attempt, and each attempt was written down."""
        calls = [call.client_request_id for call in self.sandbox.engine.books.calls]
        assert len(calls) == len(set(calls)), calls
        assert set(calls) <= {attempt.id for attempt in self.rows.attempts()}

    def _each_hold_ended_once(self) -> None:
        settled = {job_id for job_id, state in self.rows.states().items() if state not in ("queued", "running", "sent")}
        for job_id in self.rows.states():
            for kinds in self.rows.entries(job_id).values():
                ended = sum(kinds.get(kind, 0) for kind in ("charge", "release", "suspense"))
                assert ended == (kinds["hold"] if job_id in settled else 0), (job_id, kinds)

    async def close(self) -> None:
        """Leave no process and no task behind."""
        for act in self._acts:
            act.cancel()
        await asyncio.gather(*self._acts, return_exceptions=True)
        for bot in self._bots:
            await bot.end()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House, None]:
    """A house whose promises have to hold when the test is over."""
    async with Sandbox() as sandbox, sandbox.member("mira") as mira:
        house = House(sandbox, mira, tmp_path)
        try:
            yield house
            await house.promises_hold()
        finally:
            await house.close()
