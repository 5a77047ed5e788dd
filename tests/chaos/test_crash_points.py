"""The process dies at each named point, and the next one puts everything right: promises 1 to 4 hold."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain import crash
from tests.chaos.bot_process import TRACEBACK, darkroom
from tests.chaos.conftest import House

ROOT = Path(__file__).parents[2]
NONCES_LIVE_S = 180.0
# What the rows say when the process is dead, how it ends after the next start, and how often the provider was called.
NOTHING: dict[int, str] = {}
AFTERWARDS = {
    "after-row": (NOTHING, NOTHING, {0}),
    "after-hold": (NOTHING, NOTHING, {0}),
    "after-place": ({1: "queued"}, {1: "delivered"}, {1}),
    "before-sent": ({1: "running"}, {1: "delivered"}, {1}),
    "after-sent": ({1: "sent"}, {1: "told"}, {0}),
    "mid-body": ({1: "sent"}, {1: "told"}, {0, 1}),
    "mid-answer": ({1: "sent"}, {1: "told"}, {1}),
    "after-body": ({1: "sent"}, {1: "told"}, {1}),
    "after-file": ({1: "sent"}, {1: "told"}, {1}),
    "after-settle": ({1: "done"}, {1: "delivered"}, {1}),
    "before-post": ({1: "done"}, {1: "delivered"}, {1}),
    "after-post": ({1: "done"}, {1: "delivered"}, {1}),
    "after-close": ({1: "done"}, {1: "delivered"}, {1}),
}


def test_every_point_is_passed() -> None:
    """Each name of the table stands at one place of the code, none stands there that the table does not have."""
    code = "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "bot").rglob("*.py")))
    passed = re.findall(r'crash\.point\("([a-z-]+)"\)', code)

    assert sorted(passed) == sorted(crash.POINTS) == sorted(AFTERWARDS)


@pytest.mark.parametrize("point", AFTERWARDS)
async def test_recovery(house: House, point: str) -> None:
    """Whatever was accepted is delivered or told after the start, once, and the ledger is exact before and after."""
    dead, ended, calls = AFTERWARDS[point]
    bot = await house.start(DARKROOM_CRASH_AT=point)
    house.ask_on_the_way()
    await house.died(bot)
    assert house.rows.states() == dead
    books = await darkroom("ledger", "check", settings=house.settings, folder=house.folder)
    assert books.code == 0, books.out

    bot = await house.start()
    await house.at_rest(bot, *ended)

    assert house.rows.states() == ended
    assert house.rows.tickets() == ()
    assert house.posted() == (["edit-1-v1-1.png"] if ended == {1: "delivered"} else [])
    assert len(house.sandbox.engine.books.calls) in calls


async def test_posted_and_the_nonce_forgotten(house: House) -> None:
    """Pictures that were posted are found again where Discord no longer remembers that it has them."""
    bot = await house.start(DARKROOM_CRASH_AT="after-post")
    house.ask_on_the_way()
    await house.died(bot)
    house.time_passes(NONCES_LIVE_S + 20)

    bot = await house.start()
    await house.at_rest(bot, 1)

    assert house.posted() == ["edit-1-v1-1.png"]


async def test_the_second_of_two(house: House) -> None:
    """With a number behind it a point ends the process at that passing, and what came before is untouched."""
    bot = await house.start(DARKROOM_CRASH_AT="after-settle:2")
    await house.ask()
    await house.over(1)
    house.ask_on_the_way()
    await house.died(bot)
    assert house.rows.states() == {1: "delivered", 2: "done"}

    bot = await house.start()
    await house.at_rest(bot, 2)

    assert house.posted() == ["edit-1-v1-1.png", "edit-2-v1-1.png"]


async def test_an_edit_that_kills_twice(house: House) -> None:
    """An edit at which the process died twice before it was paid for is failed and told, and not tried again."""
    bot = await house.start(DARKROOM_CRASH_AT="before-sent")
    house.ask_on_the_way()
    await house.died(bot)
    await house.died(await house.starting(DARKROOM_CRASH_AT="before-sent"))

    bot = await house.start()
    await house.at_rest(bot, 1)

    assert (house.rows.states(), house.rows.troubles()) == ({1: "told"}, {1: "Poisoned"})
    assert house.sandbox.engine.books.calls == ()
    assert house.posted() == []


async def test_a_point_that_is_not_there(tmp_path: Path) -> None:
    """An unknown name is refused with the list before anything starts."""
    settings = {"DISCORD_TOKEN": "x", "IMAGES_API_KEY": "y", crash.VARIABLE: "somewhere"}
    ended = await darkroom("run", settings=settings, folder=tmp_path)

    assert ended.code == 2
    assert all(name in ended.err for name in crash.POINTS)
    assert TRACEBACK not in ended.err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("words", ["somewhere", ":2", "after-row:", "after-row:0", "after-row:-1", "after-row:x"])
def test_words_that_mean_nothing(words: str) -> None:
    """So is a number that is none."""
    with pytest.raises(ValueError, match="after-settle"):
        crash.Fuse().arm(words)


def test_unset() -> None:
    """Unset or empty, every point is passed."""
    for words in (None, "", " "):
        fuse = crash.Fuse()
        fuse.arm(words)
        for name in crash.POINTS:
            fuse.point(name)


def test_counted() -> None:
    """The number counts passings, and the end is SIGKILL: nothing is cleaned up."""
    script = (
        "from bot.domain import crash\n"
        "crash.arm('after-row:2')\n"
        "for name in ('after-row', 'after-hold', 'after-row'):\n"
        "    print(name, flush=True)\n"
        "    crash.point(name)\n"
        "print('alive')\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (ended.returncode, ended.stdout.split()) == (-9, ["after-row", "after-hold", "after-row"])
