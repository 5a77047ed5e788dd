"""Paint mask: a link for one member's eyes, to one picture, from under a result or a status message."""

import re
from dataclasses import replace
from pathlib import Path

import discord

from bot.chat.views.result_buttons import result_buttons
from bot.domain.painting import Painting
from bot.domain.request import Door
from bot.sandbox.member import Acted
from tests.chat.bench import CAT, labels, made, press
from tests.chat.scene import PAGE, Scene, a_scene

LINK = re.compile(rf"<{re.escape(PAGE)}/\?lang=[\w-]+#[\w.-]+>")


def painting(scene: Scene, number: int = 1) -> Painting:
    return scene.gatherings.rows.paintings[number]


def told(acted: Acted) -> str:
    assert acted.private is not None
    return str(acted.private["content"])


async def test_a_result_is_painted_on_by_a_private_link(tmp_path: Path) -> None:
    """The answer is the presser's alone, Discord does not open the link, and it says when it ends."""
    async with a_scene(tmp_path, paints=True) as scene, scene.member() as mira:
        _, result = await made(scene, mira)
        acted = await press(scene, mira, result, "Paint mask")

        assert "Paint mask" in labels(result)[1]
        assert LINK.search(told(acted))
        assert re.search(r"<t:\d+:R>", told(acted))
        [row] = scene.gatherings.rows.paintings.values()
        job = scene.book.jobs[1]
        assert row.first.blob == job.results[0].blob
        assert (row.request.prompt, row.request.base, row.request.mask) == ("snow", 1, None)
        assert row.request.origin.door is Door.PAINTER
        assert len(scene.book.jobs) == 1


async def test_every_press_is_a_new_link(tmp_path: Path) -> None:
    """One that was lost or is over does not keep the member from painting."""
    async with a_scene(tmp_path, paints=True) as scene, scene.member() as mira:
        _, result = await made(scene, mira)
        links = {LINK.search(told(await press(scene, mira, result, "Paint mask"))) for _ in range(2)}

    assert len({link[0] for link in links if link}) == 2


async def test_there_is_no_button_without_a_page(tmp_path: Path) -> None:
    """Nor under several results, of which it is not clear which one is meant."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        _, result = await made(scene, mira)
        job = scene.book.jobs[1]

    assert "Paint mask" not in str(labels(result))
    assert "edit:paint:1" in ids(result_buttons(job, paints=True))
    assert "edit:paint:1" not in ids(result_buttons(replace(job, results=job.results * 2), paints=True))


async def test_an_edit_without_a_mask_gets_one_from_its_status(tmp_path: Path) -> None:
    """While it waits: what it was asked for is painted on, by its member and by nobody else."""
    async with a_scene(tmp_path, paints=True) as scene, scene.member() as mira, scene.member("ben") as ben:
        await mira.edit(images=[CAT], prompt="snow", wait="answer")
        seen = scene.book.jobs[1].announcement
        assert seen is not None
        mine = await mira.press(seen.message_id, "Paint mask", wait="answer")
        theirs = await ben.press(seen.message_id, "Paint mask", wait="answer")

        assert LINK.search(told(mine))
        assert not LINK.search(told(theirs))
        assert painting(scene).first == scene.book.jobs[1].request.pictures[0]
        assert len(scene.gatherings.rows.paintings) == 1


def ids(view: discord.ui.View) -> set[str]:
    return {str(getattr(getattr(item, "item", item), "custom_id", "")) for item in view.children}


async def test_another_member_paints_for_themselves(tmp_path: Path) -> None:
    """On what all can see, as with every button there; the edit will be theirs, and the first one's mask is not."""
    async with a_scene(tmp_path, paints=True) as scene, scene.member() as mira, scene.member("ben") as ben:
        _, result = await made(scene, mira)
        acted = await press(scene, ben, result, "Paint mask")

        assert LINK.search(told(acted))
        assert painting(scene).request.user_id != scene.book.jobs[1].request.user_id
        assert painting(scene).request.mask is None
