"""Lines that are cut, and answers without end: what the caller sees, and what the stand-in believes it billed."""

import asyncio
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from aiohttp import FormData

from bot.sandbox.engine.faults import FAULTS
from tests.sandbox.engine.caller import Caller, entered, picture

PNG = ("image", picture(), "image/png")
ASKED = {"model": "gpt-image-2", "prompt": "a red door", "size": "1024x640"}
STREAM = {**ASKED, "stream": "true", "partial_images": "1"}
CUT = ("refused", "reset", "cut_upload", "cut", "cut_answer", "big_header", "sse_cut")


@pytest.mark.parametrize("fault", CUT)
@pytest.mark.parametrize("stream", [False, True])
async def test_a_cut_line_is_billed_if_the_work_was_done(api: Caller, fault: str, stream: bool) -> None:
    """Whatever is cut ends in an error of the connection, for JSON and for streams."""
    if fault == "sse_cut" and not stream:
        pytest.skip("only a stream can have it")
    async with aiohttp.ClientSession() as fresh:
        api.engine.plan({"fault": fault})
        with pytest.raises((aiohttp.ClientError, ConnectionError)):
            await _posted(api, fresh, STREAM if stream else ASKED)

    if fault != "big_header":
        await entered(api, fault)
    assert api.engine.books.calls[0].billed is FAULTS[fault].billed


async def _posted(api: Caller, session: aiohttp.ClientSession, fields: Mapping[str, str]) -> bytes:
    headers = {"Authorization": f"Bearer {api.engine.key}"}
    async with session.post(f"{api.url}/v1/images/edits", data=_form(fields), headers=headers) as response:
        return await response.read()


def _form(fields: Mapping[str, str]) -> FormData:
    form = FormData(dict(fields))
    form.add_field("image", BytesIO(PNG[1]), filename="a.png", content_type="image/png")
    return form


async def _beginning(api: Caller, fields: Mapping[str, str], least: int, **options: Any) -> bytes:
    """So many bytes of an answer, and then the caller goes away."""
    headers = {"Authorization": f"Bearer {api.engine.key}"}
    async with (
        aiohttp.ClientSession(**options) as session,
        session.post(f"{api.url}/v1/images/edits", data=_form(fields), headers=headers) as response,
    ):
        return await response.content.readexactly(least)


@pytest.mark.parametrize(
    ("fault", "least"),
    [("huge_body", 2**20), ("content_length", 20), ("drip", 1), ("endless_line", 2**20), ("endless_pings", 8)],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_answers_without_end_can_be_left(api: Caller, fault: str, least: int, stream: bool) -> None:
    """They go on for as long as somebody listens, are billed, and end when nobody does."""
    if FAULTS[fault].streams and not stream:
        pytest.skip("only a stream can have it")
    api.engine.plan({"fault": fault})
    begun = await _beginning(api, STREAM if stream else ASKED, least)
    closing = asyncio.create_task(entered(api, fault))
    while not closing.done():
        api.clock.advance(30)
        await asyncio.sleep(0.01)
    await closing

    assert len(begun) == least


async def test_a_bomb_of_gzip(api: Caller) -> None:
    """A few bytes on the wire unpack to a thousand times as many."""
    api.engine.plan({"fault": "gzip_bomb"})
    packed = await _beginning(api, ASKED, 8_000, auto_decompress=False)

    unpacked = zlib.decompressobj(31).decompress(packed)
    assert unpacked.startswith(b'{"created":1,"data":[{"b64_json":"AAAA')
    assert len(unpacked) > 500 * len(packed)


async def test_headers_that_do_not_end(api: Caller) -> None:
    """Another line each second of the sandbox's clock, and never an empty one."""
    api.engine.plan({"fault": "slow_headers"})
    host, _, port = api.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    body = b"--a\r\nContent-Disposition: form-data; name=model\r\n\r\ngpt-image-2\r\n--a\r\nContent-Disposition: "
    body += b"form-data; name=prompt\r\n\r\nx\r\n--a\r\nContent-Disposition: form-data; name=image; filename=a.png\r\n"
    body += b"Content-Type: image/png\r\n\r\n" + PNG[1] + b"\r\n--a--\r\n"
    head = f"POST /v1/images/edits HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.engine.key}\r\n"
    head += f"Content-Type: multipart/form-data; boundary=a\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    lines = [await reader.readline(), await reader.readline()]
    api.clock.advance(2)
    lines.append(await reader.readline())
    writer.close()

    assert lines == [b"HTTP/1.1 200 OK\r\n", b"X-Slow-0: yes\r\n", b"X-Slow-1: yes\r\n"]


async def test_an_hour_without_an_answer_is_billed_at_once(api: Caller) -> None:
    """The work is done before the wait, which is on the sandbox's clock, and then the line is cut."""
    api.engine.plan({"fault": "timeout"})
    waiting = asyncio.create_task(api.edit(ASKED, [PNG]))
    books = await api.get("/_books?waiting=1")
    api.clock.advance(3_601)
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await waiting

    assert books["billed_micro_usd"] > 0


async def test_a_closed_door_is_a_connection_that_says_nothing(api: Caller) -> None:
    """The next connection is closed when it is accepted; the one after is served."""
    api.engine.plan({"fault": "refused"})
    async with aiohttp.ClientSession() as session:
        with pytest.raises((aiohttp.ClientError, ConnectionError)):
            await _posted(api, session, ASKED)
        answer = await _posted(api, session, ASKED)

    assert b'"data":[' in answer
    assert [call.after for call in api.engine.books.calls] == ["again", "fine"]
