"""The key and the wish stay inside: whatever a provider echoes, and wherever aiohttp keeps them."""

import asyncio
import traceback
from dataclasses import replace

import pytest
import structlog
from structlog.testing import capture_logs

from bot.domain.catalog import shipped_cards
from bot.workflow.ports import Call
from tests.provider.wire import (
    KEY,
    Play,
    Serve,
    answer_of,
    error,
    event,
    pictures,
    refusal_of,
    reply,
    stream,
)


async def close_without_a_word(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Reads a little and hangs up."""
    await reader.read(1)


LEAKS = [
    pytest.param(reply(401, error("invalid_api_key", f"Incorrect API key provided: {KEY}")), id="in the message"),
    pytest.param(reply(400, error(KEY, KEY, type=KEY, param=KEY)), id="in every field"),
    pytest.param(reply(429, error("rate_limit_exceeded"), x_request_id=KEY), id="in the request id"),
    pytest.param(reply(500, f"<html>{KEY}".encode()), id="in a page"),
    pytest.param(reply(200, {"data": [{"url": f"https://example.com/{KEY}"}]}), id="in a link"),
    pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", id="in aiohttp's own error"),
    pytest.param(b"\0\0\0", id="in a protocol error"),
    pytest.param(close_without_a_word, id="in a disconnect"),
    pytest.param(stream(event("error", error={"code": KEY, "message": KEY})), id="in an event"),
    pytest.param(reply(500, error(None, event("image_edit.partial_image", named=True, x=KEY).decode())), id="quoted"),
    pytest.param(reply(400, error("unknown_parameter", KEY, param="stream")), id="in a refusal of the stream"),
    pytest.param(reply(307, b"", location=f"http://127.0.0.1/{KEY}"), id="in a redirect"),
]


@pytest.mark.parametrize("streams", [None, 2])
@pytest.mark.parametrize("play", LEAKS)
async def test_the_key_stays_inside(
    serve: Serve, call: Call, play: Play | bytes, streams: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a provider echoes, the key is in no exception, no cause of one, no traceback and no log line."""
    card = replace(shipped_cards()["gpt-image-2-c"], stream=True, partial_images=2)
    linked = replace(call, card=card, prompt="a secret wish", options=replace(call.options, partial_images=streams))
    with capture_logs() as logs:
        raised = await refusal_of(await serve(play), linked, link_pauses_s=())

    told: list[object] = [logs, raised, raised.args, vars(raised), traceback.format_exception(raised)]
    told += [getattr(raised, "trouble", None), raised.__cause__, raised.__context__, capsys.readouterr()]
    assert KEY not in f"{told!r} {raised}"
    assert "a secret wish" not in repr(told)
    assert raised.__context__ is None
    assert raised.__cause__ is None


async def test_what_is_logged(serve: Serve, call: Call) -> None:
    """A refusal leaves one line: attempt, verdict, status, code and request id."""
    wire = await serve(reply(400, error("invalid_value", "no", param="size"), x_request_id="req_5"))
    structlog.reset_defaults()

    with capture_logs() as logs:
        await refusal_of(wire, call)

    assert logs == [
        {
            "event": "provider_refused",
            "log_level": "warning",
            "attempt": "attempt-1",
            "verdict": "request",
            "status": 400,
            "code": "invalid_value",
            "type": "x",
            "param": "size",
            "request_id": "req_5",
        }
    ]


async def test_the_environment_is_not_asked(serve: Serve, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the environment gets neither pictures nor key."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    wire = await serve(reply(200, pictures(b"one")))

    assert len((await answer_of(wire, call)).pictures) == 1
