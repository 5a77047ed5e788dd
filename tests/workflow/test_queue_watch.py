"""The line as its members see it: true positions, an expectation that was measured, and nothing said for nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from bot.domain.job import Announcement, Job, State
from bot.domain.progress import Pace, Phase, Progress
from bot.domain.request import Door, EditRequest, InputFile, Options, Origin, Place, PlaceKind
from bot.workflow.ports import Preview
from bot.workflow.queue_watch import EVERY_S, MOST_MESSAGES, QueueWatch

ANN, BOB = 42, 43
MODEL = "gpt-image-2"
SMALL = (MODEL, "low", "1024x1024")
PACE = Pace(at_once=2, per_user=2)


def queued(job_id: int, user_id: int = ANN, options: Options | None = None, guild_id: int | None = 1) -> Job:
    """A job in the queue, with its status message."""
    request = EditRequest(
        origin=Origin(Door.SLASH, job_id),
        place=Place(guild_id, 100, PlaceKind.CHANNEL),
        user_id=user_id,
        locale="en-GB",
        prompt="make it snow",
        pictures=(InputFile("a" * 64, "sky.png", 100),),
        mask=None,
        model=MODEL,
        options=options or Options(size="1024x1024", quality="low"),
    )
    announcement = Announcement(100, 8_000 + job_id, 7_000 + job_id)
    return Job(job_id, State.QUEUED, muted=False, request=request, predicted=1, placed_at=0, announcement=announcement)


class Rows:
    """The line, and how long such edits took; every question is noted."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []
        self.took: dict[tuple[str, str | None, str | None], list[float]] = {}
        self.questions: list[str] = []
        self.away = False

    async def line(self) -> Sequence[Job]:
        self.questions.append("line")
        if self.away:
            raise OSError("the disk is busy")
        await asyncio.sleep(0)
        return list(self.jobs)

    async def latencies(self, model: str, quality: str | None, size: str | None) -> Sequence[float]:
        self.questions.append("latencies")
        await asyncio.sleep(0)
        return self.took.get((model, quality, size), [])


class Board:
    """What the status messages show, in the order in which it was said."""

    def __init__(self) -> None:
        self.said: list[tuple[int, Progress]] = []

    def progress(self, job: Job, progress: Progress, preview: Preview | None = None) -> None:
        self.said.append((job.id, progress))


class HandClock:
    """Time that moves when told."""

    def __init__(self) -> None:
        self.naps: list[tuple[float, asyncio.Event]] = []

    def now(self) -> float:
        return 0.0

    async def sleep(self, seconds: float) -> None:
        self.naps.append((seconds, asyncio.Event()))
        await self.naps[-1][1].wait()


class Stand:
    """A watch at work on a line that the test moves."""

    def __init__(self, pace: Pace = PACE) -> None:
        self.rows, self.board, self.clock = Rows(), Board(), HandClock()
        self.watch = QueueWatch(self.rows, self.board, self.clock, pace)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Run the watch; in the body it has looked once, and rests."""
        run = asyncio.create_task(self.watch.run())
        try:
            await self.looked(1)
            yield
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)

    async def looked(self, times: int) -> None:
        """Return when it rests after that many looks."""
        while len(self.clock.naps) < times:  # noqa: ASYNC110 - what is looked at rings no bell
            await asyncio.sleep(0)

    async def rested(self) -> None:
        """Let the rest pass, and the watch do whatever it does by itself."""
        self.clock.naps[-1][1].set()
        for _ in range(20):
            await asyncio.sleep(0)

    def take(self) -> list[tuple[int, Progress]]:
        """What was said since the last time."""
        said, self.board.said = self.board.said, []
        return said

    def positions(self) -> list[tuple[int, int]]:
        """Who was told since the last time how many are ahead."""
        return [(job_id, progress.ahead) for job_id, progress in self.take()]


@pytest.fixture
def stand() -> Stand:
    return Stand()


async def test_everybody_in_the_line_hears_their_position_at_the_start(stand: Stand) -> None:
    """What the last process left in the queue is shown where it stands now."""
    stand.rows.jobs = [queued(3, BOB), queued(1), queued(2)]

    async with stand.open():
        assert stand.take() == [(3, _at(0)), (1, _at(1)), (2, _at(2))]


async def test_nothing_is_asked_while_nothing_moves(stand: Stand) -> None:
    """Without a bell the database has its peace, however long it lasts."""
    stand.rows.jobs = [queued(1)]

    async with stand.open():
        asked = list(stand.rows.questions)
        await stand.rested()

        assert stand.rows.questions == asked


async def test_who_moved_hears_of_it_and_who_did_not_hears_nothing(stand: Stand) -> None:
    """A job that is cancelled in the middle moves those behind it; nobody is told twice what he knows."""
    stand.rows.jobs = [queued(1), queued(2, BOB), queued(3, 44)]
    async with stand.open():
        stand.take()
        del stand.rows.jobs[1]
        stand.watch.ring()
        await stand.rested()

        assert stand.positions() == [(3, 1)]


async def test_between_two_looks_three_seconds_pass(stand: Stand) -> None:
    """Ten bells in a moment are one look."""
    async with stand.open():
        for _ in range(10):
            stand.watch.ring()
        await stand.rested()

    assert stand.rows.questions == ["line", "line"]
    assert [seconds for seconds, _ in stand.clock.naps] == [EVERY_S, EVERY_S]


async def test_what_was_placed_is_found_though_its_message_comes_late(stand: Stand) -> None:
    """The bell rings when the row is there; the status message is up a moment later, and needs no second bell."""
    async with stand.open():
        stand.watch.ring()
        await stand.rested()
        stand.rows.jobs = [queued(1)]
        await stand.rested()
        found = stand.positions()
        asked = len(stand.rows.questions)
        await stand.rested()

        assert found == [(1, 0)]
        assert len(stand.rows.questions) == asked


async def test_what_was_begun_stands_in_the_line_no_more(stand: Stand) -> None:
    """From the moment that it is handed out nobody counts it, and its own message never goes back to "queued"."""
    stand.rows.jobs = [queued(1), queued(2, BOB)]
    over = asyncio.Event()

    async def work(job_id: int) -> None:
        await over.wait()

    async with stand.open():
        stand.take()
        begun = asyncio.ensure_future(stand.watch.around(work)(1))
        await stand.rested()
        meanwhile = stand.positions()
        over.set()
        await begun
        stand.rows.jobs = [queued(2, BOB)]
        await stand.rested()

        assert meanwhile == [(2, 0)]
        assert stand.positions() == []


async def test_what_is_begun_while_the_rows_are_read_is_left_alone(stand: Stand) -> None:
    """The rows said "queued" a moment ago; the work has begun since, and has the last word."""
    stand.rows.jobs = [queued(1)]
    stand.watch.ring()
    run = asyncio.create_task(stand.watch.run())
    while "latencies" not in stand.rows.questions:  # noqa: ASYNC110 - what is looked at rings no bell
        await asyncio.sleep(0)
    begun = asyncio.ensure_future(stand.watch.around(_for_ever)(1))
    await stand.looked(1)

    assert stand.take() == []
    for task in (run, begun):
        task.cancel()
    await asyncio.gather(run, begun, return_exceptions=True)


async def _for_ever(_: int) -> None:
    await asyncio.Event().wait()


async def test_what_came_back_to_the_line_is_shown_there_again(stand: Stand) -> None:
    """A try that broke off leaves the job queued: its message says so, though it said the same before."""
    stand.rows.jobs = [queued(1)]

    async def broken(_: int) -> None:
        raise ValueError("broken")

    async with stand.open():
        stand.take()
        with pytest.raises(ValueError, match="broken"):
            await stand.watch.around(broken)(1)
        await stand.rested()

        assert stand.positions() == [(1, 0)]


async def test_only_the_front_of_a_long_line_is_told(stand: Stand) -> None:
    """Of two hundred the first twenty hear of every move, the nearest first; the others when they come near."""
    stand.rows.jobs = [queued(job_id, 1000 + job_id) for job_id in range(200)]
    async with stand.open():
        first = stand.positions()
        del stand.rows.jobs[0]
        stand.watch.ring()
        await stand.rested()
        second = stand.positions()

    assert first == [(number, number) for number in range(MOST_MESSAGES)]
    assert second == [(number + 1, number) for number in range(MOST_MESSAGES)]


async def test_rows_that_cannot_be_read_do_not_end_the_watch(stand: Stand) -> None:
    """A disk that is busy costs one look."""
    stand.rows.away = True
    async with stand.open():
        stand.rows.away, stand.rows.jobs = False, [queued(1)]
        stand.watch.ring()
        await stand.rested()

        assert stand.positions() == [(1, 0)]


# ── when the pictures may be expected ───────────────────────────────────────────────────────────────────────


async def test_the_eta_is_the_median_of_such_edits_times_the_rounds(stand: Stand) -> None:
    """Two at a time, 40 s each: the first begins after half a round and takes one, the fourth after two."""
    stand.rows.took[SMALL] = [30.0, 400.0, 40.0]
    stand.rows.jobs = [queued(number, 1000 + number) for number in range(4)]

    async with stand.open():
        assert [progress.eta_s for _, progress in stand.take()] == [60.0, 80.0, 100.0, 120.0]


async def test_a_members_own_edits_wait_for_one_another() -> None:
    """Eight at a time, but one of a member: the third of his own is three rounds away, whoever else is there."""
    stand = Stand(Pace(at_once=8, per_user=1))
    stand.rows.took[SMALL] = [40.0] * 3
    stand.rows.jobs = [queued(1), queued(2), queued(3)]

    async with stand.open():
        assert [progress.eta_s for _, progress in stand.take()] == [80.0, 120.0, 160.0]


async def test_a_guild_with_a_limit_waits_for_itself() -> None:
    """Eight at a time, but one of a guild; a private edit waits for no guild."""
    stand = Stand(Pace(at_once=8, per_user=8, per_guild=1))
    stand.rows.took[SMALL] = [40.0] * 3
    stand.rows.jobs = [queued(1, 1), queued(2, 2), queued(3, 3, guild_id=None), queued(4, 4, guild_id=None)]

    async with stand.open():
        assert [progress.eta_s for _, progress in stand.take()] == [80.0, 120.0, 55.0, 60.0]


async def test_with_few_such_edits_those_of_the_model_count(stand: Stand) -> None:
    """Two of this size and quality say too little; three of the model say something, two do not."""
    stand.rows.took[SMALL] = [900.0, 900.0]
    stand.rows.took[(MODEL, None, None)] = [20.0, 20.0, 20.0]
    stand.rows.jobs = [queued(1)]
    async with stand.open():
        known = stand.take()
        stand.rows.took[(MODEL, None, None)].pop()
        stand.watch.ring()
        await stand.rested()

        assert known == [(1, _at(0, 30.0))]
        assert stand.take() == [(1, _at(0))]


async def test_each_kind_is_asked_for_once(stand: Stand) -> None:
    """Twenty edits of two kinds are two questions, not twenty."""
    large = Options(size="1536x1024", quality="high")
    stand.rows.took = {SMALL: [10.0] * 3, (MODEL, "high", "1536x1024"): [100.0] * 3}
    stand.rows.jobs = [queued(number, number, large if number % 2 else None) for number in range(20)]

    async with stand.open():
        assert stand.rows.questions == ["line", "latencies", "latencies"]
        assert [progress.eta_s for _, progress in stand.take()][:2] == [15.0, 200.0]


def _at(ahead: int, eta_s: float | None = None) -> Progress:
    return Progress(Phase.QUEUED, ahead, eta_s=eta_s)
