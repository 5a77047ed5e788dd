"""The CDN: attachments behind signed links that work for 24 hours of sandbox time."""

import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from aiohttp import web

from bot.sandbox.discord_api.bodies import Upload
from bot.sandbox.discord_api.faults import Fault, Faults
from bot.sandbox.discord_api.refusals import Refusal
from bot.sandbox.discord_api.sniff import moves, sniff, stored_name
from bot.sandbox.discord_api.world import Attachment, Sticker, WebPicture, World

LINK_LIFE_S = 24 * 3600
CHUNK = 64 * 1024
PNG, APNG, LOTTIE, GIF = 1, 2, 3, 4
STICKERS = {"png": PNG, "json": LOTTIE, "gif": GIF}
STICKER_TYPES = {PNG: "image/png", APNG: "image/png", LOTTIE: "application/json", GIF: "image/gif"}


class Cdn:
    """Keeps uploads and serves them to whoever holds a link that is signed and has not expired."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.base = ""
        self._world = world
        self._faults = faults
        self._secret = secrets.token_bytes(32)

    def store(self, upload: Upload, place_id: int, *, ephemeral: bool = False) -> Attachment:
        """Keep an upload; place_id is its channel, or the application for an ephemeral one."""
        name = stored_name(upload.filename)
        content_type, width, height = sniff(upload.filename, upload.body)
        lie = self._faults.take("UPLOAD", name, ("size",))
        kept = Attachment(
            id=self._world.ids.mint(),
            place_id=place_id,
            filename=name,
            body=upload.body,
            size=len(upload.body) if lie is None else lie.size,
            content_type=content_type,
            width=width,
            height=height,
            title=None if name == upload.filename else upload.filename,
            ephemeral=ephemeral,
        )
        self._world.attachments[kept.id] = kept
        return kept

    def link(self, attachment: Attachment) -> str:
        """A fresh link, good for 24 hours from now."""
        folder = "ephemeral-attachments" if attachment.ephemeral else "attachments"
        path = f"/{folder}/{attachment.place_id}/{attachment.id}/{quote(attachment.filename)}"
        issued = int(self._world.clock.now())
        expires = issued + LINK_LIFE_S
        return f"{self.base}{path}?ex={expires:x}&is={issued:x}&hm={self._signature(path, expires, issued)}&"

    def refreshed(self, url: str) -> str:
        """A fresh link for an old one, whatever state the old one is in; 50035 if it was never ours."""
        parts = urlsplit(url).path.split("/")
        kept = self._world.attachments.get(int(parts[3])) if len(parts) == 5 and parts[3].isdecimal() else None
        if kept is None:
            raise Refusal(50035, errors={"attachment_urls": {"_errors": [{"code": "URL", "message": "Not ours."}]}})
        return self.link(kept)

    def sticker(self, upload: Upload) -> Sticker:
        """Keep a sticker, named as its file and of the kind that its bytes are."""
        name, _, ending = upload.filename.rpartition(".")
        kind = STICKERS.get(ending.lower(), PNG)
        kept = Sticker(
            self._world.ids.mint(), name or "sticker", APNG if kind == PNG and moves(upload.body) else kind, upload.body
        )
        self._world.stickers[kept.id] = kept
        return kept

    def keep_outside(self, url: str, upload: Upload) -> None:
        """Let a picture be somewhere on the web, for Discord to show."""
        content_type, width, height = sniff(upload.filename, upload.body)
        self._world.web[url] = WebPicture(self._world.ids.mint(), url, upload.body, content_type, width, height)

    def proxied(self, url: str) -> dict[str, Any] | None:
        """What Discord adds to a foreign picture's address: its own copy and its size; None for an unknown one."""
        found = self._world.web.get(url)
        if found is None:
            return None
        sized = {} if found.width is None else {"width": found.width, "height": found.height}
        scheme, _, rest = url.partition("://")
        signed = self._signature(url, 0, 0)[:43]
        address = f"{self.base}/external/{signed}/{scheme}/{quote(rest)}"
        return {"id": str(found.id), "url": url, "proxy_url": address, "content_type": found.content_type, **sized}

    async def serve_outside(self, request: web.Request) -> web.StreamResponse:
        """GET /external/…: Discord's copy of a foreign picture, which needs no fresh link."""
        url = f"{request.match_info['scheme']}://{request.match_info['rest']}"
        found = self._world.web.get(url)
        if found is None or request.match_info["signature"] != self._signature(url, 0, 0)[:43]:
            return web.Response(status=404)
        return web.Response(body=found.body, headers={"Content-Type": found.content_type})

    async def serve_sticker(self, request: web.Request) -> web.StreamResponse:
        """GET /stickers/{id}.png and the like: the sticker under its own ending, 404 under another."""
        found = self._world.stickers.get(int(request.match_info["sticker"]))
        if found is None or STICKERS.get(request.match_info["ending"]) != (PNG if found.kind == APNG else found.kind):
            return web.Response(status=404)
        return web.Response(body=found.body, headers={"Content-Type": STICKER_TYPES[found.kind]})

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """GET /attachments/… and /ephemeral-attachments/…: the bytes, streamed, or 404."""
        kept = self._world.attachments.get(int(request.match_info["attachment"]))
        if kept is None or not self._valid(request.raw_path):
            return web.Response(status=404, text="This content is no longer available.")
        fault = self._faults.take("GET", request.path, ("before", "reset", "stall", "truncate"))
        if fault is not None and fault.how == "before":
            return web.Response(status=fault.status, text=fault.message)
        return await self._stream(request, kept, fault)

    async def _stream(self, request: web.Request, kept: Attachment, fault: Fault | None) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": kept.content_type})
        response.content_length = len(kept.body)
        if fault is not None and fault.how == "reset":
            _hang_up(request)
            return response
        await response.prepare(request)
        until = len(kept.body) if fault is None else len(kept.body) // 2
        for start in range(0, until, CHUNK):
            await response.write(kept.body[start : min(start + CHUNK, until)])
        if fault is None:
            await response.write_eof()
            return response
        if fault.how == "stall":
            await self._world.pause(fault.delay_s or float(LINK_LIFE_S), lambda: _gone(request))
        _hang_up(request)
        return response

    def _valid(self, raw_path: str) -> bool:
        parts = urlsplit(raw_path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        try:
            expires, issued = int(query["ex"], 16), int(query["is"], 16)
        except (KeyError, ValueError):
            return False
        signed = self._signature(parts.path, expires, issued)
        return hmac.compare_digest(signed, query.get("hm", "")) and self._world.clock.now() < expires

    def _signature(self, path: str, expires: int, issued: int) -> str:
        # Clients quote a path in ways of their own, which all mean the same one.
        return hmac.new(self._secret, f"{unquote(path)}|{expires}|{issued}".encode(), hashlib.sha256).hexdigest()


def _gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
