"""The painter's door: what a link may look at and do, once, and what everybody else is answered."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image, ImageDraw

from bot.domain.link import Link, LinkKeys
from bot.domain.painting import LONGEST_EDGE, PAINTING_LIVES_S, PaintingState
from bot.domain.request import EditRequest, InputFile
from bot.images.decoder import Decoder
from bot.web.painter import PainterDoor
from bot.web.painter.door import BAD_LINKS, OF_A_LINK
from bot.web.painter.listening import Crowd
from bot.web.painter.page import FOLDER, POLICY
from bot.web.painter.reading import BODY_BYTES, WISH_BYTES
from bot.workflow.looking import Looking
from bot.workflow.painting import Painter
from bot.workflow.ports import StorageTrouble
from tests.workflow.house import ANN, BOB, House

ORIGIN = "https://paint.test"
LOOKS = ("/api/easel", "/api/picture", "/api/mask/last", "/api/mask/own")
SIZE = (320, 240)


def png(picture: Image.Image, **said: Any) -> bytes:
    """The picture as a file."""
    file = BytesIO()
    picture.save(file, "PNG", **said)
    return file.getvalue()


def photo(size: tuple[int, int] = SIZE, *, hole: bool = False) -> bytes:
    """Something that can be recognised, with a transparent hole in it if asked for."""
    picture = Image.linear_gradient("L").resize(size).convert("RGBA")
    ImageDraw.Draw(picture).ellipse((20, 20, 120, 120), "red")
    if hole:
        picture.paste((0, 0, 0, 0), (100, 100, 180, 160))
    return png(picture)


def painted(box: tuple[int, int, int, int] = (10, 10, 90, 70), size: tuple[int, int] = SIZE) -> bytes:
    """A mask as the page makes it: black, with alpha 0 where it was painted."""
    mask = Image.new("RGBA", size, (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), box)
    return png(mask)


def wish(**said: Any) -> bytes:
    return json.dumps({"prompt": "make it rain", "model": "gpt-image-2", "quality": "low", "n": 1, **said}).encode()


def envelope(mask: bytes | None = None, said: bytes | None = None) -> bytes:
    """A body as the page sends it: the length of the wish, the wish, and a mask."""
    first = wish() if said is None else said
    return len(first).to_bytes(4) + first + (painted() if mask is None else mask)


@dataclass
class Visitor:
    """A browser at the door, with a link or without one."""

    house: House
    painter: Painter
    port: int
    session: aiohttp.ClientSession
    token: str = ""

    async def opened(self, request: EditRequest | None = None) -> str:
        """Take a new link."""
        picture = self.house.file("photo.png", photo())
        invitation = await self.painter.open(request or self.house.edit(picture), "de")
        self.token = invitation.url.partition("#")[2]
        return self.token

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """The status, and the JSON or the bytes."""
        return await self.ask("GET", path, None, headers)

    async def post(self, path: str, body: Any = b"", **headers: str) -> tuple[int, Any]:
        """The same with a body, from our own page unless something else is said."""
        return await self.ask("POST", path, body, {"Origin": ORIGIN, **headers})

    async def ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        """Any request, with the link if there is one."""
        mine = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        said = {**mine, **{name.replace("_", "-"): value for name, value in headers.items() if value}}
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self.session.request(method, url, data=body, headers=said) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await answer.json() if is_json else await answer.read()

    def painting(self, number: int = 1) -> PaintingState:
        """Where the painting of this number is."""
        return self.house.book.gathered.paintings[number].state


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A house with nothing done yet."""
    return House(tmp_path)


@pytest.fixture
async def visitor(house: House) -> AsyncIterator[Visitor]:
    """A visitor at an open door."""
    async with visiting(house) as one:
        yield one


@asynccontextmanager
async def visiting(house: House, **settings: Any) -> AsyncIterator[Visitor]:
    """A door with the real decoder behind it."""
    async with Decoder() as decoder, aiohttp.ClientSession() as session:
        submit = replace(house.submit, look=Looking(decoder, house.blobs))
        painter = replace(house.painter, submit=submit, pictures=decoder)
        door = PainterDoor(painter, house.catalog, "127.0.0.1", 0, clock=house.clock.now, **settings)
        serving = asyncio.create_task(door.serve())
        await door.listening.wait()
        try:
            yield Visitor(house, painter, door.port, session)
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving


# ── the page ────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_page_and_its_files_are_there_for_everybody(visitor: Visitor) -> None:
    """They say nothing about anybody; together they weigh less than 300 KB."""
    names = [path.name for path in FOLDER.iterdir()]

    answers = [await visitor.get("/"), *[await visitor.get(f"/static/{name}") for name in names]]

    assert [status for status, _ in answers] == [200] * len(answers)
    assert sum(len(body) for _, body in answers[1:]) < 300_000


@pytest.mark.parametrize("path", ["/", "/static/painter.js", "/api/words", "/api/easel", "/nowhere", "/api/edit"])
async def test_every_answer_has_the_headers(visitor: Visitor, path: str) -> None:
    """The policy, nosniff, no frame, no referrer; never a cookie."""
    async with visitor.session.get(f"http://127.0.0.1:{visitor.port}{path}") as answer:
        headers = answer.headers

    assert headers["Content-Security-Policy"] == POLICY
    for said in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"):
        assert said in POLICY
    assert "img-src 'self' blob:" in POLICY
    assert "frame-ancestors 'none'" in POLICY
    assert "unsafe" not in POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] in {"no-store", "no-cache"}
    assert "Set-Cookie" not in headers
    assert "aiohttp" not in headers["Server"]


def test_the_page_has_no_inline_code_and_asks_nobody_else() -> None:
    """The policy would stop both; so the page has neither."""
    text = (FOLDER / "index.html").read_text("utf-8")

    assert "<script>" not in text
    assert "style=" not in text
    assert " onclick" not in text
    for path in FOLDER.iterdir():
        assert "https://" not in path.read_text("utf-8").replace("https://discord.com/", "")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../door.py",
        "/static/%2e%2e/door.py",
        "/static/..%2fdoor.py",
        "/static/",
        "/static/x.js",
        "/metrics",
        "/healthz",
        "/api",
        "/api/easel/",
        "//api/easel",
        "/.env",
    ],
)
async def test_there_is_nothing_else(visitor: Visitor, path: str) -> None:
    """Routes are fixed: no folder is looked into, and the operator's door is another one."""
    await visitor.opened()

    assert (await visitor.get(path))[0] == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_other_methods_do_nothing(visitor: Visitor, method: str) -> None:
    """Nor does a header that asks for another one."""
    await visitor.opened()
    said = {"Origin": ORIGIN, "X-HTTP-Method-Override": "POST"}

    assert (await visitor.ask(method, "/api/edit", envelope(), said))[0] == 405
    assert (await visitor.ask("GET", "/api/edit", None, said))[0] == 405
    assert visitor.house.book.jobs == {}


@pytest.mark.parametrize(
    ("tag", "locale", "send"),
    [("de", "de", "Send"), ("xx", "en-US", "Send"), ("", "en-US", "Send"), ("zh-Hant-HK", "zh-TW", "Send")],
)
async def test_the_page_speaks_the_members_language(visitor: Visitor, tag: str, locale: str, send: str) -> None:
    """Words come by the locale, English where there is none; without a link, too, to say that it is no good."""
    status, said = await visitor.get(f"/api/words?lang={tag}")

    assert (status, said["locale"]) == (200, locale)
    assert set(said["words"]) > {"send", "bad_link", "brush"}
    assert said["words"]["send"] or send


# ── looking ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_easel_tells_the_wish_and_what_can_be_chosen(visitor: Visitor) -> None:
    """The member's words and options, and the models for which a mask does something."""
    await visitor.opened()

    status, said = await visitor.get("/api/easel")

    assert status == 200
    assert (said["state"], said["name"], said["ends_in"]) == ("open", "photo.png", PAINTING_LIVES_S)
    assert said["wish"] == {"prompt": "make it snow", "model": "gpt-image-2", "quality": "low", "size": "", "n": 1}
    assert "gpt-image-2" in {model["name"] for model in said["models"]}
    assert (said["own"], said["last"]) == (False, False) or said["own"]


async def test_the_picture_is_made_anew(visitor: Visitor) -> None:
    """WebP of ours, small enough for a page; nothing of the file that was uploaded is in it."""
    house = visitor.house
    large = photo((3000, 1500)) + b"<script>alert(1)</script>"
    await visitor.opened(house.edit(house.file("<b>.png", large)))

    status, body = await visitor.get("/api/picture")

    with Image.open(BytesIO(body)) as picture:
        assert (status, picture.format, picture.size) == (200, "WEBP", (LONGEST_EDGE, LONGEST_EDGE // 2))
    assert b"script" not in body


async def test_a_mask_to_begin_with_comes_in_the_size_of_the_page(visitor: Visitor) -> None:
    """Its own transparency, and the mask of before in whichever form that was: alpha 0 where it may change."""
    house = visitor.house
    last = Image.new("L", (160, 120))
    last.paste(255, (0, 0, 80, 120))  # white on black, half as large
    picture, mask = house.file("hole.png", photo(hole=True)), house.file("mask.png", png(last))
    await visitor.opened(house.edit(picture, mask=mask))

    alphas = []
    for path in ("/api/mask/last", "/api/mask/own"):
        status, body = await visitor.get(path)
        assert status == 200
        with Image.open(BytesIO(body)) as found:
            assert found.size == SIZE
            alphas.append(found.getchannel("A").copy())

    assert [alphas[0].getpixel(at) for at in ((10, 10), (300, 10))] == [0, 255]
    assert [alphas[1].getpixel(at) for at in ((140, 130), (10, 10))] == [0, 255]


async def test_a_hundred_looks_spend_nothing(visitor: Visitor) -> None:
    """A preview that opens the link first takes nothing from its member."""
    await visitor.opened()

    for number in range(100):
        assert (await visitor.get(LOOKS[number % 2]))[0] == 200

    assert visitor.painting() is PaintingState.OPEN
    assert (await visitor.post("/api/edit", envelope()))[0] == 200


async def test_the_price_is_told_and_nothing_is_held(visitor: Visitor) -> None:
    """In micro-USD, and in the language that the page speaks."""
    await visitor.opened()

    status, said = await visitor.post("/api/price", wish(quality="high"), X_Language="en-US")

    assert status == 200
    assert said["micro_usd"] > 0
    assert said["text"].startswith("about $")
    assert visitor.house.book.jobs == {}


# ── links ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def forged() -> str:
    """A link that was signed with another key."""
    link = Link(1, ANN, "0" * 16, 1_795_000_001)
    return LinkKeys(b"x" * 32).issue(link, 1_795_000_000.0)


async def test_every_link_that_is_not_good_is_not_there(visitor: Visitor, forged: str) -> None:
    """Forged, changed, empty, of another scheme, expired: each is the same 404 to whatever it asks."""
    good = await visitor.opened()
    wrong = [forged, good[:-1], good + "A", good.swapcase(), "x", ".", "🎨".encode().decode("latin-1")]
    answers = []
    for token in wrong:
        visitor.token = token
        answers.append(await visitor.get("/api/easel"))
    visitor.token = ""
    schemes = ("", "Bearer", f"Basic {good}", good)
    answers += [await visitor.get("/api/easel", Authorization=scheme) for scheme in schemes]
    answers += [await visitor.get(path) for path in LOOKS]
    answers += [await visitor.post("/api/price", wish()), await visitor.post("/api/edit", envelope())]
    visitor.house.clock.moment += PAINTING_LIVES_S
    visitor.token = good
    answers.append(await visitor.get("/api/easel"))

    assert answers == [(404, {})] * len(answers)
    assert visitor.house.book.jobs == {}


async def test_another_members_link_is_theirs(visitor: Visitor) -> None:
    """Whoever sends it, the edit is its member's; and a row that is not the link's own is not opened."""
    picture = visitor.house.file("photo.png", photo())
    await visitor.opened(visitor.house.edit(picture, user_id=BOB))
    mine = await visitor.opened()
    paintings = visitor.house.book.gathered.paintings
    paintings[2], paintings[1] = replace(paintings[1], id=2), replace(paintings[2], id=1)

    visitor.token = mine
    assert (await visitor.get("/api/easel"))[0] == 404
    assert (await visitor.post("/api/edit", envelope()))[0] == 404
    assert visitor.house.book.jobs == {}


async def test_who_tries_many_links_is_let_try_no_more(visitor: Visitor) -> None:
    """Not even a good one; after a while there is another try."""
    good = await visitor.opened()
    visitor.token = "x"
    tries = [(await visitor.get("/api/easel"))[0] for _ in range(BAD_LINKS.burst + 3)]
    visitor.token = good

    assert tries == [404] * BAD_LINKS.burst + [429] * 3
    assert (await visitor.get("/api/easel"))[0] == 429
    visitor.house.clock.moment += 10
    assert (await visitor.get("/api/easel"))[0] == 200


async def test_behind_a_proxy_each_address_counts_for_itself(visitor: Visitor) -> None:
    """The proxy's own word counts, which is the last; what a client puts before it does not."""
    visitor.token = "x"
    for number in range(BAD_LINKS.burst):
        await visitor.get("/api/easel", X_Forwarded_For=f"10.0.0.{number}, 203.0.113.9")

    assert (await visitor.get("/api/easel", X_Forwarded_For="198.51.100.1, 203.0.113.9"))[0] == 429
    assert (await visitor.get("/api/easel", X_Forwarded_For="203.0.113.9, 198.51.100.1"))[0] == 404


async def test_one_link_is_not_asked_without_end(visitor: Visitor) -> None:
    """Whatever address it is asked from."""
    await visitor.opened()
    asked = [
        (await visitor.get("/api/easel", X_Forwarded_For=f"198.51.100.{number % 200}"))[0]
        for number in range(OF_A_LINK.burst + 5)
    ]

    assert asked == [200] * OF_A_LINK.burst + [429] * 5


# ── sending ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_was_painted_is_sent(visitor: Visitor) -> None:
    """The edit is the member's, has that mask to the byte, and the page is told where to look."""
    house = visitor.house
    await visitor.opened()
    mask = painted()

    status, said = await visitor.post("/api/edit", envelope(mask))

    assert (status, said["state"], said["job"]) == (200, "sent", 1)
    assert said["url"] == "https://discord.com/channels/1/100/8001"
    request = house.job().request
    assert (request.user_id, request.prompt) == (ANN, "make it rain")
    assert request.mask is not None
    assert house.blobs.path(request.mask.blob).read_bytes() == mask
    assert request.mask_share == round(1000 * 80 * 60 / (320 * 240))
    assert visitor.painting() is PaintingState.USED


async def test_a_hundred_at_once_place_one_edit(visitor: Visitor) -> None:
    """The others hear that it was sent already."""
    await visitor.opened()

    answers = await asyncio.gather(
        *(visitor.post("/api/edit", envelope(painted((n, 0, n + 60, 60)))) for n in range(100))
    )

    statuses = [status for status, _ in answers]
    assert statuses.count(200) == 1
    assert statuses.count(409) == 99
    assert {said["state"] for status, said in answers if status == 409} == {"already"}
    assert len(visitor.house.book.jobs) == 1


async def test_a_second_tab_hears_that_it_was_sent(visitor: Visitor) -> None:
    """Loaded again the page says so, too."""
    await visitor.opened()
    await visitor.post("/api/edit", envelope())

    status, said = await visitor.post("/api/edit", envelope(), X_Language="en-US")

    assert (status, said["state"]) == (409, "already")
    assert "sent already" in said["sentence"]
    assert (await visitor.get("/api/easel"))[1]["state"] == "used"


@pytest.mark.parametrize(
    "origin", ["", "null", "https://evil.test", "https://paint.test.evil.test", "http://paint.test"]
)
async def test_another_page_cannot_send(visitor: Visitor, origin: str) -> None:
    """Even with the link in its hands."""
    await visitor.opened()

    assert (await visitor.post("/api/edit", envelope(), Origin=origin))[0] == 403
    assert (await visitor.post("/api/price", wish(), Origin=origin))[0] == 403
    assert visitor.painting() is PaintingState.OPEN


@pytest.mark.parametrize(
    ("mask", "status"),
    [
        (painted((0, 0, 0, 0)), 422),
        (painted((0, 0, *SIZE)), 422),
        (painted(size=(100, 240)), 422),
        (painted()[:-30], 422),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 64, 422),
        (b"<svg></svg>", 400),
        (b"", 400),
        (b"\x89PN", 400),
        (photo((LONGEST_EDGE + 1, 30)), 422),
    ],
)
async def test_a_mask_that_is_none_is_refused(visitor: Visitor, mask: bytes, status: int) -> None:
    """By the decoder, in a sentence without Discord's Markdown; the link takes another one."""
    await visitor.opened()

    answer = await visitor.post("/api/edit", envelope(mask))

    assert answer[0] == status
    if status == 422:
        assert answer[1]["sentence"]
        assert "\\" not in answer[1]["sentence"]
    assert visitor.house.book.jobs == {}
    assert (await visitor.post("/api/edit", envelope()))[0] == 200


async def test_a_bomb_of_a_mask_is_refused(visitor: Visitor) -> None:
    """Few bytes, 400 megapixels: by its header, before a pixel is decoded."""
    await visitor.opened()
    bomb = png(Image.new("1", (20_000, 20_000)))

    status, said = await visitor.post("/api/edit", envelope(bomb))

    assert (status, len(bomb) < 100_000) == (422, True)
    assert said["sentence"]


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"\xff",
        b"[" * 50_000,
        wish(prompt=7),
        wish(prompt="x" * (WISH_BYTES - 100), n="1"),
        wish(model="m" * 101),
        wish(n=True),
        wish(n=-1),
        wish(seen_price=-1),
        wish(quality=["low"]),
    ],
)
async def test_a_wish_that_the_page_would_not_send_is_refused(visitor: Visitor, said: bytes) -> None:
    """As a price and as an edit; nobody is told anything about it."""
    await visitor.opened()

    assert (await visitor.post("/api/price", said))[0] == 400
    assert (await visitor.post("/api/edit", envelope(said=said)))[0] == 400
    assert visitor.house.book.jobs == {}


async def test_a_wish_that_cannot_be_is_told_in_a_sentence(visitor: Visitor) -> None:
    """The page shows it beside the button."""
    await visitor.opened()

    status, said = await visitor.post("/api/price", wish(prompt="  "), X_Language="en-US")

    assert (status, said["sentence"].startswith("There is no wish yet.")) == (422, True)


async def test_a_fault_of_ours_is_told_with_a_reference(visitor: Visitor) -> None:
    """And says nothing about itself."""
    await visitor.opened()
    visitor.house.steps.raise_at("place", RuntimeError("the key is 12345"), StorageTrouble("secret"))

    answers = [await visitor.post("/api/edit", envelope(), X_Language="en-US") for _ in range(2)]

    assert answers[0][0] == 500
    assert "wrong on my side" in answers[0][1]["sentence"]
    assert answers[1][0] == 422
    assert not [one for one in answers if "12345" in str(one) or "secret" in str(one)]
    assert visitor.painting() is PaintingState.OPEN


async def test_a_name_is_never_markup(visitor: Visitor) -> None:
    """It comes as JSON, and what is JSON is never shown as a page."""
    house = visitor.house
    name = "<img src=x onerror=alert(1)>.png"
    kept = house.file(name, photo())
    await visitor.opened(replace(house.edit(kept), prompt="</script><script>"))

    async with visitor.session.get(
        f"http://127.0.0.1:{visitor.port}/api/easel", headers={"Authorization": f"Bearer {visitor.token}"}
    ) as answer:
        said = await answer.json()

        assert answer.content_type == "application/json"
    assert said["name"] == name
    assert InputFile(kept.blob, name, kept.bytes) == kept


# ── too much ────────────────────────────────────────────────────────────────────────────────────────────────


async def raw(visitor: Visitor, head: str, *chunks: bytes) -> bytes:
    """Speak HTTP by hand, and hear everything until the other side hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", visitor.port)
    try:
        writer.write(head.replace("\n", "\r\n").encode())
        for chunk in chunks:
            with suppress(ConnectionError):
                writer.write(chunk)
                await writer.drain()
        with suppress(ConnectionError):
            return await reader.read()
        return b""
    finally:
        writer.close()


def head(visitor: Visitor, length: str, path: str = "/api/edit") -> str:
    return (
        f"POST {path} HTTP/1.1\nHost: paint.test\nOrigin: {ORIGIN}\nAuthorization: Bearer {visitor.token}\n{length}\n\n"
    )


async def test_a_body_of_half_a_gigabyte_is_not_read(visitor: Visitor) -> None:
    """It is refused by its announced length, and the connection is closed; nothing of it reaches the disk."""
    await visitor.opened()
    before = set(visitor.house.folder.iterdir())

    answer = await raw(visitor, head(visitor, "Content-Length: 524288000"), b"x" * 65536)

    assert answer.startswith(b"HTTP/1.1 413")
    assert set(visitor.house.folder.iterdir()) == before
    assert (await visitor.post("/api/edit", envelope()))[0] == 200


async def test_a_body_that_hides_its_length_is_not_read(visitor: Visitor) -> None:
    """Chunk by chunk it could go on for ever."""
    await visitor.opened()

    answer = await raw(visitor, head(visitor, "Transfer-Encoding: chunked"), b"5\r\nhello\r\n")

    assert answer.startswith(b"HTTP/1.1 411")


@pytest.mark.parametrize(
    ("path", "length"), [("/api/edit", BODY_BYTES + 1), ("/api/price", WISH_BYTES + 1), ("/api/edit", 10**15)]
)
async def test_a_body_may_be_as_large_as_a_mask_and_no_larger(visitor: Visitor, path: str, length: int) -> None:
    """One byte more is too much, before any of it came."""
    await visitor.opened()

    assert (await raw(visitor, head(visitor, f"Content-Length: {length}", path))).startswith(b"HTTP/1.1 413")


async def test_a_wish_that_claims_to_be_endless_is_not_read(visitor: Visitor) -> None:
    """Its own length is checked before it is waited for."""
    await visitor.opened()

    answer = await raw(visitor, head(visitor, "Content-Length: 100000"), b"\xff\xff\xff\xff" + b"x" * 1000)

    assert answer.startswith(b"HTTP/1.1 413")


async def test_a_slow_body_is_given_up(house: House) -> None:
    """A mask that drips in holds nothing for longer than a mask takes."""
    async with visiting(house, body_s=0.2) as visitor:
        await visitor.opened()

        answers = [
            await raw(visitor, head(visitor, f"Content-Length: {len(envelope())}"), envelope()[:part])
            for part in (0, 3, 20, 500)
        ]

        assert [answer[:12] for answer in answers] == [b"HTTP/1.1 408"] * 4
        assert visitor.painting() is PaintingState.OPEN


@pytest.mark.parametrize("said", ["", "G", "GET / HTTP/1.1\nHost: paint.test\nX-Slow: "])
async def test_a_head_that_never_ends_is_given_up(house: House, said: str) -> None:
    """So is a connection that says nothing, and one that has nothing more to say."""
    async with visiting(house, crowd=Crowd(silent_s=0.2)) as visitor:
        assert await raw(visitor, said) == b""
        assert (await raw(visitor, "GET / HTTP/1.1\nHost: paint.test\n\n")).startswith(b"HTTP/1.1 200")


async def test_a_thousand_connections_are_not_all_let_in(house: House) -> None:
    """What is too much is hung up on; who is inside is served."""
    async with visiting(house, crowd=Crowd(all=8)) as visitor:
        await visitor.opened()
        assert (await visitor.get("/api/easel"))[0] == 200  # this one stays
        others = [await asyncio.open_connection("127.0.0.1", visitor.port) for _ in range(30)]
        hung_up = await asyncio.wait([asyncio.create_task(_closed(reader)) for reader, _ in others], timeout=1.0)

        assert len(hung_up[0]) == 30 - 7
        assert (await visitor.get("/api/easel"))[0] == 200
        for _, writer in others:
            writer.close()
        for task in hung_up[1]:
            task.cancel()


async def _closed(reader: asyncio.StreamReader) -> bool:
    with suppress(ConnectionError):
        await reader.read()
    return True


async def test_a_port_that_is_taken_is_said_and_nothing_else_ends(house: House) -> None:
    """The bot goes on without its page."""
    async with visiting(house) as visitor:
        second = PainterDoor(visitor.painter, house.catalog, "127.0.0.1", visitor.port)

        await second.serve()

        assert not second.listening.is_set()
        assert (await visitor.get("/"))[0] == 200


async def test_who_goes_away_has_sent_all_the_same(visitor: Visitor) -> None:
    """The edit of a browser that was closed while it waited is placed, once, and its files are there."""
    await visitor.opened()
    stop = visitor.house.steps.stop_at("place")
    sending = asyncio.create_task(visitor.post("/api/edit", envelope()))
    await stop.reached.wait()
    sending.cancel()
    with suppress(asyncio.CancelledError):
        await sending
    stop.go.set()

    for _ in range(200):
        if visitor.house.book.jobs:
            break
        await asyncio.sleep(0.01)

    assert visitor.painting() is PaintingState.USED
