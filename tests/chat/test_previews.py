"""Partial pictures on the status message, at a Discord stand-in."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat.delivery.sight import Sight, attachment
from bot.domain.job import Job, State
from bot.domain.progress import Phase, Progress
from bot.domain.request import Door, EditRequest, Origin, Place, PlaceKind
from bot.sandbox.discord_api.furnish import GUILD, MIRA, PICTURES
from bot.sandbox.member import Member
from bot.workflow.ports import Preview
from tests.chat.scene import Scene, a_scene

PNG, JPEG, WEBP = b"\x89PNG\r\n\x1a\n....", b"\xff\xd8\xff....", b"RIFF\0\0\0\0WEBP...."
MIB = 1024 * 1024


async def announced(scene: Scene) -> Job:
    """A job of Mira's with its status message."""
    place = Place(GUILD, PICTURES, PlaceKind.CHANNEL)
    request = EditRequest(Origin(Door.SLASH, 1), place, MIRA, "en-US", "snow", (), None, "gpt-image-2")
    job = Job(7, State.SENT, False, request, predicted=50_000, placed_at=scene.clock.now())
    return replace(job, announcement=await scene.postbox.announce(job, 0))


def preview(folder: Path, number: int, content: bytes = PNG) -> Preview:
    """A partial picture on disk."""
    path = folder / f"partial-{number}"
    path.write_bytes(content)
    return Preview(path, number)


async def shows(mira: Member, phase: str, *names: str) -> None:
    """Return when the status message says this and has exactly these files."""

    def look(messages: list[dict[str, object]]) -> bool | None:
        [status] = [one for one in messages if str(one["content"]).startswith("Edit #7")]
        files = status["attachments"]
        assert isinstance(files, list)
        return (phase in str(status["content"]) and [one["filename"] for one in files] == list(names)) or None

    await mira.wait_for(look)


async def test_replaced_and_removed(tmp_path: Path) -> None:
    """Each preview takes the place of the one before, a text alone leaves it, and the end takes it away."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        job = await announced(scene)

        scene.postbox.progress(job, Progress(Phase.RECEIVING), preview(tmp_path, 1))
        await shows(mira, "receiving", "preview-7-1.png")
        scene.postbox.progress(job, Progress(Phase.RECEIVING), preview(tmp_path, 2, JPEG))
        await shows(mira, "receiving", "preview-7-2.jpg")
        scene.postbox.progress(job, Progress(Phase.WAITING, preview=3, previews=3), preview(tmp_path, 3, WEBP))
        await shows(mira, "preview 3 of 3", "preview-7-3.webp")
        [status] = [one for one in await mira.messages() if one["embeds"]]
        assert status["attachments"][0]["description"] == "preview 3 of 3"
        scene.postbox.progress(job, Progress(Phase.DELIVERING))
        await shows(mira, "posting", "preview-7-3.webp")
        await scene.postbox.close(replace(job, state=State.TOLD))
        await shows(mira, "cancelled")

        [status] = [one for one in await mira.messages() if one["embeds"]]
        assert status["embeds"][0]["description"] == "snow"


@pytest.mark.parametrize("content", [None, b"<html>", PNG.ljust(11 * MIB, b".")])
async def test_skipped(tmp_path: Path, content: bytes | None) -> None:
    """A preview that is gone, no picture, or above the server's limit is skipped, and the text is shown without it."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        job = await announced(scene)
        given = preview(tmp_path, 1, content or PNG)
        if content is None:
            given.path.unlink()

        scene.postbox.progress(job, Progress(Phase.RECEIVING), given)

        await shows(mira, "receiving")


@pytest.mark.parametrize(("content", "name"), [(PNG, "x.png"), (JPEG, "x.jpg"), (WEBP, "x.webp")])
async def test_names(tmp_path: Path, content: bytes, name: str) -> None:
    """A preview is named by what its bytes are, since Discord shows a picture by its name."""
    found = await attachment(Sight(preview(tmp_path, 1, content).path, "x", len(content)))

    assert found is not None
    assert found.filename == name
    assert await attachment(Sight(tmp_path / "partial-1", "x", len(content) - 1)) is None
