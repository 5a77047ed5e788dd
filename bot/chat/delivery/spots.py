"""What takes a message: a channel, by the bot's own account, or the answer to an interaction, on its token."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from bot.chat.delivery.parts import BYTES_A_MESSAGE
from bot.chat.delivery.posting import Letter, Post
from bot.chat.delivery.whisper import Whisper
from bot.chat.place import jump_url
from bot.chat.tokens import Answer

Find = Callable[[], Awaitable[int | None]]


class Spot(Protocol):
    """Takes letters. All of its verbs raise `Closed`, `TooLarge` or `Unreachable`."""

    @property
    def channel_id(self) -> int:
        """The channel in which it is."""

    @property
    def guild_id(self) -> int | None:
        """The server in which that is."""

    @property
    def file_limit(self) -> int:
        """The most bytes that one file may have there."""

    async def send(self, letter: Letter, find: Find | None = None) -> int:
        """The id of the message; `find` looks whether it is there already."""

    async def find_files(self, names: Collection[str]) -> dict[str, int]:
        """In which of our last messages there these files are: name to message id."""

    async def find_text(self, text: str) -> int | None:
        """The message of ours that says exactly this."""


@dataclass(frozen=True, slots=True)
class ChannelSpot:
    """A channel, a thread or direct messages."""

    post: Post
    channel_id: int
    guild_id: int | None

    @property
    def file_limit(self) -> int:
        """What the server's boosts allow."""
        return self.post.file_limit(self.guild_id)

    async def send(self, letter: Letter, find: Find | None = None) -> int:
        """Seen once, by its nonce."""
        return await self.post.send(self.channel_id, letter, find)

    async def find_files(self, names: Collection[str]) -> dict[str, int]:
        """Among the last fifty messages."""
        return await self.post.find_files(self.channel_id, names)

    async def find_text(self, text: str) -> int | None:
        """Among the last fifty messages."""
        return await self.post.find_text(self.channel_id, text)


@dataclass(frozen=True, slots=True)
class AnswerSpot:
    """An answer. Where the bot is a guest, the first letter takes the place of the status that stands there."""

    whisper: Whisper
    answer: Answer
    replaces: bool

    @property
    def channel_id(self) -> int:
        """Where the member asked."""
        return self.answer.channel_id

    @property
    def guild_id(self) -> int | None:
        """Where the member asked."""
        return self.answer.guild_id

    @property
    def file_limit(self) -> int:
        """What this member may upload there."""
        return answer_limit(self.answer)

    async def send(self, letter: Letter, find: Find | None = None) -> int:  # noqa: ARG002 - nobody can look there
        """What stands there was seen by the one who asked."""
        if self.replaces and self.answer.page in (None, letter.nonce):
            self.answer.page = letter.nonce
            return await self.whisper.write(self.answer, letter, keeps_embed=True)
        return await self.whisper.add(self.answer, letter)

    async def find_files(self, names: Collection[str]) -> dict[str, int]:  # noqa: ARG002
        """None: an answer cannot be read again."""
        return {}

    async def find_text(self, text: str) -> int | None:  # noqa: ARG002
        """None: an answer cannot be read again."""
        return None


def answer_limit(answer: Answer) -> int:
    """The most bytes of one file in an answer: what its member may upload, and no more than one message takes."""
    return min(answer.file_limit, BYTES_A_MESSAGE)


def link_to(spot: Spot, message_id: int) -> str:
    """The link that opens a message there."""
    return jump_url(spot.guild_id, spot.channel_id, message_id)
