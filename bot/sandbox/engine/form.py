"""A form as it came over the wire: text fields and files, from multipart, urlencoded or JSON bodies."""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesHeaderParser
from urllib.parse import parse_qsl, unquote

from bot.sandbox.engine.refusal import invalid
from bot.sandbox.record import Body


@dataclass(frozen=True, slots=True)
class File:
    """One uploaded file; `name` is the field's name as sent, `label` what a refusal calls it, `filename` its own."""

    name: str
    label: str
    content_type: str
    body: memoryview
    filename: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields in the order they came; a name may occur more than once."""

    texts: tuple[tuple[str, str], ...]
    files: tuple[File, ...]
    json: bool = False

    def text(self, name: str) -> str | None:
        """The first value of a field, or None."""
        return next((value for key, value in self.texts if key == name), None)


def parsed(body: Body, content_type: str) -> Form:
    """Read a body by its content type. Raises Refusal where it cannot be read at all."""
    header = Message()
    header["Content-Type"] = content_type
    kind = header.get_content_type() if content_type else ""
    if kind == "multipart/form-data":
        return _multipart(body, str(header.get_param("boundary", "")))
    if kind == "application/x-www-form-urlencoded":
        return Form(tuple(parse_qsl(bytes(body[:]).decode("utf-8", "replace"), keep_blank_values=True)), ())
    if kind == "application/json":
        return _json(bytes(body[:]))
    raise invalid(
        None,
        "unsupported_content_type",
        "Unsupported content type: the body must be 'multipart/form-data' or 'application/json', "
        f"but got '{content_type}'.",
    )


def _multipart(body: Body, boundary: str) -> Form:
    texts: list[tuple[str, str]] = []
    files: list[File] = []
    for head, content in _parts(body, boundary.encode("utf-8", "replace")):
        name = unquote(str(head.get_param("name", "", "Content-Disposition")))
        if head.get_filename() is None:
            texts.append((name, bytes(content).decode("utf-8", "replace")))
            continue
        nth = sum(file.name == name for file in files)
        label = f"{name[:-2]}[{nth}]" if name.endswith("[]") else name
        files.append(File(name, label, str(head.get("Content-Type", "")), content, head.get_filename() or ""))
    return Form(tuple(texts), tuple(files))


def _parts(body: Body, boundary: bytes) -> Iterator[tuple[Message, memoryview]]:
    line, view = b"--" + boundary, memoryview(body)
    at = body.find(line)
    if not boundary or at < 0:
        raise invalid(None, None, "Could not parse multipart form.")
    while body[(after := at + len(line)) : after + 2] != b"--":
        head_end, at = body.find(b"\r\n\r\n", after), body.find(b"\r\n" + line, after)
        if not after <= head_end < at:
            raise invalid(None, None, "Could not parse multipart form.")
        head = BytesHeaderParser().parsebytes(body[after + 2 : head_end])
        yield head, view[head_end + 4 : at]
        at += 2


def _json(body: bytes) -> Form:
    try:
        value = json.loads(body)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise invalid(None, None, "We could not parse the JSON body of your request.")
    if extra := {"image", "image[]"} & value.keys():
        name = min(extra)
        raise invalid(
            name,
            "invalid_value",
            f"Unknown parameter: '{name}'. For application/json on /v1/images/edits, use 'images' (array).",
        )
    files = [_linked(link, "image[]", f"images[{nth}]") for nth, link in enumerate(value.pop("images", ()))]
    if mask := value.pop("mask", None):
        files.append(_linked(mask, "mask", "mask"))
    texts = tuple(
        (key, each if isinstance(each, str) else json.dumps(each)) for key, each in value.items() if each is not None
    )
    return Form(texts, tuple(files), json=True)


def _linked(link: object, name: str, label: str) -> File:
    url = link.get("image_url") if isinstance(link, dict) else None
    head, comma, content = str(url or "").partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        raise invalid(label, "invalid_value", f"Invalid '{label}': the sandbox reads 'data:' URLs only.")
    try:
        body = base64.b64decode(content, validate=True)
    except binascii.Error as exc:
        raise invalid(label, "invalid_value", f"Invalid '{label}': not base64.") from exc
    return File(name, label, head[5 : -len(";base64")], memoryview(body))
