"""The log: lines of text or JSON on stderr, and the redaction that no secret and no prompt gets past.

Three nets, one behind the other. Fields that are named like a secret are replaced wholesale, and their values wherever
else they stand in that line: a prompt that is bound as a field is hidden in every text and traceback of its job.
Secrets that are known (`redact`) are removed by value. What looks like a secret (a key, a token, the query of a link)
is removed by its shape. Every line passes all three, our own and the libraries'.
"""

import base64
import dataclasses
import json
import logging
import re
import sys
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from textwrap import indent
from types import TracebackType
from typing import Any, Literal, TextIO
from urllib.parse import quote, quote_plus

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
OURS = ("bot", "cogs", "migrations")
SECRET_WORDS = frozenset(
    ("prompt", "authorization", "token", "key", "apikey", "password", "passwd", "secret", "cookie", "credentials")
)
SECRET_CHARACTERS_MIN = 6  # anything shorter is too common to look for by value
TEXT_CHARACTERS_MAX = 20_000
ITEMS_MAX = 50
DEPTH_MAX = 6

_QUOTED = r"""\\+['"][\s\S]*|b?'(?:\\.|[^'\\])*'?|b?"(?:\\.|[^"\\])*"?"""
_IS = r"""\w{0,20}(?:\\*['"]?\s{0,9}[=:]|\\*['"]\s{0,9},)\s{0,9}"""
# Read from the top: what a pattern leaves behind, the next ones see. Runs are bounded, so that no text takes long.
SHAPES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (
            r"\[parameters: [\s\S]*?(?=\n\(Background on this error|\Z)",
            f"[parameters: {HIDDEN}]",
        ),  # SQLAlchemy's errors
        (rf"((?:prompt|authorization|cookie){_IS})(?:{_QUOTED}|[^\n]+)", rf"\1{HIDDEN}"),
        (
            rf"((?:token|(?<![a-z])key|api_?key|password|passwd|secret)(?!s){_IS})(?:{_QUOTED}|[^\s,;)&]+)",
            rf"\1{HIDDEN}",
        ),
        (r"\b(bearer|basic)\s+[\w.~+/=-]{6,}", rf"\1 {HIDDEN}"),
        (r"\b(\w{2,20}://)[^\s/@'\"]+@", rf"\1{HIDDEN}@"),
        (r"\b([a-z][\w+.-]{1,20}://[^\s?#'\"<>]{1,500})[?#][^\s'\"<>]*", rf"\1?{HIDDEN}"),
        (r"(?<=[\w/.-])\?[\w.%-]+=[^\s'\"<>]*", f"?{HIDDEN}"),  # the query of an address without its host
        (r"((?:[?&]|%3F|%26|\b)(?:ex|is|hm|sig|signature)(?:=|%3D))[\w%.-]{6,}", rf"\1{HIDDEN}"),
        (r"(/(?:webhooks|interactions)/\d+/)[\w.%~-]+", rf"\1{HIDDEN}"),
        (r"\b[\w-]{23,30}\.[\w-]{5,8}\.[\w-]{25,}", HIDDEN),  # a bot's token
        (r"\baW50ZXJhY3Rpb24[\w-]{20,}={0,2}", HIDDEN),  # an interaction's token: base64 of "interaction:"
        (r"\beyJ[\w-]{10,500}\.[\w-]+(?:\.[\w-]*)?", HIDDEN),  # a JSON web token
        (r"\b(?:sk|rk|pk)[-_][\w*-]{6,}", HIDDEN),
        (r"[\w+/-]{200,}={0,2}", HIDDEN),  # a picture as base64
    )
)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
_known: list[str] = []


def configure(
    level: str = "INFO",
    form: Literal["text", "json"] = "text",
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Send every log line of the process, ours and the libraries', through the redaction to `stream` (stderr).

    `level` is for our own rooms. A library never speaks below INFO, since at DEBUG it writes whole payloads down.
    """
    redact(*secrets)
    handler = _Door(stream or sys.stderr)
    handler.setFormatter(_formatter(_as_json if form == "json" else _as_text))
    root = logging.getLogger()
    root.handlers[:] = [handler]  # no other handler may write past the redaction
    root.setLevel(max(logging.INFO, logging.getLevelNamesMapping()[level]))
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in ("sqlalchemy", "alembic", "aiohttp.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_opening(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    sys.excepthook = _unhandled
    sys.unraisablehook = lambda thing: _unhandled(thing.exc_type, thing.exc_value, thing.exc_traceback)
    threading.excepthook = lambda thing: _unhandled(thing.exc_type, thing.exc_value, thing.exc_traceback)


def redact(*secrets: str) -> None:
    """Let these values never be logged, whole or encoded; those of fewer than six characters are not looked for."""
    _known[:] = sorted({*_known, *_spellings(secrets)}, key=len, reverse=True)


def scrub(text: str, private: Sequence[str] = ()) -> str:
    """The text without secrets: those that are known, these private ones, and whatever looks like one.

    A very long text loses its middle.
    """
    text = "".join(text)
    for secret in (*private, *_known):
        text = text.replace(secret, HIDDEN)
    if len(text) > TEXT_CHARACTERS_MAX:
        text = f"{text[: TEXT_CHARACTERS_MAX // 2]} … {text[-TEXT_CHARACTERS_MAX // 2 :]}"
    for shape, replacement in SHAPES:
        text = shape.sub(replacement, text)
    return _UNPRINTABLE.sub(lambda letter: letter.group().encode("unicode_escape").decode(), text)


def clean(value: object, private: Sequence[str] = (), depth: int = 0) -> Any:
    """The value as strings, numbers, lists and dicts that hold no secret, however deep it was hidden."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {one.name: getattr(value, one.name, None) for one in dataclasses.fields(value)}
    if isinstance(value, Mapping | list | tuple | set | frozenset) and depth >= DEPTH_MAX:
        return "…"
    if isinstance(value, Mapping):
        return _clean_mapping(value, private, depth + 1)
    if isinstance(value, list | tuple | set | frozenset):
        return _clean_items(value, private, depth + 1)
    return scrub(_shown(value), private).replace("\n", "\\n")


def _clean_mapping(mapping: Mapping[Any, Any], private: Sequence[str], depth: int) -> dict[str, Any]:
    # Discord sends the options of a command as {"name": "prompt", "value": "make it snow"}.
    told = "value" if _is_secret(mapping.get("name")) else None
    return {
        clean(_shown(key), private): HIDDEN if _is_secret(key) or key == told else clean(value, private, depth)
        for key, value in islice(mapping.items(), ITEMS_MAX)
    }


def _clean_items(items: Collection[Any], private: Sequence[str], depth: int) -> list[Any]:
    kept = list(islice(items, ITEMS_MAX))
    if len(items) == 2 and _is_secret(kept[0]):  # a header and its value
        return [clean(kept[0], private), HIDDEN]
    return [clean(item, private, depth) for item in kept]


def _spellings(secrets: Iterable[str]) -> Iterator[str]:
    for secret in secrets:
        if len(secret) >= SECRET_CHARACTERS_MIN:
            encoded = base64.b64encode(secret.encode(errors="surrogatepass")).decode().rstrip("=")
            slashed = (json.dumps(secret)[1:-1], repr(secret)[1:-1], secret.replace("\n", "\\n"))
            yield from (
                secret,
                encoded,
                *slashed,
                quote(secret, safe="", errors="replace"),
                quote_plus(secret, errors="replace"),
            )


def _is_secret(name: object) -> bool:
    if isinstance(name, bytes):
        name = name.decode("latin-1")
    if not isinstance(name, str):
        return False
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", "".join(name)[:200])
    return not SECRET_WORDS.isdisjoint(re.split(r"[^a-z]+", parted.lower()))


def _shown(value: object) -> str:
    try:
        if isinstance(value, BaseException):
            return f"{type(value).__name__}: {value}"
        return value if isinstance(value, str) else repr(value)
    except Exception:  # noqa: BLE001 - a log line must not fail because of what it mentions
        return f"<{type(value).__name__}>"


def _redaction(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The processor: everything is cleaned wholly, but for the two tracebacks, which keep their lines."""
    secrets = (value for name, value in event.items() if isinstance(value, str) and _is_secret(name))
    private = sorted({*_spellings(secrets)}, key=len, reverse=True)
    tracebacks = {name: scrub(str(event.pop(name)), private) for name in ("stack", "exception") if name in event}
    return {**_clean_mapping(event, private, 0), **tracebacks}


def _as_json(_: WrappedLogger, __: str, event: EventDict) -> str:
    return json.dumps(event, default=str)


def _as_text(_: WrappedLogger, __: str, event: EventDict) -> str:
    when, level, logger, said = (event.pop(name, "") for name in ("timestamp", "level", "logger", "event"))
    tracebacks = [event.pop(name) for name in ("stack", "exception") if name in event]
    fields = (f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in event.items())
    line = " ".join((f"{when} {level:<8} {logger}: {said}", *fields))
    return "\n".join((line, *(indent(one, "    ") for one in tracebacks)))


def _opening() -> list[Processor]:
    """What is known of a line where it is said: whose it is, and the job and guild that are bound at the time."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
    ]


def _formatter(renderer: Processor) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_opening(),
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _redaction,
            renderer,
        ],
    )


class _Door(logging.StreamHandler[TextIO]):
    """Writes lines, and says of one that cannot be written only that: the usual report would show its arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say whose line it was."""
        self.stream.write(f"a log line of {record.name} could not be written ({record.levelname.lower()})\n")


def _unhandled(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """What nobody caught goes to the log, and so through the redaction; an interrupt from the keyboard stays plain."""
    if issubclass(kind, KeyboardInterrupt):
        sys.stderr.write("interrupted\n")
        return
    logging.getLogger("bot").critical("unhandled", exc_info=(kind, error or kind(), trace))
