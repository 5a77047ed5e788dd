"""`/history` at a Discord stand-in: pages, pictures shown again in private, and *Post here*."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.domain.deed import Decider
from bot.domain.guild import Setting
from bot.domain.job import Job, ResultPicture, State
from bot.domain.request import Door, EditRequest, Origin, Place, PlaceKind
from bot.sandbox.discord_api.furnish import BEN, GUILD, MIRA, OWNER, PICTURES
from bot.sandbox.member import Acted
from tests.chat.bench import labels, made, shown, text_of
from tests.chat.scene import Scene, a_scene
from tests.standins import Comes

RESULT = b"png 1024x1024 kept"


def remember(scene: Scene, count: int, *, prompt: str = "snow", user_id: int = MIRA, private: bool = False) -> None:
    """So many edits that were delivered long ago, with their pictures on disk."""
    kind = PlaceKind.PRIVATE if private else PlaceKind.CHANNEL
    result = ResultPicture(scene.blobs.put(RESULT), "png", 1024, 1024, len(RESULT))
    for _ in range(count):
        number = len(scene.book.jobs) + 1
        place = Place(GUILD, PICTURES, kind)
        request = EditRequest(Origin(Door.SLASH, number), place, user_id, "en-US", prompt, (), None, "gpt-image-2")
        job = Job(number, State.DELIVERED, False, request, 50_000, scene.clock.now(), charged=50_000, version=1)
        scene.book.jobs[number] = replace(job, results=(result,), ended_at=scene.clock.now())


def page(acted: Acted) -> tuple[list[str], list[str]]:
    """The lines of a page, and what is under it."""
    assert acted.private is not None
    [embed] = acted.private["embeds"]
    under = [one.get("label") or one["placeholder"] for row in acted.private["components"] for one in row["components"]]
    return embed["description"].splitlines(), under


def options(acted: Acted) -> list[dict[str, Any]]:
    """What the menu of a page offers."""
    assert acted.private is not None
    rows = [one for row in acted.private["components"] for one in row["components"]]
    return [option for one in rows for option in one.get("options", ())]


async def test_nothing_yet(tmp_path: Path) -> None:
    """Whoever has made no edit is told how."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        told = await mira.slash("history", wait="answer")

    assert page(told) == (["There is no edit of yours here yet. Make one with /edit."], [])
    assert told.private is not None
    assert told.private["flags"] & 64


async def test_a_line(tmp_path: Path) -> None:
    """Number with its link, when, wish, model, cost, version and ending; the wish is cut and escaped."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        thread, _ = await made(scene, mira, prompt="**loud** @everyone " + "x" * 200)
        told = await mira.slash("history", wait="answer")
        job = scene.book.jobs[1]

    [line], under = page(told)
    number, when, wish, *rest = line.split(" · ")
    assert job.announcement is not None
    assert number == f"**[#1](https://discord.com/channels/{GUILD}/{PICTURES}/{job.announcement.message_id})**"
    assert when == f"<t:{int(job.placed_at)}:R>"
    assert wish.startswith("\\*\\*loud\\*\\* @\u200beveryone xxx")
    assert wish.endswith("…")
    assert rest == ["gpt-image-2", "$0.07", "v1", "done"]
    assert under == ["Show again"]
    assert thread


async def test_pages(tmp_path: Path) -> None:
    """Older and Newer turn the pages in the same message, after a restart as well: their ids say everything."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        remember(scene, 12)
        newest = await mira.slash("history", wait="answer")
        assert newest.private is not None
        older = await mira.press(int(newest.private["id"]), "Older", wait="answer")
        assert older.private is not None
        back = await mira.press(int(older.private["id"]), "Newer", wait="answer")

    assert (len(page(newest)[0]), page(newest)[1]) == (10, ["Show again", "Older"])
    assert (len(page(older)[0]), page(older)[1]) == (2, ["Show again", "Newer"])
    assert page(back) == page(newest)
    assert newest.private["id"] == older.private["id"]


async def test_endings(tmp_path: Path) -> None:
    """What waits here because it could not be delivered is marked, and what is gone cannot be chosen."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        remember(scene, 3)
        scene.book.jobs[1] = replace(scene.book.jobs[1], state=State.TOLD, muted=True)
        gone = replace(scene.book.jobs[2].results[0], blob="0" * 64)
        scene.book.jobs[2] = replace(scene.book.jobs[2], results=(gone,))
        told = await mira.slash("history", wait="answer")

    assert [line.rpartition(" · ")[2] for line in page(told)[0]] == ["done", "pictures gone", "kept"]
    assert [one["value"] for one in options(told)] == ["3", "1"]


async def test_show_again(tmp_path: Path) -> None:
    """The pictures come in private, with their buttons."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        remember(scene, 1)
        told = await mira.slash("history", wait="answer")
        assert told.private is not None
        again = await mira.choose(int(told.private["id"]), "Show again", ["1"], wait="answer")

    assert again.private is not None
    assert again.private["flags"] & 64
    assert [one["filename"] for one in again.private["attachments"]] == ["edit-1-v1-1.png"]
    assert labels(again.private) == [["Edit again", "Vary", "Use as input"], ["Original file", "Delete", "Post here"]]
    assert text_of(again).startswith("Edit #1 · v1 · gpt-image-2 · 1024x1024")


async def test_somebody_elses(tmp_path: Path) -> None:
    """Another member's edits are neither listed nor shown, even where the menu names one."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        remember(scene, 1)
        remember(scene, 1, user_id=BEN)
        told = await ben.slash("history", wait="answer")
        assert told.private is not None
        menu = int(told.private["id"])
        scene.book.jobs[2] = replace(scene.book.jobs[2], request=replace(scene.book.jobs[2].request, user_id=MIRA))
        refused = await ben.choose(menu, "Show again", ["2"], wait="answer")
        mine = await mira.slash("history", wait="answer")

    assert len(page(told)[0]) == 1
    assert text_of(refused).startswith("This button belongs to the member who asked")
    assert len(page(mine)[0]) == 2


async def test_swept_meanwhile(tmp_path: Path) -> None:
    """A picture that went while the menu was open is said to be gone."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        remember(scene, 1)
        told = await mira.slash("history", wait="answer")
        scene.blobs.path(scene.book.jobs[1].results[0].blob).unlink()
        assert told.private is not None
        again = await mira.choose(int(told.private["id"]), "Show again", ["1"], wait="answer")

    assert text_of(again).startswith("The pictures of this edit are no longer on my disk.")


async def test_post_here(tmp_path: Path) -> None:
    """It is posted for all to see with its buttons, once, and somebody else may go on from there."""
    async with (
        a_scene(tmp_path) as scene,
        scene.member("mira", "general") as mira,
        scene.member("ben", "general") as ben,
    ):
        remember(scene, 1, private=False)
        told = await mira.slash("history", wait="answer")
        assert told.private is not None
        again = await mira.choose(int(told.private["id"]), "Show again", ["1"], wait="answer")
        assert again.private is not None
        once = await mira.press(int(again.private["id"]), "Post here", wait="answer")
        twice = await mira.press(int(again.private["id"]), "Post here", wait="answer")
        [posted] = await shown(ben, None)
        used = await ben.press(int(posted["id"]), "Use as input", wait="answer")

    assert (
        text_of(once)
        == text_of(twice)
        == f"Edit #1 · https://discord.com/channels/{GUILD}/{posted['channel_id']}/{posted['id']}"
    )
    assert posted["content"].endswith(f"\n<@{MIRA}>")
    assert posted["mentions"] == []
    assert text_of(used).startswith("It is in your tray")


async def test_post_here_where_that_is_not_wanted(tmp_path: Path) -> None:
    """A channel that takes no edits takes no old ones either, and a missing permission is named."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        remember(scene, 1)
        told = await mira.slash("history", wait="answer")
        assert told.private is not None
        again = await mira.choose(int(told.private["id"]), "Show again", ["1"], wait="answer")
        assert again.private is not None
        await scene.guilds.change(Decider(OWNER, GUILD), Setting.CHANNELS_BLOCKED, (str(PICTURES),))
        closed = await mira.press(int(again.private["id"]), "Post here", wait="answer")
        await mira.lever("permissions", {"channel": "pictures", "deny": ["attach_files"]})
        denied = await mira.press(int(again.private["id"]), "Post here", wait="answer")

        assert text_of(closed).startswith("Edits are not taken in this channel.")
        assert "Attach Files" in text_of(denied)
        assert await shown(mira, None) == []


async def test_everywhere_in_a_direct_message(tmp_path: Path) -> None:
    """There a member sees what they made in every server; what goes on from it stays there."""
    async with a_scene(tmp_path) as scene, scene.member("mira", "dm") as mira:
        remember(scene, 1)
        scene.provider.script.append(Comes())
        told = await mira.slash("history", wait="answer")
        assert told.private is not None
        again = await mira.choose(int(told.private["id"]), "Show again", ["1"], wait="answer")

    assert len(page(told)[0]) == 1
    assert again.private is not None
    assert len(again.private["attachments"]) == 1
