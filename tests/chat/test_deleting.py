"""*Delete* under a result, pressed by members at a Discord stand-in."""

from pathlib import Path

import pytest

from tests.chat.bench import made, press, shown, text_of, whispered
from tests.chat.scene import a_scene


async def test_delete(tmp_path: Path) -> None:
    """It asks once in private; then the messages are gone, the comparison too, and the status says so."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        thread, result = await made(scene, mira)
        await press(scene, mira, result, "Before/after")
        assert len(await shown(mira, thread)) == 2
        asked = await press(scene, mira, result, "Delete")
        assert asked.private is not None
        told = await press(scene, mira, asked.private, "Delete it")
        twice = await press(scene, mira, asked.private, "Delete it")

        assert text_of(asked).startswith("Edit #1: Shall I delete the pictures of this edit?")
        assert asked.private["flags"] & 64
        assert text_of(told) == text_of(twice) == "Edit #1: Its pictures are deleted."
        assert await shown(mira, thread) == []
        job = scene.book.jobs[1]
        assert job.announcement is not None
        [status] = [one for one in await mira.messages() if int(one["id"]) == job.announcement.message_id]
        assert status["content"].startswith("Edit #1 · deleted · $")
        assert status["components"] == []


async def test_delete_what_discord_has_deleted(tmp_path: Path) -> None:
    """A message that somebody was faster with is no trouble."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        thread, result = await made(scene, mira)
        asked = await press(scene, mira, result, "Delete")
        await scene.client.get_partial_messageable(thread).get_partial_message(int(result["id"])).delete()
        assert asked.private is not None
        told = await press(scene, mira, asked.private, "Delete it")

        assert text_of(told) == "Edit #1: Its pictures are deleted."


@pytest.mark.parametrize(("who", "may"), [("ben", False), ("ada", True)])
async def test_delete_by_somebody_else(tmp_path: Path, who: str, may: bool) -> None:
    """Whoever moderates may, and nobody else."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member(who) as other:
        thread, result = await made(scene, mira)
        asked = await press(scene, other, result, "Delete")
        if may:
            assert asked.private is not None
            await press(scene, other, asked.private, "Delete it")

        assert text_of(asked).startswith("Edit #1: Shall I" if may else "This button belongs to the member who asked")
        assert len(await shown(mira, thread)) == (0 if may else 1)


async def test_delete_a_private_result(tmp_path: Path) -> None:
    """While the token of its answer is good, its pictures go from there as well."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        result = await whispered(scene, mira)
        asked = await press(scene, mira, result, "Delete")
        assert asked.private is not None
        told = await press(scene, mira, asked.private, "Delete it")
        left = [one for one in await mira.messages() if one["attachments"]]

        assert text_of(told) == "Edit #1: Its pictures are deleted."
        assert left == []
