"""A book of jobs in memory: the same table of moves and the same rules of money as the real one, for tests to read."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.domain.errors import Poisoned, Trouble
from bot.domain.job import OVER, Announcement, Job, Move, ResultPicture, State, advance, sources
from bot.domain.painting import Painting, PaintingState
from bot.domain.quota import Demand
from bot.domain.request import Door, EditRequest, Origin
from bot.workflow.ports import Book, Clock, Placed, Settlement
from tests.standins import Steps
from tests.workflow.memory_money import Kind
from tests.workflow.memory_queue import LOST
from tests.workflow.memory_versions import MemoryVersions

__all__ = ["Kind", "MemoryBook"]

CRASHES_OF_A_POISONED_JOB = 2
NOTHING_MORE = Settlement(0, ())


@dataclass(frozen=True, slots=True)
class Attempt:
    """One paid call: "open", then "answered", "refused", "failed" or "unknown"."""

    job: int
    provider: str
    outcome: str = "open"
    code: str | None = None
    request_id: str | None = None


class MemoryBook(MemoryVersions):
    """The rows in memory, under the same table of moves and the same rules of money."""

    def __init__(self, clock: Clock, steps: Steps) -> None:
        super().__init__(clock, steps)
        self.attempts: dict[str, Attempt] = {}
        self.tickets: set[int] = set()
        self.notes: dict[str, str] = {}
        self._crashes: dict[int, int] = {}

    async def place(
        self, request: EditRequest, hold: Sequence[Demand], predicted: int, draft: int | None = None
    ) -> Placed:
        async with self._verb("place"):
            agreed = {} if draft is None else {draft: self._agreed(draft, request.origin)}
            if (before := self.placed_by(request.origin)) is not None:
                self.drafts |= agreed
                return Placed(before, fresh=False, ahead=self._ahead(before.id))
            job = Job(len(self.jobs) + 1, State.QUEUED, False, request, predicted, self.clock.now())
            used = self._used(request, job.id)
            self._hold(job.id, hold)
            self.gathered.paintings |= used
            self.jobs[job.id] = job
            self.tickets.add(job.id)
            self.drafts |= agreed
            return Placed(job, fresh=True, ahead=self._ahead(job.id))

    def _used(self, request: EditRequest, job_id: int) -> dict[int, Painting]:
        """The painting that this edit uses up, if it comes of one. Raises `PaintingOver`."""
        if request.origin.door is not Door.PAINTER:
            return {}
        one = self.gathered.open_painting(request.origin.id, request.user_id)
        return {one.id: replace(one, state=PaintingState.USED, job_id=job_id)}

    async def job(self, job_id: int) -> Job | None:
        return self.jobs.get(job_id)

    async def placed(self, origin: Origin) -> Job | None:
        return self.placed_by(origin)

    async def announced(self, job_id: int, announcement: Announcement) -> Job:
        async with self._verb("announced"):
            job = self.jobs[job_id]
            self.jobs[job_id] = replace(job, announcement=job.announcement or announcement)
            return self.jobs[job_id]

    async def claim(self, job_id: int) -> Job | None:
        async with self._verb("claim"):
            found = self.jobs.get(job_id)
            return self._move(job_id, Move.CLAIM, claims=found.claims + 1 if found else 0)

    async def sent(self, job_id: int, provider: str) -> str | None:
        async with self._verb("sent"):
            found = self.jobs.get(job_id)
            if found is None or found.muted or self._move(job_id, Move.SEND, sent_at=self.clock.now()) is None:
                return None
            attempt = f"{job_id}-{1 + sum(one.job == job_id for one in self.attempts.values())}"
            self.attempts[attempt] = Attempt(job_id, provider)
            return attempt

    async def bank(self, job_id: int, attempt: str, settlement: Settlement, request_id: str | None) -> Job | None:
        if not settlement.results:
            raise ValueError("only pictures can be banked")
        async with self._verb("bank"):
            if not self._is_open(job_id, attempt):
                return None
            job = self.jobs[job_id]
            results, banked = job.results + settlement.results, job.banked + settlement.micro_usd
            self._end_attempt(job_id, "answered", None, request_id)
            return self._move(job_id, Move.BANK, results=results, banked=banked)

    async def refused(self, job_id: int, attempt: str, code: str, request_id: str | None) -> Job | None:
        async with self._verb("refused"):
            if not self._is_open(job_id, attempt):
                return None
            self._end_attempt(job_id, "refused", code, request_id)
            return self._move(job_id, Move.REFUSE)

    async def finish(self, job_id: int, attempt: str, settlement: Settlement, request_id: str | None) -> Job | None:
        async with self._verb("finish"):
            if not self._is_open(job_id, attempt):
                return None
            self._end_attempt(job_id, "answered", None, request_id)
            return self._done(job_id, settlement)

    async def finish_short(
        self, job_id: int, attempt: str | None, code: str, request_id: str | None, *, suspense: int = 0
    ) -> Job | None:
        async with self._verb("finish_short"):
            if not self._has_pictures(job_id) or not self._is_open(job_id, attempt):
                return None
            done = self._done(job_id, suspense=suspense)
            if done is not None:
                self._end_attempt(job_id, "unknown" if suspense else "failed", code, request_id)
            return done

    async def fail(
        self,
        job_id: int,
        trouble: Trouble,
        attempt: str | None = None,
        request_id: str | None = None,
        *,
        billed: bool = False,
    ) -> Job | None:
        async with self._verb("fail"):
            if self._has_pictures(job_id) or not self._is_open(job_id, attempt):
                return None
            failed = self._move(job_id, Move.FAIL, trouble=trouble, ended_at=self.clock.now())
            if failed is not None:
                self._settle(job_id, suspense=failed.predicted if billed else 0)
                self._end_attempt(job_id, "failed", trouble.code, request_id)
            return failed

    async def doubt(self, job_id: int, attempt: str | None, trouble: Trouble, request_id: str | None) -> Job | None:
        async with self._verb("doubt"):
            if self._has_pictures(job_id) or not self._is_open(job_id, attempt):
                return None
            return self._doubt(job_id, Move.DOUBT, trouble, request_id)

    async def lose(self, job_id: int) -> Job | None:
        async with self._verb("lose"):
            found = self.jobs.get(job_id)
            return self._move(job_id, Move.LOSE) if found and found.state is State.RUNNING else None

    async def cancel(self, job_id: int) -> Job | None:
        async with self._verb("cancel"):
            found = self.jobs.get(job_id)
            if found is None or found.state not in sources(Move.CANCEL):
                return None
            if found.state in {State.SENT, State.DONE} or found.results:
                self.jobs[job_id] = replace(found, muted=True)
                return self.jobs[job_id]
            self._settle(job_id)
            return self._move(job_id, Move.CANCEL, ended_at=self.clock.now(), muted=False)

    async def unmute(self, job_id: int) -> Job | None:
        async with self._verb("unmute"):
            job = self.jobs.get(job_id)
            if job is None or not job.muted or not job.results or job.state not in {State.TOLD, State.DONE}:
                return None
            if job.results[0].blob == LOST.blob:
                return None
            self.jobs[job_id] = replace(job, state=State.DONE, muted=False)
            self.tickets.add(job_id)
            return self.jobs[job_id]

    async def delivered(self, job_id: int, *, muted: bool | None = None) -> Job | None:
        async with self._verb("delivered"):
            if muted not in (None, self.jobs[job_id].muted):
                return None
            told = self._move(job_id, Move.DELIVER)
            if told is not None:
                self.tickets.discard(job_id)
            return told

    async def retouched(self, job_id: int, number: int, picture: ResultPicture) -> Job:
        async with self._verb("retouched"):
            job, own = self.jobs.get(job_id), picture.untouched or picture.blob
            there = dict(enumerate(job.results, 1)).get(number) if job else None
            if job is None or there is None or own != (there.untouched or there.blob):
                raise LookupError(f"job {job_id} has no result {number} that was made of {own}")
            if there.blob == own:
                results = (*job.results[: number - 1], picture, *job.results[number:])
                self.jobs[job_id] = replace(job, results=results)
            return self.jobs[job_id]

    async def maker(self, job_id: int) -> str | None:
        answered = [one for one in self.attempts.values() if (one.job, one.outcome) == (job_id, "answered")]
        return answered[-1].provider if answered else None

    async def recover(self, trouble: Trouble) -> Sequence[Job]:
        async with self._verb("recover"):
            lost = [job for job in self.jobs.values() if job.state in {State.RUNNING, State.SENT}]
            return [self._lose(job, trouble) for job in lost]

    async def once(self, key: str) -> bool:
        async with self._verb("once"):
            first = key not in self.notes
            self.notes.setdefault(key, "once")
            return first

    async def recall(self, key: str) -> str | None:
        return self.notes.get(key)

    async def remember(self, key: str, value: str) -> None:
        self.notes[key] = value

    async def blobs_in_use(self, since: float) -> frozenset[str]:
        await self.steps.take("blobs_in_use")
        kept = [job for job in self.jobs.values() if job.placed_at >= since or job.state not in OVER]
        requests = [job.request for job in kept] + [draft.request for draft in self._open_drafts()]
        masks = {request.mask.blob for request in requests if request.mask}
        pictures = {file.blob for request in requests for file in request.pictures}
        results = {blob for job in kept for one in job.results for blob in (one.blob, one.untouched) if blob}
        return frozenset(masks | pictures | results | self.gathered.blobs())

    # ── what a test asks ────────────────────────────────────────────────────────────────────────────────────

    def placed_by(self, origin: Origin) -> Job | None:
        """The job that this origin placed."""
        return next((job for job in self.jobs.values() if job.request.origin == origin), None)

    # ── the rows ────────────────────────────────────────────────────────────────────────────────────────────

    def _move(self, job_id: int, move: Move, **changes: Any) -> Job | None:
        job = self.jobs.get(job_id)
        if job is None or job.state not in sources(move):
            return None
        self.jobs[job_id] = replace(job, state=advance(job.state, move, muted=job.muted), **changes)
        return self.jobs[job_id]

    def _has_pictures(self, job_id: int) -> bool:
        return job_id in self.jobs and bool(self.jobs[job_id].results)

    def _done(self, job_id: int, last: Settlement = NOTHING_MORE, suspense: int = 0) -> Job | None:
        job = self.jobs.get(job_id)
        if job is None or job.state not in sources(Move.FINISH):
            return None
        version = self._numbered(job)
        results, cost = job.results + last.results, job.banked + last.micro_usd
        self._settle(job_id, len(results), cost, suspense)
        paid = min(cost, job.predicted)
        ended_at = self.clock.now()
        return self._move(job_id, Move.FINISH, results=results, version=version, charged=paid, ended_at=ended_at)

    def _doubt(self, job_id: int, move: Move, trouble: Trouble, request_id: str | None) -> Job | None:
        unknown = self._move(job_id, move, trouble=trouble, ended_at=self.clock.now())
        if unknown is not None:
            self._settle(job_id, suspense=unknown.predicted)
            self._end_attempt(job_id, "unknown", trouble.code, request_id)
        return unknown

    def _lose(self, job: Job, trouble: Trouble) -> Job:
        sent, n = job.state is State.SENT, job.request.options.n
        crashes = self._crashes[job.id] = self._crashes.get(job.id, 0) + (not sent)
        if job.results:
            missing = math.ceil(job.predicted * max(1, n - len(job.results)) / n)
            moved = self._done(job.id, suspense=missing if sent else 0)
            self._end_attempt(job.id, "unknown", trouble.code, None)
        elif sent:
            moved = self._doubt(job.id, Move.LOSE, trouble, None)
        elif crashes < CRASHES_OF_A_POISONED_JOB:
            moved = self._move(job.id, Move.LOSE)
        else:
            self._settle(job.id)
            moved = self._move(job.id, Move.FAIL, trouble=Poisoned(), ended_at=self.clock.now())
        return moved or job

    def _is_open(self, job_id: int, attempt: str | None) -> bool:
        """Whether this is the job's open attempt; None stands for whichever there is, or none."""
        if attempt is None:
            return True
        found = self.attempts.get(attempt)
        return found is not None and (found.job, found.outcome) == (job_id, "open")

    def _end_attempt(self, job_id: int, outcome: str, code: str | None, request_id: str | None) -> None:
        for key, one in self.attempts.items():
            if (one.job, one.outcome) == (job_id, "open"):
                self.attempts[key] = replace(one, outcome=outcome, code=code, request_id=request_id)


# A type checker reads here that the stand-in obeys its port.
OBEDIENT: type[Book] = MemoryBook
