"""One call to the stand-in provider, as our client makes it and as a plain aiohttp script does."""

import base64
from contextlib import aclosing
from pathlib import Path

import aiohttp

from bot.domain.catalog import shipped_cards
from bot.domain.request import Options
from bot.provider.client import ImageClient
from bot.workflow.ports import Answer, Call, SendFile

KEY = "sk-bench-0123456789abcdef"
PROMPT = "make it snow"
MODEL = "gpt-image-2"


async def by_client(client: ImageClient, files: tuple[Path, ...], n: int, folder: Path) -> tuple[Path, ...]:
    """The pictures that came back, on disk."""
    call = Call(
        attempt="1-1-1",
        card=shipped_cards()[MODEL],
        prompt=PROMPT,
        options=Options(size="1024x1024", n=n),
        pictures=tuple(SendFile(file, file.name, "image/png", 1024, 1024, file.stat().st_size) for file in files),
        mask=None,
        user="bench",
        folder=folder,
    )
    async with aclosing(client.edit(call)) as events:
        async for event in events:
            if isinstance(event, Answer):
                return event.pictures
    raise RuntimeError("the stand-in did not answer")


async def in_memory(session: aiohttp.ClientSession, url: str, pictures: list[bytes], n: int) -> list[bytes]:
    """The pictures that came back, by `FormData`, `json()` and `b64decode`."""
    form = aiohttp.FormData()
    for name, value in (("model", MODEL), ("prompt", PROMPT), ("size", "1024x1024"), ("n", str(n))):
        form.add_field(name, value)
    for number, picture in enumerate(pictures):
        form.add_field("image[]", picture, filename=f"image_{number}.png", content_type="image/png")
    headers = {"Authorization": f"Bearer {KEY}"}
    async with session.post(f"{url}/images/edits", data=form, headers=headers) as response:
        response.raise_for_status()
        answer = await response.json()
    return [base64.b64decode(one["b64_json"]) for one in answer["data"]]
