"""What a provider says went wrong: the many shapes of an error body, read into one."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Error texts can hold a whole picture in base64: nothing of use comes after this.
TEXT_CAP = 2000


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
        # Of each complaint only its message: FastAPI repeats the input beside it.
        texts = [str(each.get("msg", "")) for each in error if isinstance(each, Mapping)]
        return Fault(text=_cut(" ".join(texts)))
    if error:
        return Fault(text=_cut(error))
    if isinstance(document.get("message"), str) and not document.get("data"):
        return _nested(document) or _flat(document)
    return None


def _flat(error: Mapping[str, Any]) -> Fault:
    code, kind, param = (_cut(error.get(name)) for name in ("code", "type", "param"))
    return Fault(code, kind, param, _cut(error.get("message") or error.get("msg")))


def _nested(error: Mapping[str, Any]) -> Fault | None:
    message = error.get("message")
    if not isinstance(message, str) or (start := message.find("{")) == -1:
        return None
    try:
        inner, _ = json.JSONDecoder().raw_decode(message, start)
    except (ValueError, RecursionError):
        return None
    if isinstance(inner, Mapping) and isinstance(inner.get("error"), Mapping):
        return _flat(inner["error"])
    return None


def _cut(value: object) -> str:
    return "" if value is None else str(value)[:TEXT_CAP].lower()


def loggable(text: str, secret: str = "") -> str:
    """A code, id or host from outside, as it may stand in a log line or a row: plain, short, and never the key."""
    if secret and secret.lower() in text.lower():
        return "withheld"
    return text if re.fullmatch(r"[A-Za-z0-9_.:\[\]-]{0,128}", text) else "unreadable"
