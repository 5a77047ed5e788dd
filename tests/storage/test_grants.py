"""Grants: used before the window, each as far as it goes, and everything goes back where it came from."""

import asyncio
from collections import Counter

import pytest

from bot.domain.deed import Gift
from bot.domain.errors import ImagesSpent, Never
from bot.domain.job import State
from bot.domain.quota import Demand, Limits, Period, Rule, Scope, Subject, Unit, Window
from tests.storage.desk import ADMIN, COST, DAY, GUILD, HALF, HOUSE_RULES, NOON, PREDICTED, ROOMY, Desk

TEN = Limits(10, 10**9, 10**10)
MIDNIGHT = 1_763_683_200
NOTHING = Rule(GUILD, Subject(Scope.USER, 42), Unit.IMAGES, Period.DAY, 0)


async def test_a_grant_is_used_before_the_window(desk: Desk) -> None:
    """While a grant lasts, the day's own pictures are not touched."""
    present = await desk.give(5)

    job = await desk.place_by_rules(images=4)
    await desk.finish(job, await desk.send(job), pictures=4)

    assert await desk.of(present) == (4, 0)
    assert (await desk.left(desk.lines()))[0] == (0, 0)
    assert await desk.balanced()


async def test_what_a_grant_lacks_comes_from_the_window(desk: Desk) -> None:
    """An edit may take the rest of a grant and what is missing from the day."""
    present = await desk.give(3)

    await desk.place_by_rules(images=5)

    assert await desk.of(present) == (0, 3)
    assert (await desk.left(desk.lines()))[0] == (0, 2)
    assert await desk.gifts() == ()
    assert await desk.balanced()


async def test_the_grant_that_ends_first_is_used_first(desk: Desk) -> None:
    """Of a grant of the house and one of the guild, what would be lost sooner goes sooner."""
    later = await desk.give(2, days=9)
    sooner = await desk.give(2, days=2, by=HOUSE_RULES)

    await desk.place_by_rules(images=3)

    assert [window.allowance.account for window in (sooner, later)] == ["user:42", "user:42@1"]
    assert [await desk.of(sooner), await desk.of(later)] == [(0, 2), (0, 1)]


async def test_of_what_was_held_the_grant_pays_first(desk: Desk) -> None:
    """Where fewer pictures come than were asked for, the day gets its own back before the grant does."""
    present = await desk.give(3)
    job = await desk.place_by_rules(images=5)

    await desk.finish(job, await desk.send(job), pictures=4)

    assert await desk.of(present) == (3, 0)
    assert (await desk.left(desk.lines()))[0] == (1, 0)
    assert await desk.balanced()


async def test_a_grant_of_money_pays_first(desk: Desk) -> None:
    """The member's money is charged once, the grant's part of it first; the house pays all of it."""
    present = await desk.give(HALF, unit=Unit.MICRO_USD)
    job = await desk.place_by_rules()

    await desk.finish(job, await desk.send(job), cost=COST)

    assert await desk.of(present) == (HALF, 0)
    assert await desk.left(desk.lines()) == ((1, 0), (COST - HALF, 0), (COST, 0))
    assert await desk.balanced()


async def test_a_release_goes_back_to_a_grant_that_is_over(desk: Desk) -> None:
    """An edit that is cancelled after its grant has ended gives back to it, and the day does not change."""
    present = await desk.give(3)
    job = await desk.place_by_rules(images=3)
    desk.clock.time += 2 * DAY

    await desk.book.cancel(job.id)

    assert await desk.of(present) == (0, 0)
    assert (await desk.left(desk.lines()))[0] == (0, 0)
    assert await desk.gifts() == ()
    assert await desk.balanced()


async def test_nothing_is_taken_of_a_grant_that_is_over(desk: Desk) -> None:
    """A hold that was made up before the grant ended, and comes after it, takes everything from the window."""
    present = await desk.give(3)
    hold = await desk.decided(images=2)
    desk.clock.time = present.ends_at

    await desk.book.place(desk.request(images=2), hold, PREDICTED)

    assert await desk.of(present) == (0, 0)
    assert await desk.of(hold[0].window) == (0, 2)


async def test_a_grant_that_nobody_gave_is_worth_nothing(desk: Desk) -> None:
    """What a caller calls a grant is looked up, and the window has to do without it."""
    present = await desk.give(3)
    made_up = Window(present.allowance, present.starts_at - 1, present.ends_at)
    images, *others = desk.lines(images=2)

    await desk.book.place(desk.request(images=2), (Demand(images.window, 2, (made_up,)), *others), PREDICTED)

    assert await desk.of(images.window) == (0, 2)
    assert await desk.balanced()


async def test_a_grant_counts_in_what_is_left(desk: Desk) -> None:
    """The refusal says what is left altogether, and when there is more of the day's own."""
    await desk.give(3)
    await desk.place(images=8, limits=TEN)

    with pytest.raises(ImagesSpent) as refused:
        await desk.place_by_rules(images=6, limits=TEN)

    assert refused.value.fields == {"need": 6, "left": 5, "limit": 10, "resets_at": MIDNIGHT}
    assert await desk.balanced()


async def test_a_grant_makes_up_for_a_limit_of_nothing(desk: Desk) -> None:
    """Who may make nothing may use a grant, to its end and no further."""
    await desk.rule(NOTHING)
    with pytest.raises(Never):
        await desk.decided()
    await desk.give(2)

    await desk.place_by_rules(images=2)

    with pytest.raises(Never):
        await desk.decided()


async def test_a_grant_helps_where_the_window_is_overdrawn(desk: Desk) -> None:
    """A limit that was lowered below what is used does not stand in the way of an edit that a grant pays whole."""
    await desk.place(images=8)
    await desk.give(2)

    assert await desk.place_by_rules(images=2, limits=Limits(3, 10**9, 10**10))


async def test_two_grants_at_the_same_second_are_two(desk: Desk) -> None:
    """Nothing is lost when an admin gives the same thing twice at once."""
    first, second = await desk.give(2), await desk.give(2)

    await desk.place_by_rules(images=4)

    assert first != second
    assert [await desk.of(first), await desk.of(second)] == [(0, 2), (0, 2)]
    assert await desk.balanced()


async def test_a_grant_is_in_the_audit_and_in_the_ledger(desk: Desk) -> None:
    """Who gave whom how much until when and why is kept, and the ledger's entry is tied to it."""
    gift = Gift(42, Unit.IMAGES, 5, int(NOON) + DAY, "a good picture")

    deed = await desk.council.grant(ADMIN, gift)

    rows = await desk.rows()
    assert (deed.actor_id, deed.guild_id, deed.target) == (77, GUILD, Subject(Scope.USER, 42))
    assert (deed.what, deed.old, deed.new) == ("images", "", f"images:5:{int(NOON) + DAY}")
    assert [(row["deed_id"], row["job_id"], row["kind"], row["amount"]) for row in rows["ledger"]] == [
        (deed.id, None, "grant", 5)
    ]
    assert [(row["user_id"], row["guild_id"], row["amount"], row["reason"]) for row in rows["grants"]] == [
        (42, GUILD, 5, "a good picture")
    ]
    assert await desk.balanced()


@pytest.mark.parametrize(("amount", "ends_in"), [(0, DAY), (-1, DAY), (1, 0), (1, -1)])
async def test_a_grant_of_nothing_is_a_mistake(desk: Desk, amount: int, ends_in: int) -> None:
    """A grant gives something for some time, or nothing is written."""
    gift = Gift(42, Unit.IMAGES, amount, int(NOON) + ends_in, "")

    with pytest.raises(ValueError, match="a grant is something"):
        await desk.council.grant(ADMIN, gift)
    assert (await desk.rows())["deeds"] == []


async def test_grants_of_another_guild_or_member_are_not_used(desk: Desk) -> None:
    """A grant is good in the guild that gave it, or everywhere if the house did, for its member alone."""
    await desk.council.grant(ADMIN, Gift(43, Unit.IMAGES, 5, int(NOON) + DAY, ""))

    assert await desk.gifts(42) == ()
    assert len(await desk.gifts(43)) == 1


async def test_fifty_at_once_for_two_grants_and_a_day_get_exactly_ten(desk: Desk) -> None:
    """Two grants of three and a day of four are ten pictures, however many ask at the same moment."""
    presents = [await desk.give(3), await desk.give(3, days=2, by=HOUSE_RULES)]
    hold = await desk.decided(limits=Limits(4, 10**9, 10**10))
    places = (desk.book.place(desk.request(), hold, PREDICTED) for _ in range(50))

    answers = await asyncio.gather(*places, return_exceptions=True)

    assert Counter(type(answer).__name__ for answer in answers) == {"Placed": 10, "ImagesSpent": 40}
    assert [await desk.of(present) for present in presents] == [(0, 3), (0, 3)]
    assert await desk.of(hold[0].window) == (0, 4)
    assert await desk.balanced()


@pytest.mark.parametrize("state", list(State))
async def test_the_books_agree_with_a_grant_in_every_state(desk: Desk, state: State) -> None:
    """Whatever becomes of jobs beside it, a grant's amount is what was used, held and left of it."""
    await desk.give(1)
    await desk.place_by_rules(images=2, limits=ROOMY)
    await desk.bring(state)

    assert await desk.balanced()
