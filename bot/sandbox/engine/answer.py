"""The bytes of an answer, normal or odd: one JSON body, or the events of a stream."""

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image

from bot.sandbox.engine.codes import CODES
from bot.sandbox.engine.refusal import Refusal
from bot.sandbox.engine.tokens import Usage

PAGE = (
    b"<!DOCTYPE html><html><head><title>Bad gateway</title></head>"
    b"<body><center><h1>502 Bad Gateway</h1></center><hr><center>cloudflare</center></body></html>"
)
PING, DONE = b": PING\n\n", b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Results:
    """What was made: the pictures, or the links where they can be fetched, and what is said beside them.

    `echoes` repeat the request; `revised` is the prompt that was really used, where this server says it.
    """

    created: int
    pictures: tuple[bytes, ...]
    links: tuple[str, ...] = ()
    echoes: Mapping[str, object] = field(default_factory=dict)
    usage: Usage | None = None
    revised: str | None = None


def body(results: Results, odd: str | None) -> tuple[bytes, str]:
    """The body of an answer with status 200 and its content type."""
    if odd == "html":
        return PAGE, "text/html"
    if odd == "error_200":
        return json_bytes(_sorry().as_json()), "application/json"
    items = [] if odd == "empty_data" else list(_items(results, odd))
    head: dict[str, object] = {"created": results.created, **results.echoes}
    if (usage := _usage(results, odd)) is not None:
        head["usage"] = usage
    whole = b'%b,"data":[%b]}' % (json_bytes(head)[:-1], b",".join(items))
    if odd == "truncated_json":
        whole = whole[: len(whole) // 2]
    return (b"\n\n\n" + whole if odd == "newlines" else whole), "application/json"


def events(results: Results, partials: Sequence[bytes], odd: str | None) -> Iterator[bytes]:
    """The events of a stream, one after the other."""
    said = {"created_at": results.created, **results.echoes}
    for index, partial in enumerate(partials):
        more = {**said, "partial_image_index": index}
        yield _event("image_edit.partial_image", "b64_json", base64.b64encode(partial), more)
    if odd in ("error_200", "empty_data"):
        yield _error(_sorry())
        return
    if odd == "no_completed":
        return
    if (usage := _usage(results, odd)) is not None:
        said["usage"] = usage
    field_, value = (
        ("url", results.links[0].encode()) if results.links else ("b64_json", _b64(results.pictures[0], odd))
    )
    whole = _event("image_edit.completed", field_, value, said)
    yield whole[: len(whole) // 2] if odd == "truncated_json" else whole


def mannered(said: Sequence[bytes], manner: str) -> tuple[bytes, ...]:
    """A stream's events as another server, or a broken one, would send them."""
    if manner == "aliases":
        return tuple(event.replace(b"image_edit.", b"image_generation.") for event in said)
    if manner == "done":
        return (PING, *(part for event in said for part in (event, PING)), DONE)
    if manner == "crlf":
        return tuple(event.replace(b"\n", b"\r\n") for event in said)
    if manner == "unnamed":
        return tuple(event.partition(b"\n")[2] for event in said)
    partials = tuple(said[:-1])
    if manner == "garbage":
        return (*partials, b"data: {not json\n\n", b"\x00\xff\xfe\n\n", b"event: nonsense\ndata: 7\n\n", b"data\n\n")
    if manner == "moderation":
        usual = CODES["moderation_blocked"]
        return (*partials, _error(Refusal(usual.message, usual.type, None, "moderation_blocked", usual.status)))
    if manner == "twice":
        again = _event("image_edit.completed", "b64_json", base64.b64encode(b"this is no picture"), {"created_at": 1})
        return (*said, again)
    return partials


def rough(picture: bytes, sharpness: float) -> bytes:
    """A partial picture: the result, small and unsharp, as a PNG."""
    out = BytesIO()
    with Image.open(BytesIO(picture)) as whole:
        side = max(16, int(256 * sharpness))
        small = whole.convert("RGB")
        small.thumbnail((side, side), reducing_gap=2.0)
        small.resize((256, max(1, 256 * whole.height // whole.width))).save(out, "PNG", compress_type=zlib.Z_RLE)
    return out.getvalue()


def json_bytes(value: object) -> bytes:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def _items(results: Results, odd: str | None) -> Iterator[bytes]:
    revised = b"" if results.revised is None else b',"revised_prompt":%b' % json_bytes(results.revised)
    for link in results.links:
        yield b'{"url":%b%b}' % (json_bytes(link), revised)
    for picture in () if results.links else results.pictures:
        yield b'{"b64_json":"%b"%b}' % (_b64(picture, odd), revised)


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


def _event(name: str, field_: str, value: bytes, said: Mapping[str, object]) -> bytes:
    head = b'event: %b\ndata: {"type":"%b","%b":"%b",' % (name.encode(), name.encode(), field_.encode(), value)
    return head + json_bytes(said)[1:] + b"\n\n"


def _error(refusal: Refusal) -> bytes:
    return b"event: error\ndata: " + json_bytes({"type": "error", **refusal.as_json()}) + b"\n\n"


def _sorry() -> Refusal:
    usual = CODES["server_error"]
    return Refusal(usual.message, "image_generation_server_error", None, "image_generation_failed", usual.status)
