"""Request bodies as Discord takes them: JSON, or a multipart form of payload_json and files[n]."""

import json
import re
from dataclasses import dataclass

from aiohttp import web

from bot.sandbox.discord_api.refusals import Json, Refusal

REQUEST_LIMIT = 25 * 1024 * 1024
FILE_FIELD = re.compile(r"files?(?:\[(\d+)\])?$")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a request; slot is the n of files[n]."""

    slot: int
    filename: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries: its JSON object and its files."""

    payload: Json
    uploads: tuple[Upload, ...] = ()


async def read_body(request: web.Request, limit: int = REQUEST_LIMIT) -> Body:
    """The request's object and files; 413/40005 above the limit, 50109 where the JSON is none."""
    payload, uploads = await read_any(request, limit)
    if not isinstance(payload, dict):
        raise Refusal(50035, errors={"_errors": [{"code": "MODEL_TYPE_CONVERT", "message": "Not an object."}]})
    return Body(payload, uploads)


async def read_any(request: web.Request, limit: int = REQUEST_LIMIT) -> tuple[object, tuple[Upload, ...]]:
    """The same for routes that take a list, too."""
    if (request.content_length or 0) > limit:
        raise Refusal(40005)
    raw = await request.read()
    if len(raw) > limit:  # where the length was not said before
        raise Refusal(40005)
    if request.content_type != "multipart/form-data":
        return _json(raw), ()
    return _form(raw, re.search(r'boundary="?([^";]+)', request.headers["Content-Type"]))


def _form(raw: bytes, boundary: re.Match[str] | None) -> tuple[object, tuple[Upload, ...]]:
    if boundary is None:
        raise Refusal(50035, errors={"_errors": [{"code": "MULTIPART", "message": "No boundary."}]})
    payload: object = {}
    uploads: list[Upload] = []
    for name, filename, body in _parts(raw, boundary[1].encode()):
        file_field = FILE_FIELD.match(name)
        if name == "payload_json":
            payload = _json(body)
        elif file_field and filename is not None:
            uploads.append(Upload(int(file_field[1] or 0), filename, body))
    return payload, tuple(sorted(uploads, key=lambda one: one.slot))


def _parts(raw: bytes, boundary: bytes) -> list[tuple[str, str | None, bytes]]:
    found = []
    for part in (b"\r\n" + raw).split(b"\r\n--" + boundary)[1:-1]:
        head, _, body = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        disposition = _disposition(head.decode("utf-8", "replace"))
        found.append((_parameter(disposition, "name") or "", _parameter(disposition, "filename"), body))
    return found


def _disposition(head: str) -> str:
    lines = [line for line in head.split("\r\n") if line.lower().startswith("content-disposition:")]
    return lines[0] if lines else ""


def _parameter(disposition: str, name: str) -> str | None:
    match = re.search(rf'[;\s]{name}="((?:\\"|[^"])*)"', disposition)
    return match[1].replace('\\"', '"') if match else None


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw) if raw else {}
    except ValueError as exc:
        raise Refusal(50109) from exc
