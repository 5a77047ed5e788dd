"""The message that asks a member whether a dear edit shall be made: put up in the edit's place, and taken back."""

from dataclasses import replace
from pathlib import Path

import structlog

from bot.chat.delivery.posting import NONCE_TRUSTED_S, Enclosure, Letter, Post, TooLarge, quotation
from bot.chat.delivery.sight import extension_of
from bot.chat.views.buttons import draft_buttons
from bot.domain.draft import Draft
from bot.words import drafts as words
from bot.words.alt import overlay_alt
from bot.workflow.ports import Clock, Undeliverable, Unreachable

log = structlog.get_logger()


class Questions:
    """Asks, once for each draft, and says how it ended where nobody said yes."""

    def __init__(self, post: Post, clock: Clock) -> None:
        self._post = post
        self._clock = clock

    async def ask(self, draft: Draft, overlay: Path | None) -> int:
        """The id of the message, posted or found. Raises `Undeliverable` or `Unreachable`."""
        channel, locale = draft.request.place.channel_id, draft.request.locale
        letter = Letter(
            text=words.question(draft, locale),
            nonce=f"d{draft.id}-ask",
            files=await self._overlay(draft, overlay),
            view=draft_buttons(draft),
            embed=quotation(draft.request.prompt),
        )
        if self._clock.now() - draft.asked_at > NONCE_TRUSTED_S and (found := await self._find(draft)):
            return found
        try:
            return await self._post.send(channel, letter, lambda: self._find(draft))
        except TooLarge:
            return await self._post.send(channel, replace(letter, files=()), lambda: self._find(draft))

    async def unask(self, draft: Draft) -> None:
        """Say on the message that nothing comes of it. Never raises: it is a courtesy."""
        try:
            message_id = draft.request.status_message or await self._find(draft)
        except (Undeliverable, Unreachable):
            log.info("question_not_found", draft=draft.id)
            return
        if message_id is not None:
            text = words.over(draft, draft.request.locale)
            channel = draft.request.place.channel_id
            await self._post.edit(channel, message_id, last=True, content=text, view=None, attachments=[])

    async def _overlay(self, draft: Draft, overlay: Path | None) -> tuple[Enclosure, ...]:
        """What the mask selects, as a file; none where that is gone or larger than the place takes."""
        request = draft.request
        extension = await extension_of(overlay) if overlay is not None else None
        if overlay is None or extension is None:
            return ()
        return (Enclosure(overlay, f"mask-{draft.id}.{extension}", overlay_alt(request.mask_share, request.locale)),)

    async def _find(self, draft: Draft) -> int | None:
        return await self._post.find_button(draft.request.place.channel_id, f"draft:go:{draft.id}")
