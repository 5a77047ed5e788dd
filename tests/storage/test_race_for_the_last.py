"""Fifty at once for the last ten: ten are placed, however the allowance is made up and however many connections ask."""

import asyncio
import itertools
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from bot.domain.errors import ImagesSpent
from bot.domain.quota import Demand, Limits, Period, Rule, Scope, Subject, Unit
from bot.storage.database import Database
from bot.workflow.ports import Placed
from tests.storage.desk import GUILD, PREDICTED, Desk

PARALLEL, LEFT, USED = 50, 10, 7
ROUNDS = int(os.environ.get("RACE_ROUNDS", "2"))  # `make chaos` runs two hundred
LIMITS = Limits(images_per_day=USED + LEFT, micro_usd_per_month=10**9, house_micro_usd_per_month=10**12)
HOUR = 3600
Prepare = Callable[[Desk, int], Awaitable[None]]
origins = itertools.count(1_000_000)


@pytest.fixture
async def two_desks(postgres_url: str) -> AsyncIterator[tuple[Desk, Desk]]:
    """Two processes' worth of connections to one PostgreSQL database."""
    async with Database(postgres_url) as one, Database(postgres_url) as other:
        yield Desk(one), Desk(other)


async def in_a_day(desk: Desk, user: int) -> None:
    """Some of the day is used; the last ten are left."""
    await desk.place(user, USED, LIMITS)


async def in_grants(desk: Desk, user: int) -> None:
    """The day has two left, the rest of the ten is in two grants."""
    await desk.place(user, USED + LEFT - 2, LIMITS)
    await desk.give(5, user)
    await desk.give(3, user, days=2)


async def in_rolling_hours(desk: Desk, user: int) -> None:
    """What is used was used an hour ago, so that what is asked for now falls into another bucket of the window."""
    await desk.rule(Rule(GUILD, Subject(Scope.USER, user), Unit.IMAGES, Period.ROLLING, USED + LEFT, hours=5))
    await desk.place_by_rules(user, USED, LIMITS)
    desk.clock.time += HOUR


SITUATIONS = pytest.mark.parametrize("prepare", [in_a_day, in_grants, in_rolling_hours])


@SITUATIONS
async def test_fifty_placings_at_once(desk: Desk, prepare: Prepare) -> None:
    """Fifty of one member at the same moment: exactly ten are placed, forty are told what is left, and all agrees."""
    for user in range(100, 100 + ROUNDS):
        await prepare(desk, user)

        assert await _race([desk], user) == {"placed": LEFT, "refused": PARALLEL - LEFT}
    assert await desk.balanced()


@SITUATIONS
async def test_fifty_placings_over_two_connections(two_desks: tuple[Desk, Desk], prepare: Prepare) -> None:
    """The same where two processes place at once on PostgreSQL, each with a pool of its own."""
    one, other = two_desks
    for user in range(100, 100 + ROUNDS):
        await prepare(one, user)
        other.clock.time = one.clock.time

        assert await _race([one, other], user) == {"placed": LEFT, "refused": PARALLEL - LEFT}
    assert await one.balanced()


async def test_the_last_money_of_the_house(two_desks: tuple[Desk, Desk]) -> None:
    """Fifty members, each with plenty left, for the last ten edits that the operator pays: ten are placed."""
    for round_ in range(ROUNDS):
        left = Limits(10**6, 10**9, (round_ + 1) * LEFT * PREDICTED)
        placings = []
        for user, desk in zip(range(PARALLEL), itertools.cycle(two_desks), strict=False):
            placings.append(_place(desk, 1000 + user, desk.lines(1000 + user, limits=left)))

        ends = Counter(type(one).__name__ for one in await asyncio.gather(*placings, return_exceptions=True))

        assert ends == {"Placed": LEFT, "HouseSpent": PARALLEL - LEFT}
    assert await two_desks[0].balanced()


async def _race(desks: Sequence[Desk], user: int) -> Counter[str]:
    """Everybody has looked before anybody writes: what was decided is read first, as at the door."""
    hold = await desks[0].decided(user, limits=LIMITS)
    placings = [_place(desk, user, hold) for desk, _ in zip(itertools.cycle(desks), range(PARALLEL), strict=False)]
    ends: Counter[str] = Counter()
    for one in await asyncio.gather(*placings, return_exceptions=True):
        if isinstance(one, BaseException):
            assert isinstance(one, ImagesSpent), one
            assert one.fields["left"] == 0
        ends["refused" if isinstance(one, BaseException) else "placed"] += 1
    return ends


async def _place(desk: Desk, user: int, hold: Sequence[Demand]) -> Placed:
    return await desk.book.place(desk.request(next(origins), user), hold, PREDICTED)
