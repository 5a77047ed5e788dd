"""The token is not burnt: identifies are counted on disk, and made slowly after the first of an hour."""

from collections.abc import Sequence

import pytest

from bot.chat.identifying import FREE_IN_AN_HOUR, HOUR_S, PACE_S, Identifying, TooOften
from tests.chaos.conftest import House
from tests.standins import HandClock, Steps


class Sheet:
    """What is written down, as the book does it."""

    def __init__(self) -> None:
        self.made: list[float] = []
        self.torn = False

    async def note(self, at: float) -> None:
        """Write down."""
        if self.torn:
            raise OSError
        self.made.append(at)

    async def noted(self, since: float) -> Sequence[float]:
        """Read."""
        return sorted(at for at in self.made if at >= since)


class Starts:
    """A process that starts again and again on one sheet."""

    def __init__(self) -> None:
        self.clock, self.sheet = HandClock(Steps()), Sheet()

    def process(self) -> Identifying:
        """The next one."""
        return Identifying(self.clock, self.sheet.note, self.sheet.noted)

    async def crash_loop(self, times: int) -> float:
        """Identify and die so many times; the seconds that it took."""
        began = self.clock.now()
        for _ in range(times):
            identifying = self.process()
            await identifying.wait()
            await identifying.begin()
        return self.clock.now() - began


async def test_a_crash_loop() -> None:
    """The first 20 of an hour are free, then there is one every 90 seconds, so that a day has far fewer than 1,000."""
    starts = Starts()

    assert await starts.crash_loop(FREE_IN_AN_HOUR) == 0
    assert PACE_S * 10 <= await starts.crash_loop(10) <= PACE_S * 10 + 20
    assert 86_400 / PACE_S < 1000


async def test_an_hour_later() -> None:
    """An hour without one makes the first ones free again."""
    starts = Starts()
    await starts.crash_loop(FREE_IN_AN_HOUR + 3)
    starts.clock.moment += HOUR_S + 1

    assert await starts.crash_loop(FREE_IN_AN_HOUR) == 0


async def test_too_early() -> None:
    """A session that Discord ends while there is none to spare is not identified again at once."""
    starts = Starts()
    await starts.crash_loop(FREE_IN_AN_HOUR)

    with pytest.raises(TooOften):
        await starts.process().begin()
    assert len(starts.sheet.made) == FREE_IN_AN_HOUR


@pytest.mark.parametrize("jump", [-HOUR_S, -86_400.0])
async def test_clock_set_back(jump: float) -> None:
    """A clock that jumps back makes nobody wait longer than the pace."""
    starts = Starts()
    await starts.crash_loop(FREE_IN_AN_HOUR)
    starts.clock.moment += jump

    assert await starts.crash_loop(1) <= PACE_S + 2


async def test_what_cannot_be_written_down_is_made_slowly() -> None:
    """With a full disk the bot still comes to Discord, and every process is as slow as if none were free."""
    starts = Starts()
    starts.sheet.torn = True
    began = starts.clock.now()
    for _ in range(3):
        identifying = starts.process()
        with pytest.raises(TooOften):
            await identifying.begin()
        await identifying.wait()
        await identifying.begin()

    assert starts.clock.now() - began >= 3 * PACE_S


async def test_over_restarts(house: House) -> None:
    """The real bot counts over kill -9, waits before it identifies, says so once, and comes back by itself."""
    for _ in range(2):
        bot = await house.start(IDENTIFIES_PER_HOUR="2")
        await house.kill(bot)

    bot = await house.starting(IDENTIFIES_PER_HOUR="2")
    await bot.logged("identify_waits")
    assert house.rows.identifies() == 2
    house.rows.age_identifies(PACE_S)
    await bot.logged("listening")

    assert house.rows.identifies() == 3
    bot.terminate()
    ended = await house.stopped(bot)
    assert ended.err.count("identify_waits") == 1
