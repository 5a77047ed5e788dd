"""How often the bot identified itself to Discord: counted in the database, which a crash does not forget."""

from bot.storage.identifies import KEPT_S
from tests.storage.desk import NOON, Desk


async def test_identifies_are_counted_since_a_moment(desk: Desk) -> None:
    """The oldest first; two at the same moment are two."""
    for at in (NOON + 20, NOON, NOON + 10, NOON + 10):
        await desk.book.identified(at)

    assert await desk.book.identifies(NOON) == [NOON, NOON + 10, NOON + 10, NOON + 20]
    assert await desk.book.identifies(NOON + 10) == [NOON + 10, NOON + 10, NOON + 20]
    assert await desk.book.identifies(NOON + 21) == []


async def test_what_is_older_than_a_day_is_dropped(desk: Desk) -> None:
    """A bot that starts once a day keeps no list of all its starts."""
    await desk.book.identified(NOON)
    await desk.book.identified(NOON + 5)

    await desk.book.identified(NOON + KEPT_S + 1)

    assert await desk.book.identifies(0) == [NOON + 5, NOON + KEPT_S + 1]
