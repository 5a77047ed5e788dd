"""The answers to interactions that are still open, each on a token that Discord takes for fifteen minutes.

A token is as good as a key to what a member sees in private, so it stays in memory and in this object: it is never
written down, never logged, and does not cross the queue; a request names its answer by the interaction's id.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.chat.place import is_guest

Interaction = discord.Interaction[Any]

LIFE_S = 15 * 60 - 10  # Discord's clock began with the press, before we heard of it
MOST = 10_000


@dataclass(slots=True, repr=False)
class Answer:
    """The answer to an interaction: `webhook` speaks on its token, `message_id` is the answer's, once it is known.

    `used` says that it shows something, so that "thinking…" is over; `guest` that the member alone has brought the
    bot along, which Discord lets say five more things at most. `job` is the edit whose status it is, `page` the nonce
    of what took that status's place, `sent` every nonce with the message that it became. `public` says that
    everybody sees it.
    """

    id: int
    user_id: int
    channel_id: int
    guild_id: int | None
    webhook: discord.Webhook
    file_limit: int
    guest: bool
    public: bool
    ends_at: float
    message_id: int | None = None
    used: bool = False
    job: int | None = None
    page: str | None = None
    sent: dict[str, int] = field(default_factory=dict)


class Tokens:
    """Open answers by the id of their interaction, the newest last."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._open: OrderedDict[int, Answer] = OrderedDict()
        self._by_message: dict[int, int] = {}
        self._taken_over: OrderedDict[int, None] = OrderedDict()

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._open)

    def keep(self, interaction: Interaction, *, public: bool = False) -> None:
        """Remember an interaction that was just acknowledged; one that comes twice has been remembered before."""
        self._forget_old()
        if interaction.id not in self._open:
            self._open[interaction.id] = Answer(
                id=interaction.id,
                user_id=interaction.user.id,
                channel_id=interaction.channel_id or 0,
                guild_id=interaction.guild_id,
                webhook=interaction.followup,
                file_limit=interaction.filesize_limit,
                guest=is_guest(interaction),
                public=public,
                ends_at=self._now() + LIFE_S,
            )

    def get(self, answer_id: int | None) -> Answer | None:
        """The answer to this interaction, while its token is good."""
        found = self._open.get(answer_id) if answer_id is not None else None
        return found if found is not None and self._now() < found.ends_at else None

    def of_message(self, message_id: int) -> Answer | None:
        """The answer that is this message."""
        return self.get(self._by_message.get(message_id))

    def newest(self, user_id: int, channel_id: int, *, unused: bool = False) -> Answer | None:
        """The last answer to this member in this place; where `unused`, only one that shows nothing yet."""
        for one in reversed(self._open.values()):
            here = (one.user_id, one.channel_id) == (user_id, channel_id)
            if here and self._now() < one.ends_at and not (unused and one.used):
                return one
        return None

    def shown(self, answer: Answer, message_id: int) -> None:
        """Note which message the answer is, and that it shows something."""
        answer.message_id, answer.used = message_id, True
        self._by_message[message_id] = answer.id

    def pressed(self, interaction: Interaction) -> Answer | None:
        """The open answer under which its own member has pressed."""
        message = interaction.message
        answer = self.of_message(message.id) if message is not None else None
        return answer if answer is not None and answer.user_id == interaction.user.id else None

    def renew(self, interaction: Interaction) -> None:
        """The token of the answer under which was pressed is this newer one from now on."""
        if (answer := self.pressed(interaction)) is None:
            return
        answer.webhook, answer.ends_at = interaction.followup, self._now() + LIFE_S
        self._taken_over[interaction.id] = None
        while len(self._taken_over) > MOST:
            self._taken_over.popitem(last=False)

    def took_over(self, interaction: Interaction) -> bool:
        """Whether the answer to this interaction is a message that was there before, and is another's to write."""
        return interaction.id in self._taken_over

    def drop(self, answer: Answer) -> None:
        """Discord does not take this token any more."""
        if self._open.get(answer.id) is answer:
            del self._open[answer.id]
        if answer.message_id is not None:
            self._by_message.pop(answer.message_id, None)

    def _forget_old(self) -> None:
        while self._open:
            oldest = next(iter(self._open.values()))
            if len(self._open) < MOST and self._now() < oldest.ends_at:
                return
            self.drop(oldest)
