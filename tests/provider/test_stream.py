"""One paid call whose answer is a stream: previews, the result, and every way in which gateways break it."""

import asyncio
import base64
import contextlib
import json
from dataclasses import replace

import pytest

from bot.domain.catalog import shipped_cards
from bot.domain.errors import AnswerUseless, ProviderBusy, ProviderClosed, RequestRejected, SafetyRefused, Trouble
from bot.domain.money import Usage
from bot.domain.progress import Phase, Progress
from bot.domain.request import Options
from bot.provider.answer import Caps
from bot.provider.client import ImageClient
from bot.workflow.ports import Answer, Call, Declined, Doubtful, Preview, Unsent
from tests.provider.wire import KEY, Play, Serve, answer_of, error, event, events, pictures, refusal_of, reply, stream

PARTIAL, DONE = "image_edit.partial_image", "image_edit.completed"
PING = b": PING\n\n"


@pytest.fixture
def streamed(call: Call) -> Call:
    """A call that asks for two previews."""
    return replace(call, options=Options(size="1024x1024", partial_images=2))


async def test_previews_and_then_the_result(serve: Serve, streamed: Call) -> None:
    """Each partial picture is handed on with its number, then the answer, with usage and request id."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX-Request-Id: req_1\r\n\r\n"
    body = [event(PARTIAL, b"p0"), PING, event(PARTIAL, b"p1"), event(DONE, b"one", usage={"output_tokens": 396})]
    wire = await serve(head + b"".join(body))

    async with ImageClient(wire.url, KEY) as client:
        *before, answer = await events(client, streamed)

    assert before[:3] == [Progress(Phase.SENDING), Progress(Phase.WAITING), Progress(Phase.RECEIVING)]
    previews = [each for each in before[3:] if isinstance(each, Preview)]
    assert [(each.number, each.path.read_bytes()) for each in previews] == [(0, b"p0"), (1, b"p1")]
    assert isinstance(answer, Answer)
    assert [path.read_bytes() for path in answer.pictures] == [b"one"]
    assert (answer.usage, answer.request_id) == (Usage(0, 0, 396), "req_1")
    assert b"\r\nAccept: text/event-stream, application/json\r\n" in wire.heads[0]


async def test_a_preview_comes_before_the_result(serve: Serve, streamed: Call) -> None:
    """A preview is handed on while the provider is still at work."""
    seen = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(stream(event(PARTIAL, b"p0")))
        await writer.drain()
        await seen.wait()
        writer.write(event(DONE, b"one"))

    url = (await serve(slow)).url
    async with ImageClient(url, KEY) as client, contextlib.aclosing(client.edit(streamed)) as parts:
        kinds = []
        async for part in parts:
            kinds.append(type(part))
            if isinstance(part, Preview):
                seen.set()

    assert kinds[-2:] == [Preview, Answer]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param([event(DONE, b"one")], id="no partial picture"),
        pytest.param([event(DONE, b"one", named=False)], id="no event lines"),
        pytest.param([event("image_generation.completed", b"one"), b"data: [DONE]\n\n"], id="New-API"),
        pytest.param([PING * 500, event(DONE, b"one").replace(b"\n", b"\r\n")], id="pings and CRLF"),
        pytest.param([event(DONE, b"one"), event(DONE, b"two")], id="completed twice"),
        pytest.param([event(DONE, b"one"), event("error", error={"code": "server_error"})], id="an error afterwards"),
        pytest.param([event(DONE, b"one")[:-1]], id="cut after the result"),
        pytest.param([event(PARTIAL, b"p")] * 50 + [event(DONE, b"one")], id="more previews than were asked for"),
        pytest.param([b"garbage\n\ndata: {\n\n", event(DONE, b"one")], id="garbage before it"),
        pytest.param([event(PARTIAL, b"p").replace(b'json": "', b'json": "%'), event(DONE, b"one")], id="bad preview"),
        pytest.param([json.dumps(pictures(b"one")).encode()], id="JSON that says it is a stream"),
    ],
)
async def test_a_result_all_the_same(serve: Serve, streamed: Call, body: list[bytes]) -> None:
    """The first result is the answer, whatever stands around it."""
    wire = await serve(stream(*body))

    answer = await answer_of(wire, streamed)

    assert [path.read_bytes() for path in answer.pictures] == [b"one"]
    left = {path.name for path in streamed.folder.glob("event_*")}
    assert len(left) <= 4, "pictures that nobody asked for are not kept"


async def test_a_connection_that_stays_open(serve: Serve, streamed: Call) -> None:
    """Nobody waits for the end of a stream whose result is there."""

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(65536)
        writer.write(stream(event(DONE, b"one")))
        await reader.read()

    assert len((await answer_of(await serve(endless), streamed)).pictures) == 1


async def test_plain_json(serve: Serve, streamed: Call) -> None:
    """A provider that knows no streams and answers with JSON is read as it answers."""
    wire = await serve(reply(200, b"\n\n" + json.dumps(pictures(b"one")).encode(), content_type="application/json"))

    async with ImageClient(wire.url, KEY) as client:
        answer = (await events(client, streamed))[-1]
        assert client.streams

    assert isinstance(answer, Answer)
    assert [path.read_bytes() for path in answer.pictures] == [b"one"]


async def test_a_stream_that_nobody_asked_for(serve: Serve, call: Call) -> None:
    """A provider that answers a plain call with events is read as it answers."""
    wire = await serve(stream(event(DONE, b"one")))

    assert len((await answer_of(wire, call)).pictures) == 1


async def test_a_result_with_a_link(serve: Serve, streamed: Call) -> None:
    """A link in a result is followed where the card says that there may be links, and nowhere else."""
    wire = await serve(b"", reply(200, b"the picture"))
    wire.plays[0] = stream(event(DONE, url=f"http://127.0.0.1:{wire.port}/x.png"))
    linking = replace(streamed, card=replace(streamed.card, returns=("b64_json", "url")))
    assert [path.read_bytes() for path in (await answer_of(wire, linking)).pictures] == [b"the picture"]

    wire = await serve(stream(event(DONE, url=f"http://127.0.0.1:{wire.port}/x.png")))
    assert isinstance(await refusal_of(wire, streamed), Declined)


# ── without a result ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param([], "the stream ended without a result", id="nothing"),
        pytest.param([event(PARTIAL, b"p")], "the stream ended without a result", id="a preview only"),
        pytest.param([event(PARTIAL, b"p"), b"data: [DONE]\n\n"], "the stream ended without a result", id="done"),
        pytest.param([event(DONE, b"one" * 99)[:-99]], "the stream ended without a result", id="half a result"),
        pytest.param([PING], "the stream ended without a result", id="a ping"),
        pytest.param([b"garbage"], "the stream ended without a result", id="garbage"),
    ],
)
async def test_an_end_without_a_result(serve: Serve, streamed: Call, body: list[bytes], why: str) -> None:
    """A stream that ends without its result leaves the outcome unknown, and no stream is asked for again."""
    async with ImageClient((await serve(stream(*body))).url, KEY) as client:
        with pytest.raises(Doubtful, match=why):
            await events(client, streamed)

        assert not client.streams


async def test_a_broken_line(serve: Serve, streamed: Call) -> None:
    """A connection that breaks in the middle says nothing about the provider's streams."""
    cut = reply(200, event(PARTIAL, b"p") * 9, content_type="text/event-stream")[:-20]

    async with ImageClient((await serve(cut)).url, KEY) as client:
        with pytest.raises(Doubtful, match="connection lost"):
            await events(client, streamed)

        assert client.streams


@pytest.mark.parametrize(
    "play",
    [
        pytest.param(b"", id="closed"),
        pytest.param(b"HTTP/1.1 200", id="cut in the status line"),
        pytest.param(b"garbage that is not HTTP\r\n\r\n", id="garbage"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 53687091200\r\n\r\n:", id="50 GB announced"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + event(DONE, b"one")[:-30], id="half a result"),
        pytest.param(reply(200, pictures(b"one" * 1000))[:-100], id="half a document"),
    ],
)
async def test_a_broken_connection(serve: Serve, streamed: Call, play: bytes) -> None:
    """Once a byte of the body left, whatever cannot be read is doubtful."""
    assert isinstance(await refusal_of(await serve(play), streamed), Doubtful)


async def test_a_cut_after_the_picture(serve: Serve, streamed: Call) -> None:
    """A result that is whole is delivered although the rest of its event never came."""
    body = event(DONE, b"one" * 1000, size="1024x1024")
    wire = await serve(reply(200, body, content_type="text/event-stream")[:-12])

    assert [path.read_bytes() for path in (await answer_of(wire, streamed)).pictures] == [b"one" * 1000]


def endlessly(piece: bytes, pause: float = 0.0) -> Play:
    """Answers with this for ever."""

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(stream())
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return play


async def test_endless_pings(serve: Serve, streamed: Call) -> None:
    """A stream that is only kept open ends at the deadline."""
    raised = await refusal_of(await serve(endlessly(PING, 0.02)), streamed, timeout_s=0.8)

    assert isinstance(raised, Doubtful)
    assert raised.reason == "deadline passed"


@pytest.mark.parametrize(
    "piece",
    [b"x" * 65536, b"data: " + b"A" * 65530, event(PARTIAL, b"p" * 30_000)],
    ids=["a line without end", "data without end", "previews without end"],
)
async def test_a_flood(serve: Serve, streamed: Call, piece: bytes) -> None:
    """A stream without end is given up at the cap."""
    raised = await refusal_of(await serve(endlessly(piece)), streamed, caps=Caps(answer=1_000_000, picture=1))

    assert isinstance(raised, Doubtful)
    assert raised.reason == "too long"


def failed(code: str) -> bytes:
    """An error event with this code."""
    return event("error", error={"code": code, "message": "no"})


@pytest.mark.parametrize(
    ("code", "kind", "trouble"),
    [
        ("moderation_blocked", Declined, SafetyRefused),
        ("image_generation_failed", Declined, AnswerUseless),
        ("insufficient_quota", Declined, ProviderClosed),
        ("rate_limit_exceeded", Unsent, ProviderBusy),
    ],
)
async def test_an_error_event(
    serve: Serve, streamed: Call, code: str, kind: type[Exception], trouble: type[Trouble]
) -> None:
    """An error is judged by its code; nothing is billed where no picture came before it."""
    raised = await refusal_of(await serve(stream(PING, failed(code))), streamed)

    assert type(raised) is kind
    assert not isinstance(raised, Doubtful)
    assert type(raised.trouble) is trouble
    if isinstance(raised, Declined):
        assert not raised.billed


@pytest.mark.parametrize("code", ["moderation_blocked", "image_generation_failed", "rate_limit_exceeded"])
async def test_an_error_after_a_preview(serve: Serve, streamed: Call, code: str) -> None:
    """After a partial picture the call counts as billed and is never made again by itself."""
    raised = await refusal_of(await serve(stream(event(PARTIAL, b"p"), failed(code))), streamed)

    assert isinstance(raised, Declined)
    assert raised.billed


async def test_a_result_that_is_no_picture(serve: Serve, streamed: Call) -> None:
    """A result whose base64 is broken is a useless answer, and may have been billed."""
    body = event(DONE, b"one").replace(b'json": "', b'json": "%%%')

    raised = await refusal_of(await serve(stream(body)), streamed)

    assert isinstance(raised, Declined)
    assert isinstance(raised.trouble, AnswerUseless)
    assert raised.billed


# ── gateways that break it ──────────────────────────────────────────────────────────────────────────────────

REFUSED = error("unknown_parameter", "Unknown parameter: 'stream'.", param="stream")


async def test_a_gateway_that_refuses_streams(serve: Serve, streamed: Call) -> None:
    """A refusal of the stream itself may be tried again at once, and then goes out without it."""
    wire = await serve(reply(400, REFUSED), reply(200, pictures(b"one")))

    async with ImageClient(wire.url, KEY) as client:
        with pytest.raises(Unsent) as raised:
            await events(client, streamed)
        answer = (await events(client, streamed))[-1]

    assert isinstance(raised.value.trouble, RequestRejected)
    assert raised.value.after_s == 0.0
    assert isinstance(answer, Answer)
    assert b'name="stream"' in wire.bodies[0]
    assert b'name="partial_images"' in wire.bodies[0]
    assert b"stream" not in wire.bodies[1]
    assert b"partial_images" not in wire.bodies[1]


async def test_a_refusal_of_a_plain_call(serve: Serve, call: Call) -> None:
    """A call without a stream is not made again because a refusal speaks of one."""
    raised = await refusal_of(await serve(reply(400, REFUSED)), call)

    assert isinstance(raised, Declined)


def quoted(*parts: bytes, code: str = "500") -> bytes:
    """A stream inside an error, as LiteLLM's proxy answers."""
    text = "litellm.APIError: OpenAIException - " + b"".join(parts).decode()
    return reply(500, {"error": {"message": text, "type": None, "param": None, "code": code}})


@pytest.mark.parametrize("named", [True, False])
async def test_a_stream_inside_an_error(serve: Serve, streamed: Call, named: bool) -> None:
    """A picture that a gateway quotes in an error was made and is billed: it is delivered."""
    content = bytes(range(256)) * 2000
    parts = (event(PARTIAL, b"p", named=named), event(DONE, content, named=named, usage={"output_tokens": 9}))

    async with ImageClient((await serve(quoted(*parts))).url, KEY) as client:
        answer = (await events(client, streamed))[-1]
        assert not client.streams

    assert isinstance(answer, Answer)
    assert [path.read_bytes() for path in answer.pictures] == [content]
    assert answer.usage == Usage(0, 0, 9)


@pytest.mark.parametrize(
    "parts",
    [
        [event(PARTIAL, b"p")],
        [event(PARTIAL, b"p"), event(DONE, b"one" * 99)[:-200]],
        [event(DONE, b"one").replace(b'json": "', b'json": "%')],
        [event(PARTIAL, b"p"), failed("rate_limit_exceeded")],
    ],
    ids=["a preview only", "half a result", "a broken result", "an error after a preview"],
)
async def test_nothing_inside_an_error(serve: Serve, streamed: Call, parts: list[bytes]) -> None:
    """Where the quoted stream has no whole picture, it is over, and counts as billed."""
    raised = await refusal_of(await serve(quoted(*parts)), streamed)

    assert isinstance(raised, Declined)
    assert raised.billed


@pytest.mark.parametrize("message", ["no", 'Invalid data: {"n": 5}', "event: none"])
async def test_an_error_that_quotes_no_stream(serve: Serve, streamed: Call, message: str) -> None:
    """A plain error is judged as ever."""
    raised = await refusal_of(await serve(reply(500, error("server_error", message))), streamed)

    assert isinstance(raised, Unsent)


async def test_a_card_of_litellm(serve: Serve, streamed: Call) -> None:
    """Through LiteLLM no stream is asked for at all."""
    wire = await serve(reply(200, pictures(b"one")))

    await answer_of(wire, replace(streamed, card=shipped_cards("litellm")["gpt-image-2"]), dialect="litellm")

    assert b"stream" not in wire.bodies[0]
    assert base64.b64encode(b"one") not in wire.bodies[0]
