"""A question that was put before a restart, answered or left alone after it."""

import sqlite3
from contextlib import closing

from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Stage
from tests.walk.sight import button_labels, ended, is_whole, mask, picture, private, quota

ALWAYS = {"ASK_ABOVE_USD": "0"}
QUARTER_OF_AN_HOUR_S = 900


async def test_a_question_of_the_first_life_is_answered_in_the_second(stage: Stage) -> None:
    """The bot stops between its question and the yes: the yes works all the same."""
    async with stage.bot(**ALWAYS), stage.member() as mira:
        before = await _asked(mira)
    async with stage.bot(**ALWAYS), stage.member() as mira:
        done = await ended(mira, await mira.press(_message(before), before.asks[0], wait="answer"))

    assert done.status is not None
    assert int(done.status["id"]) == _message(before)
    assert len(done.files) == 1
    assert len(stage.calls) == 1


async def test_a_question_is_taken_back_after_a_quarter_of_an_hour(stage: Stage) -> None:
    """Nobody said yes: the message says so, a yes that comes too late is refused, and nothing was held."""
    async with stage.bot(**ALWAYS), stage.member() as mira:
        before = await _asked(mira)
    _grow_old(stage)
    async with stage.bot(**ALWAYS), stage.member() as mira:
        over = await mira.wait_for(
            lambda seen: next((one for one in seen if one["content"].startswith("Nobody said yes")), None)
        )
        left = await quota(mira)

    assert int(over["id"]) == _message(before)
    assert (button_labels(over), over["attachments"]) == ([], [])
    assert is_whole(left)
    assert stage.calls == ()


async def test_a_yes_that_comes_too_late_places_nothing(stage: Stage) -> None:
    """A minute past the quarter of an hour the button may still be there, and is refused in a sentence."""
    async with stage.bot(**ALWAYS), stage.member() as mira:
        before = await _asked(mira)
        _grow_old(stage)
        late = await mira.press(_message(before), before.asks[0], wait="answer")
        left = await quota(mira)

    assert private(late).startswith("This edit was waiting for your yes for too long")
    assert is_whole(left)
    assert stage.calls == ()


async def _asked(member: Member) -> Acted:
    return await member.edit(images=[picture()], mask=mask("sky-mask.png"), prompt="teal", wait="answer")


def _message(acted: Acted) -> int:
    assert acted.status is not None
    return int(acted.status["id"])


def _grow_old(stage: Stage) -> None:
    """Let a quarter of an hour pass for every question. The bot looks at the real clock, so that time comes by hand."""
    with closing(sqlite3.connect(stage.data / "darkroom.db")) as database, database:
        database.execute("UPDATE drafts SET expires_at = expires_at - ?", (QUARTER_OF_AN_HOUR_S,))
