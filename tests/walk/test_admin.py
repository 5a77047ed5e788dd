"""People who manage a server, at its own commands: what they decide holds from the next edit on."""

import asyncio
from io import BytesIO

import pytest
from PIL import Image

from bot.sandbox.discord_api.refusals import SandboxRefusal
from tests.walk.conftest import Stage
from tests.walk.sight import edited, is_private, picture, quota


def said(acted: object) -> str:
    """What the answer to a command says."""
    private = getattr(acted, "private", None)
    assert private is not None
    return str(private["content"])


async def test_a_limit_for_a_member_holds_from_the_next_edit_on(stage: Stage) -> None:
    """The refusal says what is left and when there is more; another member is not touched."""
    async with stage.bot(), stage.member() as mira, stage.member("ben") as ben, stage.member("otto") as boss:
        done = await boss.slash(
            "quota-admin set", {"whom": "@mira", "what": "images", "limit": "1", "per": "day"}, wait="answer"
        )
        await edited(mira, images=[picture()], prompt="teal")
        refused = await mira.edit(images=[picture()], prompt="violet", wait="answer")
        other = await edited(ben, images=[picture()], prompt="red")
        left = await quota(mira)

    assert is_private(done)
    assert "1" in said(done)
    assert (refused.refused or "").startswith("Pictures left to you: 0 of 1, and this edit makes 1. More from <t:")
    assert len(other.files) == 1
    assert "0 of 1 left" in left
    assert len(stage.calls) == 2


async def test_a_grant_is_used_before_the_window(stage: Stage) -> None:
    """A member whose limit is spent edits on with what was granted."""
    async with stage.bot(), stage.member() as mira, stage.member("otto") as boss:
        await boss.slash(
            "quota-admin set", {"whom": "@mira", "what": "images", "limit": "0", "per": "day"}, wait="answer"
        )
        refused = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        await boss.slash(
            "quota-admin grant",
            {"user": "@mira", "what": "images", "amount": "2", "days": 3, "reason": "a prize"},
            wait="answer",
        )
        done = await edited(mira, images=[picture()], prompt="violet")
        left = await quota(mira)

    assert (refused.refused or "").startswith("Edits are not allowed to you here.")
    assert len(done.files) == 1
    assert "1 of 2 left" in left


async def test_who_does_not_manage_the_server_is_not_even_offered_it(stage: Stage) -> None:
    """Discord hides the commands; that the bot looks at the right itself, too, is tested where its doors are."""
    async with stage.bot(), stage.member() as mira:
        for command in ("quota-admin report", "pause", "resume"):
            with pytest.raises(SandboxRefusal, match="has not the rights"):
                await mira.slash(command, wait="answer")


async def test_a_blocked_member_and_a_paused_server(stage: Stage) -> None:
    """Nobody is blocked or paused for longer than they should be."""
    async with stage.bot(), stage.member() as mira, stage.member("otto") as boss:
        await boss.slash("quota-admin block", {"user": "@mira", "reason": "spam"}, wait="answer")
        blocked = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        await boss.slash("quota-admin unblock", {"user": "@mira"}, wait="answer")
        await boss.slash("pause", {"reason": "lunch"}, wait="answer")
        paused = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        await boss.slash("resume", wait="answer")
        done = await edited(mira, images=[picture()], prompt="teal")

    assert (blocked.refused or "").startswith("You are blocked from making edits here.")
    assert (paused.refused or "").startswith("Edits are paused in this server.")
    assert len(done.files) == 1
    assert len(stage.calls) == 1


async def test_the_report_has_every_decision_and_what_was_spent(stage: Stage) -> None:
    """In words, as tables for a spreadsheet, and as a picture."""
    async with stage.bot(), stage.member() as mira, stage.member("otto") as boss:
        await edited(mira, images=[picture()], prompt="teal")
        await boss.slash(
            "quota-admin set", {"whom": "&Friends", "what": "images", "limit": "5", "per": "week"}, wait="answer"
        )
        report = await boss.slash("quota-admin report", {"days": 7}, wait="answer")
        private = report.private or {}
        files = {file["filename"]: await boss.download(file["url"]) for file in private["attachments"]}

    assert set(files) == {"spend.csv", "decisions.csv", "spend.png"}
    assert str(stage.id_of("mira")).encode() in files["spend.csv"]
    assert b"images" in files["decisions.csv"]
    with Image.open(BytesIO(files["spend.png"])) as chart:
        assert chart.format == "PNG"
        assert min(chart.size) >= 200


async def test_the_log_channel_has_a_line_for_each_edit_and_each_limit(stage: Stage) -> None:
    """Whoever manages the server can follow what happens without asking."""
    async with stage.bot(), stage.member() as mira, stage.member("otto") as boss:
        await boss.slash("quota-admin log", {"channel": "#general"}, wait="answer")
        await boss.slash(
            "quota-admin set", {"whom": "@mira", "what": "images", "limit": "7", "per": "day"}, wait="answer"
        )
        await edited(mira, images=[picture()], prompt="teal")
        async with asyncio.timeout(20):
            while len(lines := [one["content"] for one in await boss.messages("general")]) < 3:  # noqa: ASYNC110 - as a reader looks
                await asyncio.sleep(0.05)  # an edit's line follows its pictures

    assert "set pictures of" in lines[1]
    assert "7 pictures a day" in lines[1]
    assert "#1" in lines[2]
    assert "1 picture" in lines[2]
