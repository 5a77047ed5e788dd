"""Results that come as links: from where they may be fetched, and that nothing else is ever touched."""

import asyncio
import itertools
import socket
from dataclasses import replace

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.domain.catalog import shipped_cards
from bot.domain.errors import AnswerUseless
from bot.provider.answer import Caps
from bot.provider.client import ImageClient
from bot.provider.fetch import LinkRefused, PublicResolver, check_link, is_public
from bot.workflow.ports import Answer, Call, Declined
from tests.provider.wire import KEY, Play, Serve, Wire, answer_of, events, pictures, reply

PROVIDER = URL("https://api.provider.example/v1/images/edits")
HOSTS = ("results.example",)

FORBIDDEN_HOSTS = (
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0",
    "0.0.0.0",
    "localhost",
    "10.0.0.5",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:169.254.169.254]",
    "[fe80::1]",
    "[fc00::1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "metadata.google.internal",
    "evil.example",
    "results.example.evil.example",
    "notresults.example",
    "api.provider.example.evil.example",
    "provider.example",
    "results.example.",
)
FORBIDDEN_SHAPES = (
    "http://{host}/x.png",
    "https://{host}/x.png",
    "https://{host}:8080/x.png",
    "https://{host}:22/",
    "https://results.example@{host}/x.png",
    "https://user:pass@{host}/x.png",
    "ftp://{host}/x.png",
    "gopher://{host}:70/_x",
    "//{host}/x.png",
    "https://{host}\\@results.example/",
    "https://{host}#@results.example/",
    "https://{host}?@results.example/",
    "HTTP://{host}/x.png",
    "ws://{host}/",
)
FORBIDDEN = [shape.format(host=host) for shape, host in itertools.product(FORBIDDEN_SHAPES, FORBIDDEN_HOSTS)] + [
    "",
    " ",
    "https://xn--/x.png",
    "x.png",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "https://",
    "https:///x.png",
    "https://[::1",
    "https://results.example:99999/",
    "http://results.example/x.png",
    "http://api.provider.example/x.png",
    "https://results.example:444/x.png",
    "https://u@results.example/x.png",
    "https://:p@results.example/x.png",
    "https://results.example/" + "x" * 9000,
    "https://results.example\r\nX: y/",
]


@pytest.mark.parametrize("link", FORBIDDEN)
def test_a_forbidden_link(link: str) -> None:
    """No spelling of another host, scheme or port gets past the rules."""
    with pytest.raises(LinkRefused):
        check_link(link, PROVIDER, HOSTS)


@pytest.mark.parametrize(
    "link",
    [
        "https://results.example/x.png?sig=a%2Fb",
        "https://eu.results.example/x.png",
        "https://RESULTS.example:443/x.png",
        "https://api.provider.example/files/x.png",
    ],
)
def test_a_link_that_may_be_followed(link: str) -> None:
    """The provider's own host and those of the row are allowed, with their subdomains."""
    assert check_link(link, PROVIDER, HOSTS).scheme == "https"


def test_a_path_alone() -> None:
    """A link that is a path leads to the provider itself, and nowhere else."""
    assert str(check_link("/v1/images/1/content", PROVIDER, ())) == "https://api.provider.example/v1/images/1/content"
    assert check_link("/\\evil.example/x", PROVIDER, ()).host == PROVIDER.host


def test_the_providers_own_origin() -> None:
    """A stand-in on this machine may link to itself, and to no other port of the machine."""
    own = URL("http://127.0.0.1:8080/v1/images/edits")

    assert check_link("http://127.0.0.1:8080/files/x.png", own, HOSTS).port == 8080
    for link in ("http://127.0.0.1:22/", "https://127.0.0.1:8080/", "http://localhost:8080/", "https://127.0.0.1/"):
        with pytest.raises(LinkRefused):
            check_link(link, own, HOSTS)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("64:ff9b::808:808", True),
        ("::ffff:8.8.8.8", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.0.2.1", False),
        ("224.0.0.251", False),
        ("240.0.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("fec0::1", False),
        ("ff0e::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
        ("no address", False),
    ],
)
def test_is_public(address: str, public: bool) -> None:
    """Loopback, private, link-local, shared and multicast addresses are not public, nor what carries one inside."""
    assert is_public(address) is public


class Names(AbstractResolver):
    """Answers every name with these addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=each, port=port, family=2, proto=0, flags=0) for each in self.addresses
        ]

    async def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("addresses", [(), ("127.0.0.1",), ("8.8.8.8", "10.0.0.1"), ("::ffff:127.0.0.1",)])
async def test_a_name_with_a_private_address(addresses: tuple[str, ...]) -> None:
    """A name that resolves to anything private, even among public addresses, is not connected to."""
    with pytest.raises(OSError, match="not a public address"):
        await PublicResolver(Names(*addresses)).resolve("results.example", 443)


async def test_a_name_with_public_addresses() -> None:
    """What is connected to are the addresses that were checked."""
    found = await PublicResolver(Names("8.8.8.8", "1.1.1.1")).resolve("results.example", 443)

    assert [each["host"] for each in found] == ["8.8.8.8", "1.1.1.1"]


# ── on the wire ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def linked(call: Call) -> Call:
    """A call for a model that answers with links."""
    return replace(call, card=shipped_cards()["gpt-image-2-c"])


def link_to(port: int, *paths: str) -> bytes:
    """An answer that links to these paths."""
    return reply(200, {"data": [{"url": f"http://127.0.0.1:{port}{path}"} for path in paths]})


async def serve_links(serve: Serve, *plays: Play | bytes, paths: tuple[str, ...] = ("/x.png",)) -> Wire:
    """A provider that answers its first call with links to itself, and plays the rest."""
    wire = await serve(b"", *plays)
    wire.plays[0] = link_to(wire.port, *paths)
    return wire


async def test_a_linked_result(serve: Serve, linked: Call) -> None:
    """A linked picture is fetched at once from the provider's own origin, without the key."""
    wire = await serve_links(serve, reply(200, b"the picture"))

    answer = await answer_of(wire, linked)

    assert [path.read_bytes() for path in answer.pictures] == [b"the picture"]
    assert wire.heads[1].startswith(b"GET /x.png HTTP/1.1\r\n")
    assert b"uthorization" not in wire.heads[1]
    assert KEY.encode() not in wire.heads[1]


@pytest.mark.parametrize(
    "trouble",
    [reply(503, b""), reply(404, b""), reply(200, b""), b"", reply(200, b"the picture")[:-4], b"garbage\r\n\r\n"],
)
async def test_a_fetch_that_fails_at_first(serve: Serve, linked: Call, trouble: bytes) -> None:
    """A fetch is tried again by itself, and the paid call is not repeated for it."""
    wire = await serve_links(serve, trouble, reply(200, b"the picture"))

    answer = await answer_of(wire, linked, link_pauses_s=(0.0,))

    assert [path.read_bytes() for path in answer.pictures] == [b"the picture"]
    assert [head.split(b" ")[0] for head in wire.heads] == [b"POST", b"GET", b"GET"]


async def test_a_fetch_that_fails_for_good(serve: Serve, linked: Call) -> None:
    """A picture that cannot be fetched is a useless answer, and may have been billed."""
    wire = await serve_links(serve, reply(503, b""))

    with pytest.raises(Declined) as raised:
        await answer_of(wire, linked, link_pauses_s=(0.0, 0.0))

    assert isinstance(raised.value.trouble, AnswerUseless)
    assert raised.value.billed
    assert [head.split(b" ")[0] for head in wire.heads] == [b"POST", b"GET", b"GET", b"GET"]


async def test_some_links_fail(serve: Serve, linked: Call) -> None:
    """Of several links those that work are delivered."""
    several = replace(linked, options=replace(linked.options, n=3))
    wire = await serve_links(serve, reply(404, b""), reply(200, b"two"), paths=("/1", "/2", "/3"))

    answer = await answer_of(wire, several, link_pauses_s=())

    assert [path.read_bytes() for path in answer.pictures] == [b"two", b"two"]


async def test_a_redirect_on_the_same_host(serve: Serve, linked: Call) -> None:
    """A link may lead on within its own origin."""
    wire = await serve_links(serve, reply(302, b"", location="/y.png"), reply(200, b"the picture"))

    assert [path.read_bytes() for path in (await answer_of(wire, linked)).pictures] == [b"the picture"]
    assert wire.heads[2].startswith(b"GET /y.png ")


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:1/",
        "https://results.example/",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "//evil.example/",
        "http://[::1",
        "/loop",
    ],
)
async def test_a_redirect_elsewhere(serve: Serve, linked: Call, location: str) -> None:
    """A link that leads to another host, port or scheme, or in circles, is given up."""
    wire = await serve_links(serve, reply(302, b"", location=location))

    with pytest.raises(Declined) as raised:
        await answer_of(wire, linked, link_pauses_s=(0.0,), result_hosts=HOSTS)

    assert isinstance(raised.value.trouble, AnswerUseless)
    assert len(wire.heads) <= 4


async def test_a_linked_flood(serve: Serve, linked: Call) -> None:
    """A linked file over the cap is given up."""
    wire = await serve_links(serve, reply(200, b"x" * 300_000))

    with pytest.raises(Declined):
        await answer_of(wire, linked, link_pauses_s=(), caps=Caps(linked=200_000))


async def test_a_link_that_hangs(serve: Serve, linked: Call) -> None:
    """All links together have a deadline of their own."""

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    wire = await serve_links(serve, hang)

    with pytest.raises(Declined):
        await answer_of(wire, linked, caps=Caps(links_s=0.2))


async def test_a_link_that_nobody_asked_for(serve: Serve, call: Call) -> None:
    """A link from a model that answers with pictures is never followed; a picture beside it is taken."""
    wire = await serve_links(serve, reply(200, b"the picture"))
    with pytest.raises(Declined):
        await answer_of(wire, call)
    assert len(wire.heads) == 1

    both = pictures(b"one")
    both["data"][0]["url"] = "http://127.0.0.1:1/"  # type: ignore[index]
    wire = await serve(reply(200, both))
    assert [path.read_bytes() for path in (await answer_of(wire, call)).pictures] == [b"one"]


async def test_a_path_of_its_own(serve: Serve, call: Call) -> None:
    """SGLang's link, which is a path, is fetched from where the call was made."""
    wire = await serve(reply(200, {"data": [{"url": "/v1/images/7/content"}]}), reply(200, b"the picture"))

    async with ImageClient(wire.url, "", "sglang") as client:
        answer = (await events(client, replace(call, card=shipped_cards("sglang")["gpt-image-2"])))[-1]

    assert isinstance(answer, Answer)
    assert [path.read_bytes() for path in answer.pictures] == [b"the picture"]
    assert wire.heads[1].startswith(b"GET /v1/images/7/content HTTP/1.1\r\n")


async def test_flux_kontext_answers_either_way(serve: Serve, call: Call) -> None:
    """A model that may answer with a link without being asked for one has its link followed."""
    wire = await serve_links(serve, reply(200, b"the picture"))

    async with ImageClient(wire.url, KEY, "newapi") as client:
        await events(client, replace(call, card=shipped_cards()["flux-kontext-pro"]))

    assert len(wire.heads) == 2
