"""The picker at a Discord stand-in: shown where it is not clear which pictures are meant, and used by its member."""

from pathlib import Path
from typing import Any

import pytest

from bot.chat.views.picker import PICKER
from bot.domain.deed import Decider
from bot.domain.gathering import PICKER_LIVES_S
from bot.domain.guild import Setting
from bot.domain.job import State
from bot.domain.request import EditRequest, PlaceKind
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import GUILD, OWNER
from bot.sandbox.member import Acted, Member
from tests.chat.scene import PICTURE, Scene, a_scene
from tests.standins import Comes

EPHEMERAL = 1 << 6
CAT, DOG, OWL = ("cat.png", PICTURE), ("dog.png", b"png 1024x1025"), ("owl.png", b"png 1024x1026")
MENU = "Choose in the order in which they are used"


def text_of(acted: Acted) -> str:
    """What the member was told."""
    assert acted.private is not None
    return str(acted.private["content"])


def id_of(acted: Acted) -> int:
    """The message of a picker that answered an interaction."""
    assert acted.private is not None
    return int(acted.private["id"])


def menu_of(message: dict[str, Any]) -> dict[str, Any]:
    """The menu of a picker."""
    menu: dict[str, Any] = message["components"][0]["components"][0]
    return menu


async def message(member: Member, message_id: int) -> dict[str, Any] | None:
    """A message as it is now."""
    return next((one for one in await member.messages() if int(one["id"]) == message_id), None)


def request_of(scene: Scene) -> EditRequest:
    """The last edit that was placed."""
    return scene.book.jobs[max(scene.book.jobs)].request


def names(scene: Scene) -> list[str]:
    """Its pictures."""
    return [file.filename for file in request_of(scene).pictures]


async def unclear(member: Member, **options: Any) -> Acted:
    """`/edit` without a picture after three were posted, one by one."""
    for one in (CAT, DOG, OWL):
        await member.say("", [one], mention=False)
    return await member.slash("edit", {"prompt": "snow", **options}, wait="answer")


async def test_several_messages(tmp_path: Path) -> None:
    """The last pictures are shown by number, the newest first, with who posted each and when."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        await mira.say("", [CAT], mention=False)
        await mira.lever("clock", {"advance_s": 300})
        await mira.say("", [DOG], mention=False)
        acted = await mira.slash("edit", {"prompt": "snow"}, wait="answer")

        assert text_of(acted).startswith("Which pictures do you mean? Choose up to 2 in the menu, in the order")
        assert acted.private is not None
        menu = menu_of(acted.private)
        assert (menu["placeholder"], menu["min_values"], menu["max_values"]) == (MENU, 1, 2)
        assert [one["label"] for one in menu["options"]] == ["1 · dog.png", "2 · cat.png"]
        assert menu["options"][1]["description"] == "Mira · 5 min ago"
        assert [one["filename"] for one in acted.private["attachments"]] == ["pictures.webp"]
        assert scene.book.jobs == {}
        assert scene.book.entries == []


async def test_chosen(tmp_path: Path) -> None:
    """The order of the choice is the order of the edit, and is said in words; the menu keeps what it says."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        acted = await unclear(mira)
        await mira.choose(id_of(acted), MENU, ["2", "0"], wait="answer")
        shown = await message(mira, id_of(acted))
        assert shown is not None
        assert shown["content"].splitlines()[1] == "1. cat.png  2. owl.png"
        assert [one.get("default", False) for one in menu_of(shown)["options"]] == [True, False, True]
        assert all(one["description"].startswith("Mira · ") for one in menu_of(shown)["options"])
        assert len(shown["attachments"]) == 1

        went = await mira.press(id_of(acted), "Go ahead", wait="answer")

        assert text_of(went).startswith("Edit #1 · queued")
        assert names(scene) == ["cat.png", "owl.png"]
        assert await message(mira, id_of(acted)) is None


async def test_nothing_chosen(tmp_path: Path) -> None:
    """Go ahead without a choice is told so, and the picker stays as it is."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        acted = await unclear(mira)

        went = await mira.press(id_of(acted), "Go ahead", wait="answer")

        assert text_of(went).startswith("No picture is chosen yet.")
        stays = await message(mira, id_of(acted))
        assert stays is not None
        assert len(stays["components"]) == 2
        assert scene.book.jobs == {}


async def test_dropped(tmp_path: Path) -> None:
    """Drop it ends the picker, and nothing comes of it."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        acted = await unclear(mira)

        await mira.press(id_of(acted), "Drop it", wait="answer")

        over = await message(mira, id_of(acted))
        assert over is not None
        assert (over["content"], over["components"], over["attachments"]) == (
            "It was dropped. Nothing was charged.",
            [],
            [],
        )
        assert scene.book.jobs == {}


async def test_too_late(tmp_path: Path) -> None:
    """A picker that waited for too long says so, whatever is pressed."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        acted = await unclear(mira)
        scene.clock.advance(PICKER_LIVES_S + 1)

        for late in (
            await mira.choose(id_of(acted), MENU, ["0"], wait="answer"),
            await mira.press(id_of(acted), "Go ahead", wait="answer"),
            await mira.press(id_of(acted), "Drop it", wait="answer"),
        ):
            assert text_of(late).startswith("This choice is over: it waited for too long")


async def test_pressed_twice(tmp_path: Path) -> None:
    """A picker that could not be removed leads to its edit when it is pressed again."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        acted = await unclear(mira)
        await mira.choose(id_of(acted), MENU, ["0"], wait="answer")
        scene.server.faults.add(Fault.read({"method": "DELETE", "path": "/webhooks/", "status": 404, "code": 10008}))

        await mira.press(id_of(acted), "Go ahead", wait="answer")
        assert await message(mira, id_of(acted)) is not None
        again = await mira.press(id_of(acted), "Go ahead", wait="answer")

        assert text_of(again).startswith("Edit #1 · https://discord.com/channels/")
        assert len(scene.book.jobs) == 1


async def test_several_results(tmp_path: Path) -> None:
    """Of a version with several results it is asked which is meant; what is chosen is edited further."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.provider.script.append(Comes((b"png 1024x1024 one", b"png 1024x1024 two")))
        first = await mira.edit(images=[CAT], prompt="snow", options={"n": 2}, wait="answer")
        await scene.work()
        async with scene.member(channel=str(first.thread_id)) as inside:
            acted = await inside.slash("edit", {"prompt": "more snow"}, wait="answer")
            assert acted.private is not None
            assert acted.private["flags"] & EPHEMERAL
            await inside.choose(id_of(acted), MENU, ["1"], wait="answer")
            await inside.press(id_of(acted), "Go ahead", wait="answer")
            assert await message(inside, id_of(acted)) is None

        assert names(scene) == ["edit-1-v1-2.png"]
        assert (request_of(scene).base, request_of(scene).place.kind) == (1, PlaceKind.THREAD)


async def test_more_than_the_model_takes(tmp_path: Path) -> None:
    """Where a message has more pictures than the model takes, so many of them can be chosen."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        said = await mira.say("", [CAT, DOG, OWL], mention=False)
        form = (await mira.menu("Edit picture", int(said["id"]))).modal
        assert form is not None
        acted = await mira.submit(form, {"prompt": "snow", "wish": ["model:dall-e-2"]}, wait="answer")
        assert acted.private is not None
        menu = menu_of(acted.private)

        assert text_of(acted).startswith("Which picture do you mean? Choose it in the menu.")
        assert (menu["max_values"], len(menu["options"])) == (1, 3)
        await mira.choose(id_of(acted), MENU, ["1"], wait="answer")
        await mira.press(id_of(acted), "Go ahead", wait="answer")
        assert names(scene) == ["dog.png"]


async def test_by_mention(tmp_path: Path) -> None:
    """A mention is answered with a picker that everybody sees, that only its member uses, and that goes away again."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.provider.script.append(Comes((b"png 1024x1024 one", b"png 1024x1024 two")))
        first = await mira.edit(images=[CAT], prompt="snow", options={"n": 2}, wait="answer")
        await scene.work()
        thread = str(first.thread_id)
        async with scene.member(channel=thread) as inside, scene.member("ben", thread) as ben:
            result = next(one for one in await inside.messages() if one["attachments"])
            await inside.say("more snow", reply_to=int(result["id"]))
            picker = await inside.wait_for(
                lambda seen: next((one for one in seen if one["content"].startswith("Which pictures")), None)
            )
            picker_id = int(picker["id"])
            assert not picker["flags"] & EPHEMERAL
            assert picker["mentions"] == []

            for theirs in (
                await ben.choose(picker_id, MENU, ["0"], wait="answer"),
                await ben.press(picker_id, "Go ahead", wait="answer"),
                await ben.press(picker_id, "Drop it", wait="answer"),
            ):
                assert text_of(theirs).startswith("This button belongs to the member who asked")
                assert theirs.private is not None
                assert theirs.private["flags"] & EPHEMERAL
            untouched = await message(inside, picker_id)
            assert untouched is not None
            assert untouched["content"] == picker["content"]

            await inside.choose(picker_id, MENU, ["1", "0"], wait="answer")
            went = await inside.press(picker_id, "Go ahead", wait="answer")
            assert text_of(went).startswith("Edit #2 · queued")
            assert await message(inside, picker_id) is None
        assert names(scene) == ["edit-1-v1-2.png", "edit-1-v1-1.png"]


async def test_a_tray_by_mention(tmp_path: Path) -> None:
    """What somebody has collected is shown to nobody else: of a tray the picker that all can see has names alone."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await scene.guilds.change(Decider(OWNER, GUILD), Setting.MODEL, ("dall-e-2",))
        for one in (CAT, DOG):
            posted = await mira.say("", [one], mention=False)
            await mira.menu("Add to tray", int(posted["id"]), wait="answer")

        await mira.say("more snow")
        picker = await mira.wait_for(
            lambda seen: next((one for one in seen if one["content"].startswith("Which picture")), None)
        )

        assert picker["attachments"] == []
        assert [option["label"] for option in menu_of(picker)["options"]] == ["1 · cat.png", "2 · dog.png"]


async def test_in_private(tmp_path: Path) -> None:
    """What was asked for in private is shown in the answer to the last press, where the first one may be over."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        for one in (CAT, DOG):
            await mira.say("keep this", [one])
        scene.book.jobs.clear()
        acted = await mira.slash("edit", {"prompt": "snow", "private": True}, wait="answer")
        await mira.choose(id_of(acted), MENU, ["0"], wait="answer")

        went = await mira.press(id_of(acted), "Go ahead", wait="answer")

        place = request_of(scene).place
        assert (place.guild_id, place.kind) == (GUILD, PlaceKind.PRIVATE)
        assert place.answer == went.interaction_id


async def test_refused_and_chosen_anew(tmp_path: Path) -> None:
    """Where the edit is refused the picker stays, and goes on working."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        acted = await unclear(mira)
        await mira.choose(id_of(acted), MENU, ["0"], wait="answer")
        scene.client.stopping = True
        refused = await mira.press(id_of(acted), "Go ahead", wait="answer")
        assert text_of(refused).startswith("I am being restarted.")
        scene.client.stopping = False

        await mira.choose(id_of(acted), MENU, ["1"], wait="answer")
        await mira.press(id_of(acted), "Go ahead", wait="answer")

        assert names(scene) == ["dog.png"]
        assert scene.book.jobs[1].state is State.QUEUED


async def test_of_nothing(tmp_path: Path) -> None:
    """A picker that there is no record of is over."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        acted = await unclear(mira)
        scene.gatherings.rows.pickers.clear()

        for pressed in (
            await mira.press(id_of(acted), "Go ahead", wait="answer"),
            await mira.choose(id_of(acted), MENU, ["0"], wait="answer"),
        ):
            assert text_of(pressed).startswith("This choice is over")


@pytest.mark.parametrize(
    "custom_id", ["picker:choose:", "picker:go:-1", "picker:go:4x", "picker:drop:" + "9" * 19, "picker:x:1"]
)
def test_forged(custom_id: str) -> None:
    """An id of another shape is nobody's picker."""
    assert PICKER.fullmatch(custom_id) is None
