"""The versions of the book in memory: which a thread is at, which came before, and which are taken away."""

from bot.domain.job import OVER, Job
from bot.domain.request import PlaceKind
from bot.workflow.ports import Clock
from tests.standins import Steps
from tests.workflow.memory_queue import LOST, MemoryQueue, brought, emptied

COUNTED = frozenset({PlaceKind.CHANNEL, PlaceKind.THREAD})
SEEN_BY_ALL = COUNTED | {PlaceKind.IN_PLACE}


class MemoryVersions(MemoryQueue):
    """The part of the book in memory that is about results in their places."""

    def __init__(self, clock: Clock, steps: Steps) -> None:
        super().__init__(clock, steps)
        self._versions: dict[int, int] = {}
        self._current: dict[int, int] = {}

    async def posted(self, job_id: int, part: int, message_id: int) -> None:
        async with self._verb("posted"):
            self._parts.setdefault(job_id, {}).setdefault(part, message_id)

    async def parts(self, job_id: int) -> dict[int, int]:
        return dict(self._parts.get(job_id, {}))

    async def shown_in(self, message_id: int) -> Job | None:
        return next((self.jobs[job] for job, parts in self._parts.items() if message_id in parts.values()), None)

    async def current(self, home_id: int) -> Job | None:
        if (at := self._current.get(home_id)) is None:
            return None
        pointed = self.jobs[at]
        return pointed if _is_visible(pointed) and _home(pointed) == home_id else self._before(pointed, home_id)

    async def make_current(self, job_id: int) -> None:
        async with self._verb("make_current"):
            job = self.jobs.get(job_id)
            if job is not None and job.version is not None:
                self._point_at(job)

    async def version_before(self, job_id: int) -> Job | None:
        job = self.jobs.get(job_id)
        home = _home(job) if job else None
        return None if job is None or home is None else self._before(job, home)

    async def discard(self, job_id: int) -> Job | None:
        async with self._verb("discard"):
            job = self.jobs.get(job_id)
            if job is None or job.state not in OVER:
                return None
            self.jobs[job_id] = emptied(job)
            self.gathered.discard(job_id)
            self._take_away(brought(job))
            return self.jobs[job_id]

    def _numbered(self, job: Job) -> int:
        """The version that the job gets now; its place is at it from now on."""
        home = _home(job)
        self._point_at(job)
        if home is None or job.request.place.kind not in COUNTED:
            return 1
        self._versions[home] = self._versions.get(home, 0) + 1
        return self._versions[home]

    def _point_at(self, job: Job) -> None:
        home = _home(job)
        if home is not None and job.request.place.kind in SEEN_BY_ALL:
            self._current[home] = job.id

    def _before(self, job: Job, home_id: int) -> Job | None:
        lower = [
            one
            for one in self.jobs.values()
            if _home(one) == home_id and _is_visible(one) and (one.version or 0) < (job.version or 0)
        ]
        return max(lower, key=lambda one: (one.version or 0, one.id), default=None)


def _home(job: Job) -> int | None:
    return job.announcement.home_id if job.announcement else None


def _is_visible(job: Job) -> bool:
    """Whether all can see its pictures still."""
    shown = bool(job.results) and job.version is not None and not job.muted
    return shown and job.results[0].blob != LOST.blob and job.request.place.kind in SEEN_BY_ALL
