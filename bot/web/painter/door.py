"""The painter's door: what each address answers, and what has to be so before it does.

Looking changes nothing, so that no crawler that opens a link first takes anything from its member. A link that is not
good is answered as an address that is not there, whatever is wrong with it.
"""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from aiohttp import web

from bot.domain.catalog import Catalog
from bot.domain.errors import SentBefore, Trouble
from bot.domain.painting import Painting
from bot.web.painter.limits import Buckets, Rate, address_of
from bot.web.painter.listening import Crowd, Waiting, listening
from bot.web.painter.page import PageFile, dress, page_files
from bot.web.painter.reading import BODY_BYTES, BODY_S, read_mask, read_wish
from bot.web.painter.telling import easel_told, taken_told
from bot.words.answers import unexpected
from bot.words.painter import locale_like, page_words, plainly, price_line
from bot.workflow.painting import Painter, Shown
from bot.workflow.ports import StorageTrouble

OF_AN_ADDRESS = Rate(240, 4)
OF_A_LINK = Rate(240, 2)
BAD_LINKS = Rate(20, 1 / 3)

Door = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = structlog.get_logger()


class PainterDoor:
    """Serves the page and what it asks for at a host and port. `clock` gives seconds that never go back."""

    def __init__(
        self,
        painter: Painter,
        catalog: Catalog,
        host: str,
        port: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        crowd: Crowd | None = None,
        body_s: float = BODY_S,
    ) -> None:
        self._painter, self._catalog = painter, catalog
        self._host, self._port = host, port
        self._origin = origin_of(painter.url)
        self._of_address, self._of_link = Buckets(OF_AN_ADDRESS, clock), Buckets(OF_A_LINK, clock)
        self._bad_links = Buckets(BAD_LINKS, clock)
        self._waiting, self._body_s = Waiting(crowd or Crowd()), body_s
        self._files: dict[str, PageFile] = {}
        self.listening = asyncio.Event()
        self.port = 0  # once it listens

    async def serve(self) -> None:
        """Answer until cancelled; return where the port cannot be had, which the log says in one sentence."""
        self._files = await asyncio.to_thread(page_files)
        async with AsyncExitStack() as stack:
            try:
                serving = listening(self._application(), self._host, self._port, self._waiting)
                self.port = await stack.enter_async_context(serving)
            except (OSError, UnicodeError) as fault:  # the second is of a host that cannot be a name
                log.error("painter_not_listening", sentence=_sentence(self._host, self._port, fault))
                return
            self.listening.set()
            log.info("painter_listening", host=self._host, port=self.port)
            await asyncio.Event().wait()

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=BODY_BYTES, middlewares=[self._guarded])
        looks: tuple[tuple[str, Door], ...] = (
            ("/", self._index),
            ("/static/{name}", self._static),
            ("/api/words", self._words),
            ("/api/easel", self._easel),
            ("/api/picture", self._picture),
            ("/api/mask/last", self._last),
            ("/api/mask/own", self._own),
        )
        for path, door in looks:
            application.router.add_get(path, door, allow_head=path == "/")
        application.router.add_post("/api/price", self._price)
        application.router.add_post("/api/edit", self._edit)
        application.on_response_prepare.append(dress)
        return application

    # ── before anything is answered ─────────────────────────────────────────────────────────────────────────────

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Door) -> web.StreamResponse:
        self._waiting.begins(request)
        try:
            if not self._of_address.take(address_of(request)):
                raise web.HTTPTooManyRequests
            if request.method == "POST" and request.headers.get("Origin") != self._origin:
                raise web.HTTPForbidden
            return await handler(request)
        except web.HTTPException as refusal:
            return _refused(refusal)
        except Trouble as trouble:
            return _json({"sentence": plainly(trouble, _locale(request))}, 422)
        except Exception as fault:  # noqa: BLE001 - whoever asks gets a sentence, and the log the rest
            return _json({"sentence": unexpected(_noted(fault), _locale(request))}, 500)
        finally:
            self._waiting.ends(request)

    async def _entered(self, request: web.Request) -> Painting:
        """The painting that the request's link leads to. Raises 404 where that is none, and 429."""
        address = address_of(request)
        if self._bad_links.is_empty(address):
            raise web.HTTPTooManyRequests
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        painting = await self._painter.enter(token) if scheme == "Bearer" else None
        if painting is None:
            self._bad_links.take(address)
            raise web.HTTPNotFound
        if not self._of_link.take(str(painting.id)):
            raise web.HTTPTooManyRequests
        return painting

    # ── the page ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _index(self, _: web.Request) -> web.StreamResponse:
        return self._files["index.html"].answer()

    async def _static(self, request: web.Request) -> web.StreamResponse:
        found = self._files.get(request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound
        return found.answer()

    async def _words(self, request: web.Request) -> web.StreamResponse:
        locale = locale_like(request.query.get("lang", "")[:20])
        return _json({"locale": locale, "words": page_words(locale)})

    # ── what a link may look at ─────────────────────────────────────────────────────────────────────────────────

    async def _easel(self, request: web.Request) -> web.StreamResponse:
        painting = await self._entered(request)
        easel = await self._painter.easel(painting)
        return _json(easel_told(painting, easel, self._catalog, self._painter.clock.now()))

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        return await _file(await self._painter.picture(await self._entered(request)))

    async def _last(self, request: web.Request) -> web.StreamResponse:
        return await _file(await self._painter.start(await self._entered(request), own=False))

    async def _own(self, request: web.Request) -> web.StreamResponse:
        return await _file(await self._painter.start(await self._entered(request), own=True))

    async def _price(self, request: web.Request) -> web.StreamResponse:
        painting = await self._entered(request)
        sent = await read_wish(request, self._body_s)
        micro_usd = await self._painter.estimate(painting, sent.wish)
        return _json({"micro_usd": micro_usd, "text": price_line(micro_usd, _locale(request))})

    # ── what it may do, once ────────────────────────────────────────────────────────────────────────────────────

    async def _edit(self, request: web.Request) -> web.StreamResponse:
        painting = await self._entered(request)
        async with self._painter.blobs.workshop() as folder:
            mask = folder / "mask.png"
            sent = await read_mask(request, mask, self._body_s)
            # A browser that goes away changes nothing about what it has sent.
            sending = asyncio.ensure_future(self._placed(painting, mask, sent.wish, sent.seen_price, _locale(request)))
            return await _unhurried(sending)

    async def _placed(self, painting: Painting, mask: Path, wish: Any, seen_price: int, locale: str) -> web.Response:
        try:
            taken = await self._painter.send(painting, mask, wish, seen_price)
        except SentBefore as before:
            return _json({"state": "already", "sentence": plainly(before, locale)}, 409)
        return _json(taken_told(taken))


def origin_of(url: str) -> str:
    """What a browser calls the place that this address belongs to."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


async def _unhurried(task: "asyncio.Future[web.Response]") -> web.Response:
    """Its answer; whoever waits for it may be cancelled, and stops when it is through."""
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


async def _file(shown: Shown) -> web.Response:
    try:
        body = await asyncio.to_thread(shown.path.read_bytes)
    except FileNotFoundError:
        raise web.HTTPNotFound from None
    return web.Response(body=body, content_type=shown.content_type)


def _locale(request: web.Request) -> str:
    """The language that the page speaks, as it says itself."""
    return locale_like(request.headers.get("X-Language", "")[:20])


def _refused(refusal: web.HTTPException) -> web.Response:
    """The same without aiohttp's words; what is left of the body is not waited for."""
    answer = _json({}, refusal.status)
    if allowed := refusal.headers.get("Allow"):
        answer.headers["Allow"] = allowed
    if refusal.status in (400, 408, 411, 413):
        answer.force_close()
    return answer


def _noted(fault: Exception) -> str:
    reference = secrets.token_hex(4)
    known = isinstance(fault, StorageTrouble)
    log.error("painter_failed", reference=reference, storage=known, exc_info=fault)
    return reference


def _json(said: dict[str, Any], status: int = 200) -> web.Response:
    return web.json_response(said, status=status)


def _sentence(host: str, port: int, fault: OSError | UnicodeError) -> str:
    return (
        f"Masks cannot be painted: WEB_BIND names {host}:{port}, which this process cannot listen at "
        f"({getattr(fault, 'strerror', None) or 'it is no name'}). Give it another address and start again."
    )
