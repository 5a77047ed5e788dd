"""The log: its form, and that no secret and no prompt gets past the redaction."""

import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from bot import logs

KNOWN = 'pa"ss\\wörd & more'
BOT_TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.a-token-that-is-none-at-all-0000"
INTERACTION = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OmFiY2RlZg"
LINK = "https://cdn.discordapp.com/attachments/1/2/cat.png?ex=68a1b2c3&is=68a0b2c3&hm=0123456789abcdef&"
PROMPT = "make it snow on\nmira's 'red' roof"


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    root, hooks = logging.getLogger(), (sys.excepthook, sys.unraisablehook, threading.excepthook)
    handlers, level, known = root.handlers[:], root.level, logs._known[:]
    yield
    root.handlers[:], logs._known[:] = handlers, known
    root.setLevel(level)
    for name in (*logs.OURS, "sqlalchemy", "aiohttp.access"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.captureWarnings(False)
    sys.excepthook, sys.unraisablehook, threading.excepthook = hooks
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


@pytest.fixture(params=["text", "json"])
def log(request: pytest.FixtureRequest) -> io.StringIO:
    stream = io.StringIO()
    logs.configure("DEBUG", request.param, (KNOWN,), stream)
    return stream


@dataclass(frozen=True, slots=True)
class Wish:
    prompt: str
    deep: object = None


class Hostile:
    def __repr__(self) -> str:
        raise RuntimeError(BOT_TOKEN)


def our() -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.get_logger("bot.room")
    return logger


def without_the_handler_of_pytest() -> None:
    """It formats what it is given as it is, and so fails of what ours has to bear."""
    root = logging.getLogger()
    root.handlers[:] = [handler for handler in root.handlers if isinstance(handler, logs._Door)]


def nested(value: object, times: int) -> object:
    return value if times == 0 else {"in": [nested(value, times - 1)]}


def test_a_line_says_who_and_what() -> None:
    """A JSON line is one object with time, level, logger, event and the fields that were given or bound."""
    stream = io.StringIO()
    logs.configure("INFO", "json", stream=stream)
    structlog.contextvars.bind_contextvars(job=7, guild=42)

    our().info("edit placed", pictures=2)
    logging.getLogger("discord.client").warning("slow %s", "heartbeat")

    ours, theirs = map(json.loads, stream.getvalue().splitlines())
    assert {name: ours[name] for name in ("level", "logger", "event", "pictures", "job", "guild")} == {
        "level": "info",
        "logger": "bot.room",
        "event": "edit placed",
        "pictures": 2,
        "job": 7,
        "guild": 42,
    }
    assert ours["timestamp"].endswith("Z")
    assert (theirs["logger"], theirs["event"], theirs["job"]) == ("discord.client", "slow heartbeat", 7)


def test_text_stays_on_its_line() -> None:
    """What a member wrote cannot pretend to be another line of the log, nor paint the terminal."""
    stream = io.StringIO()
    logs.configure("INFO", "text", stream=stream)

    our().info("file\nfaked line", name="cat\x1b[31m\n2026-01-01 info bot.room: all is well\u202e.png")
    our().info("next")

    first, second = stream.getvalue().splitlines()
    assert "faked line" in first
    assert "\x1b" not in first
    assert second.endswith("bot.room: next")


def test_debug_is_for_our_own_rooms(log: io.StringIO) -> None:
    """With DEBUG on, libraries still do not write their payloads, in which prompts and tokens stand."""
    our().debug("ours")
    logging.getLogger("discord.gateway").debug("payload %s", {"d": {"token": INTERACTION, "prompt": PROMPT}})
    logging.getLogger("sqlalchemy.engine").info("INSERT %r", (PROMPT,))

    assert "ours" in log.getvalue()
    assert len(log.getvalue().splitlines()) == 1


def _fields() -> None:
    our().info(
        "known", a=KNOWN, b=nested(KNOWN, 3), c=Wish("a", KNOWN), d={KNOWN: 1}, e=(ValueError(KNOWN),), f={KNOWN}
    )


def _arguments() -> None:
    our().info("known %s", KNOWN)
    logging.getLogger("aiohttp.client").warning("known %r and %s", KNOWN, {"a": [KNOWN]})


def _extra() -> None:
    logging.getLogger("aiohttp.client").warning("known", extra={"secret": KNOWN}, stack_info=True)


def _event() -> None:
    our().warning(f"known {KNOWN}", stack_info=True)


def _bound() -> None:
    structlog.contextvars.bind_contextvars(where=KNOWN)
    our().bind(more=[KNOWN]).info("known")


def _caught() -> None:
    try:
        try:
            raise KeyError(KNOWN)
        except KeyError as exc:
            raise ValueError(f"known {KNOWN!r}") from exc
    except ValueError:
        our().exception("known")
        logging.getLogger("asyncio").exception("known")


def _group() -> None:
    error = ExceptionGroup(KNOWN, [ValueError(KNOWN)])
    error.add_note(KNOWN)
    our().error("known", exc_info=error)


def _bytes() -> None:
    our().info("known", body=KNOWN.encode(), inside=[bytearray(KNOWN.encode())])
    logging.getLogger("aiohttp.client").warning("known %s", KNOWN)


def _broken() -> None:
    without_the_handler_of_pytest()
    logging.getLogger("bot.room").warning("known %d", KNOWN)


def _warning() -> None:
    warnings.warn(KNOWN, stacklevel=1)


def _unhandled() -> None:
    sys.excepthook(ValueError, ValueError(KNOWN), None)
    thread = threading.Thread(target=lambda: (_ for _ in ()).throw(ValueError(KNOWN)))
    thread.start()
    thread.join()


@pytest.mark.parametrize(
    "say",
    [_fields, _arguments, _extra, _event, _bound, _caught, _group, _bytes, _broken, _warning, _unhandled],
    ids=lambda say: say.__name__.strip("_"),
)
@pytest.mark.filterwarnings("always::UserWarning")
def test_a_known_secret_never_appears(
    say: Callable[[], None], log: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    """A registered secret is found wherever it stands, in whatever spelling, and no other stream shows it either."""
    say()

    seen = log.getvalue() + "".join(capsys.readouterr())
    assert seen
    assert 'pa"ss' not in seen.replace("\\", "")
    assert "rd & more" not in seen
    assert "rd%20%26" not in seen


@pytest.mark.parametrize(
    "text",
    [
        LINK,
        f"GET {LINK.removeprefix('https://cdn.discordapp.com')} HTTP/1.1",
        f"<{LINK}>",
        "https%3A%2F%2Fcdn.discordapp.com%2Fcat.png%3Fex%3D68a1b2c3%26is%3D68a0b2c3%26hm%3D0123456789abcdef",
        "https://example.com/page?whatever=68a1b2c3",
        "https://bot.example/paint#68a1b2c3-0123456789abcdef",
        "https://me:68a1b2c3@db.example/",
    ],
)
def test_a_link_loses_what_signs_it(text: str) -> None:
    """Of a link only the part before the query is logged, wherever and however it is written."""
    seen = logs.scrub(f"could not fetch {text}, giving up")

    assert "68a1b2c3" not in seen
    assert "0123456789abcdef" not in seen
    assert seen.startswith("could not fetch ")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"logging in with {BOT_TOKEN}", BOT_TOKEN[30:]),
        (f"POST https://discord.com/api/v10/webhooks/1/{INTERACTION}/messages/@original 404", INTERACTION),
        (f"POST /api/v10/interactions/1234/{INTERACTION[:12]}/callback", INTERACTION[:12]),
        (f"token {INTERACTION} expired", INTERACTION),
        ("Incorrect API key provided: sk-proj-abcdefgh1234. See", "abcdefgh1234"),
        ("Incorrect API key provided: sk-abc***********wxyz. See", "wxyz"),
        ("<CIMultiDict('Authorization': 'Bearer abc-def-ghi', 'Host': 'a')>", "abc-def-ghi"),
        ("[('authorization', 'Bot abcdefgh'), ('host', 'a')]", "abcdefgh"),
        ("Authorization: Basic bWlyYTpzZWNyZXQ=", "bWlyYTpzZWNyZXQ="),
        ("Cookie: a=first; b=second", "second"),
        ("{'api_key': 'abcdefgh', 'n': 1}", "abcdefgh"),
        ('{"password": "abcdefgh"}', "abcdefgh"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "c2lnbmF0dXJl"),
        (f"EditRequest(user_id=1, prompt={PROMPT!r}, pictures=())", "red"),
        (json.dumps({"prompt": PROMPT, "n": 1}), "red"),
        (json.dumps(json.dumps({"prompt": 'a "red" roof'})), "red"),
        ("revised_prompt: a red roof in the snow", "red"),
        ("prompt='an unfinished red", "red"),
        (
            "(sqlite3.Error) x\n[SQL: INSERT]\n[parameters: (1, 'a red roof')]\n(Background on this error at: https://a)",
            "red",
        ),
        ("[parameters: ('a red roof',)]", "red"),
        ("data: " + "iVBORw0KGgo" * 40, "iVBORw0KGgo"),
    ],
)
def test_what_looks_like_a_secret_is_removed(text: str, secret: str) -> None:
    """Keys, tokens, headers, prompts and pictures are known by their shape, without having been registered."""
    assert secret not in logs.scrub(text)


@pytest.mark.parametrize(
    "text",
    [
        "edit 7 is state=running code=moderation_blocked, 3 tokens: 12 in, 4 out",
        "sent 1536x1024 as image_0.png (image/png, 1234567 bytes) to https://api.openai.com/v1/images/edits",
        "no thread could be opened in 123456789012345678: 50001 Missing Access",
        'Traceback (most recent call last):\n  File "bot/images/mask.py", line 12, in fit',
        "UNIQUE constraint failed: jobs.origin_door, jobs.origin_id",
        "request id req_0123456789abcdef0123456789abcdef took 14 s",
    ],
)
def test_what_an_operator_needs_stays(text: str) -> None:
    """Ids, sizes, codes, addresses and tracebacks are not taken for secrets."""
    assert logs.scrub(text) == text


@pytest.mark.parametrize(
    "name", ["prompt", "Authorization", "imagesApiKey", "bot_token", "X-Api-Key", "Set-Cookie", "password"]
)
def test_a_field_named_like_a_secret_is_replaced(name: str, log: io.StringIO) -> None:
    """A field with such a name loses its value, at any depth, as a pair, as bytes and as an option of a command."""
    value = "zebra"
    our().info("named", **{name: value}, a=nested({name: value}, 2), b=[(name, value)], c={name: [value]})
    our().info("option", options=[{"name": name, "value": value}], headers=[(name.encode(), value)])

    assert "zebra" not in log.getvalue()
    assert logs.HIDDEN in log.getvalue()


def test_a_bound_prompt_is_hidden_in_the_whole_line(log: io.StringIO) -> None:
    """While a job's prompt is bound, no text and no traceback of that job shows it, a library's included."""
    structlog.contextvars.bind_contextvars(job=7, prompt=PROMPT)

    try:
        raise ValueError(f"cannot do {PROMPT}")
    except ValueError:
        our().exception("the wish was %s", PROMPT, seen=[PROMPT], wish=Wish(PROMPT))
    logging.getLogger("discord.http").warning("Invalid Form Body: %r", PROMPT)

    assert "cannot do [hidden]" in log.getvalue()
    assert "roof" not in log.getvalue()
    assert "snow" not in log.getvalue()


def test_a_hostile_value_costs_no_line(log: io.StringIO) -> None:
    """A value that cannot be shown, never ends or contains itself is logged as far as it goes, without its secret."""
    without_the_handler_of_pytest()
    itself: dict[str, object] = {"token": BOT_TOKEN}
    itself["again"] = [itself, Hostile()]

    our().info("odd", it=itself, one=Hostile(), many=[BOT_TOKEN] * 1000, long="a " * 100_000 + BOT_TOKEN)

    assert "odd" in log.getvalue()
    assert len(log.getvalue()) < 40_000
    assert BOT_TOKEN[-20:] not in log.getvalue()


@given(
    st.recursive(
        st.just(KNOWN) | st.integers() | st.binary(), lambda kids: st.lists(kids) | st.dictionaries(st.text(), kids)
    )
)
def test_no_nesting_hides_a_secret(value: object) -> None:
    """However lists and dicts are nested, what comes out can be written as JSON and holds no secret."""
    logs.redact(KNOWN)

    seen = json.dumps(logs.clean(value), ensure_ascii=False)

    assert "rd & more" not in seen


def test_short_words_are_no_secrets() -> None:
    """A word that is too common is not looked for: it would black out the log."""
    logs.redact("", "a", "admin")

    assert logs.scrub("an admin said so") == "an admin said so"
