"""The queue of the book in memory: who goes before whom, what came before, and how often the bot identified itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.domain.job import OVER, UNSETTLED, Job, State
from bot.domain.request import EditRequest, InputFile
from bot.workflow.ports import Clock, Waiting
from tests.standins import Steps
from tests.workflow.memory_gatherings import Gathering
from tests.workflow.memory_money import MemoryMoney

LATENCIES = 50
IDENTITIES_KEPT_S = 86_400
LOST = InputFile("0" * 64, "", 0)


class MemoryQueue(MemoryMoney):
    """The part of the book in memory that is asked about many jobs at once."""

    def __init__(self, clock: Clock, steps: Steps) -> None:
        super().__init__(clock, steps)
        self.identities: list[float] = []
        self.gathered = Gathering(clock)
        self._parts: dict[int, dict[int, int]] = {}

    async def ahead(self, job_id: int) -> int:
        return self._ahead(job_id)

    async def line(self) -> Sequence[Job]:
        return [job for job in self._line() if job.announcement is not None]

    async def waiting(self, user_id: int, guild_id: int | None) -> Waiting:
        requests = [job.request for job in self.jobs.values() if job.state in UNSETTLED]
        of_user = sum(request.user_id == user_id for request in requests)
        of_guild = sum(request.place.guild_id == guild_id for request in requests) if guild_id is not None else 0
        return Waiting(len(requests), of_user, of_guild)

    async def latencies(self, model: str, quality: str | None, size: str | None) -> Sequence[float]:
        alike = [job for job in self.jobs.values() if job.results and _is_like(job.request, model, quality, size)]
        times = [(job.ended_at, job.id, job.sent_at) for job in alike if job.ended_at is not None]
        latest = sorted(times, reverse=True)[:LATENCIES]
        return [max(0.0, ended_at - sent_at) for ended_at, _, sent_at in latest if sent_at is not None]

    async def history(
        self, user_id: int, guild_id: int | None, limit: int, *, before: int | None = None, everywhere: bool = False
    ) -> Sequence[Job]:
        mine = [job for job in self.jobs.values() if job.request.user_id == user_id]
        here = [job for job in mine if everywhere or job.request.place.guild_id == guild_id]
        earlier = [job for job in here if before is None or job.id < before]
        return sorted(earlier, key=lambda job: job.id, reverse=True)[:limit]

    async def identified(self, at: float) -> None:
        async with self._verb("identified"):
            self.identities = [one for one in self.identities if one >= at - IDENTITIES_KEPT_S] + [at]

    async def identifies(self, since: float) -> Sequence[float]:
        return sorted(one for one in self.identities if one >= since)

    async def export(self, user_id: int) -> dict[str, Any]:
        mine = [job for job in self.jobs.values() if job.request.user_id == user_id]
        return {"member": user_id, "edits": [{"id": job.id, "prompt": job.request.prompt} for job in mine]}

    async def forget(self, user_id: int, pseudonym: str) -> int:
        async with self._verb("forget"):
            mine = [job for job in self.jobs.values() if job.request.user_id == user_id]
            if unfinished := sum(job.state not in OVER for job in mine):
                return unfinished
            theirs = {blob for job in mine for blob in brought(job)}
            for job in mine:
                self.jobs[job.id] = replace(emptied(job, user_id=-1), announcement=None)
                self._parts.pop(job.id, None)
            for job in [job for job in self.jobs.values() if job.request.lender == user_id]:
                wish = emptied(job).request if job.state in OVER else job.request
                request = replace(job.request, lender=-1, pictures=wish.pictures, mask=wish.mask)
                self.jobs[job.id] = replace(job, request=request)
            named = {key: {one.request.user_id, one.request.lender} for key, one in self.drafts.items()}
            self.drafts = {key: one for key, one in self.drafts.items() if user_id not in named[key]}
            self.gathered.forget(user_id)
            self._take_away(theirs)
            return 0

    async def expire(self, before: float) -> int:
        async with self._verb("expire"):
            full = [job for job in self.jobs.values() if LOST not in job.request.pictures and job.state in OVER]
            old = [job for job in full if job.ended_at is not None and job.ended_at < before]
            for job in old:
                self.jobs[job.id] = emptied(job)
            return len(old)

    def _take_away(self, blobs: set[str]) -> None:
        """Take these results out of the edits that were made of them and are over."""
        gone = blobs - {blob for job in self.jobs.values() for blob in brought(job)}
        for job in self.jobs.values():
            if job.state in OVER:
                pictures = tuple(LOST if one.blob in gone else one for one in job.request.pictures)
                mask = LOST if job.request.mask and job.request.mask.blob in gone else job.request.mask
                self.jobs[job.id] = replace(job, request=replace(job.request, pictures=pictures, mask=mask))
        for draft in self._open_drafts():
            if blobs & {file.blob for file in (*draft.request.pictures, draft.request.mask) if file}:
                self.drafts[draft.id] = replace(draft, expires_at=self.clock.now())

    def _ahead(self, job_id: int) -> int:
        numbers = [job.id for job in self._line()]
        return numbers.index(job_id) if job_id in numbers else 0

    def _line(self) -> list[Job]:
        """The queued jobs, each member's first before anybody's second, what is under way counting as turns taken."""
        turns = Counter(job.request.user_id for job in self.jobs.values() if job.state in {State.RUNNING, State.SENT})
        numbered = []
        for job in self.jobs.values():
            if job.state is State.QUEUED:
                turns[job.request.user_id] += 1
                numbered.append((turns[job.request.user_id], job.id, job))
        return [job for _, _, job in sorted(numbered, key=lambda one: one[:2])]


def emptied(job: Job, **changes: Any) -> Job:
    """The job without what was said and shown in it."""
    pictures, mask = (LOST,) * len(job.request.pictures), job.request.mask and LOST
    wish = replace(job.request, prompt="", preset=None, pictures=pictures, mask=mask, mask_share=None)
    empty = replace(wish, role_ids=(), status_message=None, lender=None)
    gone: dict[str, Any] = {"blob": LOST.blob, "bytes": 0, "revised_prompt": None}
    results = tuple(replace(one, **gone, untouched=one.untouched and LOST.blob) for one in job.results)
    return replace(job, request=replace(empty, **changes), results=results)


def brought(job: Job) -> set[str]:
    return {blob for one in job.results for blob in (one.blob, one.untouched) if blob} - {LOST.blob}


def _is_like(request: EditRequest, model: str, quality: str | None, size: str | None) -> bool:
    wanted = ((request.options.quality, quality), (request.options.size, size))
    return request.model == model and all(value in (None, own) for own, value in wanted)
