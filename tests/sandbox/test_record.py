"""The recorder: what it writes, in which order, and that a handler does not notice it."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import ClientSession, FormData, web
from aiohttp.test_utils import TestServer

from bot.sandbox.record import Answer, Recorder, recording

FIELDS = ["side", "method", "path", "query", "headers", "body_b64", "content_type", "status", "response"]


def _noted(recorder: Recorder, path: str, body: bytes = b"", response: object = None) -> None:
    recorder.exchange(
        side="discord",
        method="POST",
        path=path,
        query="wait=true",
        headers={"A": "b"},
        body=body,
        content_type="text/plain",
        status=200,
        response=response,
    )


async def _echo(request: web.Request) -> web.Response:
    form = await request.post()
    upload = form["file"]
    assert isinstance(upload, web.FileField)
    return web.json_response({"name": upload.filename, "bytes": len(upload.file.read())})


async def _parts(request: web.Request) -> web.Response:
    names = [part.name async for part in await request.multipart() if not isinstance(part, str)]  # type: ignore[union-attr]
    return web.json_response({"names": names})


async def _json(request: web.Request) -> web.Response:
    return web.json_response({"got": await request.json()}, status=201)


async def _picture(_: web.Request) -> web.Response:
    return web.Response(body=b"\x89PNG", content_type="image/png")


async def _streamed(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"12345")
    await response.write_eof()
    return response


async def _gone(_: web.Request) -> web.Response:
    raise web.HTTPNotFound(text='{"code": 10003}', content_type="application/json")


async def _control(_: web.Request) -> web.Response:
    return web.Response(text="ok")


@asynccontextmanager
async def _served(recorder: Recorder) -> AsyncIterator[tuple[ClientSession, str]]:
    app = web.Application(middlewares=[recording(recorder, "discord")], client_max_size=2**26)
    routes = {"/echo": _echo, "/parts": _parts, "/json": _json}
    app.add_routes([web.post(path, handler) for path, handler in routes.items()])
    answers = {"/picture": _picture, "/streamed": _streamed, "/gone": _gone, "/_sandbox/wait": _control}
    app.add_routes([web.get(path, handler) for path, handler in answers.items()])
    async with TestServer(app) as server, ClientSession() as session:
        yield session, str(server.make_url("")).rstrip("/")


async def test_a_line_has_the_promised_fields(tmp_path: Path) -> None:
    """A line of the file holds the nine fields in order, the body in base64 and the JSON answer as JSON."""
    path = tmp_path / "deep" / "record.jsonl"
    recorder = Recorder(path)
    _noted(recorder, "/a", b"\x00\xff" * 200_001, {"héllo": [1]})
    recorder.close()

    (line,) = path.read_text("utf-8").splitlines()
    record = json.loads(line)
    assert list(record) == FIELDS
    assert base64.b64decode(record["body_b64"], validate=True) == b"\x00\xff" * 200_001
    assert (record["status"], record["query"], record["response"]) == (200, "wait=true", {"héllo": [1]})


def test_the_order_of_calls_is_the_order_of_lines() -> None:
    """Small exchanges wait for a big one that came before them."""
    recorder = Recorder()
    _noted(recorder, "/0", b"x" * 5_000_000)
    for turn in range(1, 20):
        _noted(recorder, f"/{turn}")

    assert [record["path"] for record in recorder.records] == [f"/{turn}" for turn in range(20)]


def test_a_response_is_copied_at_once() -> None:
    """Changing a noted object afterwards does not change the record."""
    recorder, message = Recorder(), {"content": "before"}
    _noted(recorder, "/a", response=message)
    message["content"] = "after"

    assert recorder.records[0]["response"] == {"content": "before"}


def test_a_closed_recorder_takes_no_more() -> None:
    """An exchange that ends while everything shuts down is dropped in silence."""
    recorder = Recorder()
    recorder.close()

    _noted(recorder, "/late")


@pytest.mark.parametrize(
    ("answer", "response"),
    [
        (Answer(b'{\n"a": 1}', "application/json", 9), {"a": 1}),
        (Answer(b'{"a"', "application/json", 4), {"bytes": 4}),
        (Answer(b"", "application/json", 0), {"bytes": 0}),
        (Answer(None, "text/event-stream", 7), {"bytes": 7, "sha256": None}),
    ],
)
def test_what_is_written_about_an_answer(answer: Answer, response: dict[str, object]) -> None:
    """JSON is kept as a value on one line; anything else, broken JSON too, is described."""
    recorder = Recorder()
    _noted(recorder, "/a", response=answer)

    written = recorder.records[0]["response"]
    assert isinstance(written, dict)
    assert written.items() >= response.items()


async def test_a_handler_still_gets_its_upload() -> None:
    """The middleware has read a form of several megabytes, and `post` and `multipart` see all of it."""
    recorder, picture = Recorder(), bytes(range(256)) * 12_000
    async with _served(recorder) as (session, url):
        form, again = FormData({"prompt": "x"}), FormData({"prompt": "x"})
        form.add_field("file", BytesIO(picture), filename="a.png", content_type="image/png")
        again.add_field("file", BytesIO(picture), filename="a.png", content_type="image/png")
        async with session.post(f"{url}/echo", data=form) as response:
            echoed = await response.json()
        async with session.post(f"{url}/parts", data=again) as response:
            parts = await response.json()

    assert echoed == {"name": "a.png", "bytes": len(picture)}
    assert parts == {"names": ["prompt", "file"]}
    assert picture in base64.b64decode(str(recorder.records[0]["body_b64"]))
    assert [record["response"] for record in recorder.records] == [echoed, parts]


async def test_answers_of_every_kind_are_recorded() -> None:
    """JSON, bytes, a stream and a raised refusal are recorded with their status; control calls are not."""
    recorder = Recorder()
    async with _served(recorder) as (session, url):
        async with session.post(f"{url}/json?q=1", json={"a": 1}) as response:
            await response.read()
        for path in ("/picture", "/streamed", "/gone", "/_sandbox/wait"):
            async with session.get(url + path) as response:
                await response.read()

    said, picture, stream, gone = recorder.records
    assert (said["status"], said["response"], said["query"]) == (201, {"got": {"a": 1}}, "q=1")
    digest = hashlib.sha256(b"\x89PNG").hexdigest()
    assert picture["response"] == {"bytes": 4, "sha256": digest, "content_type": "image/png"}
    assert stream["response"] == {
        "bytes": None,
        "sha256": None,
        "content_type": "application/octet-stream",
    }
    assert (gone["status"], gone["response"]) == (404, {"code": 10003})
