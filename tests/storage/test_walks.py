"""Random walks: whatever is done to however many jobs, the table of moves is obeyed and the books agree."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bot.domain.errors import ImagesSpent, OutcomeUnknown, ProviderDown
from bot.domain.job import MOVES, OVER, Job, Move, State, advance
from bot.domain.quota import Limits
from bot.storage import ledger
from bot.storage.database import Database
from tests.storage.desk import Desk

LIMITS = Limits(images_per_day=12, micro_usd_per_month=10**9, house_micro_usd_per_month=10**10)
CRASHES = 2


class Walk(RuleBasedStateMachine):
    """A book, and beside it a plain model: each job's state, whether it is muted, and how often it crashed."""

    template: ClassVar[Path]
    jobs = Bundle("jobs")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "book.db")
        self.runner = asyncio.Runner()
        self.desk = Desk(Database(f"sqlite+aiosqlite:///{self.folder / 'book.db'}"))
        self.states: dict[int, State] = {}
        self.muted: set[int] = set()
        self.done: set[int] = set()
        self.crashes: dict[int, int] = {}
        self.attempts: dict[int, str] = {}

    def run(self, verb: Awaitable[object]) -> object:
        async def wait() -> object:
            return await verb

        return self.runner.run(wait())

    @initialize()
    def open(self) -> None:
        self.run(self.desk.database.open())

    def teardown(self) -> None:
        self.run(self.desk.database.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    @rule(target=jobs, user=st.integers(1, 2), images=st.integers(1, 4))
    def place(self, user: int, images: int) -> int:
        """A refused place leaves no job; its number, 0, is nobody's."""
        try:
            job = self.run(self.desk.place(user, images, LIMITS))
        except ImagesSpent:
            return 0
        if not isinstance(job, Job):
            raise TypeError
        self.states[job.id] = State.QUEUED
        return job.id

    @rule(job=jobs)
    def claim(self, job: int) -> None:
        self.move(job, Move.CLAIM, self.desk.book.claim(job))

    @rule(job=jobs)
    def sent(self, job: int) -> None:
        attempt = self.move(job, Move.SEND, self.desk.book.sent(job))
        if attempt:
            self.attempts[job] = str(attempt)

    @rule(job=jobs)
    def refused(self, job: int) -> None:
        verb = self.desk.book.refused(job, self.attempts.get(job, "none"), "ProviderBusy", None)
        self.move(job, Move.REFUSE, verb)

    @rule(job=jobs, cost=st.integers(0, 90_000), pictures=st.integers(1, 5))
    def finish(self, job: int, cost: int, pictures: int) -> None:
        found = self.run(self.desk.book.job(job))
        if isinstance(found, Job) and self.move(
            job, Move.FINISH, self.desk.finish(found, self.attempts.get(job, "none"), cost, pictures)
        ):
            self.done.add(job)

    @rule(job=jobs, billed=st.booleans())
    def fail(self, job: int, billed: bool) -> None:
        self.move(job, Move.FAIL, self.desk.book.fail(job, ProviderDown(), billed=billed))

    @rule(job=jobs)
    def doubt(self, job: int) -> None:
        self.move(job, Move.DOUBT, self.desk.book.doubt(job, None, OutcomeUnknown(), None))

    @rule(job=jobs)
    def lose(self, job: int) -> None:
        allowed = self.states.get(job) is State.RUNNING
        assert (self.run(self.desk.book.lose(job)) is not None) == allowed
        if allowed:
            self.states[job] = State.QUEUED

    @rule(job=jobs)
    def cancel(self, job: int) -> None:
        if self.move(job, Move.CANCEL, self.desk.book.cancel(job)) and self.states[job] in (State.SENT, State.DONE):
            self.muted.add(job)

    @rule(job=jobs)
    def delivered(self, job: int) -> None:
        self.move(job, Move.DELIVER, self.desk.book.delivered(job))

    @rule(job=jobs)
    def unmute(self, job: int) -> None:
        allowed = job in self.muted and job in self.done
        assert (self.run(self.desk.book.unmute(job)) is not None) == allowed
        if allowed:
            self.muted.discard(job)
            self.states[job] = State.DONE

    @rule()
    def restart(self) -> None:
        self.run(self.desk.book.recover(OutcomeUnknown()))
        for job, state in self.states.items():
            if state is State.SENT:
                self.states[job] = State.UNKNOWN
            if state is State.RUNNING:
                self.crashes[job] = self.crashes.get(job, 0) + 1
                self.states[job] = State.QUEUED if self.crashes[job] < CRASHES else State.FAILED

    @rule(seconds=st.sampled_from([1, 3600, 86_400]))
    def wait(self, seconds: int) -> None:
        self.desk.clock.time += seconds

    def move(self, job: int, move: Move, verb: Awaitable[object]) -> object:
        """Do it, and expect what the table says."""
        answer, state = self.run(verb), self.states.get(job)
        allowed = state is not None and (state, move) in MOVES
        assert (answer is not None) == allowed
        if state is not None and allowed:
            self.states[job] = advance(state, move, muted=job in self.muted)
        return answer

    @invariant()
    def agrees(self) -> None:
        """Every job is where the model has it, with a ticket unless it is over, and the books agree."""
        self.run(self._agrees())

    async def _agrees(self) -> None:
        rows = await self.desk.rows()
        assert {row["id"]: (row["state"], row["muted"]) for row in rows["jobs"]} == {
            job: (state, job in self.muted) for job, state in self.states.items()
        }
        assert await self.desk.ticketed() == {job for job, state in self.states.items() if state not in OVER}
        assert await ledger.check(self.desk.database) == ()
        images = [row for row in rows["windows"] if row["unit"] == "images"]
        assert all(row["used"] + row["held"] <= LIMITS.images_per_day for row in images)


def test_any_walk_keeps_the_books(sqlite_template: Path) -> None:
    """Random verbs on random jobs, restarts and midnights among them, never break the table or the identity."""
    Walk.template = sqlite_template
    run_state_machine_as_test(Walk, settings=settings(max_examples=12, stateful_step_count=30, deadline=None))
