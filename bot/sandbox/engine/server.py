"""The image API itself: routes, keys and links around what validates (`validate.py`) and paints (`paint.py`).

| route | does |
|---|---|
| `POST /v1/images/edits`, `/images/edits` | one edit, as JSON or, with `stream=true`, as events |
| `GET /v1/models`, `/models` | the models it knows |
| `GET /files/NAME` | a result that was answered as a link, until it expires |
| `GET /_books?received=N` | what it believes it billed; waits until N calls were received, `waiting` or `answered` |
| `POST /_plan` | a list of steps (`plan.py`) for the next calls, one each; `DELETE` forgets them |
| `POST /_release` | lets every held call go on |
"""

import asyncio
import uuid
from collections.abc import Mapping

from aiohttp import web

from bot.sandbox.clock import Clock
from bot.sandbox.engine.answer import Results, body, events
from bot.sandbox.engine.books import Books, Call
from bot.sandbox.engine.control import Control
from bot.sandbox.engine.form import parsed
from bot.sandbox.engine.pictures import Inputs, opened
from bot.sandbox.engine.plan import Step
from bot.sandbox.engine.refusal import Refusal, invalid
from bot.sandbox.engine.rules import MODELS, Rules
from bot.sandbox.engine.validate import Order, checked
from bot.sandbox.engine.wire import Exchange, gone, received, refused, stream, whole, written
from bot.sandbox.engine.work import Work, done
from bot.sandbox.record import Answer, Recorder, note, recording

KEY = "sk-sandbox-not-a-real-key-0000000000000000"
_EDITS = ("/v1/images/edits", "/images/edits")
_LINK_LIFE_S = 3_600


class Engine:
    """The stand-in for the image API; `models` says which it serves, `key` is the only one it accepts."""

    def __init__(
        self,
        clock: Clock,
        recorder: Recorder | None = None,
        key: str = KEY,
        models: Mapping[str, Rules] = MODELS,
    ) -> None:
        self.key = key
        self.books = Books()
        self._clock, self._recorder, self._models = clock, recorder, models
        self._control = Control(clock, self.books)
        self._serving: set[asyncio.Task[object]] = set()
        self._files: dict[str, tuple[float, str, bytes]] = {}
        self._url = ""

    def listens_at(self, url: str) -> None:
        """Learn the public base of this server, for the links of results that are not sent as base64."""
        self._url = url.rstrip("/")

    def plan(self, *wishes: Mapping[str, object]) -> None:
        """Add steps for the next calls. Raises ValueError with a sentence for a step that makes no sense."""
        self._control.plan(*wishes)

    def release(self) -> int:
        """Let every held call go on; returns how many there were."""
        return self._control.release()

    def application(self) -> web.Application:
        """The server, to be run by the caller."""
        # Edits record themselves: they keep their uploads on disk and may be cut in the middle.
        recorded = [] if self._recorder is None else [recording(self._recorder, "engine", _EDITS)]
        app = web.Application(middlewares=recorded)
        app.add_routes([web.post(path, self._edit) for path in _EDITS])
        app.add_routes([web.get(path, self._models_listed) for path in ("/v1/models", "/models")])
        app.router.add_get("/files/{name}", self._file)
        app.add_routes(self._control.routes())
        app.router.add_route("*", "/{path:.*}", _nowhere)
        app.on_shutdown.append(self._stop)
        return app

    async def _edit(self, request: web.Request) -> web.StreamResponse:
        exchange = self._opened(request)
        if (task := asyncio.current_task()) is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        try:
            return await self._served(exchange)
        except Refusal as refusal:
            return await refused(exchange, refusal)
        except ConnectionError:
            return gone(exchange)
        finally:
            self._closed(exchange)

    async def _served(self, exchange: Exchange) -> web.StreamResponse:
        self._authorise(exchange.request)
        now = self._control.next()
        if now.cut == "before_body":
            return gone(exchange)
        exchange.body = await received(exchange.request)
        self.books.note(exchange.number, state="working")
        if (refusal := now.refusal()) is not None:
            await self._control.wait(now, exchange.number)
            return await refused(exchange, refusal, now.headers, page=now.answer == "html")
        order, inputs = await asyncio.to_thread(self._read, exchange)
        self.books.note(exchange.number, model=order.model, n=order.n, images=len(order.images))
        if order.stream:
            return await self._streamed(exchange, order, inputs, now)
        await self._control.wait(now, exchange.number)
        results, _ = await self._made(exchange, order, inputs, now)
        if now.cut == "after_body":
            return gone(exchange)
        content, kind = await asyncio.to_thread(body, results, now.answer)
        return await whole(exchange, content, kind, half=now.cut is not None)

    async def _streamed(self, exchange: Exchange, order: Order, inputs: Inputs, now: Step) -> web.StreamResponse:
        """Send the partial pictures at once, wait as planned, then send the end of the stream."""
        results, work = await self._made(exchange, order, inputs, now)
        said = await asyncio.to_thread(lambda: tuple(events(results, work.partials, now.answer)))
        early, late = b"".join(said[: len(work.partials)]), b"".join(said[len(work.partials) :])
        response = await stream(exchange)
        await written(response, early)
        await self._control.wait(now, exchange.number)
        if now.cut is not None:
            await written(response, late[: len(late) // 2] if now.cut == "mid_answer" else b"")
            return gone(exchange, response)
        await written(response, late)
        await response.write_eof()
        exchange.answer = Answer(early + late, "text/event-stream", len(early) + len(late))
        return response

    def _read(self, exchange: Exchange) -> tuple[Order, Inputs]:
        form = parsed(exchange.body, exchange.request.headers.get("Content-Type", ""))
        order = checked(form, self._models)
        return order, opened(order)

    async def _made(self, exchange: Exchange, order: Order, inputs: Inputs, now: Step) -> tuple[Results, Work]:
        work = await asyncio.to_thread(done, order, inputs, exchange.number, now.answer)
        self.books.note(exchange.number, made=len(work.pictures), billed_micro_usd=work.billed_micro_usd)
        linked = order.by_url or now.answer == "url"
        results = Results(
            created=int(self._clock.now()),
            pictures=work.pictures,
            links=tuple(self._link(each, order) for each in work.pictures) if linked else (),
            size=work.size,
            quality=order.quality,
            background="transparent" if order.background == "transparent" else "opaque",
            output_format=order.output_format,
            usage=work.usage,
        )
        return results, work

    def _link(self, picture: bytes, order: Order) -> str:
        name = f"{uuid.uuid4().hex}.{order.output_format}"
        until = self._clock.now() + (order.rules.url_life_s or _LINK_LIFE_S)
        self._files[name] = (until, f"image/{order.output_format}", picture)
        return f"{self._url}/files/{name}"

    def _opened(self, request: web.Request) -> Exchange:
        request_id = f"req_{uuid.uuid4().hex}"
        call = Call(
            request_id=request_id,
            client_request_id=request.headers.get("X-Client-Request-Id"),
            idempotency_key=request.headers.get("Idempotency-Key"),
            at=self._clock.now(),
        )
        return Exchange(request, self.books.open(call), request_id)

    def _closed(self, exchange: Exchange) -> None:
        state = "answered" if exchange.answer is not None else "cut"
        self.books.note(exchange.number, state=state, status=exchange.status or None)
        if self._recorder is not None:
            note(self._recorder, "engine", exchange.request, exchange.body, exchange.status, exchange.answer)

    def _authorise(self, request: web.Request) -> None:
        given = request.headers.get("Authorization", "")
        if not given.startswith("Bearer "):
            raise Refusal(
                "You didn't provide an API key. You need to provide your API key in an Authorization header "
                "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
                status=401,
            )
        key = given.removeprefix("Bearer ").strip()
        if key != self.key:
            shown = f"{key[:3]}***{key[-4:]}" if len(key) > 11 else "***"
            raise Refusal(f"Incorrect API key provided: {shown}.", code="invalid_api_key", status=401)

    async def _models_listed(self, request: web.Request) -> web.Response:
        try:
            self._authorise(request)
        except Refusal as refusal:
            return web.json_response(refusal.as_json(), status=refusal.status)
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "sandbox"} for name in self._models]
        return web.json_response({"object": "list", "data": models})

    async def _file(self, request: web.Request) -> web.Response:
        now = self._clock.now()
        self._files = {name: kept for name, kept in self._files.items() if kept[0] > now}
        if (found := self._files.get(request.match_info["name"])) is None:
            raise web.HTTPNotFound(text="The link has expired.")
        return web.Response(body=found[2], content_type=found[1])

    async def _stop(self, _: web.Application) -> None:
        for task in tuple(self._serving):
            task.cancel()


async def _nowhere(request: web.Request) -> web.Response:
    refusal = invalid(None, None, f"Invalid URL ({request.method} {request.path})")
    return web.json_response(refusal.as_json(), status=404)
