"""A play: many members' edits while the bot is killed again and again, and at its end the proof that nothing broke.

The stand-ins are `darkroom sandbox serve`, a process that lives through it all and records every exchange; the bot is
`darkroom run`, which dies by SIGKILL, at a random moment or at a named point. The dice are seeded, but two processes on
a busy machine are not: the same seed plays the same play, and not always the same deaths.
"""

import asyncio
import contextlib
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.crash import POINTS, VARIABLE
from bot.sandbox.member import Member
from tests.chaos.bot_process import TRACEBACK, Command, Ended, darkroom
from tests.chaos.crowd import PEOPLE, PLACES, Crowd
from tests.chaos.proof import OVER, prove
from tests.chaos.records import Seen, books_of, calls_of, ledger_of, messages_of, places_of, posted_in
from tests.chaos.rows import Rows

AT_RANDOM = "at random"
DISCORDS = '"logger": "discord.client"'
KILLED = -9
PASSED_WITHIN_S = 50.0
RESTS_WITHIN_S = 150.0
NONCES_LIVE_S = 180.0
# The limits have tests of their own; here nobody shall run into one, and the bot may identify as often as it is killed.
SETTINGS = {
    "LOG_FORMAT": "json",
    "LIMIT_IMAGES_PER_DAY": "100000",
    "LIMIT_USD_PER_MONTH": "100000",
    "OPERATOR_USD_PER_MONTH": "100000",
    "ASK_ABOVE_USD": "1000",
    "IDENTIFIES_PER_HOUR": "1000",
    "OPS_BIND": "off",
}


@dataclass(frozen=True, slots=True)
class Death:
    """How one life of the bot ends: at the so-many-th passing of a point, or by kill -9.

    `at_start` kills on the way up, `after_s` after it was told to start, else after it listens. `away_s` is how far
    the clock goes on before the next life.
    """

    point: str = AT_RANDOM
    passing: int = 1
    after_s: float = 0.0
    at_start: bool = False
    away_s: float = 0.0

    @property
    def settings(self) -> dict[str, str]:
        """What the bot is told of it."""
        return {} if self.point == AT_RANDOM else {VARIABLE: f"{self.point}:{self.passing}"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a play: its deaths by kind, what was counted, and a sentence for everything that broke."""

    deaths: Mapping[str, int]
    ends: Mapping[str, int]
    asked: int
    calls: int
    pictures: int
    slowest_start_s: float
    broken: tuple[str, ...]


def random_deaths(dice: random.Random, count: int) -> tuple[Death, ...]:
    """So many kills at moments that nobody chose."""
    return tuple(_random_death(dice) for _ in range(count))


def named_deaths(dice: random.Random, points: Sequence[str] = tuple(POINTS)) -> tuple[Death, ...]:
    """One death at each of these points, in any order."""
    deaths = [Death(point, dice.choice((1, 1, 2)), away_s=_away(dice)) for point in points]
    dice.shuffle(deaths)
    return tuple(deaths)


def _random_death(dice: random.Random) -> Death:
    at_start = dice.random() < 0.2
    return Death(after_s=dice.uniform(0.0, 1.5 if at_start else 5.0), at_start=at_start, away_s=_away(dice))


def _away(dice: random.Random) -> float:
    # Longer than Discord remembers a nonce: then only a look into the thread keeps a message from coming twice.
    return NONCES_LIVE_S + 20 if dice.random() < 0.2 else 0.0


@dataclass(slots=True)
class Play:
    """One sandbox, one folder of data, and one bot after the other on it. Play it once."""

    folder: Path
    deaths: Sequence[Death]
    dice: random.Random
    dialect: str = "openai"
    _settings: dict[str, str] = field(default_factory=dict)
    _broken: list[str] = field(default_factory=list)
    _died: Counter[str] = field(default_factory=Counter)
    _starts: list[float] = field(default_factory=list)

    async def play(self) -> Outcome:
        """All of its lives, the last of which comes to rest; then the proof."""
        self.folder.mkdir(parents=True, exist_ok=True)
        stand_ins = await Command.start("sandbox", "serve", "--record", "record.jsonl", settings={}, folder=self.folder)
        try:
            await self._point_at(stand_ins)
            places = await places_of(self._discord, PEOPLE, tuple(dict.fromkeys(PLACES)))
            # Where one call gives one picture, an edit of three is three calls, between which the bot can die as well.
            masks = self.dialect == "openai"
            crowd = Crowd(self._discord, self._engine, self.dice, masks=masks)
            await self._lives(crowd)
            messages, books = await messages_of(self._discord, places), await books_of(self._engine)
            stand_ins.terminate()
            await stand_ins.ended()
        finally:
            await stand_ins.end()
        await self._check_ledger()
        record = self.folder / "record.jsonl"
        calls = await asyncio.to_thread(calls_of, books, record)
        seen = Seen(messages, calls, ledger_of(self._database), places, posted_in(record))
        proof = prove(seen, crowd.asked)
        return Outcome(
            deaths=dict(self._died),
            ends=dict(proof.ends),
            asked=len(crowd.asked),
            calls=len(calls),
            pictures=sum(len(message.files) for message in messages),
            slowest_start_s=round(max(self._starts, default=0.0), 1),
            broken=(*self._broken, *proof.broken),
        )

    # ── the stand-ins ───────────────────────────────────────────────────────────────────────────────────────

    async def _point_at(self, stand_ins: Command) -> None:
        await stand_ins.line(lambda line: line.startswith("SANDBOX_URL="))
        given = dict(line.strip().split("=", 1) for line in stand_ins.written)
        engine = given["IMAGES_API_URL"]
        if self.dialect != "openai":
            given |= {"IMAGES_API_URL": f"{engine}/{self.dialect}", "IMAGES_DIALECT": self.dialect}
        self._settings = {**given, **SETTINGS, "ENGINE_URL": engine, "DATA_DIR": str(self.folder / "data")}

    @property
    def _discord(self) -> str:
        return self._settings["SANDBOX_URL"]

    @property
    def _engine(self) -> str:
        return self._settings["ENGINE_URL"]

    @property
    def _database(self) -> Path:
        return self.folder / "data" / "darkroom.db"

    # ── the lives ───────────────────────────────────────────────────────────────────────────────────────────

    async def _lives(self, crowd: Crowd) -> None:
        people = asyncio.create_task(crowd.run())
        try:
            for death in self.deaths:
                await self._live(death)
                if death.away_s:
                    await self._time_passes(death.away_s)
            crowd.stop()
            await people
        finally:
            people.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await people
        await self._last_life()

    async def _live(self, death: Death) -> None:
        """One life, to its end."""
        bot = await self._start(death.settings)
        try:
            if death.at_start or await self._listens(bot):
                await asyncio.sleep(death.after_s)
            if death.point != AT_RANDOM:
                await self._dies_by_itself(bot, death)
            elif not bot.alive:
                self._broken.append(f"a bot ended by itself: {(await bot.ended()).err[-2000:]}")
            await bot.end()
            self._died[death.point] += 1
            self._look_for_tracebacks(await bot.ended())
        finally:
            await bot.end()

    async def _dies_by_itself(self, bot: Command, death: Death) -> None:
        try:
            async with asyncio.timeout(PASSED_WITHIN_S):
                ended = await bot.ended()
        except TimeoutError:
            self._broken.append(f"{death.point} was not passed {death.passing} times in {PASSED_WITHIN_S:.0f} s")
            return
        if ended.code != KILLED:
            self._broken.append(f"at {death.point} the bot ended with {ended.code}: {ended.err[-2000:]}")

    async def _start(self, changed: Mapping[str, str]) -> Command:
        return await Command.start("run", settings={**self._settings, **changed}, folder=self.folder)

    async def _listens(self, bot: Command) -> bool:
        """Whether it came so far; a life may end while the edits of the last one are mended."""
        began = time.monotonic()
        try:
            await bot.logged("listening")
        except AssertionError:
            return False
        self._starts.append(time.monotonic() - began)
        return True

    async def _last_life(self) -> None:
        """A bot that nobody kills: everything comes to rest, and it is asked to stop."""
        bot = await self._start({})
        try:
            await self._listens(bot)
            await self._rest()
            bot.terminate()
            ended = await bot.ended()
            if ended.code != 0:
                self._broken.append(f"the last bot ended with {ended.code}: {ended.err[-2000:]}")
            self._look_for_tracebacks(ended)
        finally:
            await bot.end()

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RESTS_WITHIN_S):
                while not self._is_at_rest():  # noqa: ASYNC110 - the rows of another process ring no bell
                    await asyncio.sleep(0.3)

    def _is_at_rest(self) -> bool:
        try:
            states = Rows(self._database).states()
        except sqlite3.OperationalError:
            return False  # the tables are not there yet
        return all(state in OVER for state in states.values())

    def _look_for_tracebacks(self, ended: Ended) -> None:
        # discord.py logs a trace of every connection that it loses and makes again.
        written = [line for line in ended.err.splitlines() if TRACEBACK in line and DISCORDS not in line]
        self._broken += [f"a traceback was written: {line[:2000]}" for line in written]

    async def _time_passes(self, seconds: float) -> None:
        """While no bot runs: in the sandbox, and for what the rows remember."""
        async with Member(self._discord) as anybody:
            await anybody.lever("clock", {"advance_s": seconds})
        with contextlib.suppress(sqlite3.OperationalError):
            Rows(self._database).age(seconds)

    async def _check_ledger(self) -> None:
        checked = await darkroom("ledger", "check", settings=self._settings, folder=self.folder)
        if checked.code != 0:
            self._broken.append(f"ledger check exits {checked.code}: {checked.out}{checked.err}")
