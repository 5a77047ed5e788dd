"""One paid call against a server made of bytes: what it yields, what it raises, and what it never lets out."""

import asyncio
import contextlib
import json
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.errors import InputLost, ProviderClosed, ProviderDown
from bot.domain.money import Usage
from bot.domain.progress import Phase, Progress
from bot.provider.answer import Caps
from bot.provider.client import ImageClient
from bot.workflow.ports import Answer, Call, Declined, Doubtful, SendFile, Unsent
from tests.provider.wire import (
    KEY,
    PICTURE,
    Play,
    Serve,
    Wire,
    answer_of,
    error,
    events,
    pictures,
    refusal_of,
    reply,
    with_n,
)


def unanswered(wire_head: bytes = b"") -> Play:
    """Takes the request, answers with this much, and never more."""

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(wire_head)
        await reader.read()

    return play


# ── success ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_call_from_end_to_end(serve: Serve, call: Call) -> None:
    """Progress in its order, then the answer: the file on disk, usage, request id, revised prompt."""
    body = pictures(
        b"one",
        usage={
            "input_tokens": 530,
            "output_tokens": 196,
            "input_tokens_details": {"text_tokens": 18, "image_tokens": 512},
        },
    )
    body["data"][0]["revised_prompt"] = "Snow."  # type: ignore[index]
    wire = await serve(reply(200, body, x_request_id="req_1"))

    async with ImageClient(wire.url, KEY) as client:
        *progress, answer = await events(client, call)

    assert progress == [Progress(Phase.SENDING), Progress(Phase.WAITING), Progress(Phase.RECEIVING)]
    assert answer == Answer((call.folder / "answer_0",), Usage(18, 512, 196), "req_1", "Snow.")
    assert (call.folder / "answer_0").read_bytes() == b"one"


async def test_the_head_of_the_request(serve: Serve, call: Call) -> None:
    """The key goes as a bearer token, the attempt as both ids that a provider may look at."""
    wire = await serve(reply(200, pictures(b"one")))

    await answer_of(wire, call)

    head = wire.heads[0].decode()
    assert head.startswith("POST /v1/images/edits HTTP/1.1\r\n")
    for line in (f"Authorization: Bearer {KEY}", "X-Client-Request-Id: attempt-1", "Idempotency-Key: attempt-1"):
        assert f"\r\n{line}\r\n" in head
    assert PICTURE in wire.bodies[0]


async def test_many_pictures_in_and_out(serve: Serve, call: Call, tmp_path: Path) -> None:
    """Sixteen pictures of several blocks go out whole and in order; ten come back in theirs."""
    sent = []
    for number in range(16):
        path = tmp_path / f"image_{number}.png"
        path.write_bytes(b"%02d" % number * 150_000)
        sent.append(SendFile(path, path.name, "image/png", 8, 8, 300_000))
    contents = [b"%d" % number * 100_000 for number in range(10)]
    wire = await serve(reply(200, pictures(*contents)))

    answer = await answer_of(wire, with_n(replace(call, pictures=tuple(sent)), 10))

    assert [path.read_bytes() for path in answer.pictures] == contents
    found = [wire.bodies[0].index(b"%02d" % number * 150_000) for number in range(16)]
    assert found == sorted(found)


async def test_fewer_and_more_than_asked(serve: Serve, call: Call) -> None:
    """Fewer pictures than asked are delivered as they are; more than asked are left."""
    wire = await serve(reply(200, pictures(b"one", b"two", b"three")))

    assert len((await answer_of(wire, with_n(call, 2))).pictures) == 2
    assert len((await answer_of(wire, with_n(call, 5))).pictures) == 3


async def test_one_bad_picture_among_good_ones(serve: Serve, call: Call) -> None:
    """A picture whose base64 is broken is left out; the others are delivered."""
    body = pictures(b"one", b"two", b"three")
    body["data"][1]["b64_json"] = "%%%"  # type: ignore[index]
    wire = await serve(reply(200, body))

    answer = await answer_of(wire, with_n(call, 3))

    assert [path.read_bytes() for path in answer.pictures] == [b"one", b"three"]


async def test_what_came_whole_is_kept(serve: Serve, call: Call) -> None:
    """Where the connection breaks after a whole picture, that one is paid for and delivered."""
    # The second is so long that the first must have been read off the wire before the end can be seen.
    wire = await serve(reply(200, pictures(b"one" * 1000, b"two" * 1_000_000))[:-500])

    answer = await answer_of(wire, with_n(call, 2))

    assert [path.read_bytes() for path in answer.pictures] == [b"one" * 1000]
    assert answer.usage is None


async def test_white_space_before_the_answer(serve: Serve, call: Call) -> None:
    """A gateway that sends blank lines to keep the line open is read past them."""
    body = b"\n" * 5000 + json.dumps(pictures(b"one")).encode()

    assert len((await answer_of(await serve(reply(200, body)), call)).pictures) == 1


async def test_chunked_without_a_length(serve: Serve, call: Call) -> None:
    """An answer without a Content-Length is read to its end."""
    body = json.dumps(pictures(b"one")).encode()
    wire = await serve(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    )

    assert len((await answer_of(wire, call)).pictures) == 1


# ── the connection ──────────────────────────────────────────────────────────────────────────────────────────


async def test_nobody_there(serve: Serve, call: Call) -> None:
    """A refused connection left nothing behind: the call may be made again."""
    async with await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]

    raised = await refusal_of(Wire([], port), call)

    assert isinstance(raised, Unsent)
    assert isinstance(raised.trouble, ProviderDown)


async def test_no_tls(serve: Serve, call: Call) -> None:
    """A server that cannot speak TLS got no byte of the body."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 this port is not TLS\r\n\r\n")

    wire = await serve(refuse)
    async with ImageClient(f"https://127.0.0.1:{wire.port}", KEY) as client:
        with pytest.raises(Unsent):
            await events(client, call)


async def test_tls_that_never_answers(serve: Serve, call: Call) -> None:
    """A handshake that outlasts the deadline got no byte of the body either."""
    wire = await serve(unanswered())
    async with ImageClient(f"https://127.0.0.1:{wire.port}", KEY, timeout_s=0.2) as client:
        with pytest.raises(Unsent):
            await events(client, call)


async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes a first piece and slams the door."""
    await reader.read(10)
    writer.transport.abort()


@pytest.mark.parametrize(
    "play",
    [
        pytest.param(reset, id="reset"),
        pytest.param(b"", id="closed"),
        pytest.param(b"HTTP/1.1 200", id="cut in the status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="cut in the headers"),
        pytest.param(reply(200, pictures(b"one" * 1000))[:-100], id="cut in the picture"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n", id="a header of 1 MB"),
        pytest.param(b"garbage that is not HTTP\r\n\r\n", id="garbage"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 53687091200\r\n\r\n{", id="50 GB announced"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nno gz", id="broken gzip"),
    ],
)
async def test_a_broken_connection(serve: Serve, call: Call, play: Play | bytes) -> None:
    """Once a byte of the body left, whatever cannot be read is doubtful."""
    assert isinstance(await refusal_of(await serve(play), call), Doubtful)


@pytest.mark.parametrize(
    "head",
    [b"", b"HTTP/1.1 200 OK\r\n", b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"data":[{"b64_json":"AAAA'],
)
async def test_the_deadline(serve: Serve, call: Call, head: bytes) -> None:
    """A provider that says nothing, half a head or half a picture until the deadline leaves the outcome unknown."""
    raised = await refusal_of(await serve(unanswered(head)), call, timeout_s=0.8)

    assert isinstance(raised, Doubtful)
    assert raised.reason == "deadline passed"


async def test_a_drip(serve: Serve, call: Call) -> None:
    """A byte now and then does not move the deadline."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n{")
        while not writer.is_closing():
            writer.write(b" ")
            await asyncio.sleep(0.02)

    assert isinstance(await refusal_of(await serve(drip), call, timeout_s=0.8), Doubtful)


async def test_an_answer_over_the_cap(serve: Serve, call: Call) -> None:
    """An answer that goes on beyond the cap is given up, and its outcome is unknown."""

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\n\r\n{"data":[{"b64_json":"')
        while not writer.is_closing():
            writer.write(b"AAAA" * 16384)
            await writer.drain()

    raised = await refusal_of(await serve(flood), call, caps=Caps(answer=1_000_000, picture=1))

    assert isinstance(raised, Doubtful)
    assert raised.reason == "too long"


async def test_a_gzip_bomb(serve: Serve, call: Call) -> None:
    """A small packed answer that unpacks to 200 MB is given up at the cap."""
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()

    raised = await refusal_of(
        await serve(reply(200, bomb, content_encoding="gzip")), call, caps=Caps(answer=2_000_000, picture=1)
    )

    assert isinstance(raised, Doubtful)
    assert raised.reason == "too long"


async def test_a_long_error(serve: Serve, call: Call) -> None:
    """An error page of 10 MB is not read to its end; the status decides."""
    raised = await refusal_of(await serve(reply(429, b"x" * 10_000_000)), call)

    assert isinstance(raised, Unsent)


async def test_an_answer_before_the_body_was_sent(serve: Serve, call: Call, tmp_path: Path) -> None:
    """A refusal that comes while the pictures are still on their way is believed."""

    async def hasty(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply(401, error("invalid_api_key")))
        await writer.drain()
        while await reader.read(65536):
            pass

    path = tmp_path / "big.png"
    path.write_bytes(bytes(8_000_000))
    big = replace(call, pictures=(SendFile(path, "image_0.png", "image/png", 8, 8, 8_000_000),))

    raised = await refusal_of(await serve(hasty), big)

    assert isinstance(raised, Declined)
    assert isinstance(raised.trouble, ProviderClosed)


@pytest.mark.parametrize("size", [len(PICTURE) - 1, len(PICTURE) + 1, None])
async def test_a_file_that_is_not_as_announced(serve: Serve, call: Call, size: int | None) -> None:
    """A picture that is gone or has another length ends the call before anything is sent."""
    wire = await serve(reply(200, pictures(b"one")))
    if size is None:
        call.pictures[0].path.unlink()
        sent = call
    else:
        sent = replace(call, pictures=(replace(call.pictures[0], bytes=size),))

    raised = await refusal_of(wire, sent)

    assert isinstance(raised, Declined)
    assert isinstance(raised.trouble, InputLost)
    assert wire.heads == []


async def test_a_disk_that_is_full(serve: Serve, call: Call) -> None:
    """Where the picture cannot be written, the outcome is unknown rather than lost in a traceback."""
    (call.folder / "answer_0").mkdir()

    assert isinstance(await refusal_of(await serve(reply(200, pictures(b"one"))), call), Doubtful)


async def test_a_caller_that_leaves(serve: Serve, call: Call) -> None:
    """A call that is cancelled in the middle closes its connection."""
    closed = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        closed.set()

    async with ImageClient((await serve(wait)).url, KEY) as client:
        async with contextlib.aclosing(client.edit(call)) as stream:
            async for event in stream:
                if event == Progress(Phase.WAITING):
                    break
        await closed.wait()


async def test_a_task_that_is_cancelled(serve: Serve, call: Call) -> None:
    """A cancellation while the provider thinks rises as one."""
    arrived = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        arrived.set()
        await reader.read()

    async with ImageClient((await serve(wait)).url, KEY) as client:
        calling = asyncio.create_task(events(client, call))
        await arrived.wait()
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
