"""Asking Discord whose a token is: each answer that it can give, and what is never sent."""

from collections.abc import AsyncGenerator, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.chat.account import examine_token

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.a-token-that-is-none-at-all-0000"


class Stand:
    """A Discord that gives one answer, and remembers who asked."""

    def __init__(self) -> None:
        self.answer = web.Response()
        self.asked: list[tuple[str, str | None]] = []

    async def me(self, request: web.Request) -> web.Response:
        """GET /users/@me."""
        self.asked.append((request.path, request.headers.get("Authorization")))
        return self.answer


@pytest.fixture
async def stand() -> Stand:
    """What the answer is set on."""
    return Stand()


@pytest.fixture
async def url(stand: Stand) -> AsyncGenerator[str, None]:
    """The address of its API."""
    application = web.Application()
    application.router.add_get("/{path:.*}", stand.me)
    async with TestServer(application, host="127.0.0.1") as server:
        yield str(server.make_url("/api/v10"))


async def test_a_known_token(stand: Stand, url: str) -> None:
    """Discord names the bot whose token it is."""
    stand.answer = web.json_response({"id": "1", "username": "Darkroom", "bot": True})

    found = await examine_token(TOKEN, url, None)

    assert (found.ok, found.what, found.fields) == (True, "bot_known", {"name": "Darkroom"})
    assert stand.asked == [("/api/v10/users/@me", f"Bot {TOKEN}")]


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (lambda: web.json_response({"message": "401: Unauthorized", "code": 0}, status=401), "token_refused"),
        (lambda: web.Response(status=503, text="<html>"), "discord_faulty"),
        (lambda: web.json_response({"retry_after": 3}, status=429), "discord_faulty"),
        (lambda: web.Response(status=302, headers={"Location": "/elsewhere"}), "discord_faulty"),
        (lambda: web.json_response(["what?"]), "discord_faulty"),
        (lambda: web.Response(text="<html>welcome to the hotel</html>"), "discord_faulty"),
    ],
)
async def test_other_answers(stand: Stand, url: str, answer: Callable[[], web.Response], what: str) -> None:
    """A refusal, a fault, a detour and a page of somebody else are told apart, and asked for once."""
    stand.answer = answer()

    found = await examine_token(TOKEN, url, None)

    assert (found.ok, found.what) == (False, what)
    assert TOKEN not in str(found)
    assert len(stand.asked) == 1


@pytest.mark.parametrize("no_token", ["", "0123456789abcdef0123456789abcdef", "a.b.c", TOKEN.replace(".", " ")])
async def test_what_is_no_token_is_not_sent(stand: Stand, url: str, no_token: str) -> None:
    """Something that only lies where the token should be, such as another secret, stays here."""
    found = await examine_token(no_token, url, None)

    assert found.what == "token_shapeless"
    assert stand.asked == []


async def test_nobody_there() -> None:
    """Where nothing listens, that is said without an exception, and without the token."""
    found = await examine_token(TOKEN, "http://127.0.0.1:9/api/v10", None)

    assert found.what == "discord_unreachable"
    assert TOKEN not in str(found)
