"""The three ways in and the buttons, at a Discord stand-in: what is placed, and what the member is told."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.domain.errors import ProviderBusy
from bot.domain.job import State
from bot.domain.request import Door, HouseRules, PlaceKind
from bot.sandbox.clock import Clock
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import GUILD
from bot.sandbox.member import Acted, Member
from bot.workflow.ports import Declined
from tests.chat.scene import PICTURE, Scene, a_bot, a_scene, discord_standin
from tests.standins import Comes, Steps
from tests.workflow.memory_book import MemoryBook

CAT, DOG, MASK = ("cat.png", PICTURE), ("dog.png", PICTURE), ("sky-mask.png", PICTURE)


def text_of(acted: Acted) -> str:
    """What the member was told in private."""
    assert acted.private is not None
    return str(acted.private["content"])


def names(scene: Scene, job_id: int = 1) -> tuple[list[str], str | None]:
    """The pictures of a placed edit in their order, and its mask."""
    request = scene.book.jobs[job_id].request
    return [file.filename for file in request.pictures], request.mask.filename if request.mask else None


def state(scene: Scene) -> State:
    """Where the first edit is."""
    return scene.book.jobs[1].state


async def say_refused(member: Member, text: str, **more: Any) -> str:
    """What the bot answers to a mention that it does not take."""
    asked = await member.say(text, **more)
    return str((await member.answer_to(int(asked["id"]), wait="answer")).refused)


async def test_slash(tmp_path: Path) -> None:
    """`/edit` takes its pictures in order and the mask that is named so, and answers in private with a link."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        acted = await mira.edit(images=[DOG, MASK, CAT], prompt="snow", options={"n": 2}, wait="answer")

        assert names(scene) == (["dog.png", "cat.png"], "sky-mask.png")
        request = scene.book.jobs[1].request
        assert (request.origin.door, request.options.n, request.prompt) == (Door.SLASH, 2, "snow")
        assert acted.private is not None
        assert acted.private["flags"] & 64
        assert text_of(acted).splitlines()[2] == "sky-mask.png is the mask (what is transparent): 23 % will change"
        assert acted.status is not None
        assert text_of(acted).splitlines()[1].endswith(f"/{acted.status['id']}")
        assert acted.thread_id == int(acted.status["id"])


async def test_menu(tmp_path: Path) -> None:
    """The message command takes every picture of the message in order, then those of the form as they were chosen."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        more = [("z.png", PICTURE), ("a.png", PICTURE), ("m.png", PICTURE)]
        await mira.edit(via="menu", images=[DOG, CAT], own_images=more, prompt="snow", wait="answer")

        assert names(scene) == (["dog.png", "cat.png", "z.png", "a.png", "m.png"], None)
        assert scene.book.jobs[1].request.origin.door is Door.MENU
        assert scene.client.forms == set()


async def test_form(tmp_path: Path) -> None:
    """All files may come in the form, where the mask has a field of its own."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await mira.edit(via="modal", images=[DOG, CAT], mask=("anything.png", PICTURE), prompt="snow", wait="answer")

        assert names(scene) == (["dog.png", "cat.png"], "anything.png")


async def test_reply_to_an_invisible_picture(tmp_path: Path) -> None:
    """Without the intent another member's picture is hidden, and the way by the menu is said instead."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        acted = await mira.edit(via="reply", images=[CAT], own_images=[DOG], prompt="snow", wait="answer")

        assert acted.refused is not None
        assert acted.refused.startswith("I can't see the picture you replied to. Right-click")
        assert scene.book.jobs == {}


async def test_reply_to_a_result(tmp_path: Path) -> None:
    """A reply to the bot's own picture edits it in the same thread, without naming the bot; own pictures come after."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.provider.script.append(Comes())
        first = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        await scene.work()
        assert first.thread_id is not None
        async with scene.member(channel=str(first.thread_id)) as inside:
            result = (await inside.messages())[-1]
            asked = await inside.say("more snow", [DOG], reply_to=int(result["id"]))
            acted = await inside.answer_to(int(asked["id"]), wait="answer")

        assert names(scene, 2) == (["edit-1-v1-1.png", "dog.png"], None)
        assert scene.book.jobs[2].request.prompt == "more snow"
        assert scene.book.jobs[2].request.place.kind is PlaceKind.THREAD
        assert acted.status is not None
        assert int(acted.status["channel_id"]) == first.thread_id


async def test_mention_with_pictures(tmp_path: Path) -> None:
    """A message that names the bot and brings its pictures is an edit, too; a mention alone is told what to do."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        asked = await mira.say("make it snow", [CAT, MASK])
        await mira.answer_to(int(asked["id"]), wait="answer")

        assert names(scene) == (["cat.png"], "sky-mask.png")
        assert scene.book.jobs[1].request.prompt == "make it snow"
        assert (await say_refused(mira, "")).startswith("There is no picture here.")


async def test_seventeen(tmp_path: Path) -> None:
    """Sixteen pictures are an edit; with the seventeenth nothing is fetched or held."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        files = [(f"{number}.png", PICTURE) for number in range(17)]
        await mira.edit(via="menu", images=files[:10], own_images=files[10:16], prompt="snow", wait="answer")
        assert len(names(scene)[0]) == 16
        kept = scene.steps.count("keep")

        acted = await mira.edit(via="menu", images=files[:10], own_images=files[10:], prompt="snow", wait="answer")

        assert acted.refused == (
            "That is 17 pictures, and gpt-image-2 takes at most 16. Leave some out and send it again."
        )
        assert scene.steps.count("keep") == kept
        assert len(scene.book.jobs) == 1


@pytest.mark.parametrize(
    ("denied", "named"),
    [("CREATE_PUBLIC_THREADS", "Create Public Threads"), ("ATTACH_FILES", "Attach Files")],
)
async def test_missing_permission(tmp_path: Path, denied: str, named: str) -> None:
    """What the bot may not do in the channel is said in private before anything is held."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await mira.lever("permissions", {"channel": "pictures", "deny": [denied]})

        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")

        assert acted.private is not None
        assert acted.private["flags"] & 64
        assert text_of(acted).startswith(f"Before I can work in this channel I need: {named}. ")
        assert scene.book.jobs == {}


async def test_direct_message(tmp_path: Path) -> None:
    """A direct message is answered openly and in place."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")

        assert acted.private is not None
        assert not acted.private["flags"] & 64
        assert acted.thread_id is None
        assert scene.book.jobs[1].request.place.kind is PlaceKind.IN_PLACE


async def test_only_here(tmp_path: Path) -> None:
    """Where the operator did not switch the bot on, it says so and does nothing."""
    async with a_scene(tmp_path, rules=HouseRules(frozenset({5}))) as scene, scene.member() as mira:
        slash = await mira.edit(images=[CAT], prompt="snow", wait="answer")

        assert text_of(slash).startswith("I am not switched on for this server.")
        assert (await say_refused(mira, "snow", images=[CAT])).startswith("I am not switched on")
        assert text_of(await mira.slash("quota", wait="answer")).startswith("I am not switched on")
        message = await mira.say("", [CAT], mention=False)
        assert text_of(await mira.menu("Edit picture", int(message["id"]))).startswith("I am not switched on")


async def test_first_frame(tmp_path: Path) -> None:
    """Of an animation only the first frame is used, and every way in says so."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        moving = ("cat.gif", b"gif 1024x1024 animated")
        acted = await mira.edit(images=[moving], prompt="snow", wait="answer")
        await mira.say("snow", [moving])
        note = "cat.gif: only the first frame is used"
        await mira.wait_for(lambda messages: any(one["content"] == note for one in messages) or None)

        assert text_of(acted).endswith(f"\n{note}")


async def test_sixteen_remarks(tmp_path: Path) -> None:
    """Remarks that are longer than a message are cut: an answer that Discord refuses would be none."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        moving = [(f"{number}{'_' * 60}.gif", b"gif 1024x1024 animated") for number in range(16)]
        acted = await mira.edit(via="menu", images=moving[:10], own_images=moving[10:], prompt="snow", wait="answer")

        assert text_of(acted).startswith("Edit #1 · queued")
        assert len(text_of(acted)) == 2000


async def test_stopping(tmp_path: Path) -> None:
    """A process that is about to end takes nothing in."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.client.stopping = True

        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")

        assert text_of(acted) == "I am being restarted. Send it again in a minute."


async def test_cancel(tmp_path: Path) -> None:
    """Cancel works for the member who asked and for nobody else."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        assert acted.status is not None

        theirs = await ben.press(int(acted.status["id"]), "Cancel", wait="answer")
        assert text_of(theirs).startswith("This button belongs to the member who asked")
        assert state(scene) is State.QUEUED

        own = await mira.press(int(acted.status["id"]), "Cancel", wait="answer")
        assert text_of(own) == "Edit #1: It was cancelled. Nothing was charged."
        assert state(scene) is State.CANCELLED


async def test_try_again(tmp_path: Path) -> None:
    """Try again places a new edit from the old one, in the thread of the first; pressed twice it places one."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.provider.script.append(Declined(ProviderBusy()))
        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        await scene.work()
        [told] = [one for one in await mira.messages(acted.thread_id) if one["components"]]

        await mira.press(int(told["id"]), "Try again", wait="answer")
        twice = await mira.press(int(told["id"]), "Try again", wait="answer")

        assert scene.book.jobs[2].request.parent == 1
        assert scene.book.jobs[2].request.place.channel_id == acted.thread_id
        assert len(scene.book.jobs) == 2
        assert text_of(twice).startswith(f"Edit #2 · https://discord.com/channels/{GUILD}/{acted.thread_id}/")


async def test_try_again_where_the_bot_may_not(tmp_path: Path) -> None:
    """Where the bot has lost a permission meanwhile, Try again says which before anything is held."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.provider.script.append(Declined(ProviderBusy()))
        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        await scene.work()
        [told] = [one for one in await mira.messages(acted.thread_id) if one["components"]]
        await mira.lever("permissions", {"channel": "pictures", "deny": ["attach_files"]})

        refused = await mira.press(int(told["id"]), "Try again", wait="answer")

        assert "Attach Files" in text_of(refused)
        assert len(scene.book.jobs) == 1


async def test_dispatched_twice(tmp_path: Path) -> None:
    """An interaction that Discord delivers twice is one edit."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await mira.edit(images=[CAT], prompt="snow", wait="answer")
        await mira.lever("redeliver", {})
        await mira.slash("quota", wait="answer")

        assert len(scene.book.jobs) == 1


async def test_late(tmp_path: Path) -> None:
    """Where Discord gave the command up before it was acknowledged, nothing is placed."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        late = {"method": "POST", "path": "/callback", "status": 404, "code": 10062}
        scene.server.faults.add(Fault.read(late))
        command = asyncio.create_task(mira.edit(images=[CAT], prompt="snow", wait="answer"))
        while scene.server.faults.waiting:  # noqa: ASYNC110 - the stand-in does not tell when a fault has happened
            await asyncio.sleep(0.01)
        await mira.lever("clock", {"advance_s": 5})
        acted = await command

        assert acted.refused == "The application did not respond"
        assert scene.book.jobs == {}


async def test_lost_acknowledgement(tmp_path: Path) -> None:
    """An acknowledgement whose answer was lost counts: Discord then says that there is one already."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.server.faults.add(Fault.read({"method": "POST", "path": "/callback", "how": "after"}))

        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")

        assert "Edit #1 · queued" in text_of(acted)


async def test_unexpected(tmp_path: Path) -> None:
    """What nobody foresaw is told in one plain sentence with a reference, without a word of the error."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.steps.raise_at("place", RuntimeError("secret"))

        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")

        assert text_of(acted).startswith("Something went wrong on my side.")
        assert "secret" not in text_of(acted)


async def test_unknown_button(tmp_path: Path) -> None:
    """A forged or outdated id is answered, too."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        assert acted.status is not None
        scene.book.jobs.clear()

        gone = await mira.press(int(acted.status["id"]), "Cancel", wait="answer")

        assert text_of(gone).startswith("I have no record of this edit any more.")


async def test_quota(tmp_path: Path) -> None:
    """`/quota` says in private what is left, when it starts afresh, and what the last edits cost, with links."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.provider.script.append(Comes())
        edit = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        await scene.work()
        acted = await mira.slash("quota", wait="answer")

        lines = text_of(acted).splitlines()
        assert edit.status is not None
        assert lines[0] == "**Pictures a day** · 19 of 20 left"
        assert lines[1].startswith("█░░░░░░░░░ 1 used · starts afresh <t:")
        assert lines[2].startswith("**Money a month** · $4.9")
        assert lines[-2] == "**Your last edits**"
        assert lines[-1].startswith(f"[#1](https://discord.com/channels/{GUILD}/")
        assert lines[-1].endswith(" · done")
        assert edit.status["id"] in lines[-1]
        assert len(text_of(acted)) <= 2000


async def test_suggestions(tmp_path: Path) -> None:
    """While a member types, the model's own words are suggested."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        models = await mira.autocomplete("edit", "model", "SUNB")
        sizes = await mira.autocomplete("edit", "size", "1536")

        assert scene.client.desk.catalog.default == "gpt-image-2"
        assert [one["value"] for one in models] == ["gpt-image-2.5-sunburst"]
        assert [one["value"] for one in sizes] == ["1536x1024", "1024x1536"]


async def test_form_from_before_a_restart(tmp_path: Path) -> None:
    """A form that was open while the bot was restarted is answered; buttons from before go on working."""
    clock = Clock()
    book = MemoryBook(clock, Steps())
    async with discord_standin(clock) as (server, url), Member(url, timeout_s=20) as mira:
        async with a_bot(server, url, clock, book, tmp_path):
            acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")
            message = await mira.say("", [CAT], mention=False)
            form = (await mira.menu("Edit picture", int(message["id"]))).modal
        assert form is not None
        assert acted.status is not None
        async with a_bot(server, url, clock, book, tmp_path):
            submitted = await mira.submit(form, {"prompt": "snow"}, wait="answer")
            pressed = await mira.press(int(acted.status["id"]), "Cancel", wait="answer")

        assert str(submitted.refused or text_of(submitted)).startswith("This form is too old, or I was restarted")
        assert text_of(pressed) == "Edit #1: It was cancelled. Nothing was charged."
        assert server.command_puts == 1
