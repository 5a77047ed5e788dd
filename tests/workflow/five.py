"""An edit of five pictures at a provider that gives two a call, and how it has to have ended."""

import math

from bot.domain.job import State
from bot.domain.quota import HOUSE, Unit
from bot.domain.request import Options
from tests.standins import Comes
from tests.workflow.house import MEMBER, House
from tests.workflow.memory_book import Kind

FIVE = Options(quality="low", n=5)
ONE = Comes((b"png 1024x1024 e",))
PAIR = Comes((b"png 1024x1024 a", b"png 1024x1024 b"))
NEXT_PAIR = Comes((b"png 1024x1024 c", b"png 1024x1024 d"))


async def five(house: House, *outcomes: Comes | Exception | None) -> None:
    """An edit of five pictures in the queue, and what its calls will be answered."""
    await house.placed(*outcomes, request=house.edit(options=FIVE))


def asked(house: House) -> list[int]:
    """For how many pictures each call asked."""
    return [call.options.n for call in house.provider.calls]


def outcomes(house: House) -> list[str]:
    """How each attempt ended."""
    return [attempt.outcome for attempt in house.book.attempts.values()]


def share(house: House, pictures: int) -> int:
    """What so many of the five pictures were predicted to cost."""
    return math.ceil(house.job().predicted * pictures / 5)


def ended_with(house: House, pictures: int, suspense: int = 0, *, shown: bool = True, overrun: int = 0) -> None:
    """See the edit ended with so many pictures, charged for those, and the rest of its hold given back."""
    job = house.job()
    assert len(job.results) == pictures
    assert job.charged == house.money(Kind.CHARGE, MEMBER) == share(house, pictures)
    assert house.money(Kind.RELEASE, MEMBER) == job.predicted - job.charged
    assert house.book.amount(Kind.CHARGE, MEMBER, Unit.IMAGES) == pictures
    assert house.money(Kind.SUSPENSE, HOUSE) == suspense
    assert house.money(Kind.OVERRUN, HOUSE) == overrun
    assert sum(len(names) for names in house.postbox.messages) == (pictures if shown else 0)
    assert job.state is (State.DELIVERED if shown else State.TOLD)
    assert house.book.tickets == set()


async def first_time() -> None:
    """Let a step pass the first time that it is taken."""
