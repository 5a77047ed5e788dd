"""The message that asks a member whether a dear edit shall be made: put up in the edit's place, and taken back."""

from dataclasses import replace
from pathlib import Path

import structlog

from bot.chat.delivery.posting import NONCE_TRUSTED_S, Enclosure, Letter, Post, quotation
from bot.chat.delivery.sight import extension_of
from bot.chat.delivery.ways import Closed, TooLarge
from bot.chat.delivery.whisper import Whisper
from bot.chat.place import IN_AN_ANSWER
from bot.chat.views.buttons import draft_buttons
from bot.domain.draft import Draft
from bot.words import drafts as words
from bot.words.alt import overlay_alt
from bot.workflow.ports import Clock, Undeliverable, Unreachable

log = structlog.get_logger()


class Questions:
    """Asks, once for each draft, and says how it ended where nobody said yes."""

    def __init__(self, post: Post, whisper: Whisper, clock: Clock) -> None:
        self._post = post
        self._whisper = whisper
        self._clock = clock

    async def ask(self, draft: Draft, overlay: Path | None) -> int:
        """The id of the message, posted or found. Raises `Undeliverable` or `Unreachable`."""
        locale = draft.request.locale
        letter = Letter(
            text=words.question(draft, locale),
            nonce=f"d{draft.id}-ask",
            files=await self._overlay(draft, overlay),
            view=draft_buttons(draft),
            embed=quotation(draft.request.prompt),
        )
        try:
            return await self._put(draft, letter)
        except TooLarge:
            return await self._put(draft, replace(letter, files=()))

    async def unask(self, draft: Draft) -> None:
        """Say on the message that nothing comes of it. Never raises: it is a courtesy."""
        text, asked = words.over(draft, draft.request.locale), draft.request.status_message
        answer = self._whisper.tokens.of_message(asked) if asked is not None else None
        if answer is not None:
            await self._whisper.amend(answer, last=True, content=text, view=None, attachments=[])
            return
        try:
            channel = await self._channel(draft)
            message_id = asked or await self._find(channel, draft)
        except (Undeliverable, Unreachable):
            log.info("question_not_found", draft=draft.id)
            return
        if message_id is not None:
            await self._post.edit(channel, message_id, last=True, content=text, view=None, attachments=[])

    async def _put(self, draft: Draft, letter: Letter) -> int:
        answer = self._whisper.tokens.get(draft.request.place.answer)
        if draft.request.place.kind in IN_AN_ANSWER and answer is not None:
            try:
                return await self._whisper.write(answer, letter)
            except Closed:
                log.info("question_by_direct_message", draft=draft.id)
        channel = await self._channel(draft)
        if self._clock.now() - draft.asked_at > NONCE_TRUSTED_S and (found := await self._find(channel, draft)):
            return found
        return await self._post.send(channel, letter, lambda: self._find(channel, draft))

    async def _channel(self, draft: Draft) -> int:
        """Where the bot's account asks: in the place, or by direct message where only the member is to see it."""
        request = draft.request
        if request.place.kind in IN_AN_ANSWER:
            return await self._post.direct(request.user_id)
        return request.place.channel_id

    async def _overlay(self, draft: Draft, overlay: Path | None) -> tuple[Enclosure, ...]:
        """What the mask selects, as a file; none where that is gone or larger than the place takes."""
        request = draft.request
        extension = await extension_of(overlay) if overlay is not None else None
        if overlay is None or extension is None:
            return ()
        alt = overlay_alt(request.mask_share, request.locale)
        return (Enclosure(overlay, f"mask-{draft.id}.{extension}", alt, request.spoiler),)

    async def _find(self, channel_id: int, draft: Draft) -> int | None:
        return await self._post.find_button(channel_id, f"draft:go:{draft.id}")
