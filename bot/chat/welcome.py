"""Coming to a server and going: greeted once for each coming, in the place where most would look for it.

What the database has noted decides who is greeted, so that nobody is greeted twice, whatever Discord repeats, and a
bot that was away greets the servers which it joined meanwhile. At the first start with a database nothing is noted
yet: a server that the bot joined before yesterday is only noted.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from itertools import islice
from typing import Protocol

import aiohttp
import discord
import structlog

from bot.chat.desk import Desk
from bot.chat.place import NEEDED
from bot.domain.errors import Refused
from bot.domain.request import PlaceKind
from bot.words.welcome import greeting
from bot.workflow.ports import StorageTrouble

log = structlog.get_logger()

NOBODY = discord.AllowedMentions.none()
FRESH_DAYS = 1
MOST_TRIES = 3  # channels; whoever is refused by so many has been asked not to speak
NO_ANSWER = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError)


class Guest(Protocol):
    """What is asked of the client."""

    desk: Desk

    @property
    def guilds(self) -> Sequence[discord.Guild]:
        """Every server that the bot is in."""

    def today(self) -> date:
        """The day, in UTC."""

    async def create_dm(self, user: discord.abc.Snowflake, /) -> discord.DMChannel:
        """The channel of direct messages with somebody."""


class Welcome:
    """Notes where the bot is, and greets. One event at a time, since each looks at all servers or changes one."""

    def __init__(self, client: Guest) -> None:
        self._client = client
        self._turn = asyncio.Lock()
        self._known: set[int] | None = None  # None until it is connected
        self._awaited: set[int] = set()  # servers to greet that Discord cannot show yet

    async def connected(self) -> None:
        """Note all servers; greet those that the bot came to lately and unnoticed."""
        async with self._noting():
            guilds = {guild.id: guild for guild in self._client.guilds}
            new = await self._client.desk.hosting.present(guilds)
            self._known = set(guilds)
            for guild_id in sorted(new):
                await self._meet(guilds[guild_id])

    async def joined(self, guild: discord.Guild) -> None:
        """Greet a server, unless it was noted before."""
        async with self._noting():
            new = await self._client.desk.hosting.joined(guild.id)
            if self._known is not None:
                self._known.add(guild.id)
            if new:
                await self._greet(guild)

    async def available(self, guild: discord.Guild) -> None:
        """Greet a server that could not be shown when the bot connected, or that was joined during an outage."""
        if self._known is not None and guild.id not in self._known:
            await self.joined(guild)
            return
        async with self._noting():
            if guild.id in self._awaited:
                self._awaited.discard(guild.id)
                await self._meet(guild)

    async def left(self, guild: discord.Guild) -> None:
        """Note that the bot has left, which a server that is only out of order never says."""
        async with self._noting():
            self._awaited.discard(guild.id)
            if self._known is not None:
                self._known.discard(guild.id)
            await self._client.desk.hosting.left(guild.id)

    @asynccontextmanager
    async def _noting(self) -> AsyncIterator[None]:
        """One event at a time. What cannot be noted now is noted when the bot connects again: it is a courtesy."""
        async with self._turn:
            try:
                yield
            except StorageTrouble as trouble:
                log.warning("guilds_not_noted", kind=type(trouble).__name__)

    async def _meet(self, guild: discord.Guild) -> None:
        """Greet a server that was new when the bot connected, if it is new."""
        if guild.unavailable:
            self._awaited.add(guild.id)
            return
        joined_at = guild.me.joined_at
        if joined_at is not None and (self._client.today() - joined_at.date()).days <= FRESH_DAYS:
            await self._greet(guild)

    async def _greet(self, guild: discord.Guild) -> None:
        try:
            self._client.desk.intake.admit(guild.id)
        except Refused:
            return  # the bot does not work here, and whoever runs it knows
        settings = await self._client.desk.hosting.settings(guild.id)
        text = greeting(missing(guild), settings.language or guild.preferred_locale.value)
        for channel in islice(places(guild), MOST_TRIES):
            if await _said(channel, text, guild):
                return
        await self._tell_owner(guild, text)

    async def _tell_owner(self, guild: discord.Guild, text: str) -> None:
        if guild.owner_id is None:
            return
        try:
            direct = await self._client.create_dm(discord.Object(guild.owner_id))
        except NO_ANSWER as fault:
            log.info("greeting_unheard", guild=guild.id, kind=type(fault).__name__)
            return
        await _said(direct, text, guild)


def places(guild: discord.Guild) -> Iterator[discord.TextChannel]:
    """Where a greeting may stand, the best place first: where Discord itself says who came, else from the top."""
    welcoming = guild.system_channel
    others = (one for one in guild.text_channels if one != welcoming and not one.is_news())
    for channel in (*((welcoming,) if welcoming else ()), *others):
        may = channel.permissions_for(guild.me)
        if may.view_channel and may.send_messages:
            yield channel


def missing(guild: discord.Guild) -> tuple[str, ...]:
    """What an edit needs and no role of the bot gives, by the names in Discord's settings; channels may differ."""
    may = guild.me.guild_permissions
    return tuple(shown for name, shown in NEEDED[PlaceKind.CHANNEL].items() if not getattr(may, name))


async def _said(channel: discord.TextChannel | discord.DMChannel, text: str, guild: discord.Guild) -> bool:
    # The nonce is another one for each coming, so that a repeated try is seen once and a second coming is greeted.
    came = int(1000 * guild.me.joined_at.timestamp()) if guild.me.joined_at else 0
    try:
        await channel.send(text, nonce=f"w{came}-{guild.id % 10**10}", allowed_mentions=NOBODY)
    except NO_ANSWER as fault:
        log.info("greeting_failed", guild=guild.id, channel=channel.id, kind=type(fault).__name__)
        return False
    return True
