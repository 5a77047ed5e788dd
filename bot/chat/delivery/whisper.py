"""What is said in the answer to an interaction, on its token: seen by the member alone, or where the bot is a guest.

A change of the answer may be made twice without harm. Anything more that is said on a token has no nonce, and what was
said there cannot be read again, so that it is seen at least once: twice where Discord took it and its word was lost.
"""

from typing import Any

import structlog

from bot.chat.delivery.posting import FAULTS, NOBODY, PAUSES_S, Letter, in_ours
from bot.chat.delivery.ways import Spent, code_of, verdict
from bot.chat.tokens import Answer, Tokens
from bot.workflow.ports import Clock, Unreachable

log = structlog.get_logger()

UNAUTHORIZED = 401


class Whisper:
    """Speaks on tokens; a token that Discord does not take any more is forgotten."""

    def __init__(self, tokens: Tokens, clock: Clock) -> None:
        self.tokens = tokens
        self._clock = clock

    async def write(self, answer: Answer, letter: Letter, *, keeps_embed: bool = False) -> int:
        """Make the answer say this, whatever it said before; its message's id.

        Raises `Closed`, `TooLarge` or `Unreachable`.
        """
        return await in_ours(lambda one: self._write(answer, one, keeps_embed=keeps_embed), letter)

    async def amend(self, answer: Answer, *, last: bool = False, **changes: Any) -> None:
        """Change parts of the answer, for instance its `content`. Never raises: it is a courtesy."""
        try:
            await self._edit(answer, changes, PAUSES_S if last else ())
        except Exception as fault:  # noqa: BLE001 - aiohttp raises a RuntimeError where the client is being closed
            log.info("answer_not_changed", answer=answer.id, kind=type(fault).__name__)

    async def add(self, answer: Answer, letter: Letter) -> int:
        """Say more, seen by the member alone, or as openly as the answer is where the bot is a guest.

        Raises as `write`. What was said under this nonce before is not said again.
        """
        if letter.nonce in answer.sent:
            return answer.sent[letter.nonce]
        if not answer.used:  # Discord would put it in the place of "thinking…"
            await self.write(answer, Letter(letter.text.partition("\n")[0], letter.nonce))
        message_id = await in_ours(lambda one: self._add(answer, one), letter)
        answer.sent[letter.nonce] = message_id
        return message_id

    async def _write(self, answer: Answer, letter: Letter, *, keeps_embed: bool) -> int:
        for pause in (*PAUSES_S, None):
            changes: dict[str, Any] = {"content": letter.text, "view": letter.view, "attachments": letter.attachments()}
            if not keeps_embed:
                changes["embeds"] = [letter.embed] if letter.embed else []
            try:
                return await self._edit(answer, changes, ())
            except Unreachable:
                if pause is None:
                    raise
                await self._clock.sleep(pause)
        raise Unreachable

    async def _edit(self, answer: Answer, changes: dict[str, Any], pauses: tuple[float, ...]) -> int:
        webhook: Any = answer.webhook  # discord.py wants a number for the message, Discord takes this word
        for pause in (*pauses, None):
            try:
                message = await webhook.edit_message("@original", allowed_mentions=NOBODY, **changes)
            except FAULTS as fault:
                meaning = self._meaning(answer, fault)
                if pause is None or not isinstance(meaning, Unreachable):
                    raise meaning from fault
                await self._clock.sleep(pause)
            else:
                self.tokens.shown(answer, message.id)
                return int(message.id)
        raise Unreachable

    async def _add(self, answer: Answer, letter: Letter) -> int:
        for pause in (*PAUSES_S, None):
            more: dict[str, Any] = {"view": letter.view} if letter.view else {}
            if letter.files:
                more["files"] = letter.attachments()
            if letter.embed:
                more["embed"] = letter.embed
            try:
                message = await answer.webhook.send(
                    letter.text, ephemeral=not answer.public, allowed_mentions=NOBODY, wait=True, **more
                )
            except FAULTS as fault:
                meaning = self._meaning(answer, fault)
                if pause is None or not isinstance(meaning, Unreachable):
                    raise meaning from fault
                await self._clock.sleep(pause)
            else:
                if letter.view is not None:
                    letter.view.stop()  # discord.py would wait for a quarter of an hour to forget it
                return message.id
        raise Unreachable

    def _meaning(self, answer: Answer, fault: Exception) -> Exception:
        meaning = verdict(fault)
        if getattr(fault, "status", None) == UNAUTHORIZED:  # of a token that means its end, of an account only a pause
            meaning = Spent()
        log.warning("answer_failed", answer=answer.id, kind=type(fault).__name__, code=code_of(fault))
        if isinstance(meaning, Spent):
            self.tokens.drop(answer)
        return meaning
