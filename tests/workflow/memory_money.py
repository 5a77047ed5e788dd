"""The money of the book in memory: the same rules as the real one's, over a list of entries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.job import UNSETTLED, Job
from bot.domain.quota import HOUSE, Allowance, Balance, Demand, Period, Unit, Window, refusal
from bot.workflow.ports import Clock
from tests.standins import Steps
from tests.workflow.memory_drafts import MemoryDrafts

NO_JOB = 0


class Kind(StrEnum):
    """What an entry of the ledger is. Of every hold, charges, suspenses and releases add up to it; overrun is extra."""

    HOLD = "hold"
    CHARGE = "charge"
    RELEASE = "release"
    SUSPENSE = "suspense"
    OVERRUN = "overrun"
    CORRECTION = "correction"  # of no job: what was used counts as not used


@dataclass(frozen=True, slots=True)
class Entry:
    """An amount of one window on account of one job."""

    job: int
    window: Window
    kind: Kind
    amount: int
    at: float


@dataclass(frozen=True, slots=True)
class Part:
    """What a demand takes of one window."""

    window: Window
    amount: int


class MemoryMoney(MemoryDrafts):
    """The part of the book in memory that is about holds, windows and the ledger."""

    def __init__(self, clock: Clock, steps: Steps) -> None:
        super().__init__(clock, steps)
        self.jobs: dict[int, Job] = {}
        self.entries: list[Entry] = []
        self._open: dict[int, tuple[Part, ...]] = {}

    async def balances(self, windows: Sequence[Window]) -> tuple[Balance, ...]:
        return tuple(self._balance(window) for window in windows)

    async def suspense(self, since: float) -> int:
        months = [one for one in self.entries if one.window.allowance.period is Period.MONTH]
        doubtful = [one for one in months if one.kind is Kind.SUSPENSE and one.window.allowance.account == HOUSE]
        return sum(one.amount for one in doubtful if one.at >= since)

    # ── what a test asks ────────────────────────────────────────────────────────────────────────────────────

    def amount(self, kind: Kind, account: str, unit: Unit) -> int:
        """The sum of all entries of this kind."""
        mine = [one for one in self.entries if one.kind is kind and one.window.allowance.account == account]
        return sum(one.amount for one in mine if one.window.allowance.unit is unit)

    def imbalances(self) -> list[str]:
        """What breaks the promise that every hold is made once, and is charge + suspense + release in the end."""
        wrong = []
        for job, window in {(one.job, one.window): None for one in self.entries if one.job != NO_JOB}:
            mine = [one for one in self.entries if (one.job, one.window) == (job, window)]
            held = [one.amount for one in mine if one.kind is Kind.HOLD]
            ended = [one.amount for one in mine if one.kind in {Kind.CHARGE, Kind.RELEASE, Kind.SUSPENSE}]
            is_open = self.jobs[job].state in UNSETTLED
            if len(held) != 1 or bool(ended) is is_open or (ended and sum(ended) != held[0]):
                wrong.append(f"job {job}, {window.allowance}: held {held}, ended {ended}")
        return wrong

    # ── what the council asks ───────────────────────────────────────────────────────────────────────────────

    def open_windows(self, account: str) -> list[Window]:
        """The windows of the account of which something was taken, and which have not ended."""
        known = {_shape(one.window): one.window for one in self.entries if one.window.allowance.account == account}
        return [window for window in known.values() if window.ends_at > self.clock.now()]

    def forgive(self, window: Window) -> int:
        """Have what was used of this window count as not used; how much that was."""
        used = self._taken(window).used
        if used:
            self._write(NO_JOB, window, (Kind.CORRECTION, used))
        return used

    # ── the entries ─────────────────────────────────────────────────────────────────────────────────────────

    def _hold(self, job_id: int, hold: Sequence[Demand]) -> None:
        """Hold every demand, or nothing. Raises `Refused`."""
        parts = tuple(part for demand in hold for part in self._demanded(demand))
        self._open[job_id] = parts
        for part in parts:
            self._write(job_id, part.window, (Kind.HOLD, part.amount))

    def _demanded(self, demand: Demand) -> tuple[Part, ...]:
        """What the demand takes of each grant, as far as it goes, and of its window the rest. Raises `Refused`."""
        parts, rest = [], demand.amount
        for grant in demand.grants:
            left = self._balance(grant).left if grant.ends_at > self.clock.now() else 0
            if amount := min(rest, max(0, left)):
                parts.append(Part(grant, amount))
                rest -= amount
        own = self._balance(demand.window)
        if rest and rest > own.left:
            raise refusal(demand, max(0, own.left) + demand.amount - rest, own.resets_at)
        return (*parts, Part(demand.window, rest))

    def _settle(self, job_id: int, images: int = 0, micro_usd: int = 0, suspense: int = 0) -> None:
        """End the hold, the grants first; of the house's money so much goes into suspense beside the charge."""
        granted = dict.fromkeys(Unit, 0)
        for part in sorted(self._open.pop(job_id), key=_spent_first):
            unit, of_house = part.window.allowance.unit, part.window.allowance.account == HOUSE
            by_grants = granted[unit] if part.window.allowance.account.startswith("user:") else 0
            cost = (images if unit is Unit.IMAGES else micro_usd) - by_grants
            doubtful = suspense if of_house and unit is Unit.MICRO_USD else 0
            paid = min(cost, part.amount)
            held_for_it = min(doubtful, part.amount - paid)
            rest = part.amount - paid - held_for_it
            self._write(job_id, part.window, (Kind.CHARGE, paid), (Kind.SUSPENSE, held_for_it), (Kind.RELEASE, rest))
            if of_house:
                self._write(job_id, part.window, (Kind.OVERRUN, cost - paid + doubtful - held_for_it))
            if part.window.allowance.period is Period.GRANT:
                granted[unit] += paid

    def _write(self, job_id: int, window: Window, *amounts: tuple[Kind, int]) -> None:
        at = self.clock.now()
        self.entries.extend(Entry(job_id, window, kind, amount, at) for kind, amount in amounts)

    def _balance(self, window: Window) -> Balance:
        taken = [self._taken(one) for one in self._counting(window)]
        ends = [one.window.ends_at for one in taken if one.used + one.held]
        rolling = window.allowance.period is Period.ROLLING
        frees_at = min(ends) if rolling and ends else None
        return Balance(window, sum(one.used for one in taken), sum(one.held for one in taken), frees_at)

    def _counting(self, window: Window) -> list[Window]:
        """Every window that counts towards this one's limit: of a rolling one each hour that has not left it."""
        if window.allowance.period is not Period.ROLLING:
            return [window]
        known = {_shape(one.window): one.window for one in self.entries}
        alike = [one for one in known.values() if _shape(one)[0] == _shape(window)[0]]
        return [one for one in alike if one.ends_at > self.clock.now()]

    def _taken(self, window: Window) -> Balance:
        mine = [one for one in self.entries if _shape(one.window) == _shape(window)]
        total = {kind: sum(one.amount for one in mine if one.kind is kind) for kind in Kind}
        used = total[Kind.CHARGE] + total[Kind.SUSPENSE] + total[Kind.OVERRUN] - total[Kind.CORRECTION]
        held = total[Kind.HOLD] - total[Kind.CHARGE] - total[Kind.SUSPENSE] - total[Kind.RELEASE]
        return Balance(window, used, held)


def _shape(window: Window) -> tuple[Allowance, int, int]:
    """What tells a window from every other; its limit does not."""
    return replace(window.allowance, limit=0), window.starts_at, window.ends_at


def _spent_first(part: Part) -> tuple[bool, int, int]:
    """Grants before windows, and those first that end first."""
    return part.window.allowance.period is not Period.GRANT, part.window.ends_at, part.window.starts_at
