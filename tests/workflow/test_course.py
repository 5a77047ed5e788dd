"""What a member sees of a call: which it is, how much of it has left, how long such edits mostly take, its previews."""

from collections.abc import Sequence

import pytest

from bot.domain.job import State
from bot.domain.progress import Phase, Progress
from bot.domain.request import Options
from bot.workflow.course import Course
from tests.standins import Comes, RecordingPostbox
from tests.workflow.house import House, a_card
from tests.workflow.memory_book import MemoryBook

ONE = (b"png 1024x1024 result",)


class Measured(MemoryBook):
    """A book that has seen edits of this kind before."""

    async def latencies(self, model: str, quality: str | None, size: str | None) -> Sequence[float]:
        return [29.0, 31.0, 30.0]


class Unmeasured(MemoryBook):
    """A book that cannot say how long anything took."""

    async def latencies(self, model: str, quality: str | None, size: str | None) -> Sequence[float]:
        raise OSError("the disk is busy")


def with_book(house: House, kind: type[MemoryBook]) -> None:
    house.book = kind(house.clock, house.steps)
    house.start()


def told(house: House, *phases: Phase) -> list[Progress]:
    """What was shown of these stations."""
    return [one for one in house.postbox.shown if one.phase in phases]


def one_a_call(house: House) -> None:
    """The house's model gives one picture a call from now on."""
    house.sell(a_card(n_per_call=1))


async def test_how_long_it_mostly_takes(house: House) -> None:
    """The median of the same kind stands beside the work, with the moment at which it began."""
    with_book(house, Measured)
    await house.placed(Comes())

    await house.work()

    [waiting] = told(house, Phase.WAITING)
    assert waiting == Progress(Phase.WAITING, typical_s=30.0, since=house.clock.now())


@pytest.mark.parametrize("book", [MemoryBook, Unmeasured])
async def test_nobody_knows_how_long_it_takes(house: House, book: type[MemoryBook]) -> None:
    """Where nothing was measured, or it cannot be read, nothing is claimed, and the call is made all the same."""
    with_book(house, book)
    await house.placed(Comes())

    await house.work()

    assert [one.typical_s for one in told(house, Phase.WAITING)] == [None]
    assert house.state() is State.DELIVERED


async def test_each_of_several_calls_has_its_number(house: House) -> None:
    """Where one call gives one picture, three pictures are calls 1, 2 and 3 of 3; a time for one would mislead."""
    with_book(house, Measured)
    one_a_call(house)
    await house.placed(Comes(ONE), Comes(ONE), Comes(ONE), request=house.edit(options=Options(n=3)))

    await house.work()

    assert [(one.call, one.calls, one.typical_s) for one in told(house, Phase.WAITING)] == [
        *((1, 3, None), (2, 3, None), (3, 3, None)),
    ]


async def test_previews_have_their_number(house: House) -> None:
    """Each unfinished picture says how many there will be, and the clock of the work goes on."""
    shown = Comes(ONE, previews=(b"blurred", b"sharper"))
    await house.placed(shown, request=house.edit(options=Options(partial_images=2)))

    await house.work()

    waiting = told(house, Phase.WAITING)
    assert [one.previews for one in waiting] == [2, 2, 2]
    assert [bool(one.preview) for one in waiting] == [False, True, True]
    assert len({one.since for one in waiting}) == 1


async def course(house: House, options: Options) -> tuple[Course, RecordingPostbox]:
    """The course of a call for a job of these options."""
    await house.placed(request=house.edit(options=options))
    return await Course.begun(house.book, house.postbox, house.clock, house.job(), a_card()), house.postbox


async def test_how_much_has_left(house: House) -> None:
    """The share is shown while the call leaves, and forgotten when it has."""
    running, postbox = await course(house, Options())
    postbox.shown.clear()

    for one in (Progress(Phase.SENDING), Progress(Phase.SENDING, percent=40), Progress(Phase.WAITING)):
        running.tell(one)

    assert [one.percent for one in postbox.shown] == [None, 40, None]


@pytest.mark.parametrize(("options", "shown"), [(Options(), 1), (Options(partial_images=2), 0)])
async def test_the_first_bytes_of_a_stream(house: House, options: Options, shown: int) -> None:
    """A stream begins long before its pictures are there: until then the provider is working."""
    running, _ = await course(house, options)
    running.tell(Progress(Phase.WAITING))

    running.tell(Progress(Phase.RECEIVING))

    assert len(told(house, Phase.RECEIVING)) == shown
