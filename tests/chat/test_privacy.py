"""`/privacy`, through the front door: a member's own file, and a question before anything is deleted."""

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.chat.dossier import MOST_BYTES, PLAIN_UP_TO, dossier
from bot.domain.errors import ExportTooLarge
from bot.domain.job import State
from bot.domain.request import HouseRules
from bot.sandbox.acted import labels_of
from bot.sandbox.discord_api.furnish import BEN, MIRA, OTHER_GUILD
from bot.sandbox.member import Acted, Member
from tests.chat.command import command
from tests.chat.scene import PICTURE, Scene, a_scene
from tests.standins import Comes

CAT = ("cat.png", PICTURE)
DELETE = "Delete it"


async def an_edit(scene: Scene, member: Member, prompt: str = "make it snow") -> None:
    """An edit of this member, made and delivered."""
    scene.provider.script.append(Comes())
    await member.edit(images=[CAT], prompt=prompt, wait="answer")
    await scene.work()


async def pressed(member: Member, asked: Acted) -> str:
    """What a yes to the question is answered with."""
    assert asked.private is not None
    acted = await member.press(int(asked.private["id"]), DELETE, wait="answer")
    assert acted.private is not None
    text: str = acted.private["content"]
    return text


@pytest.mark.parametrize("where", ["pictures", "dm"])
async def test_export(tmp_path: Path, where: str) -> None:
    """A member gets a file with what is theirs, in private, and nothing of anybody else's."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        await an_edit(scene, mira)
        await an_edit(scene, ben, "make it rain")

        answer = await command(scene, "privacy export", MIRA, at=where)

        kept = json.loads(answer.files["darkroom.json"])
        assert kept["member"] == MIRA
        assert [one["prompt"] for one in kept["edits"]] == ["make it snow"]
        assert answer.private is (where == "pictures")


async def test_delete(tmp_path: Path) -> None:
    """The question says what goes and what stays, and changes nothing; one press does it; another finds no more."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        await an_edit(scene, mira)
        await an_edit(scene, ben, "make it rain")

        asked = await mira.slash("privacy delete", wait="answer")
        before = scene.book.jobs[1].request
        said = [await pressed(mira, asked) for _ in range(2)]

        assert asked.private is not None
        assert asked.private["content"].startswith("Shall I delete what I keep about you?")
        assert labels_of(asked.private) == (DELETE,)
        assert (before.user_id, before.prompt) == (MIRA, "make it snow")
        assert said == ["Done: it is deleted. Your pictures leave my disk within two hours."] * 2
        mine, other = scene.book.jobs[1].request, scene.book.jobs[2].request
        assert (mine.user_id, mine.prompt) == (-1, "")
        assert (other.user_id, other.prompt) == (BEN, "make it rain")


async def test_delete_while_an_edit_is_not_over(tmp_path: Path) -> None:
    """Nothing is deleted until every edit has ended, and the answer says how many have not."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.provider.script.append(Comes())
        await mira.edit(images=[CAT], prompt="make it snow", wait="answer")

        asked = await mira.slash("privacy delete", wait="answer")
        refused = await pressed(mira, asked)
        await scene.work()
        after = await pressed(mira, asked)

        assert refused.startswith("Edits of yours that are not over yet: 1. Nothing was deleted.")
        assert after.startswith("Done")
        assert scene.book.jobs[1].state is State.DELIVERED


async def test_whoever_presses_means_themselves(tmp_path: Path) -> None:
    """A button that got into other hands deletes nothing of the one who was asked."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        await an_edit(scene, mira)
        asked = await mira.slash("privacy delete", wait="answer")
        assert asked.private is not None
        message = scene.server.world.private_messages[int(asked.private["id"])]
        message.visible_to = BEN

        await ben.press(message.id, DELETE, wait="answer")

        assert scene.book.jobs[1].request.user_id == MIRA


async def test_one_may_ask_where_nothing_can_be_edited(tmp_path: Path) -> None:
    """Who was left behind by a change of the settings can still have their own."""
    async with a_scene(tmp_path, rules=HouseRules(frozenset({OTHER_GUILD}))) as scene:
        answer = await command(scene, "privacy export", MIRA)

        assert json.loads(answer.files["darkroom.json"])["member"] == MIRA


@pytest.mark.parametrize("where", ["pictures", "dm"])
async def test_sharing(tmp_path: Path, where: str) -> None:
    """A member says whether others may edit their pictures, for themselves alone, and can say otherwise again."""
    async with a_scene(tmp_path) as scene:
        off = await command(scene, "privacy sharing", MIRA, at=where, choice="off")
        kept = await scene.gatherings.unshared({MIRA, BEN})
        on = await command(scene, "privacy sharing", MIRA, at=where, choice="on")

        assert off.text.startswith("Done: nobody but you can have me edit pictures that you have posted")
        assert on.text.startswith("Done: others may edit pictures that you have posted")
        assert off.private is (where == "pictures")
        assert kept == {MIRA}
        assert await scene.gatherings.unshared({MIRA, BEN}) == frozenset()


async def test_a_long_file_is_packed() -> None:
    """What is long is sent as a zip; what is too long even so is refused with its size."""
    kept = b"x" * (PLAIN_UP_TO + 1)

    file = await dossier(kept)

    archive: Any = file.fp
    assert (file.filename, zipfile.ZipFile(io.BytesIO(archive.read())).read("darkroom.json")) == (
        "darkroom.json.zip",
        kept,
    )
    with pytest.raises(ExportTooLarge) as refused:
        await dossier(os.urandom(MOST_BYTES))
    assert refused.value.fields == {"size": 11}
