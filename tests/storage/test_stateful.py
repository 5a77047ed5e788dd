"""Arbitrary verbs of the book and of the council, in any order: after each the ledger says what the windows say.

The walks beside this file follow the table of moves; this one follows the money, by a sum of its own over the rows.
"""

import asyncio
import os
import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, ClassVar, TypeVar

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

from bot.domain.deed import Decider
from bot.domain.draft import DraftState
from bot.domain.errors import NotAgreed, OutcomeUnknown, ProviderDown, Refused
from bot.domain.job import State
from bot.domain.quota import HOUSE, Limits, Period, Rule, Scope, Subject, Unit
from bot.storage import ledger
from bot.storage.database import Database
from bot.workflow.ports import Settlement
from tests.storage.desk import ADMIN, DAY, GUILD, HOUSE_RULES, PICTURE, PREDICTED, PROVIDER, Desk

LIMITS = Limits(images_per_day=9, micro_usd_per_month=6 * PREDICTED, house_micro_usd_per_month=20 * PREDICTED)
EXAMPLES = int(os.environ.get("STATEFUL_EXAMPLES", "15"))  # `make chaos` tries more
HOUR = 3600
USERS = st.integers(1, 2)
COSTS = st.sampled_from([0, 1, 30_000, PREDICTED, PREDICTED + 1, 3 * PREDICTED])
DECIDERS = st.sampled_from([ADMIN, HOUSE_RULES])
ENDS = st.sampled_from(["", "finish", "finish", "fail", "doubt"])
UNITS = st.sampled_from(list(Unit))
GIFTS = {Unit.IMAGES: (1, 3, 9), Unit.MICRO_USD: (5_000, PREDICTED, 5 * PREDICTED)}
# Never, hardly anything, enough for a while, plenty, and free.
RULED: dict[Unit, tuple[int | None, ...]] = {
    Unit.IMAGES: (0, 2, 6, 20, 40, None),
    Unit.MICRO_USD: (0, 30_000, 4 * PREDICTED, 20 * PREDICTED, 40 * PREDICTED, None),
}
SUBJECTS = st.sampled_from([Subject(Scope.USER, 1), Subject(Scope.EVERYONE), Subject(Scope.GUILD, GUILD)])
PERIODS = st.sampled_from(
    [(Period.DAY, 0), (Period.WEEK, 0), (Period.MONTH, 0), (Period.ROLLING, 2), (Period.ROLLING, 30)]
)
# What each kind of entry does to the used and the held of its window.
USED = {"charge": 1, "suspense": 1, "overrun": 1, "correction": -1}
HELD = {"hold": 1, "charge": -1, "release": -1, "suspense": -1}
Found = TypeVar("Found")


class Money(RuleBasedStateMachine):
    """A book and a council on one SQLite file, and whoever comes along."""

    template: ClassVar[Path]
    jobs = Bundle("jobs")
    drafts = Bundle("drafts")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "book.db")
        self.runner = asyncio.Runner()
        self.desk = Desk(Database(f"sqlite+aiosqlite:///{self.folder / 'book.db'}"))
        self.attempts: dict[int, str] = {}

    def run(self, verb: Coroutine[Any, Any, Found]) -> Found:
        return self.runner.run(verb)

    @initialize(hours=st.sampled_from([0, 2, 30]), gift=st.integers(0, 3))
    def open(self, hours: int, gift: int) -> None:
        """Often with rolling hours and a grant from the start."""
        self.run(self.desk.database.open())
        if hours:
            everyone = Subject(Scope.EVERYONE)
            self.run(self.desk.rule(Rule(GUILD, everyone, Unit.IMAGES, Period.ROLLING, 9, hours)))
        if gift:
            self.run(self.desk.give(gift, user=1, days=2))

    def teardown(self) -> None:
        self.run(self.desk.database.close())
        self.runner.close()
        shutil.rmtree(self.folder)

    # ── what members do ─────────────────────────────────────────────────────────────────────────────────────

    @rule(target=jobs, user=USERS, images=st.integers(1, 4))
    def place(self, user: int, images: int) -> MultipleResults[int]:
        """Under all that was decided by now, grants and rolling hours among it."""
        return multiple(*self.placed(user, images))

    @rule(target=jobs, user=USERS, images=st.integers(1, 4), banked=st.booleans(), end=ENDS, cost=COSTS)
    def under_way(self, user: int, images: int, banked: bool, end: str, cost: int) -> MultipleResults[int]:
        """A short way to where most verbs are possible, and over it, which chance alone seldom finds."""
        placed = self.placed(user, images)
        for job in placed:
            self.claim(job)
            self.sent(job)
            if banked:
                self.bank(job, 10_000, 1)
                self.sent(job)
            if end == "finish":
                self.finish(job, cost, images)
            elif end == "fail":
                self.fail(job, billed=bool(cost))
            elif end == "doubt":
                self.doubt(job)
        return multiple(*placed)

    def placed(self, user: int, images: int) -> tuple[int, ...]:
        before = self.balances()
        try:
            hold = self.run(self.desk.decided(user, images, LIMITS, images * 9_000))
            request = self.desk.request(user=user, images=images)
            placed = self.run(self.desk.book.place(request, hold, images * 9_000))
        except Refused:
            assert self.balances() == before  # who is refused has used nothing, and holds nothing
            return ()
        return (placed.job.id,)

    @rule(target=drafts, user=USERS, images=st.integers(1, 3))
    def ask(self, user: int, images: int) -> tuple[int, int]:
        request = self.desk.request(user=user, images=images)
        expires_at = self.desk.clock.now() + 10 * HOUR
        return self.run(self.desk.book.draft(request, PREDICTED, expires_at)).id, user

    @rule(target=jobs, asked=drafts)
    def agree(self, asked: tuple[int, int]) -> MultipleResults[int]:
        """A yes to a draft, which a second yes, a no or the time may have ended."""
        number, user = asked
        draft = self.run(self.desk.book.drafted(number))
        assert draft is not None
        try:
            hold = self.run(self.desk.decided(user, draft.request.options.n, LIMITS))
            placed = self.run(self.desk.book.place(draft.request, hold, PREDICTED, number))
        except (Refused, NotAgreed):
            return multiple()
        return multiple(*([placed.job.id] if placed.fresh else []))

    @rule(asked=drafts, state=st.sampled_from([DraftState.DROPPED, DraftState.EXPIRED]))
    def decline(self, asked: tuple[int, int], state: DraftState) -> None:
        self.run(self.desk.book.close_draft(asked[0], state))

    @rule(job=jobs)
    def cancel(self, job: int) -> None:
        self.run(self.desk.book.cancel(job))

    @rule(job=jobs)
    def unmute(self, job: int) -> None:
        self.run(self.desk.book.unmute(job))

    # ── what the worker does ────────────────────────────────────────────────────────────────────────────────

    @rule(job=jobs)
    def claim(self, job: int) -> None:
        self.run(self.desk.book.claim(job))

    @rule(job=jobs)
    def sent(self, job: int) -> None:
        if attempt := self.run(self.desk.book.sent(job, PROVIDER)):
            self.attempts[job] = attempt

    @rule(job=jobs, cost=COSTS, pictures=st.integers(1, 3))
    def bank(self, job: int, cost: int, pictures: int) -> None:
        self.run(self.desk.book.bank(job, self.attempt(job), Settlement(cost, (PICTURE,) * pictures), None))

    @rule(job=jobs)
    def refused(self, job: int) -> None:
        self.run(self.desk.book.refused(job, self.attempt(job), "ProviderBusy", None))

    @rule(job=jobs, cost=COSTS, pictures=st.integers(1, 5))
    def finish(self, job: int, cost: int, pictures: int) -> None:
        self.run(self.desk.book.finish(job, self.attempt(job), Settlement(cost, (PICTURE,) * pictures), None))

    @rule(job=jobs, suspense=COSTS)
    def finish_short(self, job: int, suspense: int) -> None:
        self.run(self.desk.book.finish_short(job, None, "ProviderDown", None, suspense=suspense))

    @rule(job=jobs, billed=st.booleans())
    def fail(self, job: int, billed: bool) -> None:
        self.run(self.desk.book.fail(job, ProviderDown(), billed=billed))

    @rule(job=jobs)
    def doubt(self, job: int) -> None:
        self.run(self.desk.book.doubt(job, None, OutcomeUnknown(), None))

    @rule(job=jobs)
    def lose(self, job: int) -> None:
        self.run(self.desk.book.lose(job))

    @rule(job=jobs)
    def delivered(self, job: int) -> None:
        self.run(self.desk.book.delivered(job))

    @rule()
    def recover(self) -> None:
        self.run(self.desk.book.recover(OutcomeUnknown()))

    def attempt(self, job: int) -> str:
        return self.attempts.get(job, "none")

    # ── what those with a say do, and the time ──────────────────────────────────────────────────────────────

    @rule(by=DECIDERS, user=USERS, unit=UNITS, amount=st.integers(0, 2), days=st.integers(1, 40))
    def grant(self, by: Decider, user: int, unit: Unit, amount: int, days: int) -> None:
        self.run(self.desk.give(GIFTS[unit][amount], user, unit, days, by))

    @rule(by=DECIDERS, user=USERS)
    def reset(self, by: Decider, user: int) -> None:
        self.run(self.desk.council.reset(by, user, "a fresh start"))

    @rule(subject=SUBJECTS, unit=UNITS, period=PERIODS, amount=st.integers(0, 5))
    def decide(self, subject: Subject, unit: Unit, period: tuple[Period, int], amount: int) -> None:
        """A limit is raised, lowered below what is used, made another period's, or set free."""
        self.run(self.desk.rule(Rule(GUILD, subject, unit, period[0], RULED[unit][amount], period[1])))

    @rule(subject=SUBJECTS, unit=UNITS)
    def undecide(self, subject: Subject, unit: Unit) -> None:
        self.run(self.desk.council.clear_rule(ADMIN, subject, unit))

    @rule(seconds=st.sampled_from([60, HOUR, 5 * HOUR, DAY, 31 * DAY]))
    def wait(self, seconds: int) -> None:
        self.desk.clock.time += seconds

    # ── the identity ────────────────────────────────────────────────────────────────────────────────────────

    @invariant()
    def balances_are_what_the_ledger_says(self) -> None:
        """`ledger check` finds nothing, and so does a sum that knows nothing of it."""
        assert self.run(ledger.check(self.desk.database)) == ()
        rows = self.run(self.desk.rows())
        used, held = Counter[int](), Counter[int]()
        for entry in rows["ledger"]:
            used[entry["window_id"]] += USED.get(entry["kind"], 0) * entry["amount"]
            held[entry["window_id"]] += HELD.get(entry["kind"], 0) * entry["amount"]
        assert {row["id"]: (row["used"], row["held"]) for row in rows["windows"]} == {
            row["id"]: (used[row["id"]], held[row["id"]]) for row in rows["windows"]
        }
        self.each_hold_ends_whole(rows)
        self.the_house_bears_everything(rows)

    def each_hold_ends_whole(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """Of every job, in every account, what was charged, released and suspended is what was held, or nothing yet."""
        states = {row["id"]: State(row["state"]) for row in rows["jobs"]}
        accounts = {row["id"]: (row["account"], row["unit"]) for row in rows["windows"]}
        sums: dict[tuple[int, tuple[str, str]], Counter[str]] = defaultdict(Counter)
        for entry in rows["ledger"]:
            if entry["job_id"] is not None:
                sums[entry["job_id"], accounts[entry["window_id"]]][entry["kind"]] += entry["amount"]
        for (job, account), kinds in sums.items():
            ended = kinds["charge"] + kinds["release"] + kinds["suspense"]
            is_open = states[job] in (State.QUEUED, State.RUNNING, State.SENT)
            assert ended == (0 if is_open else kinds["hold"]), (job, account, kinds)

    def the_house_bears_everything(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        """What members were charged is a part of what the house was; suspense and overrun are never a member's."""
        accounts = {row["id"]: row["account"] for row in rows["windows"]}
        for entry in rows["ledger"]:
            if entry["kind"] in ("suspense", "overrun"):
                assert accounts[entry["window_id"]] == HOUSE, entry

    def balances(self) -> dict[int, tuple[int, int]]:
        rows = self.run(self.desk.rows())["windows"]
        return {row["id"]: (row["used"], row["held"]) for row in rows}


def test_the_ledger_is_exact_after_every_verb(sqlite_template: Path) -> None:
    """Whatever members, the worker, admins and the clock do, in any order, the identity holds after every step."""
    Money.template = sqlite_template
    run_state_machine_as_test(Money, settings=settings(max_examples=EXAMPLES, stateful_step_count=40, deadline=None))
