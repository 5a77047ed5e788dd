"""What a provider says went wrong: the many shapes of an error body, read into one."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Error texts can hold a whole picture in base64: nothing of use comes after this.
TEXT_CAP = 2000
# LiteLLM passes an error on as Python writes it; its quoted fields are all that is read of that.
_QUOTED_FIELD = re.compile(r"""['"](code|type|param)['"]\s{0,4}:\s{0,4}['"]([A-Za-z0-9_.\[\]-]{1,64})['"]""")


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as the provider put it, lower case throughout. For deciding only: no word of it reaches a reader."""

    code: str = ""
    type: str = ""
    param: str = ""
    text: str = ""


def parse_json(body: bytes) -> Any:
    """The document, or None where it is none: broken, no text, or nested too deep to be read."""
    try:
        return json.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return None


def read_fault(document: Any) -> Fault | None:
    """The error in a JSON document; None where it is no report of one.

    OpenAI and its gateways: `{"error": {...}}`. stable-diffusion.cpp: `{"error": "text"}`. FastAPI servers:
    `{"detail": ...}`. New-API, at times: `{"message": ..., "code": ...}`. LiteLLM nests OpenAI's inside a message.
    """
    if not isinstance(document, Mapping):
        return None
    error = document.get("error") or document.get("detail")
    if isinstance(error, Mapping):
        return _nested(error) or _flat(error)
    if isinstance(error, list):
        return _complaints([each for each in error if isinstance(each, Mapping)])
    if error:
        return Fault(text=_cut(error))
    if isinstance(document.get("message"), str) and not document.get("data"):
        return _nested(document) or _flat(document)
    return None


def _flat(error: Mapping[str, Any]) -> Fault:
    code, kind, param = (_cut(error.get(name)) for name in ("code", "type", "param"))
    return Fault(code, kind, param, _cut(error.get("message") or error.get("msg")))


def _complaints(complaints: list[Mapping[str, Any]]) -> Fault:
    # Of each complaint only its message and its field: FastAPI repeats the input beside them.
    fields = (each.get("loc") for each in complaints)
    named = [str(field[-1]) for field in fields if isinstance(field, list) and field]
    text = " ".join(str(each.get("msg", "")) for each in complaints)
    return Fault(param=_cut(named[0] if named else ""), text=_cut(text))


def _nested(error: Mapping[str, Any]) -> Fault | None:
    message = error.get("message")
    if not isinstance(message, str) or (start := message.find("{")) == -1:
        return None
    try:
        inner, _ = json.JSONDecoder().raw_decode(message, start)
    except (ValueError, RecursionError):
        return _quoted(message)
    if isinstance(inner, Mapping) and isinstance(inner.get("error"), Mapping):
        return _flat(inner["error"])
    return None


def _quoted(message: str) -> Fault | None:
    found = dict(_QUOTED_FIELD.findall(message[: 4 * TEXT_CAP]))
    fields = {name: _cut(value) for name, value in found.items()}
    return Fault(**fields, text=_cut(message)) if fields else None


def _cut(value: object) -> str:
    return "" if value is None else str(value)[:TEXT_CAP].lower()


def loggable(text: str, secret: str = "") -> str:
    """A code, id or host from outside, as it may stand in a log line or a row: plain, short, and never the key."""
    if secret and secret.lower() in text.lower():
        return "withheld"
    return text if re.fullmatch(r"[A-Za-z0-9_.:\[\]-]{0,128}", text) else "unreadable"
