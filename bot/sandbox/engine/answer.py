"""The bytes of an answer, normal or odd: one JSON body, or the events of a stream."""

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from bot.sandbox.engine.plan import CODES
from bot.sandbox.engine.refusal import Refusal
from bot.sandbox.engine.tokens import Usage

PAGE = (
    b"<!DOCTYPE html><html><head><title>Bad gateway</title></head>"
    b"<body><center><h1>502 Bad Gateway</h1></center><hr><center>cloudflare</center></body></html>"
)


@dataclass(frozen=True, slots=True)
class Results:
    """What was made: the pictures, or the links where they can be fetched, and the echoes of the request."""

    created: int
    pictures: tuple[bytes, ...]
    links: tuple[str, ...]
    size: tuple[int, int]
    quality: str
    background: str
    output_format: str
    usage: Usage | None

    def echoes(self) -> dict[str, object]:
        """What an answer repeats of the request; models that count no tokens repeat nothing."""
        if self.usage is None:
            return {}
        return {
            "size": f"{self.size[0]}x{self.size[1]}",
            "quality": self.quality,
            "background": self.background,
            "output_format": self.output_format,
        }


def body(results: Results, odd: str | None) -> tuple[bytes, str]:
    """The body of an answer with status 200 and its content type."""
    if odd == "html":
        return PAGE, "text/html"
    if odd == "error_200":
        return _json(_sorry().as_json()), "application/json"
    items = [] if odd == "empty_data" else list(_items(results, odd))
    head: dict[str, object] = {"created": results.created, **results.echoes()}
    if (usage := _usage(results, odd)) is not None:
        head["usage"] = usage
    whole = b'%b,"data":[%b]}' % (_json(head)[:-1], b",".join(items))
    if odd == "truncated_json":
        whole = whole[: len(whole) // 2]
    return (b"\n\n\n" + whole if odd == "newlines" else whole), "application/json"


def events(results: Results, partials: Sequence[bytes], odd: str | None) -> Iterator[bytes]:
    """The events of a stream, one after the other."""
    said = {"created_at": results.created, **results.echoes()}
    for index, partial in enumerate(partials):
        more = {**said, "partial_image_index": index}
        yield _event("image_edit.partial_image", "b64_json", base64.b64encode(partial), more)
    if odd in ("error_200", "empty_data"):
        yield b"event: error\ndata: " + _json({"type": "error", **_sorry().as_json()}) + b"\n\n"
        return
    if odd == "no_completed":
        return
    if (usage := _usage(results, odd)) is not None:
        said["usage"] = usage
    field, value = ("url", results.links[0].encode()) if results.links else ("b64_json", _b64(results.pictures[0], odd))
    whole = _event("image_edit.completed", field, value, said)
    yield whole[: len(whole) // 2] if odd == "truncated_json" else whole


def rough(picture: bytes, sharpness: float) -> bytes:
    """A partial picture: the result, small and unsharp, as a PNG."""
    out = BytesIO()
    with Image.open(BytesIO(picture)) as whole:
        side = max(16, int(256 * sharpness))
        small = whole.convert("RGB")
        small.thumbnail((side, side), reducing_gap=2.0)
        small.resize((256, max(1, 256 * whole.height // whole.width))).save(out, "PNG", compress_type=zlib.Z_RLE)
    return out.getvalue()


def _items(results: Results, odd: str | None) -> Iterator[bytes]:
    if results.links:
        yield from (_json({"url": link}) for link in results.links)
        return
    for picture in results.pictures:
        yield b'{"b64_json":"%b"}' % _b64(picture, odd)


def _b64(picture: bytes, odd: str | None) -> bytes:
    if odd == "not_a_picture":
        picture = b"this is no picture, whatever it was called"
    text = base64.b64encode(picture)
    if odd == "bad_base64":
        return text[: len(text) // 2 - 1] + b"*" + text[len(text) // 2 :]
    return b"data:image/png;base64," + text if odd == "data_uri" else text


def _usage(results: Results, odd: str | None) -> Mapping[str, object] | None:
    if results.usage is None or odd == "no_usage":
        return None
    return Usage(0, 0, 0).as_json() if odd == "zero_usage" else results.usage.as_json()


def _event(name: str, field: str, value: bytes, said: Mapping[str, object]) -> bytes:
    head = b'event: %b\ndata: {"type":"%b","%b":"%b",' % (name.encode(), name.encode(), field.encode(), value)
    return head + _json(said)[1:] + b"\n\n"


def _sorry() -> Refusal:
    usual = CODES["server_error"]
    return Refusal(usual.message, "image_generation_server_error", None, "image_generation_failed", usual.status)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
