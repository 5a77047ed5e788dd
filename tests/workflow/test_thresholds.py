"""Who hears in time that something is running out, and how often."""

import asyncio

import pytest

from bot.domain.errors import (
    DiskNearlyFull,
    HouseClosed,
    HouseNearlySpent,
    HouseSpent,
    OutcomeUnknown,
    SuspenseGrowing,
    Trouble,
)
from bot.domain.quota import Period, Rule, Scope, Subject, Unit
from bot.domain.request import Options
from bot.workflow.ports import Note, NoteKind
from bot.workflow.thresholds import EVERY_S
from tests.workflow.house import ADMIN, ANN, BOB, GUILD, OPERATOR, House

DAY_S = 86_400
GIB = 1024**3
OF_ANN = Subject(Scope.USER, ANN)


async def noted(house: House, origin: int, n: int = 1, user_id: int = ANN) -> list[Note]:
    """What the receipt of an edit of so many pictures says of allowances."""
    options = Options(quality="low", n=n)
    receipt = await house.submitted(house.edit(origin=origin, options=options, user_id=user_id))
    return [note for note in receipt.notes if note.kind is NoteKind.NEARLY_SPENT]


async def watched(house: House, rounds: int = 1) -> list[Trouble]:
    """What the operator hears while the watch looks so often."""
    house.postbox.alerts.clear()
    for _ in range(rounds - 1):
        house.steps.meanwhile("sleep", _at_once)
    stop = house.steps.stop_at("sleep")
    task = asyncio.create_task(house.thresholds.watch())
    await stop.reached.wait()
    task.cancel()
    await asyncio.wait({task})
    return list(house.postbox.alerts)


async def _at_once() -> None:
    return


async def cost_of_one(house: House) -> int:
    """What an edit of one picture is held at."""
    receipt = await house.submitted(house.edit(origin=77_777, user_id=77_777))
    return receipt.job.predicted


# ── the member ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_member_hears_once_that_little_is_left(house: House) -> None:
    """With the edit that leaves a fifth, and not with those before and after it."""
    house.lower(images_per_day=10)

    said = [await noted(house, origin) for origin in range(1, 11)]

    ends_at = house.book.entries[0].window.ends_at
    assert said[7] == [
        Note(NoteKind.NEARLY_SPENT, "", {"unit": "images", "left": 2, "limit": 10, "resets_at": ends_at})
    ]
    assert not any(said[:7] + said[8:])


async def test_a_member_hears_anew_in_the_next_window(house: House) -> None:
    """And where the limit was changed; each member by themselves."""
    house.lower(images_per_day=1)
    assert await noted(house, 1)
    assert await noted(house, 2, user_id=BOB)

    house.clock.moment += DAY_S
    assert await noted(house, 3)

    house.lower(images_per_day=2)
    assert await noted(house, 4)


async def test_money_runs_out_like_pictures(house: House) -> None:
    """The remark has its unit; both may be said at once."""
    cost = await cost_of_one(house)
    house.lower(micro_usd_per_month=cost, images_per_day=1)

    assert [note.fields["unit"] for note in await noted(house, 1)] == ["images", "micro_usd"]


async def test_grants_count_as_left(house: House) -> None:
    """Who has a grant is not at the end; the remark comes with what is left of both."""
    house.lower(images_per_day=5)
    await house.govern.grant(ADMIN, ANN, Unit.IMAGES, 4, 1, "a prize")

    said = [await noted(house, origin, n=4) for origin in (1, 2)]

    assert said[0] == []
    assert [note.fields["left"] for note in said[1]] == [1]


async def test_a_rolling_window_is_warned_of_once_in_its_length(house: House) -> None:
    """It opens anew every hour, which is no reason to say it every hour."""
    await house.govern.set_rule(ADMIN, Rule(GUILD, OF_ANN, Unit.IMAGES, Period.ROLLING, 1, 6))
    said = []
    for origin in range(1, 5):
        said += await noted(house, origin)
        house.clock.moment += 7 * 3600

    assert len(said) == 4
    house.lower(images_per_day=1_000_000)
    await house.govern.set_rule(ADMIN, Rule(GUILD, OF_ANN, Unit.IMAGES, Period.ROLLING, 100, 24))
    hourly = []
    for origin in range(10, 30):
        hourly += await noted(house, origin, n=5)
        house.clock.moment += 60
    assert len(hourly) == 1


async def test_the_servers_limit_is_not_the_members_worry(house: House) -> None:
    """A remark is about what is one's own."""
    await house.govern.set_rule(ADMIN, Rule(GUILD, Subject(Scope.GUILD, GUILD), Unit.IMAGES, Period.DAY, 1))

    assert await noted(house, 1) == []


async def test_the_same_question_says_nothing_twice(house: House) -> None:
    """An edit that was placed before is not placed again, and nothing more is left or spent by it."""
    house.lower(images_per_day=1)
    await noted(house, 1)

    assert await noted(house, 1) == []


async def test_a_remark_that_cannot_be_made_costs_no_edit(house: House) -> None:
    """The edit is placed by then."""
    house.lower(images_per_day=1)
    house.steps.raise_at("once", RuntimeError("locked"))

    assert await noted(house, 1) == []
    assert len(house.book.jobs) == 1


# ── the house's money ───────────────────────────────────────────────────────────────────────────────────────


async def test_the_operator_hears_once_at_four_fifths_and_once_at_the_end(house: House) -> None:
    """However many edits come between, and however many are refused after."""
    cost = await cost_of_one(house)
    house.lower(house_micro_usd_per_month=10 * cost)
    for origin in range(1, 10):
        await noted(house, origin)
    for origin in (20, 21):
        with pytest.raises(HouseSpent):
            await noted(house, origin)

    nearly, closed = house.postbox.alerts
    assert isinstance(nearly, HouseNearlySpent)
    assert (nearly.fields["left"], nearly.fields["limit"]) == (2 * cost, 10 * cost)
    assert isinstance(closed, HouseClosed)


async def test_a_raised_cap_is_watched_anew(house: House) -> None:
    """So is the next month's."""
    cost = await cost_of_one(house)
    house.lower(house_micro_usd_per_month=3 * cost)
    await noted(house, 1)
    await noted(house, 2)
    house.lower(house_micro_usd_per_month=4 * cost)
    await noted(house, 3)
    house.clock.moment += 31 * DAY_S
    for origin in range(4, 8):
        await noted(house, origin)

    assert [type(alert).__name__ for alert in house.postbox.alerts] == ["HouseClosed"] * 3


async def test_the_operators_own_tighter_limit_is_watched_too(house: House) -> None:
    """A rule for the house by the day closes it for the day, and is said each day that it does."""
    cost = await cost_of_one(house)
    await house.govern.set_rule(OPERATOR, Rule(None, Subject(Scope.HOUSE), Unit.MICRO_USD, Period.DAY, 2 * cost))
    for day in (1, 2):
        house.clock.moment += DAY_S
        await noted(house, 2 * day, n=1)
        with pytest.raises(HouseSpent):
            await noted(house, 100 + day, n=5)

    assert [type(alert).__name__ for alert in house.postbox.alerts] == ["HouseClosed"] * 2


async def test_each_limit_of_the_house_is_said_by_itself(house: House) -> None:
    """A rule by the day beside the month's cap says nothing of the cap anew each day, and hides nothing of it."""
    cost = await cost_of_one(house)
    house.lower(house_micro_usd_per_month=5 * cost)
    await house.govern.set_rule(OPERATOR, Rule(None, Subject(Scope.HOUSE), Unit.MICRO_USD, Period.DAY, 20 * cost))
    for origin in (1, 2, 3):
        await noted(house, origin)
    for day in (1, 2):
        house.clock.moment += DAY_S
        with pytest.raises(HouseSpent):
            await noted(house, 100 + day, n=5)

    assert [type(alert).__name__ for alert in house.postbox.alerts] == ["HouseNearlySpent", "HouseClosed"]


# ── suspense ────────────────────────────────────────────────────────────────────────────────────────────────


async def doubted(house: House, origin: int) -> None:
    """An edit whose outcome nobody knows."""
    job = await house.placed(None, request=house.edit(origin=origin))
    await house.worker(job.id)
    assert isinstance(house.job(job.id).trouble, OutcomeUnknown)


async def test_growing_suspense_is_said_once(house: House) -> None:
    """When a tenth of the month's cap is in doubt within a day, and again only after it has fallen."""
    cost = await cost_of_one(house)
    house.lower(house_micro_usd_per_month=15 * cost)
    await doubted(house, 1)
    assert await watched(house) == []

    await doubted(house, 2)
    (alert,) = await watched(house)
    assert isinstance(alert, SuspenseGrowing)
    assert alert.fields == {"amount": 2 * cost, "limit": 15 * cost}

    await doubted(house, 3)
    house.start()
    assert await watched(house, rounds=3) == []

    house.clock.moment += 2 * DAY_S
    assert await watched(house) == []
    await doubted(house, 4)
    await doubted(house, 5)
    assert len(await watched(house)) == 1


# ── the disk ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("free", "total", "full"),
    [
        (100 * GIB, 200 * GIB, False),
        (10 * GIB, 200 * GIB, False),
        (10 * GIB - 1, 200 * GIB, True),
        (1 * GIB, 10 * GIB, False),
        (1 * GIB - 1, 10 * GIB, True),
        (0, 10 * GIB, True),
    ],
)
async def test_a_disk_that_is_nearly_full(house: House, free: int, total: int, full: bool) -> None:
    """Under a gigabyte, or under a twentieth of the disk."""
    house.disk.room = free, total

    alerts = await watched(house)

    assert [type(alert) for alert in alerts] == ([DiskNearlyFull] if full else [])


async def test_a_full_disk_is_said_once_a_day(house: House) -> None:
    """It is looked at every few minutes, and across restarts it is the same day."""
    house.disk.room = 5 * 1024**2, 10 * GIB
    said = await watched(house, rounds=20)
    house.start()
    said += await watched(house)
    house.clock.moment += DAY_S
    said += await watched(house)

    assert [alert.fields for alert in said] == [{"free_mb": 5}] * 2
    assert set(house.clock.slept) == {EVERY_S}


async def test_the_watch_outlives_a_fault(house: House) -> None:
    """A disk that cannot be asked for once is asked again, and the suspense is looked at all the same."""
    house.disk.room = 0, 10 * GIB
    house.steps.raise_at("once", RuntimeError("locked"))

    assert [type(alert) for alert in await watched(house, rounds=2)] == [DiskNearlyFull]
