"""The buttons of an edit: Cancel, Show and Try again."""

import pytest

from bot.sandbox.member import SandboxRefusal
from tests.walk.conftest import Stage
from tests.walk.sight import edited, ended, is_private, picture, quota, words


async def test_cancel_while_queued_gives_the_hold_back(stage: Stage) -> None:
    """What nobody has paid for is stopped: released, told, and never sent."""
    stage.sandbox.engine.plan({"hold": True}, {"hold": True})
    async with stage.bot(), stage.member() as mira, stage.member(channel="general") as elsewhere:
        under_way = [await mira.edit(images=[picture()], prompt="teal", wait="answer") for _ in range(2)]
        await stage.sandbox.engine.books.until(waiting=2)
        queued = await elsewhere.edit(images=[picture()], prompt="teal", wait="answer")
        pressed = await elsewhere.press(int((queued.status or {})["id"]), "Cancel", wait="answer")
        held = await quota(mira)
        stage.sandbox.engine.release()
        for one in under_way:
            await ended(mira, one)
        over = await ended(elsewhere, queued)
        with pytest.raises(SandboxRefusal, match="no button"):
            await elsewhere.press(int((queued.status or {})["id"]), "Cancel")

    assert (pressed.private or {})["content"] == "Edit #3: It was cancelled. Nothing was charged."
    assert is_private(pressed)
    assert " · 2 held · " in held
    assert words(over.posted) == ["Edit #3: It was cancelled. Nothing was charged."]
    assert (over.status or {})["content"].startswith("Edit #3 · cancelled · nothing charged")
    assert len(stage.calls) == 2


def allowances(standing: str) -> str:
    """The answer to /quota without the last edits."""
    return standing.partition("**Your last edits**")[0]


async def test_cancel_after_sending_keeps_the_pictures_behind_a_button(stage: Stage) -> None:
    """What is being paid for is let finish, charged and kept; *Show* posts it when the member wants it after all."""
    stage.sandbox.engine.plan({"hold": True})
    async with stage.bot(), stage.member() as mira:
        asked = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        await stage.sandbox.engine.books.until(waiting=1)
        pressed = await mira.press(int((asked.status or {})["id"]), "Cancel", wait="answer")
        stage.sandbox.engine.release()
        muted = await ended(mira, asked)
        left = await quota(mira)
        shown = await mira.press(int((asked.status or {})["id"]), "Show")
        left_then = await quota(mira)

    assert "It is already being made and paid for, so it is let finish." in (pressed.private or {})["content"]
    assert muted.posted == ()
    assert "stopped, its pictures are kept" in (muted.status or {})["content"]
    assert "**Pictures a day** · 19 of 20 left" in left
    assert allowances(left_then) == allowances(left)
    assert [file["filename"] for file in shown.files] == ["edit-1-v1-1.png"]
    assert len(stage.calls) == 1


async def test_a_button_belongs_to_whoever_asked(stage: Stage) -> None:
    """Another member's press is refused in private and changes nothing."""
    stage.sandbox.engine.plan({"hold": True})
    async with stage.bot(), stage.member() as mira, stage.member("ben") as ben:
        asked = await mira.edit(images=[picture()], prompt="teal", wait="answer")
        await stage.sandbox.engine.books.until(waiting=1)
        pressed = await ben.press(int((asked.status or {})["id"]), "Cancel", wait="answer")
        stage.sandbox.engine.release()
        done = await ended(mira, asked)

    assert (pressed.private or {})["content"].startswith("This button belongs to the member who asked for the edit.")
    assert is_private(pressed)
    assert len(done.files) == 1


async def test_try_again_needs_an_allowance_like_any_edit(stage: Stage) -> None:
    """It is an edit with a hold of its own: where the day's pictures are spent meanwhile, it is refused in private."""
    stage.sandbox.engine.plan({"cut": "after_body"})
    async with stage.bot(LIMIT_IMAGES_PER_DAY="1"), stage.member() as mira:
        told = await edited(mira, images=[picture()], prompt="teal")
        await edited(mira, images=[picture()], prompt="violet")
        pressed = await mira.press(int(told.posted[0]["id"]), "Try again", wait="answer")

    assert (pressed.private or {})["content"].startswith("Pictures left to you: 0 of 1, and this edit makes 1.")
    assert is_private(pressed)
    assert len(stage.calls) == 2


async def test_try_again_pressed_twice_is_one_consent(stage: Stage) -> None:
    """The second press leads to the edit that the first one placed."""
    stage.sandbox.engine.plan({"cut": "after_body"})
    async with stage.bot(), stage.member() as mira:
        told = await edited(mira, images=[picture()], prompt="teal")
        presses = [await mira.press(int(told.posted[0]["id"]), "Try again", wait="answer") for _ in range(2)]
        done = await ended(mira, presses[0])

    first, second = ((one.status or {})["id"] for one in presses)
    assert first == second
    assert len(done.files) == 1
    assert len(stage.calls) == 2
