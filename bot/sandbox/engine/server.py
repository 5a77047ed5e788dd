"""The image API itself: routes and shops around what validates (`validate.py`) and paints (`paint.py`).

| route | does |
|---|---|
| `POST /v1/images/edits`, `/images/edits` | one edit, as JSON or, with `stream=true`, as events |
| `GET /v1/models`, `/models` | the models it knows |
| `/anyfast/…`, `/azure/openai/…` and so on | the same as another kind of server does it (`shops.py`) |
| `GET /files/NAME` | a result that was answered as a link, until it expires |
| `GET /_books?received=N` | what it believes it billed; waits until N calls were received, `waiting` or `answered` |
| `GET /_faults` | the faults that can be asked for (`faults.py`) |
| `POST /_plan` | a list of steps (`plan.py`) for the next calls, one each; `DELETE` forgets them |
| `POST /_release` | lets every held call go on |
"""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from aiohttp import web

from bot.sandbox.clock import Clock
from bot.sandbox.engine.books import Books, Call
from bot.sandbox.engine.control import Control
from bot.sandbox.engine.envelopes import ENVELOPES
from bot.sandbox.engine.links import Links
from bot.sandbox.engine.refusal import Refusal, invalid
from bot.sandbox.engine.rules import MODELS, Rules
from bot.sandbox.engine.serving import Desk
from bot.sandbox.engine.shops import SHOPS, Shop
from bot.sandbox.record import Recorder, recording

KEY = "sk-sandbox-not-a-real-key-0000000000000000"


class Engine:
    """The stand-in for the image API; `models` says which the plain shop serves, `key` is the only one it accepts."""

    def __init__(
        self,
        clock: Clock,
        recorder: Recorder | None = None,
        key: str = KEY,
        models: Mapping[str, Rules] = MODELS,
    ) -> None:
        self.key = key
        self.books = Books()
        self._clock, self._recorder = clock, recorder
        self._shops = {**SHOPS, "openai": replace(SHOPS["openai"], models=models)}
        self._control = Control(clock, self.books)
        self._links = Links(clock, self.books)
        self._desk = Desk(clock, self.books, self._control, self._links, key, recorder)

    def listens_at(self, url: str) -> None:
        """Learn the public base of this server, for the links of results that are not sent as base64."""
        self._links.url = url.rstrip("/")

    def address(self, dialect: str = "openai") -> str:
        """What an operator would set as the address of a provider of this dialect; the shops are those of `SHOPS`."""
        return self._links.url + self._shops[dialect].address

    def models(self, dialect: str = "openai") -> tuple[str, ...]:
        """The models that this shop serves; at `azure` they are the names of its deployments."""
        return tuple(self._shops[dialect].models)

    def plan(self, *wishes: Mapping[str, object]) -> None:
        """Add steps for the next calls. Raises ValueError with a sentence for a step that makes no sense."""
        self._control.plan(*wishes)

    def release(self) -> int:
        """Let every held call go on; returns how many there were."""
        return self._control.release()

    def turned_away(self) -> bool:
        """Whether the connection that is just being accepted shall be closed at once; if so it stands in the books."""
        if (now := self._control.turned_away()) is None:
            return False
        number = self.books.open(Call(f"req_{uuid.uuid4().hex}", None, None, self._clock.now(), fault=now.fault))
        self.books.close(number, "cut", None, "again")
        return True

    def application(self) -> web.Application:
        """The server, to be run by the caller."""
        edits = {path: (shop, of) for shop in self._shops.values() for path, of in shop.edits()}
        # Edits record themselves: they keep their uploads on disk and may be cut in the middle.
        recorded = [] if self._recorder is None else [recording(self._recorder, "engine", edits)]
        app = web.Application(middlewares=recorded)
        for path, (shop, deployment) in edits.items():
            app.router.add_post(path, partial(self._desk.edit, shop=shop, deployment=deployment))
        for shop in self._shops.values():
            for path in shop.listing:
                app.router.add_get(shop.home + path, partial(self._models_listed, shop=shop))
        app.router.add_post("/azure/openai/deployments/{name}/images/edits", _no_deployment)
        app.add_routes(self._links.routes())
        app.add_routes(self._control.routes())
        app.router.add_route("*", "/{path:.*}", _nowhere)
        app.on_shutdown.append(self._stop)
        return app

    async def _models_listed(self, request: web.Request, *, shop: Shop) -> web.Response:
        try:
            shop.door(request, self.key)
        except Refusal as refusal:
            said = ENVELOPES[shop.envelope](refusal, f"req_{uuid.uuid4().hex}")
            return web.json_response(said, status=refusal.status)
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "sandbox"} for name in shop.models]
        return web.json_response({"object": "list", "data": models})

    async def _stop(self, _: web.Application) -> None:
        self._desk.stop()


async def _no_deployment(_: web.Request) -> web.Response:
    said = {"code": "DeploymentNotFound", "message": "The API deployment for this resource does not exist."}
    return web.json_response({"error": said}, status=404)


async def _nowhere(request: web.Request) -> web.Response:
    refusal = invalid(None, None, f"Invalid URL ({request.method} {request.path})")
    return web.json_response(refusal.as_json(), status=404)
