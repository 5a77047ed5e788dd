"""The bot brought along by a member alone, to where it is no member itself: in its answer, and in nothing else."""

from typing import Any

import pytest

from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import GUILD
from bot.sandbox.member import Member, SandboxRefusal
from tests.walk.conftest import Stage
from tests.walk.sight import EPHEMERAL, button_labels, is_whole, numbered, picture, quota

Json = dict[str, Any]
OVER_S = 16 * 60


async def brought(stage: Stage) -> None:
    """Mira has installed the bot for herself, and is in a server without it."""
    async with stage.member() as mira:
        await mira.lever("members", {"name": "mira", "user_install": True})
        await mira.lever("other-server", {"bot": False})


def of_bot(seen: list[Json]) -> list[Json]:
    """What the bot has said among these."""
    return [one for one in seen if one["author"].get("bot")]


async def with_files(member: Member, channel: str | None = None) -> Json:
    """The first message of the bot's with a picture."""
    return await member.wait_for(lambda seen: next((one for one in of_bot(seen) if one["attachments"]), None), channel)


async def asked(member: Member, **options: Any) -> None:
    """An edit, as far as its first answer."""
    await member.edit(images=[picture()], prompt="teal", options=options, wait="answer")


@pytest.mark.parametrize("channel", ["elsewhere", "trip"])
async def test_in_the_answer(stage: Stage, channel: str) -> None:
    """In a server and in a group without the bot, everybody there sees one message: the status, then the result."""
    async with stage.bot(USER_INSTALL="true"):
        await brought(stage)
        async with stage.member(channel=channel) as mira:
            await asked(mira)
            shown = await with_files(mira)
            said = of_bot(await mira.messages())

    assert [one["id"] for one in said] == [shown["id"]]
    assert not shown["flags"] & EPHEMERAL
    assert shown["content"].startswith("Edit #1 · v1 · gpt-image-2")
    assert [file["filename"] for file in shown["attachments"]] == ["edit-1-v1-1.png"]
    assert shown["embeds"][0]["description"] == "teal"
    assert "Before/after" in button_labels(shown)
    assert stage.records("discord", "POST", "/threads") == []
    assert [one for one in stage.records("discord", "POST", "/messages") if "/webhooks/" not in str(one["path"])] == []


async def test_in_private(stage: Stage) -> None:
    """Asked in private, nobody else sees any of it."""
    async with stage.bot(USER_INSTALL="true"):
        await brought(stage)
        async with stage.member(channel="elsewhere") as mira:
            await asked(mira, private=True)
            shown = await with_files(mira)
            said = of_bot(await mira.messages())

    assert [file["filename"] for file in shown["attachments"]] == ["edit-1-v1-1.png"]
    assert all(one["flags"] & EPHEMERAL for one in said)


async def test_a_tray_is_for_no_eyes_but_its_members(stage: Stage) -> None:
    """Where everybody sees the answer, a choice among what somebody has collected is one of names."""
    async with stage.bot(USER_INSTALL="true"):
        await brought(stage)
        async with stage.member(channel="elsewhere") as mira:
            said = await mira.say("", numbered(2), mention=False)
            await mira.menu("Add to tray", int(said["id"]), wait="answer")
            acted = await mira.slash("edit", {"prompt": "teal", "model": "dall-e-2"}, wait="answer")

    assert acted.private is not None
    assert acted.private["content"].startswith("Which picture do you mean?")
    assert not acted.private["flags"] & EPHEMERAL
    assert acted.private["attachments"] == []


@pytest.mark.parametrize("right", ["USE_EXTERNAL_APPS", "ATTACH_FILES"])
async def test_where_it_may_not_be_seen(stage: Stage, right: str) -> None:
    """Where others' apps may not speak, or the member may show no files, the member alone sees the result."""
    async with stage.bot(USER_INSTALL="true"):
        await brought(stage)
        async with stage.member(channel="elsewhere") as mira:
            await mira.lever("permissions", {"channel": "elsewhere", "deny": [right], "whom": "mira"})
            await asked(mira)
            shown = await with_files(mira)

    assert shown["flags"] & EPHEMERAL
    assert len(shown["attachments"]) == 1


async def test_ten_results(stage: Stage) -> None:
    """As many pictures as a message takes are in the one answer."""
    async with stage.bot(USER_INSTALL="true", LIMIT_IMAGES_PER_DAY="50"):
        await brought(stage)
        async with stage.member(channel="elsewhere") as mira:
            await asked(mira, n=10)
            shown = await with_files(mira)

    assert len(shown["attachments"]) == 10


async def test_the_menu(stage: Stage) -> None:
    """Apps → Edit picture works there too."""
    async with stage.bot(USER_INSTALL="true"):
        await brought(stage)
        async with stage.member(channel="elsewhere") as mira:
            await mira.edit(via="menu", images=[picture()], prompt="teal", wait="answer")
            shown = await with_files(mira)

    assert shown["content"].startswith("Edit #1 · v1")


async def test_on_their_own_allowance(stage: Stage) -> None:
    """What a member makes there is their own, and no server's."""
    async with stage.bot(USER_INSTALL="true"):
        await brought(stage)
        async with stage.member(channel="elsewhere") as mira, stage.member(channel="pictures") as at_home:
            await asked(mira)
            await with_files(mira)
            there, here = await quota(mira), await quota(at_home)

    assert "19 of 20 left" in there
    assert is_whole(here) or "19 of 20 left" in here


async def test_too_late(stage: Stage) -> None:
    """After the fifteen minutes the result comes by direct message."""
    stage.sandbox.engine.plan({"hold": True})
    async with stage.bot(USER_INSTALL="true"):
        await brought(stage)
        async with stage.member(channel="elsewhere") as mira:
            await asked(mira)
            await stage.sandbox.engine.books.until(waiting=1)
            await mira.lever("clock", {"advance_s": OVER_S})
            stage.sandbox.engine.release()
            shown = await with_files(mira, "dm")

    assert [file["filename"] for file in shown["attachments"]] == ["edit-1-v1-1.png"]


async def test_five_more_things_at_most(stage: Stage) -> None:
    """Where Discord takes nothing more in the answer, the rest comes by direct message."""
    async with stage.bot(USER_INSTALL="true"):
        await brought(stage)
        async with stage.member(channel="elsewhere") as mira:
            stage.sandbox.discord.faults.add(Fault("POST", r"/webhooks/\d+/[^/]+$", 400, 40094, times=9))
            await mira.edit(images=numbered(1), prompt="teal", options={"private": True}, wait="answer")
            shown = await with_files(mira, "dm")

    assert len(shown["attachments"]) == 1


async def test_switched_off(stage: Stage) -> None:
    """Where the operator has not switched it on, the commands are not there."""
    async with stage.bot():
        await brought(stage)
        async with stage.member(channel="elsewhere") as mira:
            with pytest.raises(SandboxRefusal, match="not installed here"):
                await asked(mira)


async def test_beside_a_list_of_servers(stage: Stage) -> None:
    """A list of servers is about where the bot is a member; what members bring along is the other switch's."""
    async with stage.bot(USER_INSTALL="true", GUILDS=str(GUILD)):
        await brought(stage)
        async with stage.member(channel="elsewhere") as mira:
            await asked(mira)
            shown = await with_files(mira)
            said = await quota(mira)

    assert len(shown["attachments"]) == 1
    assert "left" in said
