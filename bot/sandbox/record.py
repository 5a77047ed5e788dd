"""The recorder: every exchange with the sandbox as one JSON line, so that a walk can be checked later.

A line is `{side, method, path, query, headers, body_b64, content_type, status, response}`. `response` is the
body where the answer is JSON, else `{bytes, sha256, content_type}`, null where it was streamed past us.
An exchange that ended without an answer has status 0 and the response null.

Lines are written by one thread in the order of the calls: pictures of many megabytes never hold up the loop.
"""

import base64
import hashlib
import json
import mmap
import tempfile
import threading
import warnings
import weakref
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, cast

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

Side = Literal["discord", "gateway", "engine"]
Body = bytes | mmap.mmap

# A multiple of 3, so that the pieces of base64 join without padding between them.
_PIECE = 3 * 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it left, described in the writing thread; `body` is None where it was streamed past us."""

    body: bytes | None
    content_type: str
    length: int | None


class Recorder:
    """Writes exchanges to a file, or, without a path, to an unnamed one that goes away with the recorder."""

    def __init__(self, path: Path | None = None) -> None:
        self._file = _opened(path)
        self._turn = threading.Lock()
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="recorder")
        self._last: Future[None] | None = None
        self._closed = False
        self._end = weakref.finalize(self, _shut, self._writer, self._file)

    def exchange(
        self,
        *,
        side: Side,
        method: str,
        path: str,
        query: str,
        headers: Mapping[str, str],
        body: Body,
        content_type: str,
        status: int,
        response: object,
    ) -> None:
        """Note one exchange. `response` is an `Answer` or a JSON value, which is copied at once."""
        if self._closed:
            return
        head = {"side": side, "method": method, "path": path, "query": query, "headers": dict(headers)}
        answer = response if isinstance(response, Answer) else _json(response)
        self._last = self._writer.submit(_write, self._file, self._turn, head, body, content_type, status, answer)

    @property
    def records(self) -> tuple[dict[str, object], ...]:
        """Every exchange so far, oldest first. Waits for the last; raises OSError if writing that failed."""
        if self._last is not None:
            self._last.result()
        with self._turn:
            self._file.seek(0)
            return tuple(json.loads(line) for line in self._file)

    def close(self) -> None:
        """Write what is still waiting and close the file; later exchanges are not recorded."""
        self._closed = True
        self._end()


def recording(recorder: Recorder, side: Side, apart: Collection[str] = ()) -> Middleware:
    """A middleware that records each exchange, except WebSockets, paths that start with `/_` and those `apart`.

    It reads the body before the handler and puts it back: a handler may use `read`, `post` or `multipart`.
    """

    @web.middleware
    async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
        upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
        if upgrade or request.path.startswith("/_") or request.path in apart:
            return await handler(request)
        body = await _body_kept(request)
        status: int = 0
        answer: Answer | None = None
        try:
            response = await handler(request)
            status, answer = response.status, _answer(response)
        except web.HTTPException as exc:
            status, answer = exc.status, _answer(exc)
            raise
        finally:
            note(recorder, side, request, body, status, answer)
        return response

    return record


def note(recorder: Recorder, side: Side, request: web.Request, body: Body, status: int, response: object) -> None:
    """Record a request as aiohttp saw it."""
    recorder.exchange(
        side=side,
        method=request.method,
        path=request.path,
        query=request.query_string,
        headers=request.headers,
        body=body,
        content_type=request.headers.get("Content-Type", ""),
        status=status,
        response=response,
    )


async def _body_kept(request: web.Request) -> bytes:
    body = await request.read()
    with warnings.catch_warnings():
        # Deprecated, yet used by aiohttp's own multipart reader: there is no other way to look and leave.
        warnings.simplefilter("ignore", DeprecationWarning)
        for start in reversed(range(0, len(body), _PIECE)):
            request.content.unread_data(body[start : start + _PIECE])
    return body


def _answer(response: web.StreamResponse) -> Answer:
    if isinstance(response, web.Response) and isinstance(response.body, bytes | None):
        body = response.body or b""
        return Answer(body, response.content_type, len(body))
    return Answer(None, response.content_type, response.content_length)


def _opened(path: Path | None) -> BinaryIO:
    if path is None:
        return cast("BinaryIO", tempfile.TemporaryFile(prefix="darkroom-record-"))
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w+b")


def _shut(writer: ThreadPoolExecutor, file: BinaryIO) -> None:
    writer.shutdown(wait=True)
    file.close()


def _write(
    file: BinaryIO,
    turn: threading.Lock,
    head: Mapping[str, object],
    body: Body,
    content_type: str,
    status: int,
    answer: bytes | Answer,
) -> None:
    response = _described(answer) if isinstance(answer, Answer) else answer
    with turn:
        file.seek(0, 2)
        file.write(_json(head)[:-1] + b', "body_b64": "')
        for piece in _base64(body):
            file.write(piece)
        file.write(b'", "content_type": %b, "status": %d, "response": ' % (_json(content_type), status))
        file.write(response + b"}\n")
        file.flush()


def _base64(body: Body) -> Iterator[bytes]:
    for start in range(0, len(body), _PIECE):
        yield base64.b64encode(body[start : start + _PIECE])


def _described(answer: Answer) -> bytes:
    body = answer.body
    if body and answer.content_type == "application/json":
        try:
            value = json.loads(body)
        except ValueError:
            pass
        else:
            return _json(value) if b"\n" in body else body
    digest = hashlib.sha256(body).hexdigest() if body is not None else None
    return _json({"bytes": answer.length, "sha256": digest, "content_type": answer.content_type})


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
