"""What the page sends, read with suspicion: a wish as JSON, and a mask straight to a file.

A mask comes behind its wish: four bytes of length (big-endian), so much JSON, and the rest is PNG.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import StreamReader, web

from bot.domain.painting import MASK_BYTES, Wish

WISH_BYTES = 64 * 1024
BODY_BYTES = MASK_BYTES + WISH_BYTES + 4
BODY_S = 30.0
_CHUNK = 64 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"
_WORD = 100  # characters of a model, a quality or a size
_MOST_RESULTS = 100  # the model's own limit is asked later
_MOST_PRICE = 10**9  # micro-USD


@dataclass(frozen=True, slots=True)
class Sent:
    """A wish, and the price in micro-USD that was shown beside it."""

    wish: Wish
    seen_price: int


async def read_wish(request: web.Request, within_s: float = BODY_S) -> Sent:
    """The wish of a body that is nothing else. Raises the HTTP error that says what is wrong with it."""
    async with _within(within_s):
        return _wish(await _exactly(request.content, _announced(request, WISH_BYTES)))


async def read_mask(request: web.Request, path: Path, within_s: float = BODY_S) -> Sent:
    """The wish of a body whose mask is then in `path`. Raises the HTTP error that says what is wrong with it."""
    _announced(request, BODY_BYTES)
    async with _within(within_s):
        length = int.from_bytes(await _exactly(request.content, 4))
        if length > WISH_BYTES:
            raise too_large(WISH_BYTES)
        sent = _wish(await _exactly(request.content, length))
        await _to_file(request.content, path)
    return sent


def too_large(most: int) -> web.HTTPRequestEntityTooLarge:
    """What a body above so many bytes is answered."""
    return web.HTTPRequestEntityTooLarge(max_size=most, actual_size=most + 1)


def _announced(request: web.Request, most: int) -> int:
    """How long the body says it is; a body that does not say it is not read."""
    if request.content_length is None:
        raise web.HTTPLengthRequired
    if request.content_length > most:
        raise too_large(most)
    return request.content_length


@asynccontextmanager
async def _within(seconds: float) -> AsyncGenerator[None, None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise web.HTTPRequestTimeout from None


async def _exactly(content: StreamReader, count: int) -> bytes:
    try:
        return await content.readexactly(count)
    except asyncio.IncompleteReadError:
        raise web.HTTPBadRequest from None


async def _to_file(content: StreamReader, path: Path) -> None:
    """A body is no longer than it announced, so this is no more than `MASK_BYTES`, and is counted all the same."""
    count = 0
    with await asyncio.to_thread(path.open, "wb") as file:
        async for chunk in content.iter_chunked(_CHUNK):
            if (not count and not chunk.startswith(_PNG[: len(chunk)])) or count + len(chunk) > MASK_BYTES:
                raise web.HTTPBadRequest
            count += len(chunk)
            await asyncio.to_thread(file.write, chunk)
    if count < len(_PNG):
        raise web.HTTPBadRequest


def _wish(body: bytes) -> Sent:
    try:
        said = json.loads(body)
        wish = Wish(
            prompt=_text(said["prompt"], WISH_BYTES),
            model=_text(said["model"], _WORD),
            quality=_choice(said.get("quality")),
            size=_choice(said.get("size")),
            n=_number(said.get("n", 1), 1, _MOST_RESULTS),
        )
        return Sent(wish, _number(said.get("seen_price", 0), 0, _MOST_PRICE))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise web.HTTPBadRequest from None


def _text(value: object, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise ValueError
    return value


def _choice(value: object) -> str | None:
    return None if value in (None, "") else _text(value, _WORD)


def _number(value: object, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        raise ValueError
    return value
