"""What an examination finds, with requests that cost nothing and without a word of the key."""

import asyncio
from dataclasses import replace

import pytest

from bot.domain.catalog import Provider
from bot.provider.examine import Finding, Found, examine
from tests.provider.wire import KEY, Play, Serve, error, reply

F = Found
MODELS = reply(200, {"object": "list", "data": [{"id": "gpt-image-2"}, {"id": "x"}, 3]})
MISSING = reply(400, error("missing_required_parameter", "Missing required parameter: 'model'."))


def entry(port: int, dialect: str = "openai") -> Provider:
    """A provider at this port."""
    return Provider("mine", f"http://127.0.0.1:{port}/v1", "MY_KEY", dialect, ("gpt-image-2",))


def kinds(findings: tuple[Finding, ...]) -> list[Found]:
    """What was found, in its order."""
    return [finding.what for finding in findings]


async def test_all_is_well(serve: Serve) -> None:
    """A provider that is set up is reached, takes the key, lists the model and has the route."""
    wire = await serve(MODELS, MISSING)

    findings = await examine(entry(wire.port), KEY, ("gpt-image-2",))

    assert kinds(findings) == [F.REACHED, F.KEY_ACCEPTED, F.MODEL_LISTED, F.ROUTE_THERE]
    assert all(finding.ok for finding in findings)
    assert findings[2].fields == {"provider": "mine", "model": "gpt-image-2"}


async def test_it_cannot_cost_anything(serve: Serve) -> None:
    """The list of models is asked for, and the route gets a form in which nothing is."""
    wire = await serve(MODELS, MISSING)

    await examine(entry(wire.port), KEY, ())

    assert [head.split(b" HTTP")[0] for head in wire.heads] == [b"GET /v1/models", b"POST /v1/images/edits"]
    assert wire.bodies == [b"", b"--nothing--\r\n"]
    assert all(f"Bearer {KEY}".encode() in head for head in wire.heads)


async def test_a_model_that_is_missing(serve: Serve) -> None:
    """A model that the key may not use is named."""
    findings = await examine(entry((await serve(MODELS, MISSING)).port), KEY, ("gpt-image-2", "dall-e-2"))

    assert [(each.what, each.ok) for each in findings[2:4]] == [(F.MODEL_LISTED, True), (F.MODEL_MISSING, False)]
    assert findings[3].fields["model"] == "dall-e-2"


@pytest.mark.parametrize("status", [401, 403])
async def test_a_key_that_is_refused(serve: Serve, status: int) -> None:
    """A refused key ends the examination, and is called by the name of its setting."""
    wire = await serve(reply(status, error("invalid_api_key", f"Incorrect API key: {KEY}")))

    findings = await examine(entry(wire.port), KEY, ("gpt-image-2",))

    assert kinds(findings) == [F.REACHED, F.KEY_REFUSED]
    assert findings[1].fields == {"provider": "mine", "key": "MY_KEY", "status": status}
    assert KEY not in repr(findings)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (MISSING, F.ROUTE_THERE),
        (reply(422, {"detail": [{"loc": ["body", "prompt"], "msg": "Field required"}]}), F.ROUTE_THERE),
        (reply(400, {"error": "prompt required"}), F.ROUTE_THERE),
        (reply(500, error("invalid_request", "image is required")), F.ROUTE_THERE),
        (reply(503, error(None, "分组 default 下模型  无可用渠道")), F.ROUTE_THERE),
        (reply(404, error("model_not_found")), F.ROUTE_THERE),
        (reply(404, b"404 page not found"), F.ROUTE_MISSING),
        (reply(404, {"detail": "Not Found"}), F.ROUTE_MISSING),
        (reply(405, b""), F.ROUTE_MISSING),
        (reply(501, error("api_not_implemented")), F.ROUTE_MISSING),
        (reply(401, error("invalid_api_key")), F.KEY_REFUSED),
        (reply(429, error("insufficient_quota")), F.ACCOUNT_EMPTY),
        (reply(400, error("billing_hard_limit_reached")), F.ACCOUNT_EMPTY),
        (reply(502, b"<html>"), F.ROUTE_ODD),
        (reply(200, b"<html>Welcome"), F.ROUTE_ODD),
        (b"", F.CUT),
    ],
)
async def test_the_route(serve: Serve, answer: bytes, found: Found) -> None:
    """A server that has the route says what the form lacks; another does not know where the form should go."""
    findings = await examine(entry((await serve(MODELS, answer)).port), KEY, ("gpt-image-2",))

    assert findings[-1].what is found
    assert findings[-1].ok is (found is F.ROUTE_THERE)


async def test_a_server_without_a_list(serve: Serve) -> None:
    """Where there is no list of models, nothing is said of key and model; the route says the rest."""
    wire = await serve(reply(404, b""), reply(400, {"error": "prompt required"}))

    assert kinds(await examine(entry(wire.port), KEY, ("x",))) == [F.REACHED, F.MODELS_UNTOLD, F.ROUTE_THERE]


@pytest.mark.parametrize("dialect", ["sdcpp", "azure"])
async def test_a_list_that_says_nothing(serve: Serve, dialect: str) -> None:
    """A list that does not hold the names of calls is not held against them."""
    azure = replace(entry((await serve(MODELS, MISSING)).port, dialect))

    assert F.MODELS_UNTOLD in kinds(await examine(azure, KEY, ("my-deployment",)))


async def test_no_key_is_needed(serve: Serve) -> None:
    """An engine that asks for no key is fine without one."""
    wire = await serve(MODELS, reply(422, {"detail": []}))

    findings = await examine(entry(wire.port, "vllm_omni"), "", ("gpt-image-2",))

    assert kinds(findings) == [F.REACHED, F.KEY_UNNEEDED, F.MODEL_LISTED, F.ROUTE_THERE]
    assert b"uthorization" not in wire.heads[0]


async def test_a_redirect(serve: Serve) -> None:
    """A redirect is told and not followed."""
    trap = await serve(MODELS)
    wire = await serve(reply(307, b"", location=trap.url))

    assert kinds(await examine(entry(wire.port), KEY, ())) == [F.REACHED, F.REDIRECTED]
    assert trap.heads == []


async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes everything and says nothing."""
    await reader.read()


@pytest.mark.parametrize(("play", "found"), [(silent, F.SILENT), (b"", F.CUT), (b"garbage\r\n\r\n", F.CUT)])
async def test_a_connection_that_fails(serve: Serve, play: Play | bytes, found: Found) -> None:
    """A server that says nothing, hangs up or talks nonsense is told as such, without a word of the key."""
    findings = await examine(entry((await serve(play)).port), KEY, (), timeout_s=0.5)

    assert kinds(findings) == [found]
    assert KEY not in repr(findings)


async def test_nobody_there() -> None:
    """A port on which nobody listens is told with its number."""
    async with await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]

    (finding,) = await examine(entry(port), KEY, ())

    assert (finding.what, finding.fields["port"]) == (F.UNREACHABLE, port)


async def test_no_tls(serve: Serve) -> None:
    """A server that cannot speak TLS is told as such."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 this port is not TLS\r\n\r\n")

    wire = await serve(refuse)

    (finding,) = await examine(replace(entry(0), url=f"https://127.0.0.1:{wire.port}"), KEY, ())

    assert finding.what is F.TLS_BROKEN


@pytest.mark.parametrize(
    ("changed", "key", "found"),
    [
        ({"url": "ftp://x"}, KEY, F.ADDRESS_WRONG),
        ({"dialect": "morse"}, KEY, F.ADDRESS_WRONG),
        ({}, "", F.KEY_MISSING),
        ({}, "a key", F.KEY_UNSENDABLE),
        ({"url": "http://no such name/v1"}, KEY, F.NAME_UNKNOWN),
    ],
)
async def test_what_cannot_be_asked(changed: dict[str, str], key: str, found: Found) -> None:
    """A wrong address, a missing key and an unknown name are told without a connection."""
    assert kinds(await examine(replace(entry(1), **changed), key, ())) == [found]  # type: ignore[arg-type]
