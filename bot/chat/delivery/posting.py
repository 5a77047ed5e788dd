"""One message to Discord: sent again where that is safe.

A message is sent with a nonce, so that of two tries one is seen. Discord remembers a nonce for "the past few minutes",
so a try that comes later looks into the channel first.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import aiohttp
import discord
import structlog

from bot.chat.delivery.parts import BYTES_A_MESSAGE
from bot.chat.delivery.ways import Closed, TooFree, code_of, verdict
from bot.words.escape import quoted
from bot.words.language import ENGLISH
from bot.workflow.ports import Clock, Unreachable

log = structlog.get_logger()

NOBODY = discord.AllowedMentions.none()
PAUSES_S = (1.0, 4.0)
NONCE_TRUSTED_S = 100.0
HISTORY = 50
LOGIN_WAIT_S = 30.0
THREAD_ARCHIVES_AFTER_MIN: Literal[1440] = 1440

HAS_A_THREAD = 160004
HIDDEN = "SPOILER_"  # what Discord puts before the name of a file that is hidden
FAULTS = (discord.DiscordException, aiohttp.ClientError, TimeoutError, ConnectionError)


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file of a message: where it is, the name that is shown, and what it shows, in words, for a picture.

    One that is `hidden` is seen only by who clicks on it.
    """

    path: Path
    name: str
    alt: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to send. Files are opened anew for each try, since a `discord.File` can be sent only once."""

    text: str
    nonce: str
    files: tuple[Enclosure, ...] = ()
    view: discord.ui.View | None = None
    embed: discord.Embed | None = None

    def attachments(self) -> list[discord.File]:
        """The files, opened."""
        return [discord.File(one.path, one.name, description=one.alt, spoiler=one.hidden) for one in self.files]

    def plain(self) -> "Letter":
        """The same without what a member wrote."""
        return replace(self, embed=None, files=tuple(replace(one, alt=None) for one in self.files))


def quotation(prompt: str) -> discord.Embed:
    """What a member asked for, to be read under a message of ours."""
    return discord.Embed(description=quoted(prompt) or "…")


async def in_ours(send: Callable[[Letter], Awaitable[int]], letter: Letter) -> int:
    """Send it as it is, else in our own words alone where a rule of the server's forbids those of its member."""
    try:
        return await send(letter)
    except TooFree:
        log.info("sent_in_our_words", nonce=letter.nonce)
    try:
        return await send(letter.plain())
    except TooFree:
        raise Closed from None


class Post:
    """Sends with the bot's own account: a token of an interaction, which is worth nothing after 15 minutes, has
    another way of its own.
    """

    def __init__(self, client: discord.Client, logged_in: asyncio.Event, clock: Clock) -> None:
        self._client = client
        self._logged_in = logged_in
        self._clock = clock

    async def send(
        self, channel_id: int, letter: Letter, find: Callable[[], Awaitable[int | None]] | None = None
    ) -> int:
        """The id of the message, sent once however often it had to be tried.

        `find` looks whether it is there already, for when the nonce can no longer be trusted. A message whose words a
        rule of the server's forbids goes without those of its member. Raises `Closed`, `TooLarge` or `Unreachable`.
        """
        return await in_ours(lambda one: self._send(channel_id, one, find), letter)

    async def _send(self, channel_id: int, letter: Letter, find: Callable[[], Awaitable[int | None]] | None) -> int:
        await self._ready()
        began = self._clock.now()
        for pause in (*PAUSES_S, None):
            try:
                return await self._once(channel_id, letter)
            except FAULTS as fault:
                meaning = verdict(fault)
                log.warning("post_failed", channel=channel_id, kind=type(fault).__name__, code=code_of(fault))
                if pause is None or not isinstance(meaning, Unreachable) or _is_limited(fault):
                    raise meaning from fault
            await self._clock.sleep(pause)
            if find is not None and self._clock.now() - began > NONCE_TRUSTED_S and (found := await find()):
                return found
        raise Unreachable

    async def recent(self, channel_id: int) -> list[discord.Message]:
        """Our own messages among the last fifty, newest first; none where the place may not be read."""
        await self._ready()
        me = self._client.user
        channel = self._client.get_partial_messageable(channel_id)
        try:
            return [one async for one in channel.history(limit=HISTORY) if me is not None and one.author.id == me.id]
        except FAULTS as fault:
            if isinstance(meaning := verdict(fault), Unreachable):
                raise meaning from fault
            return []

    async def find_text(self, channel_id: int, text: str) -> int | None:
        """The message of ours that says exactly this, if it is among the last."""
        return next((message.id for message in await self.recent(channel_id) if message.content == text), None)

    async def find_button(self, channel_id: int, custom_id: str) -> int | None:
        """The message of ours with this button, in whatever language it is written, if it is among the last."""
        recent = await self.recent(channel_id)
        return next((message.id for message in recent if custom_id in _button_ids(message)), None)

    async def find_files(self, channel_id: int, names: Collection[str]) -> dict[str, int]:
        """In which of our last messages these files are, hidden or not: name to message id."""
        files = [(file.filename, one.id) for one in await self.recent(channel_id) for file in one.attachments]
        found = [(name.removeprefix(HIDDEN), message_id) for name, message_id in files]
        return {name: message_id for name, message_id in found if name in names}

    async def edit(self, channel_id: int, message_id: int, *, last: bool = False, **changes: Any) -> None:
        """Change a message, for instance its `content` or `view`. Never raises: it is a courtesy.

        Progress is not worth a second try, since the next of it is on its way; the `last` word on a message is.
        """
        await self._edit(channel_id, message_id, changes, PAUSES_S if last else ())

    async def rewrite(self, channel_id: int, message_id: int, **changes: Any) -> None:
        """Change a message where it matters that this is done. Raises `Closed`, `TooLarge` or `Unreachable`."""
        fault = await self._edit(channel_id, message_id, changes, PAUSES_S)
        if fault is not None:
            meaning = verdict(fault)
            raise (Closed() if isinstance(meaning, TooFree) else meaning) from fault

    async def open_thread(self, channel_id: int, message_id: int, *names: str) -> int | None:
        """The id of the thread on this message, opened or found; None where there can be none. Raises `Unreachable`.

        Of the names, a later one is taken where a rule of the server's does not like the one before.
        """
        # The method of `PartialMessage` needs the guild in the cache, which is empty until the gateway has spoken.
        await self._ready()
        for name in names:
            try:
                await self._client.http.start_thread_with_message(
                    channel_id, message_id, name=name, auto_archive_duration=THREAD_ARCHIVES_AFTER_MIN
                )
            except FAULTS as fault:
                if code_of(fault) == HAS_A_THREAD:
                    return message_id
                log.warning("thread_failed", message=message_id, kind=type(fault).__name__, code=code_of(fault))
                meaning = verdict(fault)
                if isinstance(meaning, Unreachable):
                    raise meaning from fault
                if not isinstance(meaning, TooFree):
                    return None
            else:
                return message_id  # Discord gives a thread the id of the message that it was opened from
        return None

    async def direct(self, user_id: int) -> int:
        """The channel of direct messages with this user. Raises `Closed` or `Unreachable`."""
        await self._ready()
        try:
            return (await self._client.create_dm(discord.Object(user_id))).id
        except FAULTS as fault:
            raise verdict(fault) from fault

    def file_limit(self, guild_id: int | None) -> int:
        """The most bytes that one file may have there: what the place takes, and no more than one message does."""
        guild = self._client.get_guild(guild_id) if guild_id is not None else None
        return min(guild.filesize_limit if guild else discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES, BYTES_A_MESSAGE)

    def locale_of(self, guild_id: int | None) -> str:
        """The language of a server, as far as it is known."""
        guild = self._client.get_guild(guild_id) if guild_id is not None else None
        return guild.preferred_locale.value if guild else ENGLISH

    async def _ready(self) -> None:
        if self._client.is_closed():
            raise Unreachable
        try:
            async with asyncio.timeout(LOGIN_WAIT_S):
                await self._logged_in.wait()
        except TimeoutError:
            raise Unreachable from None

    async def _edit(
        self, channel_id: int, message_id: int, changes: dict[str, Any], pauses: tuple[float, ...]
    ) -> Exception | None:
        for pause in (*pauses, None):
            fault = await self._edit_once(channel_id, message_id, changes)
            if fault is None:
                return None
            log.info("edit_failed", message=message_id, kind=type(fault).__name__, code=code_of(fault))
            if pause is None or not isinstance(verdict(fault), Unreachable):
                break
            await self._clock.sleep(pause)
        return fault

    async def _edit_once(self, channel_id: int, message_id: int, changes: dict[str, Any]) -> Exception | None:
        message = self._client.get_partial_messageable(channel_id).get_partial_message(message_id)
        try:
            await self._ready()
            await message.edit(allowed_mentions=NOBODY, **changes)
        except Exception as fault:  # noqa: BLE001 - aiohttp raises a RuntimeError where the client is being closed
            return fault
        return None

    async def _once(self, channel_id: int, letter: Letter) -> int:
        channel = self._client.get_partial_messageable(channel_id)
        message = await channel.send(
            letter.text,
            nonce=letter.nonce,
            files=letter.attachments() or discord.utils.MISSING,
            view=letter.view or discord.utils.MISSING,
            embed=letter.embed or discord.utils.MISSING,
            allowed_mentions=NOBODY,
        )
        return message.id


def _button_ids(message: discord.Message) -> list[str | None]:
    rows = [row.children for row in message.components if isinstance(row, discord.ActionRow)]
    return [getattr(item, "custom_id", None) for row in rows for item in row]


def _is_limited(fault: Exception) -> bool:
    # discord.py waits out a limit of up to a minute by itself; asking again at once would only prolong a longer one.
    return isinstance(fault, discord.RateLimited) or (isinstance(fault, discord.HTTPException) and fault.status == 429)
