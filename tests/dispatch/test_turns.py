"""Whose turn it is: nobody waits for another's crowd, no guild fills the house, and what is only told needs no turn."""

import itertools

import pytest

from bot.dispatch import turns
from bot.dispatch.embedded import EXPRESS_AT_ONCE
from bot.storage.database import Database
from tests.dispatch.shop import Shop, reached

ANN, BOB, CAT = 7, 8, 9
GUILD, OTHER = 70, 80


async def all_placed(shop: Shop, users: list[int]) -> None:
    """A ticket for each of these users, from number 1 on."""
    for number, user in enumerate(users, start=1):
        await shop.place(number, user)


@pytest.mark.parametrize(
    ("waiting", "flying", "room", "chosen"),
    [
        ([], [], 9, []),
        ([ANN, ANN, ANN], [], 9, [1, 2]),
        ([ANN, ANN, BOB], [], 9, [1, 3, 2]),
        ([ANN, ANN, BOB], [], 1, [1]),
        ([ANN, BOB], [ANN], 1, [2]),
        ([ANN, BOB], [ANN], 9, [2, 1]),
        ([ANN, BOB], [ANN, ANN], 9, [2]),
        ([ANN], [BOB, BOB], 9, [1]),
    ],
)
async def test_who_has_less_in_flight_comes_first(
    database: Database, waiting: list[int], flying: list[int], room: int, chosen: list[int]
) -> None:
    """The oldest ticket goes first, but a user's second after everybody's first, and a third not at all."""
    shop = Shop(database, per_user=2, at_once=room + len(flying))
    for number, user in enumerate(flying, start=101):
        await shop.place(number, user)
    if not flying:  # a dispatcher that has nothing to do yet may look at any moment, also between two of them
        await all_placed(shop, waiting)
    async with shop.open():
        await reached(lambda: len(shop.calls) == len(flying))
        if flying:
            await all_placed(shop, waiting)
        shop.dispatcher.wake()
        await reached(lambda: len(shop.calls) >= len(flying) + len(chosen))

        assert shop.calls[len(flying) :] == chosen


async def test_no_user_and_no_crowd_takes_everything(shop: Shop) -> None:
    """With room for three and two a user, the third job of one waits until another of his ends."""
    for job_id, user_id in ((1, ANN), (2, ANN), (3, ANN), (4, BOB), (5, CAT)):
        await shop.place(job_id, user_id)

    async with shop.open():
        await shop.until(1, 4, 5)
        shop.let(4)
        await shop.until(1, 4, 5, 2)
        shop.let(5)
        await shop.until(1, 4, 5, 2)
        shop.let(1)
        await shop.until(1, 4, 5, 2, 3)


async def test_fifty_edits_of_one_do_not_delay_anothers_one(shop: Shop) -> None:
    """Fifty were there first and have all that one user may; the one of another goes out at once beside two of them."""
    for job_id in range(1, 51):
        await shop.place(job_id, ANN)
    async with shop.open():
        await shop.until(1, 2)
        await shop.place(51, BOB)
        shop.dispatcher.wake()

        await shop.until(1, 2, 51)


@pytest.mark.parametrize("at_once", [1, 3, 8])
async def test_where_one_has_every_place_the_next_is_anothers(database: Database, at_once: int) -> None:
    """Of fifty edits as many are begun as there is room; the one of another waits until one of these ends, not all."""
    shop = Shop(database, per_user=at_once, at_once=at_once)
    for job_id in range(1, 51):
        await shop.place(job_id, ANN)
    async with shop.open():
        begun = [*range(1, at_once + 2)]
        shop.let(1)
        await shop.until(*begun)
        await shop.place(51, BOB)
        shop.dispatcher.wake()
        shop.let(2)

        await shop.until(*begun, 51)


async def test_more_users_than_places_are_served_in_rounds(database: Database) -> None:
    """Five users with ten edits each, and room for two: nobody is served a third time before all were served twice."""
    shop = Shop(database, per_user=2, at_once=2)
    whose = {}
    for user, number in itertools.product(range(5), range(10)):
        whose[user * 10 + number + 1] = user
        await shop.place(user * 10 + number + 1, user)
    shop.let(*whose)
    async with shop.open():
        await reached(lambda: len(shop.calls) == 50)

    rounds = [sorted(whose[job_id] for job_id in shop.calls[start : start + 5]) for start in range(0, 50, 5)]
    assert rounds == [[0, 1, 2, 3, 4]] * 10


async def test_whoever_comes_later_joins_the_round_that_is_served(database: Database) -> None:
    """A newcomer with fifty edits does not catch up on what another was served before: they go in turns from there."""
    shop = Shop(database, per_user=1, at_once=1)
    for job_id in range(1, 21):
        await shop.place(job_id, ANN)
    async with shop.open():
        shop.let(*range(1, 10))
        await shop.until(*range(1, 11))
        for job_id in range(51, 101):
            await shop.place(job_id, BOB)
        shop.let(*range(10, 20), *range(51, 61))
        await reached(lambda: len(shop.calls) >= 18)

    assert shop.calls[10:18] == [51, 11, 52, 12, 53, 13, 54, 14]


async def test_a_cancelled_edit_gives_its_turn_to_the_next(database: Database) -> None:
    """Who cancels nine of ten edits before their turn is served with the last one in the round of the first."""
    shop = Shop(database, per_user=1, at_once=1)
    await shop.place(1, CAT)
    for number in range(10):
        await shop.place(11 + number, ANN)
        await shop.place(31 + number, BOB)
    async with shop.open():
        await shop.until(1)
        await shop.hasten(*range(11, 20))
        shop.let(*range(1, 41))
        await reached(lambda: len(shop.calls) == 21)

    assert [job_id for job_id in shop.calls if job_id not in range(11, 20)][:4] == [1, 31, 20, 32]


async def test_a_guild_has_no_more_than_its_limit_in_flight(database: Database) -> None:
    """Of five members of one guild two are served at a time; another guild and a private edit go past them."""
    shop = Shop(database, per_user=2, at_once=8, per_guild=2)
    for job_id in range(1, 6):
        await shop.place(job_id, 100 + job_id, GUILD)
    await shop.place(6, BOB, OTHER)
    await shop.place(7, CAT)

    async with shop.open():
        await shop.until(1, 2, 6, 7)
        shop.let(2)
        await shop.until(1, 2, 6, 7, 3)
        shop.let(6, 7)
        await shop.until(1, 2, 6, 7, 3)


async def test_private_edits_are_no_guild(database: Database) -> None:
    """What is asked outside of guilds shares no limit but that of the house."""
    shop = Shop(database, per_guild=1)
    for job_id in (1, 2, 3):
        await shop.place(job_id, 100 + job_id)

    async with shop.open():
        await shop.until(1, 2, 3)


async def test_a_guild_is_not_filled_by_one_member(database: Database) -> None:
    """Within a guild's limit everybody's first edit comes before anybody's second, too."""
    shop = Shop(database, per_user=2, at_once=8, per_guild=2)
    for job_id, user_id in ((1, ANN), (2, ANN), (3, BOB)):
        await shop.place(job_id, user_id, GUILD)

    async with shop.open():
        await shop.until(1, 3)
        shop.let(3)
        await shop.until(1, 3, 2)


async def test_a_guild_at_its_limit_is_passed_by_however_many_wait_there(database: Database) -> None:
    """Two hundred members of a full guild stand before the one of another, and do not hide it."""
    shop = Shop(database, per_user=2, at_once=3, per_guild=1)
    async with database.writing() as tx:
        for job_id in range(1, 201):
            await shop.dispatcher.enqueue(tx, job_id, 10_000 + job_id, GUILD)
    await shop.place(201, BOB, OTHER)

    async with shop.open():
        await shop.until(1, 201)


# ── only to be said ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_cancelled_edit_is_told_at_once(shop: Shop) -> None:
    """With every place taken and fifty in front, the ticket of a cancelled edit goes out beside them all."""
    for job_id in range(1, 51):
        await shop.place(job_id, ANN)
    await shop.place(51, BOB)
    await shop.place(52, CAT)
    async with shop.open():
        await shop.until(1, 51, 52)
        await shop.hasten(50)

        await shop.until(1, 51, 52, 50)


async def test_what_is_told_takes_nobodys_turn(shop: Shop) -> None:
    """Two cancelled edits that are being told leave their member's two places free."""
    for job_id in (1, 2, 3, 4):
        await shop.place(job_id, ANN)
    await shop.hasten(1, 2)

    async with shop.open():
        await shop.until(1, 2, 3, 4)


async def test_a_hastened_edit_in_flight_keeps_its_place(shop: Shop) -> None:
    """Who cancels what is being paid for gets no third place for it, as long as that call lasts."""
    for job_id in (1, 2, 3):
        await shop.place(job_id, ANN)
    async with shop.open():
        await shop.until(1, 2)
        await shop.hasten(1)
        await shop.place(4, BOB)
        shop.dispatcher.wake()
        await shop.until(1, 2, 4)


async def test_few_are_told_at_once_and_everybodys_first_comes_first(shop: Shop) -> None:
    """Ten cancelled edits of one go out a few at a time, and the one of another comes after the first that ends."""
    for job_id in range(1, 11):
        await shop.place(job_id, ANN)
    await shop.hasten(*range(1, 11))
    async with shop.open():
        first = range(1, EXPRESS_AT_ONCE + 1)
        await shop.until(*first)
        await shop.place(11, BOB)
        await shop.hasten(11)
        shop.let(1)

        await shop.until(*first, 11)


async def test_a_cancel_ends_a_rest(shop: Shop) -> None:
    """An edit that broke off rests before its next try, but not once it is cancelled."""
    shop.troubles[1] = ValueError("broken")
    shop.let(1)
    await shop.place(1, ANN)
    async with shop.open():
        await shop.clock.until_asleep(1.0)
        await shop.hasten(1)

        await shop.until(1, 1)


async def test_what_cannot_be_told_rests(shop: Shop) -> None:
    """Where the telling breaks off it is tried again after a pause, like anything else."""
    shop.troubles[1] = ValueError("broken")
    shop.let(1)
    await shop.place(1, ANN)
    await shop.hasten(1)
    async with shop.open():
        await shop.clock.until_asleep(1.0)
        rested = list(shop.calls)
        shop.clock.pass_by(1.0)
        await shop.until(1, 1)

    assert rested == [1]


async def test_to_hasten_what_has_no_ticket_is_nothing(shop: Shop) -> None:
    """A job that is over stays so."""
    await shop.hasten(1)

    assert await shop.tickets() == set()


# ── bounded ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_long_line_is_never_read_whole(database: Database) -> None:
    """With two hundred in the line, each of another user, no more are read than can be begun."""
    dispatcher = Shop(database).dispatcher
    async with database.writing() as tx:
        for job_id in range(1, 201):
            await dispatcher.enqueue(tx, job_id, 10_000 + job_id, None)
        regular = (await tx.execute(turns.regular((), (), 2, 0, 3))).all()
        for job_id in range(1, 201):
            await dispatcher.hasten(tx, job_id)
        express = (await tx.execute(turns.express((), (), 4))).all()

    assert [row.job_id for row in regular] == [1, 2, 3]
    assert [row.job_id for row in express] == [1, 2, 3, 4]
