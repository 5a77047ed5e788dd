"""The queue of the book in memory: who goes before whom, what came before, and how often the bot identified itself."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.domain.job import OVER, UNSETTLED, Job, State
from bot.domain.request import EditRequest, InputFile
from bot.workflow.ports import Clock, Waiting
from tests.standins import Steps
from tests.workflow.memory_money import MemoryMoney

LATENCIES = 50
IDENTITIES_KEPT_S = 86_400
LOST = InputFile("0" * 64, "", 0)


class MemoryQueue(MemoryMoney):
    """The part of the book in memory that is asked about many jobs at once."""

    def __init__(self, clock: Clock, steps: Steps) -> None:
        super().__init__(clock, steps)
        self.identities: list[float] = []

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

    async def history(self, user_id: int, guild_id: int | None, limit: int) -> Sequence[Job]:
        mine = [job for job in self.jobs.values() if job.request.user_id == user_id]
        here = [job for job in mine if job.request.place.guild_id == guild_id]
        return sorted(here, key=lambda job: job.id, reverse=True)[:limit]

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
            for job in mine:
                self.jobs[job.id] = _emptied(job, user_id=-1)
            self.drafts = {key: one for key, one in self.drafts.items() if one.request.user_id != user_id}
            return 0

    async def expire(self, before: float) -> int:
        async with self._verb("expire"):
            full = [job for job in self.jobs.values() if LOST not in job.request.pictures and job.state in OVER]
            old = [job for job in full if job.ended_at is not None and job.ended_at < before]
            for job in old:
                self.jobs[job.id] = _emptied(job)
            return len(old)

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


def _emptied(job: Job, **changes: Any) -> Job:
    """The job without what was said and shown in it."""
    pictures, mask = (LOST,) * len(job.request.pictures), job.request.mask and LOST
    empty = replace(job.request, prompt="", pictures=pictures, mask=mask, mask_share=None, role_ids=())
    results = tuple(replace(one, blob=LOST.blob, untouched=one.untouched and LOST.blob) for one in job.results)
    return replace(job, request=replace(empty, **changes), results=results)


def _is_like(request: EditRequest, model: str, quality: str | None, size: str | None) -> bool:
    wanted = ((request.options.quality, quality), (request.options.size, size))
    return request.model == model and all(value in (None, own) for own, value in wanted)
