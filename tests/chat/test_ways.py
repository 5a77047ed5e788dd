"""What Discord's refusals mean: every code of the table, and those that it does not name."""

from typing import Any, cast

import aiohttp
import discord
import pytest

from bot.chat.delivery.ways import MEANINGS, WAYS, Way, verdict, way_of
from bot.workflow.ports import Undeliverable, Unreachable


def fault(status: int, code: int = 0, kind: type[discord.HTTPException] = discord.HTTPException) -> Exception:
    """What discord.py raises for this answer."""

    class Response:
        reason = "no"

    response: Any = Response()
    response.status = status
    return kind(cast("Any", response), {"code": code, "message": "no"})


@pytest.mark.parametrize("code", WAYS)
def test_the_table(code: int) -> None:
    """A code decides, whatever status it comes with."""
    for status in (400, 401, 403, 404, 413):
        assert way_of(fault(status, code)) is WAYS[code]
        assert type(verdict(fault(status, code))) is MEANINGS[WAYS[code]]


@pytest.mark.parametrize(
    ("status", "way"),
    [
        (401, Way.LATER),
        (408, Way.LATER),
        (429, Way.LATER),
        (413, Way.SMALLER),
        (400, Way.ELSEWHERE),
        (403, Way.ELSEWHERE),
    ],
)
def test_a_code_that_nobody_knows(status: int, way: Way) -> None:
    """The status decides; what is no limit and no size is a refusal of this place."""
    assert way_of(fault(status, 999_999)) is way


@pytest.mark.parametrize(
    "trouble",
    [
        fault(500, 50013, discord.DiscordServerError),
        aiohttp.ServerDisconnectedError(),
        TimeoutError(),
        ConnectionResetError(),
        discord.RateLimited(70.0),
    ],
)
def test_trouble_on_the_way(trouble: Exception) -> None:
    """Where Discord has not said no, it may say yes later."""
    assert isinstance(verdict(trouble), Unreachable)


def test_a_closed_place_is_no_place() -> None:
    """What refuses for good is undeliverable for the conductors, whichever word is used in here."""
    assert isinstance(verdict(fault(403, 50013)), Undeliverable)
    assert isinstance(verdict(fault(401, 50027)), Undeliverable)
