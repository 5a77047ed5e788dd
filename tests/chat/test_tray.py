"""The tray at a Discord stand-in: filled from messages, seen, taken from, and edited."""

from pathlib import Path
from typing import Any

import pytest

from bot.domain.gathering import TRAY_LIVES_S
from bot.sandbox.discord_api.furnish import GUILD, MIRA
from bot.sandbox.member import Acted, Member
from tests.chat.scene import PICTURE, Scene, a_scene
from tests.standins import Comes

EPHEMERAL = 1 << 6
CAT, DOG = ("cat.png", PICTURE), ("dog.png", b"png 1024x1025")


def text_of(acted: Acted) -> str:
    """What the member was told."""
    assert acted.private is not None
    return str(acted.private["content"])


def labels(message: dict[str, Any] | None) -> list[list[str]]:
    """The buttons under it, row by row."""
    assert message is not None
    return [[one["label"] for one in row["components"]] for row in message["components"]]


async def add(mira: Member, *pictures: tuple[str, bytes]) -> Acted:
    """Post a message with pictures, then Apps → Add to tray."""
    message = await mira.say("", pictures, mention=False)
    return await mira.menu("Add to tray", int(message["id"]), wait="answer")


async def pressed(mira: Member, acted: Acted, button: str) -> dict[str, Any]:
    """The tray's message after a press on it."""
    assert acted.private is not None
    message_id = int(acted.private["id"])
    await mira.press(message_id, button, wait="answer")
    return next(one for one in await mira.messages() if int(one["id"]) == message_id)


def names(scene: Scene) -> list[str]:
    """What is in the tray of Mira."""
    return [one.picture.file.filename for one in scene.gatherings.rows.trays.get((MIRA, GUILD), [])]


async def test_added(tmp_path: Path) -> None:
    """What is added is said, and what was there before; the tray shows small copies, numbers and what to do."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        first = await add(mira, CAT)
        second = await add(mira, DOG, ("again.png", PICTURE))

        assert text_of(first).splitlines()[0] == "1 picture added."
        lines = text_of(second).splitlines()
        assert lines[0] == "1 picture added. 1 was in it already."
        assert lines[1].startswith("**Your tray** · 2 of 16 pictures · emptied <t:")
        assert lines[2:4] == ["1. cat.png", "2. dog.png"]
        assert second.private is not None
        assert second.private["flags"] & EPHEMERAL
        assert labels(second.private) == [["1", "2"], ["Edit with these", "Empty it"]]
        [sheet] = second.private["attachments"]
        assert (sheet["filename"], sheet["description"]) == (
            "pictures.webp",
            "Small copies of the pictures, each with its number",
        )
        assert await mira.download(sheet["url"]) == b"webp 64x64 sheet of 1024 wide | 1024 wide"
        channel = int(second.private["channel_id"])
        assert scene.client.tokens.newest(MIRA, channel, unused=True) is None  # so that no status takes its place


async def test_empty(tmp_path: Path) -> None:
    """An empty tray says how it is filled, and so does a message with nothing to add."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        shown = await mira.slash("tray", wait="answer")
        talk = await mira.say("hello", mention=False)
        nothing = await mira.menu("Add to tray", int(talk["id"]), wait="answer")

        assert text_of(shown).startswith("Your tray is empty. Right-click a message")
        assert labels(shown.private) == []
        assert text_of(nothing).startswith("There is no picture here.")


async def test_full(tmp_path: Path) -> None:
    """Sixteen pictures have sixteen numbers in rows of five; the seventeenth is refused and nothing is lost."""
    pictures = [(f"{number}.png", f"png 64x{number}".encode()) for number in range(1, 17)]
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await add(mira, *pictures[:10])
        full = await add(mira, *pictures[10:])
        refused = await add(mira, CAT)

        rows = labels(full.private)
        assert [len(row) for row in rows] == [5, 5, 5, 1, 2]
        assert [label for row in rows[:4] for label in row] == [str(number) for number in range(1, 17)]
        assert text_of(refused).startswith("Your tray holds 16 pictures")
        assert len(names(scene)) == 16


async def test_taken_out(tmp_path: Path) -> None:
    """A number takes its picture out, and the message shows what is left; an old number takes nothing."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await add(mira, CAT)
        tray = await add(mira, DOG)
        left = await pressed(mira, tray, "1")

        assert names(scene) == ["dog.png"]
        assert left["content"].splitlines()[1] == "1. dog.png"
        assert len(left["attachments"]) == 1

        emptied = await pressed(mira, tray, "Empty it")
        assert names(scene) == []
        assert emptied["content"].startswith("Your tray is empty.")
        assert (emptied["attachments"], emptied["components"]) == ([], [])


async def test_one_each(tmp_path: Path) -> None:
    """Everybody has a tray of their own, in each server and in private."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        await add(mira, CAT)
        async with scene.member(channel="dm") as alone:
            assert text_of(await alone.slash("tray", wait="answer")).startswith("Your tray is empty.")

        assert text_of(await ben.slash("tray", wait="answer")).startswith("Your tray is empty.")
        assert len(names(scene)) == 1


async def test_edited(tmp_path: Path) -> None:
    """Edit with these opens the form; the edit is of all of them in order, and only then the tray is empty."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await add(mira, CAT)
        tray = await add(mira, DOG)
        assert tray.private is not None
        form = (await mira.press(int(tray.private["id"]), "Edit with these", wait="answer")).modal
        assert form is not None
        refused = await mira.submit(form, {"prompt": " "}, wait="answer")
        assert str(refused.refused).startswith("There is no wish yet.")
        assert len(names(scene)) == 2

        form = (await mira.press(int(tray.private["id"]), "Edit with these", wait="answer")).modal
        assert form is not None
        await mira.submit(form, {"prompt": "snow", "pictures": [("owl.png", b"png 64x64")]}, wait="answer")

        assert [one.filename for one in scene.book.jobs[1].request.pictures] == ["cat.png", "dog.png", "owl.png"]
        assert names(scene) == []


async def test_edited_too_late(tmp_path: Path) -> None:
    """A tray whose day is over is empty, and its buttons say so."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        tray = await add(mira, CAT)
        assert tray.private is not None
        scene.clock.advance(TRAY_LIVES_S + 1)

        late = await mira.press(int(tray.private["id"]), "Edit with these", wait="answer")

        assert text_of(late).startswith("Your tray is empty. Right-click a message")


async def test_from_a_place_for_adults(tmp_path: Path) -> None:
    """What comes from an age-restricted channel is hidden wherever it is edited."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await mira.lever("channel", {"channel": "pictures", "nsfw": True})
        await add(mira, CAT)
        await mira.lever("channel", {"channel": "pictures", "nsfw": False})

        await mira.slash("edit", {"prompt": "snow"}, wait="answer")

        assert scene.book.jobs[1].request.spoiler


@pytest.mark.parametrize("shares", [True, False])
async def test_somebody_elses(tmp_path: Path, shares: bool) -> None:
    """What its member does not let others edit is not collected, and not edited if they change their mind later."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        message = await mira.say("", [CAT], mention=False)
        await scene.gatherings.set_shares(MIRA, shares=shares)
        added = await ben.menu("Add to tray", int(message["id"]), wait="answer")
        await scene.gatherings.set_shares(MIRA, shares=False)
        edited = await ben.slash("edit", {"prompt": "snow"}, wait="answer")

        refusal = "The member who posted cat.png does not let others edit it."
        assert text_of(added).startswith("1 picture added." if shares else refusal)
        assert text_of(edited).startswith(refusal if shares else "There is no picture here.")
        assert scene.book.jobs == {}


async def test_our_own_results(tmp_path: Path) -> None:
    """A result goes into the tray as the model made it."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.provider.script.append(Comes())
        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        await scene.work()
        result = next(one for one in await mira.messages(acted.thread_id) if one["attachments"])

        await mira.menu("Add to tray", int(result["id"]), wait="answer")

        [kept] = scene.gatherings.rows.trays[MIRA, GUILD]
        assert (kept.picture.file.filename, kept.picture.base) == ("edit-1-v1-1.png", 1)
        assert kept.picture.file.blob == scene.book.jobs[1].results[0].blob


async def test_nothing_can_be_drawn(tmp_path: Path) -> None:
    """Where the small copies cannot be made the tray shows itself without them."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.steps.raise_at("sheet", OSError("gone"))

        acted = await add(mira, CAT)

        assert acted.private is not None
        assert acted.private["attachments"] == []
        assert labels(acted.private) == [["1"], ["Edit with these", "Empty it"]]
