"""Where pictures are found when a member points at a message, a thread or nothing at all, at a Discord stand-in."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.chat.intake.download import Offered
from bot.chat.intake.links import FreshLinks
from bot.domain.gathering import Gathered
from bot.domain.job import Job
from bot.domain.quota import Member as Somebody
from bot.domain.request import EditRequest, InputFile
from bot.sandbox.clock import Clock
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import GUILD, MIRA
from bot.sandbox.member import Acted, Member
from tests.chat.scene import PICTURE, Scene, a_bot, a_scene, discord_standin
from tests.standins import Comes, Steps
from tests.workflow.memory_book import MemoryBook

CAT, DOG, OWL = ("cat.png", PICTURE), ("dog.png", b"png 1024x1025"), ("owl.png", b"png 1024x1026")
WEB = "https://pictures.example/web.png"
DAY_S = 86_400


def text_of(acted: Acted) -> str:
    """What the member was told."""
    assert acted.private is not None
    return str(acted.private["content"])


def names(scene: Scene) -> list[str]:
    """The pictures of the last edit that was placed."""
    return [file.filename for file in request_of(scene).pictures]


def request_of(scene: Scene) -> EditRequest:
    """The last edit that was placed."""
    return scene.book.jobs[max(scene.book.jobs)].request


async def bare_edit(member: Member, prompt: str = "snow", **options: Any) -> Acted:
    """`/edit` without a picture."""
    return await member.slash("edit", {"prompt": prompt, **options}, wait="answer")


async def delivered(scene: Scene, mira: Member, *pictures: bytes) -> int:
    """A thread with one version, of so many results."""
    scene.provider.script.append(Comes(pictures or (b"png 1024x1024 result",)))
    acted = await mira.edit(images=[CAT], prompt="snow", options={"n": max(1, len(pictures))}, wait="answer")
    await scene.work()
    assert acted.thread_id is not None
    return acted.thread_id


async def by_menu(mira: Member, message: dict[str, Any], prompt: str = "snow") -> Acted:
    """Apps → Edit picture on a message."""
    form = (await mira.menu("Edit picture", int(message["id"]))).modal
    assert form is not None
    return await mira.submit(form, {"prompt": prompt}, wait="answer")


# ── a message ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_everything_in_a_message(tmp_path: Path) -> None:
    """Stickers, forwards, galleries, embeds and links are pictures as much as attachments are."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await mira.put_on_the_web(WEB, ("web.png", PICTURE))
        gallery = [{"type": 12, "items": [{"media": {"url": "attachment://shown.png"}}]}]
        messages = {
            "wave.png": await mira.say("", stickers=[("wave.png", PICTURE)], mention=False),
            "jump.gif": await mira.say("", stickers=[("jump.gif", b"gif 64x64")], mention=False),
            "cat.png": await mira.forward(int((await mira.say("", [CAT], mention=False))["id"])),
            "shown.png": await mira.post("Gallery", images=[("shown.png", PICTURE)], components=gallery),
            "web.png": await mira.say(f"look {WEB}", mention=False),
            "embedded.png": await mira.post(
                "Feed",
                images=[("embedded.png", PICTURE)],
                embeds=[{"title": "x", "image": {"url": "attachment://embedded.png"}}],
                webhook=True,
            ),
        }
        for name, message in messages.items():
            acted = await by_menu(mira, message)
            assert acted.refused is None, name
            assert names(scene) == [name]


async def test_the_answered_message(tmp_path: Path) -> None:
    """A message without pictures that answers one with some means those; in a thread it means the version there."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        picture = await mira.say("", [CAT], mention=False)
        words = await mira.say("nice one", reply_to=int(picture["id"]), mention=False)

        await by_menu(mira, words)
        assert names(scene) == ["cat.png"]

    async with a_scene(tmp_path) as scene, scene.member() as mira:
        thread = await delivered(scene, mira)
        async with scene.member(channel=str(thread)) as inside:
            talk = await inside.say("so it is", mention=False)
            await by_menu(inside, talk)

        assert names(scene) == ["edit-1-v1-1.png"]
        assert request_of(scene).base == 1


async def test_a_message_without_any(tmp_path: Path) -> None:
    """Where there is nothing to be found the form opens for uploads."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        talk = await mira.say("hello", mention=False)
        form = (await mira.menu("Edit picture", int(talk["id"]))).modal
        assert form is not None

        empty = await mira.submit(form, {"prompt": "snow"}, wait="answer")

        assert str(empty.refused).startswith("There is no picture here.")


class SlowBook(MemoryBook):
    """A book that takes its time to say what was posted."""

    slow = False

    async def shown_in(self, message_id: int) -> Job | None:
        """Nobody waits as long as this where it is slow."""
        await asyncio.sleep(60 if self.slow else 0)
        return await super().shown_in(message_id)


async def test_a_form_that_had_to_be_shown(tmp_path: Path) -> None:
    """What could not be found before the form had to be shown is found once it is sent."""
    clock = Clock()
    book = SlowBook(clock, Steps())
    async with (
        discord_standin(clock) as (server, url),
        a_bot(server, url, clock, book, tmp_path) as scene,
        scene.member() as mira,
    ):
        thread = await delivered(scene, mira)
        result = next(one for one in await mira.messages(thread) if one["attachments"])
        book.slow = True
        form = (await mira.menu("Edit picture", int(result["id"]))).modal
        assert form is not None
        book.slow = False

        acted = await mira.submit(form, {"prompt": "more snow"}, wait="answer")

        assert acted.refused is None
        assert (names(scene), request_of(scene).base) == (["edit-1-v1-1.png"], 1)


async def test_our_own_result(tmp_path: Path) -> None:
    """A result of ours is taken from the disk, as the model made it, with its member and its job."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        thread = await delivered(scene, mira)
        result = next(one for one in await mira.messages(thread) if one["attachments"])
        kept = scene.steps.count("keep")

        await by_menu(mira, result, "more snow")

        assert names(scene) == ["edit-1-v1-1.png"]
        assert scene.steps.count("keep") == kept
        assert request_of(scene).pictures[0].blob == scene.book.jobs[1].results[0].blob


async def test_our_own_result_that_was_swept(tmp_path: Path) -> None:
    """What is no longer on the disk is taken from Discord, and is still its member's."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        thread = await delivered(scene, mira)
        result = next(one for one in await mira.messages(thread) if one["attachments"])
        scene.blobs.path(scene.book.jobs[1].results[0].blob).unlink()
        await by_menu(mira, result, "more snow")
        assert (names(scene), request_of(scene).base) == (["edit-1-v1-1.png"], 1)

        await scene.gatherings.set_shares(MIRA, shares=False)
        acted = await by_menu(ben, result)

        assert str(acted.refused).startswith("The member who posted edit-1-v1-1.png does not let others edit it.")


async def test_both_sides(tmp_path: Path) -> None:
    """Who points at before and after means what was made, and may edit it as far as its member lets them."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        thread = await delivered(scene, mira)
        result = next(one for one in await mira.messages(thread) if one["attachments"])
        await mira.press(int(result["id"]), "Before/after", wait="answer")
        both = next(one for one in await mira.messages(thread) if "before and after" in one["content"])

        await by_menu(mira, both, "more snow")
        assert (names(scene), request_of(scene).base) == (["edit-1-v1-1.png"], 1)

        await scene.gatherings.set_shares(MIRA, shares=False)
        acted = await by_menu(ben, both)
        assert str(acted.refused).startswith("The member who posted edit-1-v1-1.png does not let others edit it.")


async def test_a_status(tmp_path: Path) -> None:
    """A status means what its thread is at, for the menu and for a reply; until there is something it means nothing."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        scene.provider.script.append(Comes())
        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        assert acted.status is not None
        early = await by_menu(mira, acted.status, "more snow")
        assert str(early.refused).startswith("There is no picture here.")
        await scene.work()

        await by_menu(mira, acted.status, "more snow")
        assert (names(scene), request_of(scene).base) == (["edit-1-v1-1.png"], 1)

        said = await mira.say("less snow", reply_to=int(acted.status["id"]))
        await mira.answer_to(int(said["id"]), wait="answer")
        assert (names(scene), request_of(scene).prompt) == (["edit-1-v1-1.png"], "less snow")


async def test_a_picture_of_nobodys(tmp_path: Path) -> None:
    """The small copies of a picker are no picture to edit, although all can see them."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        for one in (CAT, DOG):
            await mira.say("", [one], mention=False)
        picker = (await bare_edit(mira)).private
        assert picker is not None
        assert [file["filename"] for file in picker["attachments"]] == ["pictures.webp"]

        acted = await by_menu(mira, picker)

        assert str(acted.refused).startswith("There is no picture here.")


async def test_an_ended_link(tmp_path: Path) -> None:
    """A form that was open while its links ended still finds its pictures; where they are gone, it says so."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        message = await mira.say("", [CAT], mention=False)
        form, other = [(await mira.menu("Edit picture", int(message["id"]))).modal for _ in range(2)]
        assert form is not None
        assert other is not None
        await mira.lever("clock", {"advance_s": DAY_S + 1})

        late = await mira.submit(form, {"prompt": "snow"}, wait="answer")
        assert late.refused is None
        assert names(scene) == ["cat.png"]

        await mira.delete(int(message["id"]))
        scene.server.faults.add(Fault.read({"method": "POST", "path": "/attachments/refresh-urls", "status": 500}))
        gone = await mira.submit(other, {"prompt": "snow"}, wait="answer")
        assert "cat.png" in str(gone.refused)


async def test_a_fresh_link(tmp_path: Path) -> None:
    """What is in no message that can be read is asked for by its old link; what is no attachment is not."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        message = await mira.say("", [CAT], mention=False)
        url = str(message["attachments"][0]["url"])
        renew = FreshLinks(scene.client)
        await mira.lever("clock", {"advance_s": DAY_S + 1})

        by_route = await renew(Offered("cat.png", url, 3))
        place = int(message["channel_id"])
        by_message = await renew(Offered("cat.png", url, 3, message_id=int(message["id"]), channel_id=place))
        lost = await renew(Offered("cat.png", url, 3, message_id=1, channel_id=place))
        nothing = await renew(Offered("cat.png", f"{scene.url}/stickers/5.png", None))

        for fresh in (by_route, by_message, lost):
            assert fresh is not None
            assert fresh != url
            assert await mira.download(fresh) == PICTURE
        assert nothing is None


# ── nothing at all ──────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_last_picture(tmp_path: Path) -> None:
    """Without a picture the one that was posted lately is meant, all of it where its message has several."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        await mira.say("hello", mention=False)
        await mira.say("", [CAT, DOG], mention=False)
        await mira.say("look", mention=False)

        acted = await bare_edit(mira)

        assert acted.refused is None
        assert names(scene) == ["cat.png", "dog.png"]


async def test_the_same_picture_twice(tmp_path: Path) -> None:
    """A picture that was posted and handed on is one, so that there is nothing to choose."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        message = await mira.say("", [CAT], mention=False)
        await mira.forward(int(message["id"]))

        await bare_edit(mira)

        assert names(scene) == ["cat.png"]


async def test_too_long_ago(tmp_path: Path) -> None:
    """Only the last twenty-five messages count."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        await mira.say("", [CAT], mention=False)
        for number in range(25):
            await mira.say(str(number), mention=False)

        assert text_of(await bare_edit(mira)).startswith("There is no picture here.")


async def test_the_version(tmp_path: Path) -> None:
    """In a thread its version is meant, whichever way it is asked for."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        thread = await delivered(scene, mira)
        async with scene.member(channel=str(thread)) as inside:
            await bare_edit(inside, "more snow")
            assert names(scene) == ["edit-1-v1-1.png"]

            asked = await inside.say("and more")
            await inside.answer_to(int(asked["id"]), wait="answer")
            assert (names(scene), request_of(scene).prompt) == (["edit-1-v1-1.png"], "and more")

            bots = [one for one in await inside.messages() if one["author"].get("bot") and not one["flags"] & 64]
            status = next(one for one in bots if one["content"].startswith("Edit #2 · queued"))
            answered = await inside.say("still more", reply_to=int(status["id"]))
            await inside.answer_to(int(answered["id"]), wait="answer")
            assert (names(scene), request_of(scene).prompt) == (["edit-1-v1-1.png"], "still more")


async def test_the_tray_first(tmp_path: Path) -> None:
    """What the member has collected comes before everything else, and is used up when the edit is placed."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        file = InputFile(scene.blobs.put(DOG[1]), "dog.png", 3)
        await scene.client.desk.trays.add(Somebody(MIRA, GUILD), [Gathered(file, MIRA)])
        refused = await bare_edit(mira, "snow", quality="best")
        assert text_of(refused).startswith("gpt-image-2 does not know quality best.")
        assert len(await scene.gatherings.tray(MIRA, GUILD)) == 1

        await bare_edit(mira)

        assert names(scene) == ["dog.png"]
        assert await scene.gatherings.tray(MIRA, GUILD) == ()


async def test_a_picture_of_ones_own(tmp_path: Path) -> None:
    """Where a picture was given nothing else is looked for, and the tray stays as it is."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        file = InputFile(scene.blobs.put(DOG[1]), "dog.png", 3)
        await scene.client.desk.trays.add(Somebody(MIRA, GUILD), [Gathered(file, MIRA)])

        await mira.edit(images=[CAT], prompt="snow", wait="answer")

        assert names(scene) == ["cat.png"]
        assert len(await scene.gatherings.tray(MIRA, GUILD)) == 1


async def test_history_that_may_not_be_read(tmp_path: Path) -> None:
    """Where the bot may not read what was said before it does not try, and nothing is found."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await mira.say("", [CAT])
        await mira.lever("permissions", {"channel": "pictures", "deny": ["READ_MESSAGE_HISTORY"]})
        before = len(scene.server.world.channels)

        acted = await bare_edit(mira, private=True)

        assert text_of(acted).startswith("There is no picture here.")
        assert len(scene.server.world.channels) == before


async def test_history_that_fails(tmp_path: Path) -> None:
    """Where Discord does not show what was said before, nothing is found, and the member is told so."""
    async with a_scene(tmp_path) as scene, scene.member(channel="dm") as mira:
        await mira.say("", [CAT], mention=False)
        forbidden = {"method": "GET", "path": "/messages", "status": 403, "code": 50001}
        scene.server.faults.add(Fault.read(forbidden))

        assert text_of(await bare_edit(mira)).startswith("There is no picture here.")


@pytest.mark.parametrize("shares", [True, False])
async def test_somebody_elses(tmp_path: Path, shares: bool) -> None:
    """A picture of another member is found where they let it be, and named where they do not."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        message = await mira.say("", [CAT], mention=False)
        await scene.gatherings.set_shares(MIRA, shares=shares)

        acted = await by_menu(ben, message)

        assert (acted.refused is None) is shares
        if not shares:
            assert str(acted.refused).startswith("The member who posted cat.png does not let others edit it.")


async def test_who_may_not_read_back(tmp_path: Path) -> None:
    """Pictures that a member cannot see in the channel are not found for them, whichever way they ask."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        said = await mira.say("keep this", [CAT])  # what names the bot is what it can read
        await mira.answer_to(int(said["id"]), wait="answer")
        scene.book.jobs.clear()
        await mira.lever("permissions", {"channel": "pictures", "deny": ["READ_MESSAGE_HISTORY"], "whom": "ben"})

        assert text_of(await bare_edit(ben)).startswith("There is no picture here.")
        await ben.say("snow")
        assert await ben.wait_for(
            lambda seen: next((one for one in seen if one["content"].startswith("There is no picture here.")), None)
        )
        assert scene.book.jobs == {}

        await bare_edit(mira)
        assert names(scene) == ["cat.png"]
