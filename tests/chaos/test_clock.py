"""A clock that jumps, and days of 23 and 25 hours: what was held goes back where it came from, and nobody gains."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.errors import ImagesSpent, ProviderDown
from bot.domain.quota import (
    Allowance,
    Limits,
    Member,
    Period,
    Rule,
    Scope,
    Statute,
    Subject,
    Unit,
    Window,
    demands,
    window,
)
from bot.storage import ledger
from bot.storage.database import Database
from bot.storage.migrate import upgrade
from bot.workflow.ports import Settlement
from tests.storage.desk import GUILD, PICTURE, PREDICTED, PROVIDER, Desk

ANN = 42
TEN = Limits(images_per_day=10, micro_usd_per_month=10**9, house_micro_usd_per_month=10**10)
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC).timestamp()
HOUR, DAY = 3600, 86_400
VIENNA = ZoneInfo("Europe/Vienna")


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """A desk whose ledger is exact when the test is over."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'darkroom.db'}"
    await upgrade(url)
    async with Database(url) as database:
        desk = Desk(database)
        yield desk
        assert await ledger.check(database) == ()


async def place(desk: Desk, images: int = 1) -> tuple[int, Window]:
    """An edit of so many pictures by ann; its job and the window of the day that holds them."""
    hold = demands(TEN, Statute(), Member(ANN, GUILD), desk.clock.now(), images, PREDICTED)
    placed = await desk.book.place(desk.request(images=images), hold, PREDICTED)
    [day] = [one.window for one in hold if one.window.allowance.unit is Unit.IMAGES]
    return placed.job.id, day


async def send(desk: Desk, job_id: int) -> str:
    """Claim it and write its call down."""
    await desk.book.claim(job_id)
    attempt = await desk.book.sent(job_id, PROVIDER)
    assert attempt is not None
    return attempt


async def of(desk: Desk, day: Window) -> tuple[int, int]:
    """What is used of the day, and held."""
    [balance] = await desk.book.balances([day])
    return balance.used, balance.held


@pytest.mark.parametrize("jump", [-HOUR, DAY, 31 * DAY], ids=["back an hour", "forward a day", "forward a month"])
@pytest.mark.parametrize("end", ["finish", "fail", "cancel"])
async def test_a_jump_while_it_is_made(desk: Desk, jump: int, end: str) -> None:
    """A hold ends in the window in which it was made, wherever the clock stands by then."""
    desk.clock.time = MIDNIGHT + HOUR / 2
    job_id, day = await place(desk, images=3)
    attempt = await send(desk, job_id) if end != "cancel" else "none"
    assert await of(desk, day) == (0, 3)
    desk.clock.time += jump
    if end == "finish":
        await desk.book.finish(job_id, attempt, Settlement(PREDICTED, (PICTURE,)), None)
    elif end == "fail":
        await desk.book.fail(job_id, ProviderDown(), attempt)
    else:
        await desk.book.cancel(job_id)

    assert await of(desk, day) == ((1, 0) if end == "finish" else (0, 0))


async def test_reset_at_midnight_with_a_job_in_flight(desk: Desk) -> None:
    """The new day begins whole, and what the old one held is released into the old one."""
    desk.clock.time = MIDNIGHT - 60
    job_id, yesterday = await place(desk, images=10)
    desk.clock.time = MIDNIGHT + 60
    _, today = await place(desk, images=10)
    await desk.book.cancel(job_id)

    assert yesterday.ends_at == today.starts_at == MIDNIGHT
    assert await of(desk, yesterday) == (0, 0)
    assert await of(desk, today) == (0, 10)


@pytest.mark.parametrize("jump", [-HOUR, DAY])
async def test_a_jump_and_back(desk: Desk, jump: int) -> None:
    """A clock that jumps over midnight and back has not made a spent day fresh."""
    desk.clock.time = MIDNIGHT + HOUR / 2
    await place(desk, images=10)
    desk.clock.time += jump
    await place(desk, images=10)
    desk.clock.time -= jump

    with pytest.raises(ImagesSpent):
        await place(desk)


@pytest.mark.parametrize(
    ("date", "hours"),
    [(datetime(2026, 10, 25, tzinfo=VIENNA), 25), (datetime(2027, 3, 28, tzinfo=VIENNA), 23)],
    ids=["25 hours", "23 hours"],
)
async def test_days_of_other_lengths(desk: Desk, date: datetime, hours: int) -> None:
    """A day of 25 or 23 hours is one day from midnight to midnight, and has one allowance."""
    rule = Rule(GUILD, Subject(Scope.EVERYONE), Unit.IMAGES, Period.DAY, 10)
    statute = Statute(rules=(rule,), zone=VIENNA)
    first, last = date.timestamp(), date.timestamp() + hours * HOUR - 1
    for at in (first, last):
        desk.clock.time = at
        hold = demands(TEN, statute, Member(ANN, GUILD), at, 5, PREDICTED)
        await desk.book.place(desk.request(images=5), hold, PREDICTED)
    desk.clock.time = first + 2.5 * HOUR
    hold = demands(TEN, statute, Member(ANN, GUILD), desk.clock.time, 1, PREDICTED)
    with pytest.raises(ImagesSpent) as spent:
        await desk.book.place(desk.request(), hold, PREDICTED)

    assert spent.value.fields["resets_at"] == int(first + hours * HOUR)
    assert datetime.fromtimestamp(first + hours * HOUR, VIENNA).date() == (date + timedelta(days=1)).date()


def test_every_moment_of_two_years_has_one_day() -> None:
    """Windows follow each other without a gap and never go backwards, over every change of the clocks."""
    allowance = Allowance("user:42@1", Unit.IMAGES, Period.DAY, 10)
    at, until = datetime(2026, 1, 1, tzinfo=UTC).timestamp(), datetime(2028, 1, 1, tzinfo=UTC).timestamp()
    before = window(allowance, at - 1, VIENNA)
    while at < until:
        now = window(allowance, at, VIENNA)
        assert now.starts_at <= at < now.ends_at
        assert now == before or now.starts_at == before.ends_at
        before, at = now, at + HOUR / 2
