"""The house is tidied: what nobody needs any more goes, and trouble on the way harms nothing else."""

import asyncio

import pytest

from bot.domain.deed import Decider
from bot.domain.gathering import Gathered
from bot.domain.guild import Setting
from bot.domain.job import State
from bot.workflow.sweep import EVERY_S, UNPLACED_LIVE_S, sweep
from tests.standins import Comes
from tests.workflow.house import ANN, GUILD, House
from tests.workflow.memory_gatherings import MemoryGatherings
from tests.workflow.memory_guilds import MemoryGuilds

DAY_S = 86_400


async def swept_once(house: House, rounds: int = 1) -> None:
    """Sweep this often, and stop."""
    for _ in range(rounds - 1):
        house.steps.meanwhile("sleep", _at_once)
    stop = house.steps.stop_at("sleep")
    task = asyncio.create_task(sweep(house.book, house.blobs, house.gatherings, house.guilds, house.clock, 30 * DAY_S))
    await stop.reached.wait()
    task.cancel()
    await asyncio.wait({task})
    assert task.cancelled()


async def _at_once() -> None:
    return


async def test_pictures_go_after_the_retention_time(house: House) -> None:
    """Until then inputs and results stay, and a picture that was never placed has an hour."""
    await house.placed(Comes())
    await house.work()
    job = house.job()
    kept = [job.request.pictures[0].blob, job.results[0].blob]
    stray = house.blobs.put(b"png 1x1 never placed")
    house.clock.moment += UNPLACED_LIVE_S + 1

    await swept_once(house)
    assert not house.blobs.path(stray).exists()
    assert all(house.blobs.path(key).exists() for key in kept)

    house.clock.moment += 30 * DAY_S
    await swept_once(house)
    assert not any(house.blobs.path(key).exists() for key in kept)


async def test_words_go_after_the_retention_time(house: House) -> None:
    """The prompt stays as long as the pictures do, counted from the end of the edit; what was made and spent stays."""
    await house.placed(Comes())
    await house.work()
    house.clock.moment += 30 * DAY_S - 1

    await swept_once(house)
    assert house.job().request.prompt == "make it snow"

    house.clock.moment += 2
    await swept_once(house)
    assert (house.job().request.prompt, len(house.job().results)) == ("", 1)


@pytest.mark.parametrize("first", ["expire", "blobs_in_use"])
async def test_one_half_of_a_sweep_does_not_need_the_other(house: House, first: str) -> None:
    """Where the words cannot be swept the pictures are, and the other way round."""
    await house.placed(Comes())
    await house.work()
    stray = house.blobs.put(b"png 1x1 never placed")
    house.clock.moment += 31 * DAY_S
    house.steps.raise_at(first, RuntimeError("the database is locked"))

    await swept_once(house)

    assert house.blobs.path(stray).exists() is (first == "blobs_in_use")
    assert (house.job().request.prompt == "") is (first == "blobs_in_use")


async def test_a_server_that_was_left_is_forgotten(house: House) -> None:
    """What its admins chose stays for the retention time after the bot left, in case that it comes back."""
    for guild_id in (GUILD, GUILD + 1):
        await house.guilds.joined(guild_id)
        await house.guilds.change(Decider(7, guild_id), Setting.THREAD, ("off",))
    await house.guilds.left(GUILD)
    house.clock.moment += 30 * DAY_S - 1

    await swept_once(house)
    assert not (await house.guilds.settings(GUILD)).thread

    house.clock.moment += 2
    await swept_once(house)
    assert (await house.guilds.settings(GUILD)).thread
    assert not (await house.guilds.settings(GUILD + 1)).thread


async def test_what_nobody_gathers_any_more_goes(house: House) -> None:
    """A tray that has ended lets its pictures go at the same sweep."""
    picture = house.file("cat.png", b"png 1x1 gathered")
    await house.gatherings.put(ANN, GUILD, [Gathered(picture)], house.clock.now() + DAY_S, 16)
    house.clock.moment += DAY_S + 1

    await swept_once(house)

    assert await house.gatherings.tray(ANN, GUILD) == ()
    assert not house.blobs.path(picture.blob).exists()


@pytest.mark.parametrize("part", ["gatherings", "guilds"])
async def test_trouble_with_one_part_spares_the_others(house: House, part: str) -> None:
    """Where trays or servers cannot be swept the pictures are."""

    class Sulking(MemoryGatherings):
        async def sweep(self) -> int:
            raise OSError("the database is locked")

    class Brooding(MemoryGuilds):
        async def forget_left(self, before: float) -> int:
            raise OSError("the database is locked")

    if part == "gatherings":
        house.gatherings = Sulking(house.clock)
    else:
        house.guilds = Brooding(house.clock, house.council)
    stray = house.blobs.put(b"png 1x1 never placed")
    house.clock.moment += UNPLACED_LIVE_S + 1

    await swept_once(house)

    assert not house.blobs.path(stray).exists()


async def test_an_edit_that_waits_keeps_its_pictures(house: House) -> None:
    """However long an edit has waited, what it needs is there when its turn comes."""
    await house.placed(Comes())
    house.clock.moment += 31 * DAY_S

    await swept_once(house)

    await house.work()
    assert house.state() is State.DELIVERED


@pytest.mark.parametrize("fault", [OSError("read-only"), RuntimeError("the database is locked")])
async def test_a_sweep_that_fails_is_made_again(house: House, fault: Exception) -> None:
    """A disk or a database that is away for a moment ends neither the sweeping nor, with it, the bot."""
    stray = house.blobs.put(b"png 1x1 never placed")
    house.clock.moment += UNPLACED_LIVE_S + 1
    house.steps.raise_at("blobs_in_use", fault)

    await swept_once(house, rounds=2)

    assert not house.blobs.path(stray).exists()
    assert house.clock.slept[0] == EVERY_S
