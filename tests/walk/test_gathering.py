"""Collecting and choosing pictures: the tray, the picker, and pictures that nobody named."""

from typing import Any

from bot.sandbox.member import Acted, Member
from tests.walk.conftest import Stage
from tests.walk.sight import numbered, of_bot, picture, widths

MENU = "Choose in the order in which they are used"


def id_of(acted: Acted) -> int:
    """The message of an answer."""
    assert acted.private is not None
    return int(acted.private["id"])


async def collected(mira: Member, width: int) -> Acted:
    """Post a picture of this width, then Apps → Add to tray."""
    [one] = numbered(1, width)
    message = await mira.say("", [one], mention=False)
    return await mira.menu("Add to tray", int(message["id"]), wait="answer")


async def test_a_tray_outlives_a_restart(stage: Stage) -> None:
    """Pictures of three messages are collected, one is taken out after a restart, and one edit is made of the rest."""
    async with stage.bot(), stage.member() as mira:
        await collected(mira, 1)
        await collected(mira, 2)
        tray = await collected(mira, 3)
    async with stage.bot(), stage.member() as mira:
        await mira.press(id_of(tray), "2", wait="answer")
        acted = await mira.slash("edit", {"prompt": "violet"})
        emptied = await mira.slash("tray", wait="answer")

    assert acted.thread_id is not None
    assert [widths(form) for form in stage.forms()] == [[1, 3]]
    assert emptied.private is not None
    assert emptied.private["content"].startswith("Your tray is empty.")


async def test_a_picker_outlives_a_restart(stage: Stage) -> None:
    """What was chosen before a restart is made after it, in the order in which it was chosen, and once."""
    async with stage.bot(MESSAGE_CONTENT="on"), stage.member() as mira:
        for one in numbered(3):
            await mira.say("", [one], mention=False)
        acted = await mira.slash("edit", {"prompt": "violet"}, wait="answer")
        await mira.choose(id_of(acted), MENU, ["0", "2"], wait="answer")
    async with stage.bot(MESSAGE_CONTENT="on"), stage.member() as mira:
        went = await mira.press(id_of(acted), "Go ahead")
        again = await mira.press(id_of(acted), "Go ahead", wait="answer")

    assert [file["filename"] for file in went.files] == ["edit-1-v1-1.png"]
    assert again.private is not None
    assert again.private["content"].startswith("Edit #1 · ")
    assert [widths(form) for form in stage.forms()] == [[3, 1]]


async def test_a_thread_is_edited_further_without_pointing(stage: Stage) -> None:
    """In the thread of an edit its version is meant, however it is asked for."""
    async with stage.bot(MESSAGE_CONTENT="off"), stage.member() as mira:
        first = await mira.edit(images=[picture(size=(1024, 1024))], prompt="teal")
        async with stage.member(channel=first.thread_id or 0) as inside:
            await inside.slash("edit", {"prompt": "violet"})
            said = await inside.say("and now amber")
            await inside.answer_to(int(said["id"]))
            bots = await of_bot(inside)

    files: list[dict[str, Any]] = [file for one in bots for file in one["attachments"]]
    assert [file["filename"] for file in files] == ["edit-1-v1-1.png", "edit-2-v2-1.png", "edit-3-v3-1.png"]
    assert [form.text("prompt") for form in stage.forms()] == ["teal", "violet", "and now amber"]


async def test_a_tray_is_used_up_by_a_yes(stage: Stage) -> None:
    """A dear edit of a tray is asked about: until the yes the tray stays as it is, and is empty after it."""
    async with stage.bot(ASK_ABOVE_USD="0"), stage.member() as mira:
        await collected(mira, 1)
        asked = await mira.slash("edit", {"prompt": "violet"})
        before = await mira.slash("tray", wait="answer")
        assert asked.status is not None
        await mira.press(int(asked.status["id"]), asked.asks[0])
        after = await mira.slash("tray", wait="answer")

    assert [widths(form) for form in stage.forms()] == [[1]]
    assert [one.private["content"].startswith("Your tray is empty.") for one in (before, after) if one.private] == [
        False,
        True,
    ]


async def test_outside_of_threads_no_version_is_meant(stage: Stage) -> None:
    """In a direct message a picture that was posted after a result may be meant as well, so the member chooses."""
    async with stage.bot(), stage.member(channel="dm") as mira:
        await mira.edit(images=[picture(size=(1024, 1024))], prompt="teal")
        [one] = numbered(1)
        await mira.say("", [one], mention=False)
        acted = await mira.slash("edit", {"prompt": "violet"}, wait="answer")
        await mira.choose(id_of(acted), MENU, ["0"], wait="answer")
        await mira.press(id_of(acted), "Go ahead")

    assert [widths(form) for form in stage.forms()][1] == [1]
