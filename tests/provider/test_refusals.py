"""Refusals as they come over the wire: each is translated once, and none costs what it did not have to."""

import json
from dataclasses import replace

import pytest

from bot.domain.errors import (
    AnswerUseless,
    PictureRejected,
    ProviderBusy,
    ProviderClosed,
    ProviderDown,
    RequestRejected,
    SafetyRefused,
    Trouble,
)
from bot.provider.verdict import Unsold
from bot.workflow.ports import Call, Declined, Doubtful, Unsent
from tests.provider.wire import Serve, error, pictures, refusal_of, reply


@pytest.fixture(params=[None, 2], ids=["plain", "stream"])
def asked(call: Call, request: pytest.FixtureRequest) -> Call:
    """A call, once for JSON and once for a stream with previews."""
    return replace(call, options=replace(call.options, partial_images=request.param))


HTML = b"<html><body>502 Bad Gateway</body></html>"


REFUSALS: list[tuple[int, object, type[Exception], type[Trouble]]] = [
    (429, error("rate_limit_exceeded"), Unsent, ProviderBusy),
    (500, error("server_error"), Unsent, ProviderDown),
    (503, error(None), Unsent, ProviderDown),
    (429, error("insufficient_quota"), Declined, ProviderClosed),
    (400, error("billing_hard_limit_reached"), Declined, ProviderClosed),
    (401, error("invalid_api_key"), Declined, ProviderClosed),
    (403, HTML, Declined, ProviderClosed),
    (404, error("model_not_found"), Unsold, ProviderClosed),
    (404, HTML, Declined, ProviderClosed),
    (413, HTML, Declined, PictureRejected),
    (400, error("moderation_blocked"), Declined, SafetyRefused),
    (400, error("invalid_image_file"), Declined, PictureRejected),
    (400, error("invalid_mask_image_format"), Declined, PictureRejected),
    (400, error("invalid_value"), Declined, RequestRejected),
    (422, {"detail": [{"msg": "field required"}]}, Declined, RequestRejected),
    (307, b"", Declined, ProviderClosed),
]


@pytest.mark.parametrize(("status", "body", "kind", "trouble"), REFUSALS)
async def test_an_explicit_refusal(
    serve: Serve, asked: Call, status: int, body: bytes, kind: type[Exception], trouble: type[Trouble]
) -> None:
    """Each explicit refusal is unsent or declined with its own trouble, and nothing is billed."""
    wire = await serve(reply(status, body, x_request_id="req_9", location="http://127.0.0.1:1/"))

    raised = await refusal_of(wire, asked)

    assert type(raised) is kind
    assert not isinstance(raised, Doubtful)
    assert type(raised.trouble) is trouble
    assert raised.request_id == "req_9"
    assert len(wire.bodies) == 1
    if isinstance(raised, Declined):
        assert not raised.billed


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 504, 520, 524])
async def test_a_page_of_a_gateway(serve: Serve, asked: Call, status: int) -> None:
    """A page from somewhere on the way says nothing about the edit: it may be made and billed."""
    raised = await refusal_of(await serve(reply(status, HTML)), asked)

    assert isinstance(raised, Doubtful)
    assert raised.reason == f"status {status}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        HTML,
        b'{"data": []}',
        b'{"data": null}',
        b'{"data": [{}]}',
        b'{"data": [null, 3, {"b64_json": null}]}',
        b'{"data": {"b64_json": 5}}',
        b'{"data": [{"b64_json": "%%%"}]}',
        b'{"data": [{"b64_json": ""}]}',
        b'{"data": [{"b64\\u005fjson": "0"}]}',
        b'{"data": [{"b64_json": "AAA',
        b'{"created": 1, "data": [',
        b"[" * 100_000,
        b'{"data":' * 50_000,
        b"\xff\xfe{",
        b'"' * 1000,
        b'{"data": [{"url": "https://example.com/x.png"}]}',
        b"x" * 3_000_000,
    ],
)
async def test_an_answer_without_a_picture(serve: Serve, call: Call, body: bytes) -> None:
    """A 200 that holds no picture is final, and may have been billed."""
    raised = await refusal_of(await serve(reply(200, body)), call)

    assert isinstance(raised, Declined)
    assert isinstance(raised.trouble, AnswerUseless)
    assert raised.billed


@pytest.mark.parametrize(
    ("body", "kind", "trouble"),
    [
        (error("moderation_blocked"), Declined, SafetyRefused),
        (b"\n\n\n  " + json.dumps(error("moderation_blocked")).encode(), Declined, SafetyRefused),
        (error("rate_limit_exceeded"), Unsent, ProviderBusy),
        (error("insufficient_quota"), Declined, ProviderClosed),
        (error("server_error"), Declined, AnswerUseless),
        ({"error": "safety system", "data": []}, Declined, SafetyRefused),
    ],
)
async def test_an_error_inside_a_200(
    serve: Serve, asked: Call, body: bytes, kind: type[Exception], trouble: type[Trouble]
) -> None:
    """A 200 with an error in it is judged by the error."""
    raised = await refusal_of(await serve(reply(200, body)), asked)

    assert type(raised) is kind
    assert not isinstance(raised, Doubtful)
    assert type(raised.trouble) is trouble


async def test_what_is_asked_to_wait(serve: Serve, asked: Call) -> None:
    """A Retry-After date is read against the clock that the client was given."""
    wire = await serve(reply(429, error("rate_limit_exceeded"), retry_after="Thu, 01 Jan 1970 00:01:40 GMT"))

    raised = await refusal_of(wire, asked, now=lambda: 70.0)

    assert isinstance(raised, Unsent)
    assert raised.after_s == 30.0


async def test_a_redirect_is_not_followed(serve: Serve, asked: Call) -> None:
    """Neither pictures nor key go where a redirect leads; the operator has to look."""
    trap = await serve(reply(200, pictures(b"stolen")))
    wire = await serve(reply(307, b"", location=f"{trap.url}/images/edits"))

    raised = await refusal_of(wire, asked)

    assert isinstance(raised, Declined)
    assert isinstance(raised.trouble, ProviderClosed)
    assert trap.heads == []
