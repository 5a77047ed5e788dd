"""Stories of what comes long after an edit: buttons after a restart, after the retention time, and after a deletion."""

import asyncio
import hashlib
import io
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from PIL import Image

from bot.sandbox.member import Acted
from tests.walk.conftest import Stage
from tests.walk.sight import ended, picture, private, quota
from tests.walk.stories.bench import (
    again,
    first,
    inside,
    made,
    pressed,
    refused,
    replied,
    result_of,
    sent,
    shows,
)

DAY_S = 86_400
TIMES = ("placed_at", "sent_at", "ended_at")
GONE = "The pictures of this edit are no longer on my disk."
WHAT_TO_DO = "Right-click a message that still shows one and choose Apps → Edit picture."


def blobs(stage: Stage) -> dict[str, Path]:
    """The pictures on the bot's disk, by their content's hash."""
    return {path.parent.name + path.name: path for path in (stage.data / "blobs").glob("??/*")}


def pass_by(stage: Stage, seconds: float) -> None:
    """Let this time pass while the bot is away: here, on its disk, in its books, and at Discord."""
    with closing(sqlite3.connect(stage.data / "darkroom.db")) as book, book:
        book.execute(f"UPDATE jobs SET {', '.join(f'{one} = {one} - :s' for one in TIMES)}", {"s": seconds})
    for path in blobs(stage).values():
        then = time.time() - seconds
        os.utime(path, (then, then))
    stage.sandbox.clock.advance(seconds)


async def swept(stage: Stage, left: int) -> None:
    """Return when so many pictures are left on the bot's disk."""
    async with asyncio.timeout(30):
        while len(blobs(stage)) > left:  # noqa: ASYNC110 - a folder
            await asyncio.sleep(0.05)


async def test_everything_goes_on_after_a_restart(stage: Stage) -> None:
    """The bot was restarted. Under a result of before, *Before/after* shows both, the server's preset makes the second
    version, *Undo* goes back from it, and a reply makes the third."""
    async with stage.bot(), stage.member() as mira, stage.member("otto") as otto:
        await otto.slash("preset add", {"name": "Let it snow", "prompt": "Thick snow"}, wait="answer")
        one = await first(mira, "later: one", images=[picture(size=(512, 512), colour="red")])
    async with stage.bot(), stage.member() as mira, inside(stage, mira, one) as there:
        compared = await there.press(result_of(one), "Before/after", wait="answer")
        [file] = (compared.status or {})["attachments"]
        both = Image.open(io.BytesIO(await mira.download(file["url"]))).convert("RGB")
        two = await ended(there, await pressed(there, result_of(one), "Let it snow"))
        back = await pressed(there, result_of(two), "Undo")
        three = await replied(there, result_of(two), "later: three")

    assert file["filename"].rpartition(".")[0] == "edit-1-v1-1-compared"
    assert _is_red(both, 0.25)
    assert not _is_red(both, 0.75)
    assert sent(stage, "Thick snow") == made(stage, "later: one")
    assert private(back).startswith("Edit #1 · back to v1 · https://")
    assert sent(stage, "later: three") == made(stage, "Thick snow")
    assert " · v3" in three.posted[0]["content"]


def _is_red(shown: Image.Image, across: float) -> bool:
    """Whether a picture is as good as red there, in the middle of its height."""
    red, green, blue = shown.getpixel((int(shown.width * across), shown.height // 2))  # type: ignore[misc]
    return red > 230 and green < 25 and blue < 25


async def test_a_form_that_was_open_over_a_restart(stage: Stage) -> None:
    """Mira was still writing when the bot was restarted: what she sends is told what to do, nothing is held, and doing
    that works."""
    async with stage.bot(), stage.member() as mira:
        one = await first(mira, "later: before")
        opened = await pressed(mira, result_of(one), "Edit again")
        assert opened.modal is not None
    async with stage.bot(), stage.member() as mira:
        sent_late = await mira.submit(opened.modal, {"What should change?": "later: typed"}, wait="answer")
        left = await quota(mira)
        two = await again(mira, result_of(one), {"What should change?": "later: typed"})

    assert (sent_late.refused or "").startswith("This form is too old, or I was restarted while you were writing.")
    assert "19 of 20 left" in left
    assert "held" not in left
    assert [file["filename"] for file in two.files] == ["edit-2-v2-1.png"]
    assert len(stage.calls) == 2


async def test_months_later(stage: Stage) -> None:
    """The retention time is over, and neither the words nor the pictures of the edit are kept any more. Each button
    says what to do, and doing that works: the next version is made of what Discord still shows. *Delete* still takes
    the old result away."""
    async with stage.bot(), stage.member() as mira:
        one = await first(mira, "later: in spring", images=[picture("spring.png")])
    pass_by(stage, 31 * DAY_S)
    async with stage.bot(), stage.member() as mira, inside(stage, mira, one) as there:
        await swept(stage, 0)
        buttons = ("Edit again", "Vary", "Use as input", "Original file", "Before/after")
        told = {button: refused(await pressed(there, result_of(one), button)) for button in buttons}
        bare = await there.slash("edit", {"prompt": "later: bare"}, wait="answer")
        opened = await there.menu("Edit picture", result_of(one), wait="answer")
        assert opened.modal is not None
        two = await ended(
            there, await there.submit(opened.modal, {"What should change?": "later: in summer"}, wait="answer")
        )
        question = await pressed(there, result_of(one), "Delete")
        await pressed(there, id_of(question), "Delete it")
        seen = await shows(there)
        history = str(((await mira.slash("history", wait="answer")).private or {})["embeds"])

    assert told.pop("Vary") == f"{GONE} Nothing was charged. Send them again."
    assert told == dict.fromkeys(told, f"{GONE} {WHAT_TO_DO}")
    assert [file["filename"] for file in two.files] == ["edit-2-v2-1.png"]
    assert sent(stage, "later: in summer") == made(stage, "later: in spring")
    assert seen == [two.files[0]["filename"]]
    assert "pictures gone" in history
    assert "in spring" not in history
    assert private(bare).startswith("There is no picture here.")


async def test_what_is_deleted_is_gone_from_everywhere(stage: Stage) -> None:
    """Mira deletes an edit that was compared, gone back to and posted elsewhere: she is asked once, and every message
    that showed it is gone. Its result leaves the disk, while the picture that other edits of hers were made of as well
    stays; every cent stays counted."""
    lake = picture("lake.png", colour="navy")
    async with stage.bot(), stage.member() as mira, stage.member(channel="general") as general:
        one = await first(mira, "later: deleted", images=[lake])
        kept = await first(general, "later: kept", images=[lake])
        async with inside(stage, mira, one) as there:
            varied = await ended(there, await pressed(there, result_of(one), "Vary"))
            await pressed(there, result_of(one), "Before/after")
            await pressed(there, result_of(varied), "Undo")
            listed = await general.slash("history", wait="answer")
            shown = await general.choose(id_of(listed), "Show again", ["1"], wait="answer")
            await pressed(general, id_of(shown), "Post here")
            before = [await shows(there), await shows(general)]
            question = await pressed(there, result_of(one), "Delete")
            asked = [await shows(there), await shows(general)]
            done = [await pressed(there, id_of(question), "Delete it") for _ in range(2)]
            after = [await shows(there), await shows(general)]
        left = await quota(mira)
    there_then = set(blobs(stage))
    pass_by(stage, 3 * 3600)
    async with stage.bot(), stage.member(channel="general") as general:
        await swept(stage, len(there_then) - 1)
        again_kept = await ended(general, await pressed(general, result_of(kept), "Vary"))

    assert before == [
        ["edit-1-v1-1.png", "edit-3-v2-1.png", "edit-1-v1-1-compared.webp", "edit-1-v1-1.png"],
        ["edit-1-v1-1.png"],
    ]
    assert asked == before
    assert [private(one) for one in done] == ["Edit #1: Its pictures are deleted."] * 2
    assert after == [["edit-3-v2-1.png"], []]
    assert "17 of 20 left" in left
    [[deleted], _] = made(stage, "later: deleted")
    assert there_then - set(blobs(stage)) == {hashlib.sha256(deleted).hexdigest()}
    assert len(again_kept.files) == 1


def id_of(acted: Acted) -> int:
    """The message of a private answer."""
    assert acted.private is not None
    return int(acted.private["id"])
