"""A running image API and a caller of it, without the official client and without the bot."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from aiohttp import ClientSession, FormData
from PIL import Image, ImageDraw

from bot.sandbox.clock import Clock
from bot.sandbox.engine.faults import FAULTS
from bot.sandbox.engine.server import Engine
from bot.sandbox.listen import listening
from bot.sandbox.record import Recorder

Upload = tuple[str, bytes, str]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the API."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls a running engine with forms."""

    url: str
    engine: Engine
    clock: Clock
    recorder: Recorder
    session: ClientSession

    async def edit(
        self,
        fields: Mapping[str, str],
        uploads: Sequence[Upload] = (),
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        shop: str = "openai",
    ) -> Said:
        """Post a form with these text fields and these uploads (field name, bytes, content type) to a shop."""
        form = FormData(default_to_multipart=True)
        for name, value in fields.items():
            form.add_field(name, value)
        for nth, (name, content, kind) in enumerate(uploads):
            filename = f"picture-{nth}.{kind.removeprefix('image/')}"
            form.add_field(name, BytesIO(content), filename=filename, content_type=kind)
        sent = {"Authorization": f"Bearer {key or self.engine.key}", **(headers or {})}
        if shop.startswith("azure"):
            sent["api-key"] = sent.pop("Authorization").removeprefix("Bearer ")
        async with self.session.post(self.edits(shop), data=form, headers=sent, allow_redirects=False) as response:
            content = await response.read()
            return Said(response.status, response.headers, content, _json(content))

    def edits(self, shop: str = "openai") -> str:
        """Where this shop takes edits."""
        base, mark, query = self.engine.address(shop).partition("?")
        return base + ("/images/edits" if mark else "/v1/images/edits") + mark + query

    async def get(self, path: str) -> Any:
        """The JSON answer of a control route."""
        async with self.session.get(self.url + path) as response:
            return await response.json()

    async def post(self, path: str, value: object = None) -> Said:
        """Post JSON to a control route."""
        async with self.session.post(self.url + path, json=value) as response:
            return Said(response.status, response.headers, await response.read(), await response.json())


def _json(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def picture(size: tuple[int, int] = (40, 30), mode: str = "RGB", kind: str = "PNG", **options: object) -> bytes:
    """A small picture that is not all of one colour."""
    image = Image.linear_gradient("L").resize(size).convert("RGB" if mode != "CMYK" else "CMYK").convert(mode)
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def mask(size: tuple[int, int] = (40, 30), box: tuple[int, int, int, int] = (0, 0, 20, 15)) -> bytes:
    """A mask that is transparent inside a box."""
    image = Image.new("RGBA", size, (0, 0, 0, 255))
    ImageDraw.Draw(image).rectangle(box, fill=(0, 0, 0, 0))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


async def entered(api: Caller, fault: str) -> None:
    """Assert that the one call stands in the books as the row of its fault says."""
    books = await api.get("/_books?answered=1")
    (call,) = books["calls"]
    assert (call["fault"], call["billed"]) == (fault, FAULTS[fault].billed)
    assert call["after"] == FAULTS[fault].after
    assert (call["billed_micro_usd"] > 0) is FAULTS[fault].billed


@asynccontextmanager
async def served(**options: Any) -> AsyncIterator[Caller]:
    """An engine with these options behind a real port, and a caller of it."""
    clock, recorder = Clock(), Recorder()
    engine = Engine(clock, recorder, **options)
    async with listening(engine.application(), turned_away=engine.turned_away) as url, ClientSession() as session:
        engine.listens_at(url)
        yield Caller(url, engine, clock, recorder, session)
    recorder.close()
