"""The image API at one address, with one key: a call out, its pictures on disk, every trouble translated once.

Whether a call may be made again hangs on one fact: did any byte of its body leave? The form itself knows. Before
that, a failure is `Unsent`; after it, whatever cannot be read is `Doubtful`, for it may be made and billed.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import aiohttp
import structlog

from bot.domain.errors import AnswerUseless, InputLost, ProviderDown
from bot.domain.progress import Phase, Progress
from bot.provider.dialect import DIALECTS, endpoint
from bot.provider.fault import Fault, loggable, parse_json, read_fault
from bot.provider.fetch import Fetcher, LinkBroken, LinkRefused, PublicResolver
from bot.provider.form import Form, build_form, complete
from bot.provider.pour import NETWORK_TROUBLE, pour, reason
from bot.provider.reply import Reply, read_reply
from bot.provider.splitter import Splitter
from bot.provider.verdict import judge, refusal
from bot.workflow.ports import Answer, Call, Declined, Doubtful, Unsent

log = structlog.get_logger()

MIB = 1024 * 1024
CONNECT_S = 10
READ_BUFFER = 128 * 1024

# A card says which form of answer is asked for; these models answer with links although no form can ask for them.
LINKING_MODELS = frozenset({"flux-kontext-pro", "flux-kontext-max"})


@dataclass(frozen=True, slots=True)
class Caps:
    """Limits, in bytes unless they say seconds. An answer may have `answer`, or `picture` for each picture asked."""

    answer: int = 64 * MIB
    picture: int = 16 * MIB
    linked: int = 64 * MIB
    error: int = 64 * 1024
    links_s: float = 180.0

    def of(self, call: Call) -> int:
        """The most that the answer of this call may have."""
        return max(self.answer, self.picture * call.options.n)


class ImageClient:
    """The `Provider` port over HTTP. Enter it before the first call; leaving it closes every connection.

    Raises ValueError for an unknown dialect, an address that is none, or a key that no header can carry.
    `result_hosts` are hosts from which linked results may be fetched, beside those of the dialect.
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
        now: Callable[[], float] = time.time,
    ) -> None:
        if dialect not in DIALECTS:
            raise ValueError(f"there is no dialect {dialect!r}; these exist: {', '.join(DIALECTS)}")
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ValueError("the key holds characters that cannot be sent")
        self._dialect = DIALECTS[dialect]
        self._url = endpoint(base_url, self._dialect.path)
        self._key = key
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, sock_connect=CONNECT_S)
        self._caps = caps or Caps()
        self._hosts = (*self._dialect.result_hosts, *result_hosts)
        self._link_pauses_s, self._now = link_pauses_s, now
        self._open = contextlib.AsyncExitStack()

    async def __aenter__(self) -> Self:
        # A kept-alive connection that the other side has just dropped would make a call doubtful for nothing.
        connector = aiohttp.TCPConnector(force_close=True, limit=0, socket_factory=_watched_socket)
        self._session = await self._open.enter_async_context(_session(connector))
        resolver = PublicResolver(aiohttp.DefaultResolver())
        guarded = aiohttp.TCPConnector(force_close=True, limit=0, resolver=resolver, use_dns_cache=False)
        public = await self._open.enter_async_context(_session(guarded))
        self._fetcher = Fetcher(self._url, self._hosts, self._session, public, self._caps.linked, self._link_pauses_s)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._open.aclose()

    async def edit(self, call: Call) -> AsyncGenerator[Progress | Answer, None]:
        """Make one paid call. See `Provider.edit`."""
        yield Progress(Phase.SENDING)
        files = (*call.pictures, *((call.mask,) if call.mask else ()))
        if not await asyncio.to_thread(complete, files):
            raise Declined(InputLost())
        form = build_form(self._dialect, call)
        posting = asyncio.create_task(self._post(call, form))
        out = asyncio.create_task(form.out.wait())
        try:
            await asyncio.wait({posting, out}, return_when=asyncio.FIRST_COMPLETED)
            if form.out.is_set():
                yield Progress(Phase.WAITING)
            await asyncio.wait({posting})
            response = posting.result()
            if isinstance(response, str):
                raise _broken(call, form, response)
            yield Progress(Phase.RECEIVING)
            yield await self._answer(call, response)
        finally:
            out.cancel()
            await _put_down(posting)

    async def _post(self, call: Call, form: Form) -> aiohttp.ClientResponse | str:
        # The response, or what became of the connection. aiohttp's exceptions hold the key: they end here, unchained.
        try:
            return await self._session.post(
                self._url, data=form, headers=self._headers(call), timeout=self._timeout, allow_redirects=False
            )
        except NETWORK_TROUBLE as trouble:
            return reason(trouble)

    def _headers(self, call: Call) -> Mapping[str, str]:
        return {
            self._dialect.auth_header: f"{self._dialect.auth_scheme} {self._key}",
            "Accept": "application/json",
            "X-Client-Request-Id": call.attempt,
            "Idempotency-Key": call.attempt,
        }

    # ── what came back ──────────────────────────────────────────────────────────────────────────────────────

    async def _answer(self, call: Call, response: aiohttp.ClientResponse) -> Answer:
        request_id = self._request_id(response)
        if response.status >= 300:
            raise await self._refusal(call, response, request_id)
        splitter = Splitter(call.folder, call.options.n)
        cut = await self._split(call, response, splitter)
        reply = read_reply(splitter)
        pictures = await self._pictures(call, reply)
        if cut is not None:
            log.warning("answer_cut_short", attempt=call.attempt, reason=cut, whole=len(pictures))
        if pictures:
            return Answer(pictures, reply.usage, request_id, reply.revised_prompt)
        if reply.fault is not None:
            raise self._judged(call, response, reply.fault, request_id)
        if cut is not None:
            raise Doubtful(cut, request_id)
        log.warning("answer_useless", attempt=call.attempt, request_id=request_id)
        raise Declined(AnswerUseless(), billed=True, request_id=request_id)

    async def _split(self, call: Call, response: aiohttp.ClientResponse, splitter: Splitter) -> str | None:
        with contextlib.closing(splitter):
            try:
                return await pour(response, splitter.feed, self._caps.of(call))
            except OSError as exc:
                return f"cannot be written ({exc.errno})"

    async def _pictures(self, call: Call, reply: Reply) -> tuple[Path, ...]:
        wanted = reply.results[: call.options.n]
        links = [each for each in wanted if isinstance(each, str)]
        if links and "url" not in call.card.returns:
            log.warning("provider_linked_unasked", attempt=call.attempt, model=call.card.name)
            return tuple(each for each in wanted if isinstance(each, Path))
        pictures = []
        deadline = self._loop_time() + self._caps.links_s
        for number, each in enumerate(wanted):
            path = each if isinstance(each, Path) else await self._fetched(call, each, number, deadline)
            if path is not None:
                pictures.append(path)
        return tuple(pictures)

    async def _fetched(self, call: Call, link: str, number: int, deadline: float) -> Path | None:
        path = call.folder / f"linked_{number}"
        try:
            async with asyncio.timeout_at(deadline):
                await self._fetcher.fetch(link, path)
        except (LinkRefused, LinkBroken, TimeoutError) as lost:
            log.warning("result_link_lost", attempt=call.attempt, why=type(lost).__name__, reason=str(lost))
            return None
        return path

    def _loop_time(self) -> float:
        return asyncio.get_running_loop().time()

    async def _refusal(
        self, call: Call, response: aiohttp.ClientResponse, request_id: str | None
    ) -> Unsent | Declined | Doubtful:
        body = bytearray()
        await pour(response, body.extend, self._caps.error)
        return self._judged(call, response, read_fault(parse_json(bytes(body))), request_id)

    def _judged(
        self, call: Call, response: aiohttp.ClientResponse, fault: Fault | None, request_id: str | None
    ) -> Unsent | Declined | Doubtful:
        verdict = judge(response.status, fault)
        said = {name: loggable(getattr(fault, name, ""), self._key) for name in ("code", "type", "param")}
        log.warning(
            "provider_refused",
            attempt=call.attempt,
            verdict=verdict.value,
            status=response.status,
            request_id=request_id,
            **said,
        )
        return refusal(verdict, response.status, fault, response.headers, request_id, self._now())

    def _request_id(self, response: aiohttp.ClientResponse) -> str | None:
        names = (response.headers.get(name) for name in self._dialect.request_id)
        return next((loggable(value, self._key) for value in names if value), None)


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
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
