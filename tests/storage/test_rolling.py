"""Rolling windows: kept by the hour, counted together, and free again hour by hour."""

import asyncio
from collections import Counter

import pytest

from bot.domain.errors import GuildImagesSpent, ImagesSpent
from bot.domain.quota import Limits, Period, Rule, Scope, Subject, Unit
from tests.storage.desk import ADMIN, GUILD, NOON, PREDICTED, Desk

HOUR = 3600
EVERYONE = Rule(GUILD, Subject(Scope.EVERYONE), Unit.IMAGES, Period.ROLLING, 10, hours=3)
TOGETHER = Rule(GUILD, Subject(Scope.GUILD, GUILD), Unit.IMAGES, Period.ROLLING, 12, hours=3)


async def _left(desk: Desk) -> tuple[int, int]:
    """(used, held) of what counts now of the member's pictures."""
    return await desk.of((await desk.decided())[0].window)


async def test_two_hours_count_together(desk: Desk) -> None:
    """What was made an hour ago and what is held now are one sum, and the books have a row for each."""
    await desk.rule(EVERYONE)
    first = await desk.place_by_rules(images=4)
    await desk.finish(first, await desk.send(first), pictures=4)
    desk.clock.time += HOUR

    await desk.place_by_rules(images=5)

    assert await _left(desk) == (4, 5)
    rolling = [row for row in (await desk.rows())["windows"] if row["period"] == "rolling"]
    assert sorted((row["starts_at"], row["used"], row["held"]) for row in rolling) == [
        (NOON, 4, 0),
        (NOON + HOUR, 0, 5),
    ]
    assert await desk.balanced()


async def test_more_than_all_hours_allow_is_refused(desk: Desk) -> None:
    """The refusal counts every hour, and says when the oldest of them leaves the window."""
    await desk.rule(EVERYONE)
    await desk.place_by_rules(images=4)
    desk.clock.time += HOUR
    await desk.place_by_rules(images=4)
    desk.clock.time += HOUR

    with pytest.raises(ImagesSpent) as refused:
        await desk.place_by_rules(images=3)

    assert refused.value.fields == {"need": 3, "left": 2, "limit": 10, "resets_at": NOON + 4 * HOUR}
    assert await desk.balanced()


async def test_an_hour_leaves_the_window_when_its_last_second_is_old_enough(desk: Desk) -> None:
    """Of three hours, what was placed in the hour after noon counts until four, to the second."""
    await desk.rule(EVERYONE)
    await desk.place_by_rules(images=10)
    desk.clock.time = NOON + 4 * HOUR - 1
    with pytest.raises(ImagesSpent):
        await desk.place_by_rules()

    desk.clock.time += 1

    assert await _left(desk) == (0, 0)
    assert await desk.place_by_rules(images=10)
    assert await desk.balanced()


async def test_a_release_goes_back_to_its_own_hour(desk: Desk) -> None:
    """What was held two hours ago and is cancelled now is free at once, and no other hour changes."""
    await desk.rule(EVERYONE)
    old = await desk.place_by_rules(images=6)
    desk.clock.time += 2 * HOUR
    await desk.place_by_rules(images=4)

    await desk.book.cancel(old.id)

    assert await _left(desk) == (0, 4)
    assert await desk.balanced()


async def test_windows_of_other_lengths_are_apart(desk: Desk) -> None:
    """After the rule has changed from three hours to five, what the old window held is not in the new one."""
    await desk.rule(EVERYONE)
    await desk.place_by_rules(images=7)

    await desk.rule(Rule(GUILD, EVERYONE.subject, Unit.IMAGES, Period.ROLLING, 10, hours=5))

    assert await _left(desk) == (0, 0)


async def test_a_clock_that_goes_back_frees_nothing(desk: Desk) -> None:
    """What was placed in an hour that is now to come counts already."""
    await desk.rule(EVERYONE)
    await desk.place_by_rules(images=10)
    desk.clock.time -= 2 * HOUR

    with pytest.raises(ImagesSpent):
        await desk.place_by_rules()


async def test_members_share_what_their_guild_has(desk: Desk) -> None:
    """A guild's rolling allowance is one for all of its members, across the hours."""
    await desk.rule(TOGETHER)
    await desk.place_by_rules(user=1, images=6)
    desk.clock.time += HOUR
    await desk.place_by_rules(user=2, images=6)

    with pytest.raises(GuildImagesSpent) as refused:
        await desk.place_by_rules(user=3)

    assert refused.value.fields == {"need": 1, "left": 0, "limit": 12, "resets_at": NOON + 4 * HOUR}


async def test_fifty_in_two_hours_at_once_for_ten_pictures_get_exactly_ten(desk: Desk) -> None:
    """Some were begun just before the hour, some after: two rows are asked for at once, and give ten together."""
    await desk.rule(EVERYONE)
    before = await desk.decided()
    desk.clock.time += HOUR
    holds = [before, await desk.decided()]
    places = (desk.book.place(desk.request(), holds[number % 2], PREDICTED) for number in range(50))

    answers = await asyncio.gather(*places, return_exceptions=True)

    assert Counter(type(answer).__name__ for answer in answers) == {"Placed": 10, "ImagesSpent": 40}
    assert await _left(desk) == (0, 10)
    assert await desk.balanced()


async def test_what_is_free_is_not_held(desk: Desk) -> None:
    """Without a limit there is no demand and no window, whatever the settings say."""
    await desk.rule(Rule(GUILD, Subject(Scope.EVERYONE), Unit.IMAGES, Period.DAY, None))
    nothing = Limits(0, 10**9, 10**10)

    await desk.place_by_rules(images=10, limits=nothing)

    assert {row["unit"] for row in (await desk.rows())["windows"]} == {"micro_usd"}
    assert await desk.balanced()


async def test_a_reset_forgives_every_hour(desk: Desk) -> None:
    """What was used in any hour that counts is not used any more, and what is held stays held."""
    await desk.rule(EVERYONE)
    for _ in range(2):
        job = await desk.place_by_rules(images=3)
        await desk.finish(job, await desk.send(job), pictures=3)
        desk.clock.time += HOUR
    await desk.place_by_rules(images=2)

    deed = await desk.council.reset(ADMIN, 42, "")

    assert deed.old == "images:rolling:6"
    assert await _left(desk) == (0, 2)
    assert await desk.balanced()
