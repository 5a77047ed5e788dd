"""Results that are answered as links, the places they are fetched from, and the traps that hostile links lead to."""

import base64
import uuid
from collections.abc import Callable
from io import BytesIO

from aiohttp import web
from PIL import Image
from yarl import URL

from bot.sandbox.clock import Clock
from bot.sandbox.engine.books import Books

LIFE_S = 3_600
_HOPS = 3


class Links:
    """Keeps results for as long as their links live; `url` is the public base of this server."""

    def __init__(self, clock: Clock, books: Books) -> None:
        self._clock, self._books = clock, books
        self._files: dict[str, tuple[float, str, bytes]] = {}
        self.url = ""

    def to(self, picture: bytes, kind: str, life_s: float, *, relative: bool = False) -> str:
        """A link to a picture of that format; relative to the server's root where a server says it so."""
        name = f"{uuid.uuid4().hex}.{kind}"
        self._files[name] = (self._clock.now() + (life_s or LIFE_S), f"image/{kind}", picture)
        return f"/v1/images/{name}/content" if relative else f"{self.url}/files/{name}"

    def hostile(self, kind: str) -> str:
        """A link that must not be followed: `data`, `file`, `loopback`, `metadata` or `redirects`."""
        places: dict[str, Callable[[], str]] = {
            "data": _inline,
            "file": lambda: "file:///etc/passwd",
            "loopback": lambda: self.trap("loopback"),
            "metadata": lambda: "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
            "redirects": lambda: f"{self.url}/_hop/{_HOPS}",
        }
        return places[kind]()

    def trap(self, name: str) -> str:
        """A private place under another name than the server's own; whoever comes is noted."""
        return str(URL(self.url).with_host("localhost") / "_trap" / name)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Where results and traps are."""
        homes = ("/v1", "/sglang/v1")
        return [
            web.get("/files/{name}", self._file),
            *(web.get(f"{home}/images/{{name}}/content", self._file) for home in homes),
            web.get("/_hop/{left}", self._hop),
            web.route("*", "/_trap/{name}", self._trapped),
        ]

    async def _file(self, request: web.Request) -> web.Response:
        now = self._clock.now()
        self._files = {name: kept for name, kept in self._files.items() if kept[0] > now}
        if (found := self._files.get(request.match_info["name"])) is None:
            raise web.HTTPNotFound(text="The link has expired.")
        return web.Response(body=found[2], content_type=found[1])

    async def _hop(self, request: web.Request) -> web.Response:
        left = request.match_info["left"]
        more = left.isdecimal() and 1 < int(left) <= _HOPS
        raise web.HTTPFound(f"/_hop/{int(left) - 1}" if more else self.trap("redirects"))

    async def _trapped(self, request: web.Request) -> web.Response:
        self._books.trap(f"{request.method} {request.path}")
        return web.Response(body=_picture(), content_type="image/png")


def _picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (64, 64), (214, 48, 49)).save(out, "PNG")
    return out.getvalue()


def _inline() -> str:
    return f"data:image/png;base64,{base64.b64encode(_picture()).decode()}"
