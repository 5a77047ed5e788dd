"""The image API at one address, with one key: a call out, its pictures on disk, every trouble translated once.

Whether a call may be made again hangs on one fact: did any byte of its body leave? The form itself knows. Before
that, a failure is `Unsent`; after it, whatever cannot be read is `Doubtful`, for it may be made and billed.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, Self

import aiohttp
import structlog

from bot.domain.errors import InputLost, ProviderDown
from bot.domain.progress import Phase, Progress
from bot.provider.answer import EVENTS, Caps, Letter, Reader
from bot.provider.dialect import DIALECTS, Dialect, find_address
from bot.provider.fetch import Fetcher, PublicResolver
from bot.provider.form import Form, build_form, complete, wants_stream
from bot.provider.pour import NETWORK_TROUBLE, reason
from bot.workflow.ports import Answer, Call, Declined, Doubtful, Preview, Unsent

log = structlog.get_logger()

CONNECT_S = 10
READ_BUFFER = 128 * 1024


class ImageClient:
    """One provider over HTTP. Enter it before the first call; leaving it closes every connection.

    Raises ValueError for an unknown dialect, an address that is none, or a key that no header can carry. Without a
    key none is sent. `streams` is False once the provider was found to break streams: then none is asked for.
    `result_hosts` are hosts from which linked results may be fetched, beside those of the dialect. Every `progress_s`
    seconds it is told how much of a call has left.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        dialect: str = "openai",
        *,
        timeout_s: float = 600.0,
        caps: Caps | None = None,
        result_hosts: Sequence[str] = (),
        link_pauses_s: Sequence[float] = (0.5, 2.0),
        progress_s: float = 3.0,
        now: Callable[[], float] = time.time,
    ) -> None:
        if dialect not in DIALECTS:
            raise ValueError(f"there is no dialect {dialect!r}; these exist: {', '.join(DIALECTS)}")
        check_key(key)
        self._dialect = DIALECTS[dialect]
        self._address = find_address(base_url, self._dialect)
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=CONNECT_S)
        hosts = (*self._dialect.result_hosts, *result_hosts)
        caps = caps or Caps()
        self._fetcher = Fetcher(self._address.edits, hosts, caps.linked, link_pauses_s)
        self._reader = Reader(self._dialect, key, self._fetcher, caps, now)
        self._progress_s = progress_s
        self._open = contextlib.AsyncExitStack()

    @property
    def streams(self) -> bool:
        """Whether this provider is asked for streams at all."""
        return self._reader.streams

    @streams.setter
    def streams(self, streams: bool) -> None:
        self._reader.streams = streams

    @property
    def key(self) -> str:
        """The key that the next call carries."""
        return self._reader.key

    @key.setter
    def key(self, key: str) -> None:
        self._reader.key = key

    async def __aenter__(self) -> Self:
        # A kept-alive connection that the other side has just dropped would make a call doubtful for nothing.
        connector = aiohttp.TCPConnector(force_close=True, limit=0, socket_factory=_watched_socket)
        self._session = await self._open.enter_async_context(plain_session(connector))
        resolver = PublicResolver(aiohttp.DefaultResolver())
        guarded = aiohttp.TCPConnector(force_close=True, limit=0, resolver=resolver, use_dns_cache=False)
        self._fetcher.open(self._session, await self._open.enter_async_context(plain_session(guarded)))
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._open.aclose()

    async def edit(self, call: Call) -> AsyncGenerator[Progress | Preview | Answer, None]:
        """Make one paid call. See `Provider.edit`."""
        yield Progress(Phase.SENDING)
        files = (*call.pictures, *((call.mask,) if call.mask else ()))
        if not await asyncio.to_thread(complete, files):
            raise Declined(InputLost())
        stream = self.streams and wants_stream(call)
        form = build_form(self._dialect, call, model=self._address.names_model, stream=stream)
        posting = asyncio.create_task(self._post(call, form, stream))
        out = asyncio.create_task(form.out.wait())
        try:
            async with contextlib.aclosing(self._leaving(form, {posting, out})) as steps:
                async for step in steps:
                    yield step
            if form.out.is_set():
                yield Progress(Phase.WAITING)
            await asyncio.wait({posting})
            response = posting.result()
            if isinstance(response, str):
                raise _broken(call, form, response)
            yield Progress(Phase.RECEIVING)
            async with contextlib.aclosing(self._reader.read(Letter(call, response, stream))) as parts:
                async for part in parts:
                    yield part
        finally:
            out.cancel()
            await _put_down(posting)

    async def _leaving(self, form: Form, ends: set[asyncio.Task[Any]]) -> AsyncGenerator[Progress, None]:
        """How much of the form has left, now and then where that takes longer, until one of these ends."""
        shown = 0
        while not (await asyncio.wait(ends, timeout=self._progress_s, return_when=asyncio.FIRST_COMPLETED))[0]:
            if form.percent > shown:
                shown = form.percent
                yield Progress(Phase.SENDING, percent=shown)

    async def _post(self, call: Call, form: Form, stream: bool) -> aiohttp.ClientResponse | str:
        # The response, or what became of the connection. aiohttp's exceptions hold the key: they end here, unchained.
        headers = {
            **key_header(self._dialect, self.key),
            "Accept": f"{EVENTS}, application/json" if stream else "application/json",
            "X-Client-Request-Id": call.attempt,
            "Idempotency-Key": call.attempt,
        }
        try:
            return await self._session.post(
                self._address.edits, data=form, headers=headers, timeout=self._timeout, allow_redirects=False
            )
        except NETWORK_TROUBLE as trouble:
            return reason(trouble)


def check_key(key: str) -> None:
    """Raises ValueError for a key that no header can carry."""
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ValueError("the key holds characters that cannot be sent")


def key_header(dialect: Dialect, key: str) -> Mapping[str, str]:
    """The header that carries the key, none where there is no key."""
    return {dialect.auth_header: dialect.auth_scheme + key} if key else {}


def plain_session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    """A session that takes nothing from the environment and keeps nothing between calls."""
    return aiohttp.ClientSession(
        connector=connector,
        trust_env=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        read_bufsize=READ_BUFFER,
        # Base64 hardly shrinks: unpacking would cost more than it saves, and a packed answer may be a bomb.
        headers={"Accept-Encoding": "identity", "User-Agent": "Darkroom"},
    )


def _broken(call: Call, form: Form, why: str) -> Unsent | Doubtful:
    log.warning("provider_unreachable", attempt=call.attempt, began=form.began, reason=why)
    return Doubtful(why) if form.began else Unsent(ProviderDown())


async def _put_down(posting: asyncio.Task[aiohttp.ClientResponse | str]) -> None:
    posting.cancel()
    await asyncio.wait({posting})
    if not posting.cancelled() and posting.exception() is None and not isinstance(response := posting.result(), str):
        response.close()


def _watched_socket(address: tuple[Any, ...]) -> socket.socket:
    # A provider may think for minutes without a byte, which is when routers forget a connection.
    family, kind, protocol, _name, _target = address
    watched = socket.socket(family, kind, protocol)
    watched.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4)):
        if hasattr(socket, option):
            watched.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return watched
