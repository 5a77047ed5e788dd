"""The driver, small: a few kills at random and a few named points; `make chaos` plays the large one."""

import random
from pathlib import Path

import pytest

from tests.chaos.driver import Death, Play, named_deaths, random_deaths

pytestmark = pytest.mark.timeout(300)  # a bot starts many times, beside whatever else the machine is doing
KILLS = 6
# One of each stretch of the way: in the placing, in the paid call, in the delivery.
POINTS = ("after-hold", "mid-answer", "after-post")


@pytest.fixture
def seed() -> int:
    """A new one each time; it stands in whatever the test has to say."""
    return random.SystemRandom().randrange(10**6)


async def test_random_kills_break_no_promise(tmp_path: Path, seed: int) -> None:
    """Whenever the bot is killed, every edit ends once, is paid for once, is told in its place, and the books agree."""
    dice = random.Random(seed)
    await _holds(Play(tmp_path, random_deaths(dice, KILLS), dice), seed)


async def test_named_points_break_no_promise(tmp_path: Path, seed: int) -> None:
    """The same where it dies at the points that chance seldom meets; each of the pictures is a call of its own."""
    dice = random.Random(seed)
    await _holds(Play(tmp_path, named_deaths(dice, POINTS), dice, "anyfast"), seed)


def test_a_point_is_told_to_the_bot() -> None:
    """A death at a point is the bot's own doing; a kill at random needs nothing of it."""
    assert Death("after-sent", 2).settings == {"DARKROOM_CRASH_AT": "after-sent:2"}
    assert Death(after_s=1.0).settings == {}


async def _holds(play: Play, seed: int) -> None:
    outcome = await play.play()

    print(f"seed {seed}: {outcome}")  # noqa: T201 - seen where the test fails
    assert outcome.broken == (), f"seed {seed}"
    assert sum(outcome.deaths.values()) == len(play.deaths)
    assert sum(outcome.ends.values()) > 0
