"""Results for the member alone: in the answer, by direct message, else in /history; others see nothing of it."""

from typing import Any

import pytest

from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Stage
from tests.walk.sight import EPHEMERAL, button_labels, of_bot, picture

Json = dict[str, Any]
OVER_S = 16 * 60
ABRUPT = {"SHUTDOWN_GRACE_S": "0"}


async def asked(member: Member, **options: Any) -> Acted:
    """An edit for this member alone, as far as its answer."""
    given = {"private": True, **options}
    return await member.edit(images=[picture()], prompt="teal", options=given, wait="answer")


async def begun(stage: Stage, member: Member) -> None:
    """The same, and the provider is at work."""
    stage.sandbox.engine.plan({"hold": True})
    await asked(member)
    await stage.sandbox.engine.books.until(waiting=1)


async def with_files(member: Member, channel: str | None = None) -> Json:
    """The bot's first message with a picture."""

    def look(seen: list[Json]) -> Json | None:
        return next((one for one in seen if one["author"].get("bot") and one["attachments"]), None)

    return await member.wait_for(look, channel)


async def test_seen_by_nobody_else(stage: Stage) -> None:
    """The member has the status with its Cancel, the picture with its buttons, and the end; the channel has nothing."""
    async with stage.bot(), stage.member() as mira, stage.member("ben") as ben:
        acted = await asked(mira)
        assert acted.private is not None
        begins = str(acted.private["content"])
        shown = await with_files(mira)
        done = await mira.wait_for(lambda seen: next((one for one in seen if "Edit #1 · done" in one["content"]), None))
        outside = await of_bot(ben)

    assert begins.startswith("Edit #1 · ")
    assert button_labels(acted.private) == ["Cancel"]
    assert done["id"] == acted.private["id"]
    assert "Before/after" in button_labels(shown)
    assert shown["flags"] & EPHEMERAL
    assert outside == []
    assert stage.records("discord", "POST", "/threads") == []


async def test_by_the_servers_own_rule(stage: Stage) -> None:
    """Where the admins want results in private, nobody has to say so; who says otherwise has them in public."""
    async with stage.bot(), stage.member() as mira, stage.member("otto") as otto:
        panel = await otto.slash("settings", wait="answer")
        assert panel.private is not None
        message = int(panel.private["id"])
        await otto.choose(message, "What shall be changed?", ["private"], wait="answer")
        await otto.press(message, "settings:set:private:on", wait="answer")
        await mira.edit(images=[picture()], prompt="teal", wait="answer")
        shown = await with_files(mira)
        open_one = await mira.edit(images=[picture()], prompt="teal", options={"private": False})

    assert shown["flags"] & EPHEMERAL
    assert open_one.thread_id is not None
    assert len(open_one.files) == 1


async def test_after_fifteen_minutes(stage: Stage) -> None:
    """What is ready too late for the answer comes by direct message, once, and pings nobody."""
    async with stage.bot(), stage.member() as mira:
        await begun(stage, mira)
        await mira.lever("clock", {"advance_s": OVER_S})
        stage.sandbox.engine.release()
        shown = await with_files(mira, "dm")
        alone = await of_bot(mira, "dm")

    assert [file["filename"] for file in shown["attachments"]] == ["edit-1-v1-1.png"]
    assert len(alone) == 1
    assert shown["mentions"] == []


async def test_after_a_restart(stage: Stage) -> None:
    """No token outlives the process: what the first life made and could not show, the second sends to the member."""
    async with stage.bot(**ABRUPT), stage.member() as mira:
        await begun(stage, mira)
        stage.sandbox.discord.faults.add(Fault("POST", r"/webhooks/\d+/[^/]+$", 500, times=50))
        stage.sandbox.engine.release()
        await stage.answered(1)
        await stage.until(lambda: len(stage.sandbox.discord.faults.waiting) > 0 and _tried(stage))
    stage.sandbox.discord.faults.clear()
    async with stage.bot(), stage.member() as mira:
        shown = await with_files(mira, "dm")

    assert [file["filename"] for file in shown["attachments"]] == ["edit-1-v1-1.png"]
    assert len(stage.calls) == 1


def _tried(stage: Stage) -> bool:
    """Whether the first life has tried to show the result."""
    return bool([one for one in stage.records("discord", "POST", "/webhooks/") if one["status"] == 500])


@pytest.mark.parametrize("restarted", [False, True])
async def test_kept_where_nothing_is_open(stage: Stage, restarted: bool) -> None:
    """With direct messages closed the picture waits in /history, whatever happens to the process."""
    async with stage.bot(), stage.member() as mira:
        await mira.lever("members", {"name": "mira", "accepts_dms": False})
        await begun(stage, mira)
        await mira.lever("clock", {"advance_s": OVER_S})
        stage.sandbox.engine.release()
        await stage.answered(1)
        await stage.until(lambda: bool([one for one in stage.records("discord") if one["status"] == 403]))
        listed = None if restarted else await _listed(mira)
    if restarted:
        async with stage.bot(), stage.member() as mira:
            listed = await _listed(mira)

    assert listed is not None
    assert "#1" in listed


async def _listed(member: Member) -> str:
    acted = await member.slash("history", wait="answer")
    assert acted.private is not None
    embeds = [str(one.get("description", "")) for one in acted.private["embeds"]]
    return "\n".join([str(acted.private["content"]), *embeds])


async def test_cancelled(stage: Stage) -> None:
    """Cancel is under the answer, and works."""
    async with stage.bot(), stage.member() as mira:
        stage.sandbox.engine.plan({"hold": True})
        acted = await asked(mira)
        assert acted.private is not None
        await stage.sandbox.engine.books.until(waiting=1)
        await mira.press(int(acted.private["id"]), "Cancel", wait="answer")
        stage.sandbox.engine.release()
        ended = await mira.wait_for(
            lambda seen: next((one for one in seen if "its pictures are kept" in one["content"]), None)
        )
        await mira.press(int(ended["id"]), "Show", wait="answer")
        shown = await with_files(mira)

    assert len(shown["attachments"]) == 1
    assert shown["flags"] & EPHEMERAL


async def test_a_spoiler_stays_one(stage: Stage) -> None:
    """A picture that was hidden gives a result that is hidden, in the answer as well."""
    async with stage.bot(), stage.member() as mira:
        name, content = picture()
        await mira.edit(images=[(f"SPOILER_{name}", content)], prompt="teal", options={"private": True}, wait="answer")
        shown = await with_files(mira)

    assert [file["filename"] for file in shown["attachments"]] == ["SPOILER_edit-1-v1-1.png"]
