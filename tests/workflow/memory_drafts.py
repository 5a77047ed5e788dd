"""The drafts of the book in memory: open once, then agreed with a job, dropped or expired."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.domain.draft import Draft, DraftState
from bot.domain.errors import NotAgreed
from bot.domain.request import EditRequest, Origin
from bot.workflow.ports import Clock
from tests.standins import Steps

LATE_AT_A_TIME = 100


class MemoryDrafts:
    """The part of the book in memory that is about drafts; each verb that writes is a step by its name."""

    def __init__(self, clock: Clock, steps: Steps) -> None:
        self.clock, self.steps = clock, steps
        self.drafts: dict[int, Draft] = {}

    async def draft(self, request: EditRequest, predicted: int, expires_at: float) -> Draft:
        async with self._verb("draft"):
            if before := [one for one in self.drafts.values() if one.request.origin == request.origin]:
                return before[0]
            number = len(self.drafts) + 1
            self.drafts[number] = Draft(number, DraftState.OPEN, request, predicted, self.clock.now(), expires_at)
            return self.drafts[number]

    async def drafted(self, draft_id: int) -> Draft | None:
        return self.drafts.get(draft_id)

    async def asked(self, draft_id: int, message_id: int) -> Draft:
        async with self._verb("asked"):
            if (found := self.drafts.get(draft_id)) is None:
                raise LookupError(f"there is no draft {draft_id}")
            if found.request.status_message is None:
                self.drafts[draft_id] = replace(found, request=replace(found.request, status_message=message_id))
            return self.drafts[draft_id]

    async def close_draft(self, draft_id: int, state: DraftState) -> Draft | None:
        if state not in {DraftState.DROPPED, DraftState.EXPIRED}:
            raise ValueError("a draft is closed as dropped or expired; to be agreed it has to be placed")
        async with self._verb("close_draft"):
            found = self.drafts.get(draft_id)
            if found is None or found.state is not DraftState.OPEN:
                return None
            self.drafts[draft_id] = replace(found, state=state)
            return self.drafts[draft_id]

    async def open_drafts(self, user_id: int, besides: Origin) -> int:
        requests = [one.request for one in self._open_drafts()]
        return sum(one.user_id == user_id and one.origin != besides for one in requests)

    async def late_drafts(self) -> Sequence[Draft]:
        late = [one for one in self._open_drafts() if one.expires_at <= self.clock.now()]
        return sorted(late, key=lambda one: (one.expires_at, one.id))[:LATE_AT_A_TIME]

    @asynccontextmanager
    async def _verb(self, name: str) -> AsyncIterator[None]:
        await self.steps.take(name)
        yield
        await self.steps.take(f"{name} written")

    def _open_drafts(self) -> list[Draft]:
        return [one for one in self.drafts.values() if one.state is DraftState.OPEN]

    def _agreed(self, draft_id: int, origin: Origin) -> Draft:
        """The draft as a yes leaves it, which is written when the job is. Raises `NotAgreed` and `LookupError`."""
        found = self.drafts.get(draft_id)
        if found is None or found.request.origin != origin:
            raise LookupError(f"{origin} has no draft {draft_id}")
        in_time = found.state is DraftState.OPEN and found.expires_at > self.clock.now()
        if not in_time and found.state is not DraftState.AGREED:
            raise NotAgreed
        return replace(found, state=DraftState.AGREED)
