"""The form of an edit at a Discord stand-in: what it asks for, and what is made of what was filled in."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.domain.deed import Decider
from bot.domain.guild import Setting
from bot.domain.preset import Preset
from bot.domain.request import Door, EditRequest, Options
from bot.sandbox.acted import Modal
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import GUILD, OWNER
from bot.sandbox.member import Acted, Member
from tests.chat.scene import PICTURE, Scene, a_scene
from tests.standins import Comes

CAT, DOG = ("cat.png", PICTURE), ("dog.png", b"png 1024x1025")
ADMIN = Decider(OWNER, GUILD)
SNOW = Preset("Make it snow", "Heavy snow, at dusk", "gpt-image-1.5", Options(quality="high"))
TWO = Comes((b"png 1024x1024 one", b"png 1024x1024 two"))


def text_of(acted: Acted) -> str:
    """What the member was told."""
    assert acted.private is not None
    return str(acted.private["content"])


def request_of(scene: Scene) -> EditRequest:
    """The last edit that was placed."""
    return scene.book.jobs[max(scene.book.jobs)].request


def names(scene: Scene) -> list[str]:
    """Its pictures."""
    return [file.filename for file in request_of(scene).pictures]


def options_of(form: Modal, field: str) -> list[str]:
    """What can be chosen in a menu of the form, as it is shown."""
    fields: list[dict[str, Any]] = [one["component"] for one in form.components]
    return [option["label"] for one in fields if one["custom_id"] == field for option in one["options"]]


async def opened(member: Member, message: dict[str, Any]) -> Modal:
    """The form of Apps → Edit picture."""
    form = (await member.menu("Edit picture", int(message["id"]))).modal
    assert form is not None
    return form


async def two_results(scene: Scene, mira: Member) -> dict[str, Any]:
    """A message with two results."""
    scene.provider.script.append(TWO)
    acted = await mira.edit(images=[CAT], prompt="snow", options={"n": 2}, wait="answer")
    await scene.work()
    return next(one for one in await mira.messages(acted.thread_id) if one["attachments"])


async def test_fields(tmp_path: Path) -> None:
    """Of a message the prompt, more pictures, a mask, and a model or preset, presets first; nothing is required."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await scene.guilds.put_preset(ADMIN, SNOW, 25)
        form = await opened(mira, await mira.say("", [CAT, DOG], mention=False))

        assert [label for label, _, _ in form.fields()] == [
            "What should change?", "More pictures", "Mask", "Model or preset",
        ]  # fmt: skip
        assert options_of(form, "wish") == ["★ Make it snow", *scene.client.desk.catalog.names][:25]
        assert not any(one["component"]["required"] for one in form.components)


async def test_usual(tmp_path: Path) -> None:
    """Where nothing is chosen it is as usual, of every picture of the message."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        form = await opened(mira, await mira.say("", [CAT, DOG], mention=False))
        await mira.submit(form, {"prompt": "snow"}, wait="answer")

        assert names(scene) == ["cat.png", "dog.png"]
        request = request_of(scene)
        assert (request.model, request.preset, request.origin.door) == ("gpt-image-2", None, Door.MENU)


@pytest.mark.parametrize(
    ("typed", "prompt"), [("", "Heavy snow, at dusk"), ("and a lamp", "Heavy snow, at dusk\nand a lamp")]
)
async def test_preset(tmp_path: Path, typed: str, prompt: str) -> None:
    """A preset is a wish by itself; what is written is added to it."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await scene.guilds.put_preset(ADMIN, SNOW, 25)
        form = await opened(mira, await mira.say("", [CAT], mention=False))
        await mira.submit(form, {"prompt": typed, "wish": ["preset:Make it snow"]}, wait="answer")

        request = request_of(scene)
        assert (request.prompt, request.preset, request.model) == (prompt, "Make it snow", "gpt-image-1.5")
        assert request.options.quality == "high"


async def test_preset_that_was_taken_away(tmp_path: Path) -> None:
    """A preset that went while the form was open is named, with those that there are."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await scene.guilds.put_preset(ADMIN, SNOW, 25)
        form = await opened(mira, await mira.say("", [CAT], mention=False))
        await scene.guilds.drop_preset(ADMIN, SNOW.name)

        acted = await mira.submit(form, {"prompt": "", "wish": ["preset:Make it snow"]}, wait="answer")

        assert text_of(acted).startswith("There is no preset called Make it snow here.")


async def test_model(tmp_path: Path) -> None:
    """A model is chosen by its name."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        form = await opened(mira, await mira.say("", [CAT], mention=False))
        await mira.submit(form, {"prompt": "snow", "wish": ["model:gpt-image-1.5"]}, wait="answer")

        assert request_of(scene).model == "gpt-image-1.5"


async def test_no_wish(tmp_path: Path) -> None:
    """Nothing written and no preset is no wish, and nothing is fetched for it."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        form = await opened(mira, await mira.say("", [CAT], mention=False))

        acted = await mira.submit(form, {"prompt": " "}, wait="answer")

        assert text_of(acted).startswith("There is no wish yet.")
        assert "keep" not in scene.steps.taken


@pytest.mark.parametrize(
    ("chosen", "edited"),
    [([], ["edit-1-v1-1.png"]), (["1", "0"], ["edit-1-v1-2.png", "edit-1-v1-1.png"]), (["1"], ["edit-1-v1-2.png"])],
)
async def test_which_picture(tmp_path: Path, chosen: list[str], edited: list[str]) -> None:
    """Of a message with several results the form asks which, in the member's order; the first where none is chosen."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        form = await opened(mira, await two_results(scene, mira))
        assert form.fields()[0][0] == "Which picture"
        assert options_of(form, "which") == ["1 · edit-1-v1-1.png", "2 · edit-1-v1-2.png"]

        await mira.submit(form, {"which": chosen, "prompt": "more snow", "pictures": [DOG]}, wait="answer")

        assert names(scene) == [*edited, "dog.png"]


async def test_closed_beforehand(tmp_path: Path) -> None:
    """Where the admins take no edits no form opens, so that nobody writes for nothing."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        message = await mira.say("", [CAT], mention=False)
        await scene.guilds.change(ADMIN, Setting.CHANNELS_BLOCKED, (str(message["channel_id"]),))

        acted = await mira.menu("Edit picture", int(message["id"]))

        assert acted.modal is None
        assert text_of(acted).startswith("Edits are not taken in this channel.")


async def test_twenty_five(tmp_path: Path) -> None:
    """As many presets and models are shown as a menu takes."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        for number in range(25):
            await scene.guilds.put_preset(ADMIN, Preset(f"{number:02} " + "x" * 37, "x"), 25)
        form = await opened(mira, await mira.say("", [CAT], mention=False))

        assert len(options_of(form, "wish")) == 25


async def test_preset_by_autocomplete(tmp_path: Path) -> None:
    """While a wish is typed the server's presets are offered; in private there are none."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member(channel="dm") as alone:
        await scene.guilds.put_preset(ADMIN, SNOW, 25)
        here, there = await mira.autocomplete("edit", "prompt", "SNOW"), await alone.autocomplete("edit", "prompt", "s")
        await mira.edit(images=[CAT], prompt="make it snow", wait="answer")

        assert [one["value"] for one in here] == ["Make it snow"]
        assert there == ()
        assert request_of(scene).prompt == "Heavy snow, at dusk"


async def test_too_late_to_open(tmp_path: Path) -> None:
    """A form that Discord does not show any more, after its three seconds, is no fault and not logged as one."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        message = await mira.say("", [CAT], mention=False)
        late = {"method": "POST", "path": "/callback$", "status": 404, "code": 10062}
        scene.server.faults.add(Fault.read(late))

        with capture_logs() as lines:
            acted = await mira.menu("Edit picture", int(message["id"]))

        assert acted.modal is None
        assert [line["event"] for line in lines if line["log_level"] == "error"] == []
        assert "interaction_late" in [line["event"] for line in lines]
        assert scene.client.forms == set()
