"""A running image API and a caller of it, without the official client and without the bot."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from aiohttp import ClientSession, FormData
from PIL import Image, ImageDraw

from bot.sandbox.clock import Clock
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
    ) -> Said:
        """Post a form with these text fields and these uploads (field name, bytes, content type)."""
        form = FormData(default_to_multipart=True)
        for name, value in fields.items():
            form.add_field(name, value)
        for nth, (name, content, kind) in enumerate(uploads):
            form.add_field(name, BytesIO(content), filename=f"picture-{nth}.png", content_type=kind)
        sent = {"Authorization": f"Bearer {key or self.engine.key}", **(headers or {})}
        async with self.session.post(f"{self.url}/v1/images/edits", data=form, headers=sent) as response:
            content = await response.read()
            told = await response.json() if response.content_type == "application/json" else None
            return Said(response.status, response.headers, content, told)

    async def get(self, path: str) -> Any:
        """The JSON answer of a control route."""
        async with self.session.get(self.url + path) as response:
            return await response.json()

    async def post(self, path: str, value: object = None) -> Said:
        """Post JSON to a control route."""
        async with self.session.post(self.url + path, json=value) as response:
            return Said(response.status, response.headers, await response.read(), await response.json())


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


@asynccontextmanager
async def served(**options: Any) -> AsyncIterator[Caller]:
    """An engine with these options behind a real port, and a caller of it."""
    clock, recorder = Clock(), Recorder()
    engine = Engine(clock, recorder, **options)
    async with listening(engine.application()) as url, ClientSession() as session:
        engine.listens_at(url)
        yield Caller(url, engine, clock, recorder, session)
    recorder.close()
