"""Edits that are so dear that they wait for their member's yes: asked about, agreed to, dropped or too late.

A draft holds nothing. It is asked about in the place of the edit, and that message becomes the status message of the
job that a yes makes of it.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from bot.domain.draft import LIVES_S, Draft, DraftState
from bot.domain.errors import AgreedBefore, EditGone, NotAgreed, NotYours, QuestionUnheard
from bot.domain.request import EditRequest
from bot.workflow.announce import closed_to_us
from bot.workflow.ports import Book, Clock, Postbox, Undeliverable, Unreachable

EVERY_S = 30

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Drafts:
    """The life of a draft, apart from the placing that ends it well."""

    book: Book
    postbox: Postbox
    clock: Clock

    async def ask(self, request: EditRequest, predicted: int, overlay: Path | None) -> Draft:
        """Ask the member, once for each origin; `agreed` where a yes was given before.

        Raises `NotAgreed` where it was dropped or too late, `PermissionMissing` or `QuestionUnheard` where nobody
        could be asked.
        """
        draft = await self.book.draft(request, predicted, self.clock.now() + LIVES_S)
        if draft.state is DraftState.AGREED:
            return draft
        if draft.state is not DraftState.OPEN:
            raise NotAgreed
        if draft.request.status_message is not None:
            return draft
        try:
            return await self.book.asked(draft.id, await self.postbox.ask(draft, overlay))
        except Undeliverable:
            await self.book.close_draft(draft.id, DraftState.DROPPED)
            raise closed_to_us(request.place) from None
        except Unreachable:
            await self.book.close_draft(draft.id, DraftState.DROPPED)
            raise QuestionUnheard from None

    async def of(self, draft_id: int, user_id: int) -> Draft:
        """A draft of this member that is open or was agreed to. Raises `EditGone`, `NotYours` or `NotAgreed`."""
        draft = await self.book.drafted(draft_id)
        if draft is None:
            raise EditGone
        if draft.request.user_id != user_id:
            raise NotYours
        if draft.state in {DraftState.DROPPED, DraftState.EXPIRED}:
            await self.postbox.unask(draft)  # its buttons outlived it: Discord was away when it ended
            raise NotAgreed
        return draft

    async def drop(self, draft_id: int, user_id: int) -> None:
        """The member says no. Raises `NotAgreed` where it was over before, `AgreedBefore` where the yes was faster."""
        await self.of(draft_id, user_id)
        dropped = await self.book.close_draft(draft_id, DraftState.DROPPED)
        if dropped is None:
            await self.of(draft_id, user_id)
            raise AgreedBefore
        await self.postbox.unask(dropped)

    async def expire(self) -> None:
        """Say of every draft that is too late that nobody agreed, for as long as the process lives."""
        while True:
            try:
                await self._expire_once()
            except Exception:  # nobody's edit shall end because a question could not be taken back
                log.warning("drafts_not_expired", exc_info=True)
            await self.clock.sleep(EVERY_S)

    async def _expire_once(self) -> None:
        for draft in await self.book.late_drafts():
            # The message first: a late draft cannot be agreed to any more, so that saying it twice is all that can be.
            await self.postbox.unask(replace(draft, state=DraftState.EXPIRED))
            await self.book.close_draft(draft.id, DraftState.EXPIRED)
