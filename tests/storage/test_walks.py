"""Random walks: whatever is done to however many jobs, the table of moves is obeyed and the books agree."""

import asyncio
import dataclasses
import shutil
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from bot.domain.errors import ImagesSpent, OutcomeUnknown, ProviderDown
from bot.domain.job import MOVES, OVER, Job, Move, State, advance
from bot.domain.quota import Limits
from bot.storage import ledger
from bot.storage.database import Database
from bot.workflow.ports import Settlement
from tests.storage.desk import PICTURE, PREDICTED, PROVIDER, Desk

LIMITS = Limits(images_per_day=12, micro_usd_per_month=10**9, house_micro_usd_per_month=10**10)
CRASHES = 2
COSTS, PICTURES = st.integers(0, 60_000), st.integers(1, 3)


class Walk(RuleBasedStateMachine):
    """A book, and beside it a plain model of each job: its state, its pictures, whether it is muted, its crashes."""

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
        self.costs: dict[int, int] = {}
        self.pictures: dict[int, list[str]] = {}
        self.crashes: dict[int, int] = {}
        self.attempts: dict[int, str] = {}
        self.calls = 0

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
    def place(self, user: int, images: int) -> MultipleResults[int]:
        return multiple(*self.placed(user, images))

    @rule(target=jobs, images=st.integers(1, 4), banked=st.booleans())
    def under_way(self, images: int, banked: bool) -> MultipleResults[int]:
        """A short way to where most verbs are possible, which chance alone seldom finds."""
        placed = self.placed(1, images)
        for job in placed:
            self.claim(job)
            self.sent(job)
            if banked:
                self.bank(job, 10_000, 1)
        return multiple(*placed)

    def placed(self, user: int, images: int) -> tuple[int, ...]:
        """The new job's number; none where it was refused, which leaves no job."""
        try:
            job = self.run(self.desk.place(user, images, LIMITS))
        except ImagesSpent:
            return ()
        if not isinstance(job, Job):
            raise TypeError
        self.states[job.id] = State.QUEUED
        self.costs[job.id], self.pictures[job.id] = 0, []
        return (job.id,)

    @rule(job=jobs)
    def claim(self, job: int) -> None:
        self.move(job, Move.CLAIM, self.desk.book.claim(job))

    @rule(job=jobs)
    def sent(self, job: int) -> None:
        attempt = self.move(job, Move.SEND, self.desk.book.sent(job, PROVIDER), unless=job in self.muted)
        if attempt:
            self.attempts[job] = str(attempt)

    @rule(job=jobs)
    def refused(self, job: int) -> None:
        verb = self.desk.book.refused(job, self.attempts.get(job, "none"), "ProviderBusy", None)
        self.move(job, Move.REFUSE, verb)

    @rule(job=jobs, cost=COSTS, pictures=PICTURES)
    def bank(self, job: int, cost: int, pictures: int) -> None:
        call = self.call(cost, pictures)
        if self.move(job, Move.BANK, self.desk.book.bank(job, self.attempts.get(job, "none"), call, None)):
            self.keep(job, call)

    @rule(job=jobs, cost=COSTS, pictures=PICTURES)
    def finish(self, job: int, cost: int, pictures: int) -> None:
        call = self.call(cost, pictures)
        verb = self.desk.book.finish(job, self.attempts.get(job, "none"), call, None)
        if self.move(job, Move.FINISH, verb, unless=self.states.get(job) is not State.SENT):
            self.keep(job, call)
            self.done.add(job)

    @rule(job=jobs, suspense=st.sampled_from([0, 20_000, 90_000]))
    def finish_short(self, job: int, suspense: int) -> None:
        verb = self.desk.book.finish_short(job, None, "ProviderDown", None, suspense=suspense)
        if self.move(job, Move.FINISH, verb, unless=not self.pictures.get(job)):
            self.done.add(job)

    @rule(job=jobs, billed=st.booleans())
    def fail(self, job: int, billed: bool) -> None:
        verb = self.desk.book.fail(job, ProviderDown(), billed=billed)
        self.move(job, Move.FAIL, verb, unless=bool(self.pictures.get(job)))

    @rule(job=jobs)
    def doubt(self, job: int) -> None:
        verb = self.desk.book.doubt(job, None, OutcomeUnknown(), None)
        self.move(job, Move.DOUBT, verb, unless=bool(self.pictures.get(job)))

    @rule(job=jobs)
    def lose(self, job: int) -> None:
        allowed = self.states.get(job) is State.RUNNING
        assert (self.run(self.desk.book.lose(job)) is not None) == allowed
        if allowed:
            self.states[job] = State.QUEUED

    @rule(job=jobs)
    def cancel(self, job: int) -> None:
        """A job that has pictures, or soon may, stays where it is and is muted; any other is over, and not muted."""
        before = self.states.get(job)
        cancelled = self.move(job, Move.CANCEL, self.desk.book.cancel(job))
        if before and cancelled and self.pictures[job]:
            self.states[job] = before
        if cancelled:
            (self.muted.discard if self.states[job] is State.CANCELLED else self.muted.add)(job)

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
            if state in (State.SENT, State.RUNNING) and self.pictures[job]:
                self.states[job] = State.DONE
                self.done.add(job)
            elif state is State.SENT:
                self.states[job] = State.UNKNOWN
            elif state is State.RUNNING:
                self.crashes[job] = self.crashes.get(job, 0) + 1
                self.states[job] = State.QUEUED if self.crashes[job] < CRASHES else State.FAILED

    @rule(seconds=st.sampled_from([1, 3600, 86_400]))
    def wait(self, seconds: int) -> None:
        self.desk.clock.time += seconds

    def call(self, cost: int, pictures: int) -> Settlement:
        """What a call brings: pictures that no other call brought."""
        self.calls += 1
        named = (dataclasses.replace(PICTURE, blob=f"{self.calls}-{number}") for number in range(pictures))
        return Settlement(cost, tuple(named))

    def keep(self, job: int, call: Settlement) -> None:
        self.costs[job] += call.micro_usd
        self.pictures[job] += [picture.blob for picture in call.results]

    def move(self, job: int, move: Move, verb: Awaitable[object], *, unless: bool = False) -> object:
        """Do it, and expect what the table says, or nothing."""
        answer, state = self.run(verb), self.states.get(job)
        allowed = state is not None and (state, move) in MOVES and not unless
        assert (answer is not None) == allowed
        if state is not None and allowed:
            self.states[job] = advance(state, move, muted=job in self.muted)
        return answer

    @invariant()
    def agrees(self) -> None:
        """Every job is where the model has it, with its pictures and its price, and the books agree."""
        self.run(self._agrees())

    async def _agrees(self) -> None:
        rows = await self.desk.rows()
        assert {row["id"]: (row["state"], row["muted"]) for row in rows["jobs"]} == {
            job: (state, job in self.muted) for job, state in self.states.items()
        }
        assert await self.desk.ticketed() == {job for job, state in self.states.items() if state not in OVER}
        kept: dict[int, list[str]] = {job: [] for job in self.states}
        for row in rows["results"]:
            kept[row["job_id"]].append(row["blob"])
        assert kept == self.pictures
        assert {row["id"]: row["charged"] for row in rows["jobs"]} == {
            job: min(cost, PREDICTED) if job in self.done else 0 for job, cost in self.costs.items()
        }
        assert await ledger.check(self.desk.database) == ()
        images = [row for row in rows["windows"] if row["unit"] == "images"]
        assert all(row["used"] + row["held"] <= LIMITS.images_per_day for row in images)


def test_any_walk_keeps_the_books(sqlite_template: Path) -> None:
    """Random verbs on random jobs, restarts and midnights among them, never break the table or the identity."""
    Walk.template = sqlite_template
    run_state_machine_as_test(Walk, settings=settings(max_examples=20, stateful_step_count=30, deadline=None))
