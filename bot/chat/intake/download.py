"""Pictures to disk: streamed, capped, and from Discord's own hosts only.

discord.py's `Attachment.read`, `save` and `to_file` hold the whole file in memory and know no limit, so none is used.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
import structlog
import yarl

from bot.domain.errors import FileEmpty, FileTooBig, FileUnreachable
from bot.words.amounts import MIB, megabytes
from bot.words.escape import cut, plain
from bot.workflow.ports import Freight, Metrics
from bot.workflow.room import refusal
from bot.workflow.silent import SILENT

# The last two are where Discord keeps its own copies of what others show in embeds.
DISCORD_ORIGINS = frozenset(
    {
        "https://cdn.discordapp.com",
        "https://media.discordapp.net",
        "https://images-ext-1.discordapp.net",
        "https://images-ext-2.discordapp.net",
    }
)
BLOCK = 128 * 1024
SLACK = 64 * 1024
LONGEST_NAME = 100
ENDED = (403, 404)  # what Discord's hosts answer once the day of a link is over

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Offered:
    """A picture as Discord announces it; nothing of this is believed before the bytes are there.

    `bytes` is None where Discord does not say, as with embeds and stickers. `author_id` is the member whose picture it
    is, None where it belongs to nobody in particular; `message_id` and `channel_id` are where it was found, None for
    what came with an interaction; `base` is the job that made it, where that is one of ours.
    """

    filename: str
    url: str
    bytes: int | None
    content_type: str | None = None
    author_id: int | None = None
    spoiler: bool = False
    message_id: int | None = None
    channel_id: int | None = None
    author: str = ""  # the name that is shown of them
    base: int | None = None

    @property
    def shown_name(self) -> str:
        """The name for a sentence: it is never a path, a header or a form field."""
        return cut(plain(self.filename), LONGEST_NAME) or "file"


def cdn_origins(api_url: str | None) -> frozenset[str]:
    """Where attachments may come from: Discord's hosts, and that of another server where the settings name one."""
    return DISCORD_ORIGINS if api_url is None else DISCORD_ORIGINS | {str(yarl.URL(api_url).origin())}


FreshLink = Callable[[Offered], Awaitable[str | None]]


async def no_fresh_link(_: Offered) -> None:
    """Where a link that has ended cannot be had anew."""


class _Faulty(Exception):
    """The host stumbled: worth one more try."""


class _Ended(Exception):
    """The link is not valid any more: worth one more try with a fresh one."""


class Downloads:
    """Fetches attachments, a few at a time over all edits. Use it as `async with`."""

    def __init__(
        self,
        origins: Collection[str],
        *,
        at_once: int = 8,
        timeout_s: float = 60,
        proxy: str | None = None,
        metrics: Metrics = SILENT,
    ) -> None:
        self._origins = frozenset(origins)
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=10, sock_read=20)
        self._turns = asyncio.Semaphore(at_once)
        self._proxy = proxy
        self._metrics = metrics
        self._stack = AsyncExitStack()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        session = aiohttp.ClientSession(
            timeout=self._timeout,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            connector=aiohttp.TCPConnector(limit=0),
        )
        self._session = await self._stack.enter_async_context(session)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def fetch(self, offered: Offered, into: Path, limit: int, fresh_link: FreshLink = no_fresh_link) -> int:
        """Write the picture to this path; returns its bytes. A link that has ended is asked for anew, once.

        Raises `FileTooBig` for more than `limit` bytes or clearly more than announced, `FileEmpty`, and
        `FileUnreachable` for everything that did not arrive whole.
        """
        if offered.bytes is not None and offered.bytes > limit:
            raise FileTooBig(name=offered.shown_name, size=megabytes(offered.bytes), limit=limit // MIB)
        async with self._turns:
            try:
                return await self._stubbornly(offered, into, limit)
            except _Ended:
                url = await fresh_link(offered)
            if url is not None:
                log.info("link_renewed")
                try:
                    return await self._stubbornly(replace(offered, url=url), into, limit)
                except _Ended:
                    pass  # a fresh link that has ended says that the file itself is gone
        raise FileUnreachable(name=offered.shown_name)

    async def _stubbornly(self, offered: Offered, into: Path, limit: int) -> int:
        if self._origin(offered.url) not in self._origins:
            raise FileUnreachable(name=offered.shown_name)
        for last in (False, True):
            try:
                return await self._once(offered, into, limit)
            except OSError as fault:
                if refusal(fault) is not None:
                    raise  # it is our disk, and no second try makes room
                log.warning("download_failed", kind=type(fault).__name__, last=last)
            except (_Faulty, aiohttp.ClientError) as fault:
                # The fault's own words hold the signed link, so only its kind is kept.
                log.warning("download_failed", kind=type(fault).__name__, last=last)
        raise FileUnreachable(name=offered.shown_name)

    @staticmethod
    def _origin(url: str) -> str | None:
        try:
            return str(yarl.URL(url).origin())
        except ValueError:
            return None

    async def _once(self, offered: Offered, into: Path, limit: int) -> int:
        assert self._session is not None, "use Downloads as `async with`"  # noqa: S101 - a mistake of ours, not input
        request = self._session.get(
            offered.url, allow_redirects=False, proxy=self._proxy, headers={"Accept-Encoding": "identity"}
        )
        async with request as response:
            if response.status >= 500:
                raise _Faulty
            if response.status in ENDED:
                raise _Ended
            if response.status != 200:
                raise FileUnreachable(name=offered.shown_name)
            received = await self._write(response.content, offered, into, limit)
        self._metrics.carried(Freight.FROM_DISCORD, received)
        if received == 0:
            raise FileEmpty(name=offered.shown_name)
        if received < (offered.bytes or 0):
            raise _Faulty
        return received

    async def _write(self, body: aiohttp.StreamReader, offered: Offered, into: Path, limit: int) -> int:
        most, received = limit if offered.bytes is None else min(limit, offered.bytes + SLACK), 0
        await asyncio.to_thread(into.write_bytes, b"")
        block = bytearray()
        async for chunk in body.iter_any():
            received += len(chunk)
            if received > most:
                size = max(megabytes(received), megabytes(most) + 1)
                raise FileTooBig(name=offered.shown_name, size=size, limit=megabytes(most))
            block += chunk
            if len(block) >= BLOCK:
                await asyncio.to_thread(_append, into, bytes(block))
                block.clear()
        await asyncio.to_thread(_append, into, bytes(block))
        return received


def _append(path: Path, block: bytes) -> None:
    # The file is opened anew for each block, since one that a cancelled wait left open would stay so.
    with path.open("ab") as file:
        file.write(block)
