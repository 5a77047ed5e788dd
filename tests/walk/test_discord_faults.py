"""When Discord fails: each of its refusals and the way that is left, to one message and a result that can be had.

What is lost on the way, what comes too late, what is closed to us, what is too large, what comes twice. What
`test_faults` and `test_restart` show is not shown again.
"""

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from bot.chat.delivery.ways import WAYS, Way
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import PICTURES
from bot.sandbox.discord_api.refusals import REFUSALS
from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Stage
from tests.walk.sight import ended, of_bot, picture, words

Json = dict[str, Any]
MOST_INVALID = 5  # Discord shuts out an address with 10 000 of them in ten minutes
INVALID = (401, 403, 429)
EVERYWHERE = r"/channels/\d+/messages$"
CLOSED = sorted(code for code, way in WAYS.items() if way is Way.ELSEWHERE and code not in (40094, 50007, 10004))


def refusal(code: int, path: str, times: int = 1) -> Fault:
    """Discord refuses a message there with this code."""
    status = REFUSALS[code][0] if code in REFUSALS else 400
    return Fault("POST", path, status, code, times=times)


async def begun(stage: Stage, member: Member, **options: Any) -> Acted:
    """An edit that the provider is working on."""
    stage.sandbox.engine.plan({"hold": True})
    acted = await member.edit(images=[picture()], prompt="teal", options=options, wait="answer")
    await stage.sandbox.engine.books.until(waiting=1)
    return acted


async def finished(stage: Stage, member: Member, acted: Acted) -> Acted:
    """The same when all that can be said of it is said."""
    stage.sandbox.engine.release()
    return await ended(member, acted)


def with_files(seen: list[Json]) -> list[str]:
    """The names of the files among these messages."""
    return [file["filename"] for one in seen if one["author"].get("bot") for file in one["attachments"]]


def rows(stage: Stage, question: str) -> list[Any]:
    """What the book says."""
    with closing(sqlite3.connect(stage.data / "darkroom.db")) as book:
        return book.execute(question).fetchall()


async def kept(stage: Stage) -> tuple[str, bool]:
    """How the one edit ended, and whether it is muted; its picture has to be on disk, whatever became of it."""
    async with asyncio.timeout(30):
        while not rows(stage, "SELECT id FROM jobs WHERE state IN ('delivered', 'told')"):  # noqa: ASYNC110 - a file
            await asyncio.sleep(0.05)
    [(state, muted)] = rows(stage, "SELECT state, muted FROM jobs")
    [(blob,)] = rows(stage, "SELECT blob FROM results")
    assert (stage.data / "blobs" / blob[:2] / blob[2:]).is_file()
    return str(state), bool(muted)


def invalid(stage: Stage) -> int:
    """How many requests Discord counts against the bot's address."""
    return sum(one.get("status") in INVALID for one in stage.records("discord"))


# ── lost on the way ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("how", ["before", "reset"])
async def test_a_private_answer_that_is_lost_is_given_again(stage: Stage, how: str) -> None:
    """What is said on a token is said again where Discord did not hear it, and seen once."""
    async with stage.bot(), stage.member() as mira:
        await begun(stage, mira, private=True)
        stage.sandbox.discord.faults.add(Fault.read({"method": "POST", "path": r"/webhooks/\d+/[^/]+$", "how": how}))
        stage.sandbox.engine.release()
        shown = await mira.wait_for(lambda seen: with_files(seen) or None)
        done = await mira.wait_for(lambda seen: [one for one in seen if "Edit #1 · done" in one["content"]] or None)

    assert shown == ["edit-1-v1-1.png"]
    assert len(done) == 1
    assert await kept(stage) == ("delivered", False)


# ── too late ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("private", [False, True])
async def test_a_command_that_discord_gave_up_places_nothing(stage: Stage, private: bool) -> None:
    """10062 on the acknowledgement: the member was told that the bot did not respond, and nothing is done for them."""
    stage.sandbox.discord.faults.add(Fault("POST", "/callback$", 404, 10062))
    async with stage.bot(), stage.member() as mira:
        acted = await mira.edit(images=[picture()], prompt="teal", options={"private": private}, wait="answer")
        said = await of_bot(mira)

    assert rows(stage, "SELECT count(*) FROM jobs") == [(0,)]
    assert acted.refused == "The application did not respond"
    assert said == []
    assert stage.calls == ()


# ── closed to us ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", CLOSED)
async def test_a_thread_that_is_closed_sends_the_result_to_its_channel(stage: Stage, code: int) -> None:
    """Whatever Discord has against the thread, the channel that it hangs on is next."""
    async with stage.bot(), stage.member() as mira:
        acted = await begun(stage, mira)
        stage.sandbox.discord.faults.add(refusal(code, rf"/channels/{acted.thread_id}/messages$"))
        await finished(stage, mira, acted)
        outside, inside = await of_bot(mira), await of_bot(mira, acted.thread_id)

    assert with_files(outside) == ["edit-1-v1-1.png"]
    assert inside == []
    assert await kept(stage) == ("delivered", False)
    assert invalid(stage) <= MOST_INVALID


@pytest.mark.parametrize("code", CLOSED)
async def test_a_channel_that_is_closed_sends_the_result_to_the_member(stage: Stage, code: int) -> None:
    """Where the channel is closed as well, the member gets a direct message."""
    async with stage.bot(), stage.member() as mira:
        acted = await begun(stage, mira)
        stage.sandbox.discord.faults.add(refusal(code, EVERYWHERE, 2))
        await finished(stage, mira, acted)
        outside, alone = await of_bot(mira), await of_bot(mira, "dm")

    assert with_files(outside) == []
    assert with_files(alone) == ["edit-1-v1-1.png"]
    assert await kept(stage) == ("delivered", False)
    assert invalid(stage) <= MOST_INVALID


@pytest.mark.parametrize("code", CLOSED)
async def test_what_nobody_takes_is_kept_and_can_be_had_later(stage: Stage, code: int) -> None:
    """Where no place is left, the picture waits on disk, the message says so, and *Show* brings it."""
    async with stage.bot(), stage.member() as mira:
        await mira.lever("members", {"name": "mira", "accepts_dms": False})
        acted = await begun(stage, mira)
        stage.sandbox.discord.faults.add(refusal(code, EVERYWHERE, 2))
        done = await finished(stage, mira, acted)
        waiting, refused = await kept(stage), invalid(stage)
        assert done.status is not None
        assert done.files == ()
        await mira.press(int(done.status["id"]), "Show", wait="answer")
        shown = await mira.wait_for(lambda seen: with_files(seen) or None, acted.thread_id)

    assert waiting == ("told", True)
    assert "its pictures are kept" in str(done.status["content"])
    assert refused <= MOST_INVALID
    assert shown == ["edit-1-v1-1.png"]
    assert len(stage.calls) == 1


async def test_an_archived_thread_is_opened_by_the_result(stage: Stage) -> None:
    """A thread that was archived while the edit was made takes the result, which opens it again."""
    async with stage.bot(), stage.member() as mira:
        acted = await begun(stage, mira)
        await mira.lever(f"threads/{acted.thread_id}", {"archived": True})
        done = await finished(stage, mira, acted)

    assert [int(one["channel_id"]) for one in done.posted] == [acted.thread_id]
    assert len(done.files) == 1


async def test_a_locked_thread_sends_the_result_to_its_channel(stage: Stage) -> None:
    """A thread that a moderator has locked is left alone."""
    async with stage.bot(), stage.member() as mira:
        acted = await begun(stage, mira)
        await mira.lever("permissions", {"deny": ["MANAGE_THREADS"]})
        await mira.lever(f"threads/{acted.thread_id}", {"archived": True, "locked": True})
        await finished(stage, mira, acted)
        outside = await of_bot(mira)

    assert with_files(outside) == ["edit-1-v1-1.png"]
    assert invalid(stage) <= MOST_INVALID


async def test_a_channel_that_is_deleted_sends_the_result_to_the_member(stage: Stage) -> None:
    """Its thread goes with it."""
    async with stage.bot(), stage.member() as mira:
        await begun(stage, mira)
        await mira.remove_channel(PICTURES)
        stage.sandbox.engine.release()
        shown = await mira.wait_for(lambda seen: with_files(seen) or None, "dm")
        await kept(stage)

    assert shown == ["edit-1-v1-1.png"]
    assert invalid(stage) <= MOST_INVALID


@pytest.mark.parametrize("private", [False, True])
async def test_a_server_that_the_bot_has_left_does_not_cost_the_result(
    stage: Stage,
    private: bool,
) -> None:
    """Thrown out while the edit is made, the bot still finds its member, in the answer or by direct message."""
    async with stage.bot(), stage.member() as mira:
        await begun(stage, mira, private=private)
        await mira.lever("guild", {"bot": False})
        stage.sandbox.engine.release()
        await kept(stage)
        shown = with_files([*await mira.messages(), *await mira.messages("dm")])

    assert shown == ["edit-1-v1-1.png"]
    assert await kept(stage) == ("delivered", False)
    assert invalid(stage) <= MOST_INVALID


async def test_a_status_message_that_is_deleted_does_not_hold_up_the_result(stage: Stage) -> None:
    """Nobody sees its progress any more, and the thread gets the picture all the same."""
    async with stage.bot(), stage.member() as mira:
        acted = await begun(stage, mira)
        assert acted.status is not None
        assert acted.thread_id is not None
        async with stage.member("otto") as otto:
            await otto.delete(int(acted.status["id"]))
        stage.sandbox.engine.release()
        shown = await mira.wait_for(lambda seen: with_files(seen) or None, acted.thread_id)
        await kept(stage)

    assert shown == ["edit-1-v1-1.png"]


async def test_words_that_a_rule_blocks_are_left_out(stage: Stage) -> None:
    """AutoMod takes neither the status message nor the thread with the member's words: both come without them."""
    faults = stage.sandbox.discord.faults
    faults.add(refusal(200000, rf"/channels/{PICTURES}/messages$"), refusal(200001, "/threads$"))
    async with stage.bot(), stage.member() as mira:
        acted = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        done = await ended(mira, acted)

    assert faults.waiting == []
    assert done.status is not None
    assert done.status["embeds"] == []
    assert done.status["thread"]["name"] == "Edit #1"
    assert len(done.files) == 1


# ── too large ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(("status", "code"), [(413, 40005), (400, 50045), (413, 0)])
async def test_what_discord_finds_too_large_comes_lighter(
    stage: Stage,
    status: int,
    code: int,
    private: bool,
) -> None:
    """A file alone that is refused for its size, although it should have been taken, comes as a lighter copy."""
    async with stage.bot(), stage.member() as mira:
        acted = await begun(stage, mira, private=private)
        path = r"/webhooks/\d+/[^/]+$" if private else rf"/channels/{acted.thread_id}/messages$"
        stage.sandbox.discord.faults.add(Fault("POST", path, status, code))
        stage.sandbox.engine.release()

        def look(seen: list[Json]) -> Json | None:
            return next((one for one in seen if "and is kept" in one["content"]), None)

        said = await mira.wait_for(look, None if private else acted.thread_id)
        await kept(stage)

    assert len(said["attachments"]) == 1
    assert said["attachments"][0]["filename"].endswith((".webp", ".jpg"))
    assert await kept(stage) == ("delivered", False)


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize(("status", "code"), [(413, 40005), (400, 50045), (413, 0)])
async def test_what_discord_finds_too_large_is_said_to_be_kept(
    stage: Stage,
    status: int,
    code: int,
    private: bool,
) -> None:
    """A file alone that is refused for its size, its lighter copy too, is kept, and the member reads so."""
    async with stage.bot(), stage.member() as mira:
        acted = await begun(stage, mira, private=private)
        path = r"/webhooks/\d+/[^/]+$" if private else rf"/channels/{acted.thread_id}/messages$"
        stage.sandbox.discord.faults.add(Fault("POST", path, status, code, times=2))
        stage.sandbox.engine.release()

        def look(seen: list[Json]) -> Json | None:
            return next((one for one in seen if "it is kept" in one["content"]), None)

        said = await mira.wait_for(look, None if private else acted.thread_id)
        await kept(stage)

    assert said["attachments"] == []
    assert await kept(stage) == ("delivered", False)


# ── twice ───────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_private_edit_that_comes_twice_is_one(stage: Stage) -> None:
    """Redelivered while it is made, the interaction finds its edit, and its status stays what it was."""
    async with stage.bot(), stage.member() as mira:
        await begun(stage, mira, private=True)
        await mira.lever("redeliver", {})
        stage.sandbox.engine.release()
        await kept(stage)
        done = await mira.wait_for(lambda seen: [one for one in seen if "Edit #1 · done" in one["content"]] or None)
        own = [one for one in await mira.messages() if one["author"].get("bot")]

    assert len(done) == 1
    assert [len(one["attachments"]) for one in own] == [0, 1]
    assert len(stage.calls) == 1
    assert words(own)[1].startswith("Edit #1 · v1")
