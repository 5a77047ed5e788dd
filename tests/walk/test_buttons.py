"""The buttons of an edit: Cancel, Show and Try again while it lasts, and those under its results for ever after."""

import shutil

import pytest

from bot.sandbox.member import Acted, SandboxRefusal
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


# ── under the results ───────────────────────────────────────────────────────────────────────────────────────


def result_of(acted: Acted) -> int:
    """The message that shows the result."""
    return int(next(one["id"] for one in acted.posted if one["attachments"]))


async def test_a_workbench(stage: Stage) -> None:
    """Varied, edited again by somebody else and gone back from, every version is in one thread and paid for once."""
    async with stage.bot(), stage.member() as mira, stage.member("ben") as ben:
        first = await edited(mira, images=[picture()], prompt="teal")
        varied = await mira.press(result_of(first), "Vary")
        opened = await ben.press(result_of(varied), "Edit again", wait="answer")
        assert opened.modal is not None
        theirs = await ben.submit(opened.modal, {"prompt": "violet"})
        back = await ben.press(result_of(theirs), "Undo", wait="answer")
        refused = await mira.press(result_of(theirs), "Undo", wait="answer")
        thread = await mira.messages(first.thread_id)
        mine, others = await quota(mira), await quota(ben)

    names = [one["filename"] for message in thread for one in message["attachments"]]
    assert sorted(names) == ["edit-1-v1-1.png", "edit-2-v2-1.png", "edit-2-v2-1.png", "edit-3-v3-1.png"]
    assert "back to v2" in (back.private or {})["content"]
    assert (refused.private or {})["content"].startswith("This button belongs to the member who asked for the edit.")
    assert "18 of 20 left" in mine
    assert "19 of 20 left" in others
    assert len(stage.calls) == 3


async def test_buttons_after_a_restart_and_months(stage: Stage) -> None:
    """They say everything in their ids: a new process knows what they mean, and what was swept says what to do."""
    async with stage.bot(), stage.member() as mira:
        first = await edited(mira, images=[picture()], prompt="teal")
    async with stage.bot(), stage.member() as mira:
        varied = await mira.press(result_of(first), "Vary")
        shutil.rmtree(stage.data / "blobs")
        told = [
            (await mira.press(result_of(varied), button, wait="answer")).private or {}
            for button in ("Edit again", "Vary", "Use as input", "Original file", "Before/after")
        ]

    assert [one["filename"] for one in varied.files] == ["edit-2-v2-1.png"]
    assert all("no longer on my disk" in one["content"] for one in told)
    assert len(stage.calls) == 2


async def test_delete_keeps_the_books(stage: Stage) -> None:
    """What is deleted is gone from Discord and from the history's menu, and stays counted."""
    async with stage.bot(), stage.member() as mira:
        first = await edited(mira, images=[picture()], prompt="teal")
        before = allowances(await quota(mira))
        asked = await mira.press(result_of(first), "Delete", wait="answer")
        await mira.press(int((asked.private or {})["id"]), "Delete it", wait="answer")
        thread = await mira.messages(first.thread_id)
        history = await mira.slash("history", wait="answer")
        after = allowances(await quota(mira))

    assert [one for one in thread if one["attachments"]] == []
    assert "pictures gone" in str((history.private or {})["embeds"])
    assert (history.private or {})["components"] == []
    assert before == after


async def test_history_shows_again_what_was_kept(stage: Stage) -> None:
    """What was made long ago is had again from the history, in private, and posted for all on request."""
    async with stage.bot(), stage.member() as mira, stage.member(channel="general") as elsewhere:
        await edited(mira, images=[picture()], prompt="teal")
        history = await elsewhere.slash("history", wait="answer")
        again = await elsewhere.choose(int((history.private or {})["id"]), "Show again", ["1"], wait="answer")
        assert again.private is not None
        await elsewhere.press(int(again.private["id"]), "Post here", wait="answer")
        posted = [one for one in await elsewhere.messages() if one["attachments"] and not one["flags"] & 64]

    assert [one["filename"] for one in again.private["attachments"]] == ["edit-1-v1-1.png"]
    assert is_private(again)
    assert [one["attachments"][0]["filename"] for one in posted] == ["edit-1-v1-1.png"]
    assert len(stage.calls) == 1
