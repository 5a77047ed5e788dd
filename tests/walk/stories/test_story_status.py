"""Stories of waiting: what the status message of an edit says to its member until the end, and what Cancel comes to."""

import asyncio
import re

import pytest

from bot.sandbox.discord_api.world import EPHEMERAL
from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Crowd
from tests.walk.several import Options, texts
from tests.walk.sight import Json, button_labels, edited, ended, is_whole, of_bot, picture, private, quota
from tests.walk.stories.server import held, let_go, message_of, open_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLOW_S = 300.0  # of the sandbox's time
CANCELLED = "It was cancelled. Nothing was charged."


async def begun(member: Member, prompt: str, **options: str | int | bool) -> Acted:
    """An edit, as far as its status message."""
    acted = await member.edit(images=[picture()], prompt=prompt, options=options, wait="answer")
    assert acted.refused is None, acted.refused
    return acted


def status_of(acted: Acted) -> int:
    """The status message of an edit."""
    assert acted.status is not None
    return int(acted.status["id"])


async def says(member: Member, message_id: int, pattern: str) -> Json:
    """The status message once it says this."""

    def look(seen: list[Json]) -> Json | None:
        return next((one for one in seen if int(one["id"]) == message_id and re.search(pattern, one["content"])), None)

    return await member.wait_for(look)


async def test_two_members_at_once(crowd: Crowd) -> None:
    """A member has asked for three edits, of which two are made at a time; another member's first does not wait behind
    the third. Each has a status of their own, in their own channel, and each is given their own picture."""
    server, books = open_server(crowd), crowd.stage.sandbox.engine.books
    async with server.member() as mira, server.member("ben", "other") as ben, held(crowd, 4):
        mine = [await begun(mira, f"status: two members, {number}") for number in range(3)]
        await books.until(waiting=2)
        theirs = await begun(ben, "status: two members, ben")
        await books.until(waiting=3)
        behind = await says(mira, status_of(mine[2]), "queued")
        before = await says(ben, status_of(theirs), "the provider is working")
        sent = [len(crowd.calls(f"status: two members, {number}")) for number in range(3)]
        await let_go(crowd)
        await books.until(waiting=1)
        await let_go(crowd)
        done = [await ended(mira, one) for one in mine]
        other = await ended(ben, theirs)

    assert sent == [1, 1, 0]
    assert f"<@{server.id_of('mira')}>" in behind["content"]
    assert f"<@{server.id_of('ben')}>" in before["content"]
    assert [len(one.files) for one in (*done, other)] == [1, 1, 1, 1]
    assert len({one.thread_id for one in (*done, other)}) == 4


async def test_moving_up_in_the_line(crowd: Crowd) -> None:
    """The fourth edit of a member stands behind the third; as one of the first two is over it moves up, without a word
    from anybody, on the message that it had, and with the same amount held."""
    server, stage = open_server(crowd), crowd.stage
    stage.sandbox.engine.plan({"latency_s": SLOW_S}, {"hold": True}, {"hold": True}, {"hold": True})
    async with server.member() as mira:
        edits = [await begun(mira, f"status: the line, {number}") for number in range(4)]
        await stage.sandbox.engine.books.until(waiting=2)
        last = status_of(edits[3])
        behind = await says(mira, last, r"queued, 1 ahead\b")
        stage.sandbox.clock.advance(SLOW_S)
        await ended(mira, edits[0])
        next_one = await says(mira, last, r"queued ·")
        await stage.sandbox.engine.books.until(waiting=2)
        await let_go(crowd)
        working = await says(mira, last, "the provider is working")
        await stage.sandbox.engine.books.until(waiting=1)
        await let_go(crowd)
        done = await ended(mira, edits[3])
        public = await of_bot(mira)

    holds = {re.findall(r"holds \$[0-9.]+", one["content"])[0] for one in (behind, next_one, working)}
    assert len(holds) == 1
    assert len(public) == 4
    assert len(done.files) == 1


async def test_how_long_the_line_takes(crowd: Crowd) -> None:
    """Once three edits of a kind were made, an edit that waits in the line is told in about how many seconds its
    picture will be there."""
    server = open_server(crowd)
    async with server.member() as mira:
        for number in range(3):
            await edited(mira, images=[picture()], prompt=f"status: a kind, {number}", options={"quality": "low"})
        async with held(crowd, 3):
            edits = [await begun(mira, f"status: a wait, {number}", quality="low") for number in range(3)]
            waiting = await says(mira, status_of(edits[2]), "queued · about")
            await crowd.stage.sandbox.engine.books.until(waiting=2)
            await let_go(crowd)
            await crowd.stage.sandbox.engine.books.until(waiting=1)
        done = [await ended(mira, one) for one in edits]

    assert re.search(r"queued · about \d+ s · holds \$", waiting["content"])
    assert [len(one.files) for one in done] == [1, 1, 1]


async def test_a_busy_provider(crowd: Crowd) -> None:
    """The provider has too much to do: the member reads when it is tried again, and gets their picture on the second
    try, for the price of one."""
    server = open_server(crowd)
    crowd.stage.sandbox.engine.plan({"code": "rate_limit_exceeded", "status": 429, "headers": {"Retry-After": "4"}})
    async with server.member() as mira:
        acted = await begun(mira, "status: busy")
        busy = await says(mira, status_of(acted), "the provider is busy, next try in")
        done = await ended(mira, acted)

    assert re.search(r"the provider is busy, next try in [45] s · holds \$", busy["content"])
    assert [call.billed for call in crowd.calls("status: busy")] == [False, True]
    assert len(done.files) == 1


async def test_cancelled_before_the_next_try(crowd: Crowd) -> None:
    """While it waits for a busy provider nothing is being paid for, so Cancel ends the edit: nothing is charged, the
    hold is given back, and nobody calls the provider again."""
    server = open_server(crowd)
    crowd.stage.sandbox.engine.plan({"code": "rate_limit_exceeded", "status": 429, "headers": {"Retry-After": "8"}})
    async with server.member() as mira:
        acted = await begun(mira, "status: busy and cancelled")
        await says(mira, status_of(acted), "the provider is busy")
        pressed = await mira.press(status_of(acted), "Cancel", wait="answer")
        over = await ended(mira, acted)
        left = await quota(mira)

    assert private(pressed).endswith(CANCELLED)
    assert (over.status or {})["content"].partition(" · ")[2].startswith("cancelled · nothing charged")
    assert button_labels(over.status or {}) == []
    assert [one["content"].endswith(CANCELLED) for one in over.posted] == [True]
    assert is_whole(left.partition("**Your last edits**")[0])
    assert len(crowd.calls("status: busy and cancelled")) == 1


async def test_cancel_pressed_twice(crowd: Crowd) -> None:
    """Two presses on their way at once stop an edit of the line once: one says that it is cancelled, the other no more
    than that, and it is told in its thread once."""
    server = open_server(crowd)
    async with server.member() as mira, held(crowd, 2):
        first = [await begun(mira, f"status: twice, {number}") for number in range(2)]
        await crowd.stage.sandbox.engine.books.until(waiting=2)
        third = await begun(mira, "status: cancelled twice")
        # Both are on their way before the bot has heard of either.
        presses = (mira.press(status_of(third), "Cancel", wait="answer") for _ in range(2))
        pressed = await asyncio.gather(*presses)
        await let_go(crowd)
        over = await ended(mira, third)
        for one in first:
            await ended(mira, one)
        told = await of_bot(mira, over.thread_id)

    answers = sorted(private(one).partition(": ")[2] or private(one) for one in pressed)
    assert answers[0] == CANCELLED
    assert answers[1] in (CANCELLED, "This edit is already over. Start a new one with /edit.")
    assert len(told) == 1
    assert crowd.calls("status: cancelled twice") == []


async def test_stopped_too_late_and_wanted_after_all(crowd: Crowd) -> None:
    """Two pictures are being made, one call each, and the member stops it during the first: that one is paid for, kept
    and shown when they want it after all, and the second is never asked for."""
    server = open_server(crowd)
    options: Options = {"quality": "low", "previews": 1, "n": 2}
    async with server.member() as mira:
        async with held(crowd, 1):
            acted = await begun(mira, "status: stopped", **options)
            await crowd.stage.sandbox.engine.books.until(waiting=1)
            working = await says(mira, status_of(acted), r"preview 1 of 1 · call 1 of 2")
            pressed = await mira.press(status_of(acted), "Cancel", wait="answer")
        stopped = await ended(mira, acted)
        before = await of_bot(mira, stopped.thread_id)
        left = await quota(mira)
        shown = await mira.press(status_of(acted), "Show")
        left_then = await quota(mira)

    assert len(working["attachments"]) == 1
    assert "It is already being made and paid for, so it is let finish." in private(pressed)
    assert [call.billed for call in crowd.calls("status: stopped")] == [True]
    assert ("partial_images", "1") in texts(crowd.calls("status: stopped")[0])
    assert before == []
    assert "**Pictures a day** · 19 of 20 left" in left
    assert left.partition("**Your last")[0] == left_then.partition("**Your last")[0]
    assert len(shown.files) == 1


async def test_alone_with_it(crowd: Crowd) -> None:
    """A private edit is followed by its member in the answer: how far it is, an unfinished picture, and the end with
    the picture itself. Nobody else in the channel sees any of it."""
    server = open_server(crowd)
    async with server.member() as mira, server.member("ben") as ben:
        async with held(crowd, 1):
            options: Options = {"quality": "low", "previews": 1, "private": True}
            acted = await mira.edit(images=[picture()], prompt="status: alone", options=options, wait="answer")
            working = await says(mira, message_of(acted), "preview 1 of 1")
            meanwhile = await of_bot(ben)
        over = await says(mira, message_of(acted), "done")
        seen = [one for one in await mira.messages() if one["author"].get("bot")]
        others = await ben.messages()

    assert [file["filename"].startswith("preview-") for file in working["attachments"]] == [True]
    assert over["attachments"] == []
    shown = [file["filename"] for one in seen for file in one["attachments"]]
    assert len(shown) == 1
    assert re.fullmatch(r"edit-\d+-v1-1\.png", shown[0])
    assert all(one["flags"] & EPHEMERAL for one in seen)
    assert (meanwhile, others) == ([], [])


async def test_the_end_of_it(crowd: Crowd) -> None:
    """What stands beside the picture is one line: version, model, size, seconds, cost, and that AI made it; the status
    message says where the picture is, and what it cost."""
    server = open_server(crowd)
    async with server.member() as mira:
        done = await edited(mira, images=[picture()], prompt="status: the end", options={"size": "1024x1024"})

    [result] = done.posted
    assert re.fullmatch(r"v1 · gpt-image-2 · 1024x1024 · \d+ s · \$0\.\d+ · edited by AI", result["content"])
    first, second = (done.status or {})["content"].splitlines()
    link = rf"https://discord\.com/channels/{server.guild.id}/{done.thread_id}/{result['id']}"
    assert re.fullmatch(rf"Edit #\d+ · done · v1 · \$0\.\d+ · {link}", first)
    assert second == f"<@{server.id_of('mira')}>"
    assert button_labels(done.status or {}) == []
