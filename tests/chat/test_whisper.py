"""An edit that only its member sees: in the answer to their command, then by direct message, else kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.domain.guild import GuildSettings
from bot.domain.job import Job, State
from bot.domain.request import PlaceKind
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import GUILD, MIRA
from bot.sandbox.member import Acted, Member
from bot.workflow.ports import Doubtful
from tests.chat.bench import ADMIN, SNOW
from tests.chat.scene import PICTURE, Scene, a_scene
from tests.standins import Comes

CAT = ("cat.png", PICTURE)
EPHEMERAL = 1 << 6
OVER_S = 16 * 60
FOLLOWUP = r"/webhooks/\d+/[^/]+$"
ORIGINAL = r"/webhooks/\d+/[^/]+/messages/@original$"


@asynccontextmanager
async def private_scene(folder: Path, **how: Any) -> AsyncIterator[Scene]:
    """A scene whose provider answers every call."""
    async with a_scene(folder, **how) as scene:
        scene.provider.script += [Comes()] * 3
        yield scene


async def asked(member: Member, **options: Any) -> Acted:
    """An edit that only its member is to see."""
    return await member.edit(images=[CAT], prompt="snow", options={"private": True, **options}, wait="answer")


async def mine(member: Member, channel: str | None = None) -> list[dict[str, Any]]:
    """What the bot has said to this member there, whoever else sees it."""
    return [one for one in await member.messages(channel) if one["author"].get("bot") and one["type"] != 18]


def is_private(message: dict[str, Any]) -> bool:
    """Whether nobody else sees it."""
    return bool(message["flags"] & EPHEMERAL)


def files(message: dict[str, Any]) -> list[str]:
    """The names of its files."""
    return [file["filename"] for file in message["attachments"]]


def the_job(scene: Scene) -> Job:
    """The one that there is."""
    [job] = scene.book.jobs.values()
    return job


async def test_in_the_answer(tmp_path: Path) -> None:
    """The answer is the status message, the result follows it, both for the member alone; the channel sees nothing."""
    async with private_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        acted = await asked(mira)
        assert acted.private is not None
        status = str(acted.private["content"])
        await scene.work()
        answer, result = await mine(mira)

        assert status.startswith("Edit #1 · queued")
        assert "edit:cancel:1" in str(acted.private["components"])
        assert answer["content"].startswith("Edit #1 · done · v1 · $0.")
        assert (answer["components"], answer["embeds"][0]["description"]) == ([], "snow")
        assert result["content"].startswith("Edit #1 · v1 · gpt-image-2")
        assert files(result) == ["edit-1-v1-1.png"]
        assert "edit:compare:1" in str(result["components"])
        assert is_private(answer)
        assert is_private(result)
        assert await mine(ben) == []
        assert the_job(scene).state is State.DELIVERED
        assert scene.client.tokens.newest(MIRA, the_job(scene).request.place.channel_id) is not None


async def test_at_home_in_itself(tmp_path: Path) -> None:
    """The versions of the channel are not those of what only one member sees in it."""
    async with private_scene(tmp_path) as scene, scene.member() as mira:
        await asked(mira)
        where, place = the_job(scene).announcement, the_job(scene).request.place

        assert where is not None
        assert place.kind is PlaceKind.PRIVATE
        assert (where.channel_id, where.home_id) == (place.channel_id, where.message_id)


async def test_too_late_for_the_answer(tmp_path: Path) -> None:
    """After fifteen minutes the result comes by direct message; the dead token is used for one request at most."""
    async with private_scene(tmp_path) as scene, scene.member() as mira, scene.member(channel="dm") as alone:
        await asked(mira)
        scene.clock.advance(OVER_S)
        await scene.work()
        [result] = await mine(alone)

        assert files(result) == ["edit-1-v1-1.png"]
        assert result["content"].startswith("Edit #1 · v1 · ")
        assert "edit:compare:1" in str(result["components"])
        assert the_job(scene).state is State.DELIVERED


async def test_presets_stay_in_their_server(tmp_path: Path) -> None:
    """A server's presets are under results that are shown in it, and not by direct message, where nobody knows them."""
    async with private_scene(tmp_path) as scene, scene.member() as mira, scene.member(channel="dm") as alone:
        await scene.guilds.put_preset(ADMIN, SNOW, 25)
        await asked(mira)
        await scene.work()
        assert "edit:preset:1" in str([one["components"] for one in await mine(mira)])
        await asked(mira)
        scene.clock.advance(OVER_S)

        await scene.work()
        [result] = await mine(alone)

        assert "edit:vary:2" in str(result["components"])
        assert "edit:preset" not in str(result["components"])


@pytest.mark.parametrize(("status", "code"), [(401, 50027), (404, 10015), (404, 10062)])
async def test_a_token_that_died_early(tmp_path: Path, status: int, code: int) -> None:
    """Whatever Discord says of a token that is over, it is believed once, and the direct message is next."""
    async with private_scene(tmp_path) as scene, scene.member() as mira, scene.member(channel="dm") as alone:
        await asked(mira)
        scene.server.faults.add(Fault("", r"/webhooks/", status, code, times=20))
        await scene.work()
        [result] = await mine(alone)

        assert files(result) == ["edit-1-v1-1.png"]
        assert scene.server.faults.waiting[0].times == 19


async def test_kept(tmp_path: Path) -> None:
    """Where there is neither an answer nor a direct message, the result waits in the history, and nothing is lost."""
    async with private_scene(tmp_path) as scene, scene.member() as mira:
        await mira.lever("members", {"name": "mira", "accepts_dms": False})
        await asked(mira)
        scene.clock.advance(OVER_S)
        await scene.work()

        job = the_job(scene)
        assert (job.state, job.muted, len(job.results)) == (State.TOLD, True, 1)
        assert scene.blobs.path(job.results[0].blob).is_file()
        assert [one.id for one in await scene.book.history(MIRA, GUILD, 10)] == [1]


async def test_where_the_member_is(tmp_path: Path) -> None:
    """Where no direct message is taken, what the member did there last has an answer that takes it."""
    async with private_scene(tmp_path) as scene, scene.member() as mira:
        await mira.lever("members", {"name": "mira", "accepts_dms": False})
        await asked(mira)
        scene.clock.advance(OVER_S)
        await mira.slash("quota", wait="answer")
        await scene.work()
        *_, quota, result = await mine(mira)

        assert "left" in quota["content"]
        assert files(result) == ["edit-1-v1-1.png"]
        assert is_private(result)


async def test_cancelled(tmp_path: Path) -> None:
    """Its Cancel is answered, and the status ends."""
    async with private_scene(tmp_path) as scene, scene.member() as mira:
        acted = await asked(mira)
        assert acted.private is not None
        pressed = await mira.press(int(acted.private["id"]), "Cancel", wait="answer")
        await scene.work()
        said = [one["content"] for one in await mine(mira)]

        assert pressed.private is not None
        assert pressed.private["content"] == "Edit #1: It was cancelled. Nothing was charged."
        assert any(one.startswith("Edit #1 · cancelled · nothing charged") for one in said)


async def test_failed(tmp_path: Path) -> None:
    """How it ended without pictures is told in private as well."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        scene.provider.script += [Comes(pictures=(b"png 64x64 damaged",))]
        await asked(mira)
        await scene.work()
        answer, told = await mine(mira)

        assert answer["content"].startswith("Edit #1 · failed · nothing charged")
        assert told["content"].startswith("Edit #1: ")
        assert is_private(told)
        assert await mine(ben) == []


async def test_a_dear_one(tmp_path: Path) -> None:
    """The question is the answer, and a yes makes it the status message, on the token of the yes."""
    async with private_scene(tmp_path, ask_above=1) as scene, scene.member() as mira, scene.member("ben") as ben:
        acted = await asked(mira)
        assert acted.private is not None
        question = acted.private
        assert "Shall I?" in question["content"]
        scene.clock.advance(14 * 60)
        [go, _] = [one["custom_id"] for row in question["components"] for one in row["components"]]
        await mira.press(int(question["id"]), go, wait="answer")
        await mira.wait_for(lambda seen: [one for one in seen if "queued" in one["content"]] or None)
        scene.clock.advance(5 * 60)  # the first token is over by now
        await scene.work()
        answer, result = await mine(mira)

        assert answer["id"] == question["id"]
        assert answer["content"].startswith("Edit #1 · done")
        assert files(result) == ["edit-1-v1-1.png"]
        assert await mine(ben) == []


async def test_a_dear_one_is_dropped(tmp_path: Path) -> None:
    """A no ends the question where it stands."""
    async with private_scene(tmp_path, ask_above=1) as scene, scene.member() as mira:
        acted = await asked(mira)
        assert acted.private is not None
        await mira.press(int(acted.private["id"]), "Drop it", wait="answer")
        question = (await mine(mira))[0]

        assert question["content"].startswith("This edit was dropped.")
        assert question["components"] == []


async def test_a_mention(tmp_path: Path) -> None:
    """Where results are private as a rule, a mention is answered by direct message; the channel sees a few words."""
    async with private_scene(tmp_path) as scene, scene.member() as mira, scene.member(channel="dm") as alone:
        scene.guilds.chosen[GUILD] = GuildSettings(private=True)
        await mira.say("make it snow", [CAT])
        [short] = await mira.wait_for(lambda seen: [one for one in seen if one["author"].get("bot")] or None)
        await scene.work()
        status, result = await mine(alone)

        assert short["content"] == "Edit #1: what comes of it comes to you by direct message."
        assert (short["attachments"], short["mentions"]) == ([], [])
        assert status["content"].startswith("Edit #1 · done")
        assert files(result) == ["edit-1-v1-1.png"]
        assert [one["attachments"] for one in await mine(mira)] == [[]]


async def test_a_mention_that_cannot_be_answered(tmp_path: Path) -> None:
    """Whoever takes no direct message is told so before anything is made, and nothing is charged."""
    async with private_scene(tmp_path) as scene, scene.member() as mira:
        scene.guilds.chosen[GUILD] = GuildSettings(private=True)
        await mira.lever("members", {"name": "mira", "accepts_dms": False})
        await mira.say("make it snow", [CAT])
        [short] = await mira.wait_for(lambda seen: [one for one in seen if one["author"].get("bot")] or None)
        await scene.work()

        assert short["content"].startswith("What only you should see would come to you by direct message")
        assert the_job(scene).state is State.TOLD
        assert scene.provider.calls == []


@pytest.mark.parametrize("path", [FOLLOWUP, ORIGINAL])
@pytest.mark.parametrize("how", ["before", "reset"])
async def test_trouble_on_the_way(tmp_path: Path, path: str, how: str) -> None:
    """An answer that fails or is cut is given again; where Discord had not taken it, it is seen once."""
    async with private_scene(tmp_path) as scene, scene.member() as mira:
        await asked(mira)
        scene.server.faults.add(Fault.read({"path": path, "how": how, "times": 1}))
        await scene.work()

        assert [files(one) for one in await mine(mira)][-1] == ["edit-1-v1-1.png"]
        assert sum(bool(files(one)) for one in await mine(mira)) == 1


async def test_more_than_a_file_may_have(tmp_path: Path) -> None:
    """The limit is the member's own, not the server's."""
    async with private_scene(tmp_path) as scene, scene.member() as mira:
        await mira.lever("members", {"name": "mira", "upload_limit": 500 * 1024**2})
        await asked(mira)
        job = the_job(scene)

        assert scene.postbox.file_limit(job) == 24 * 1024**2
        scene.clock.advance(OVER_S)
        assert scene.postbox.file_limit(job) == 10 * 1024**2


async def test_looked_at_later(tmp_path: Path) -> None:
    """What a button shows of it comes in the answer to the press, long after the first token was over."""
    async with private_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        await asked(mira)
        await scene.work()
        result = (await mine(mira))[-1]
        scene.clock.advance(OVER_S)
        await mira.press(int(result["id"]), "Before/after", wait="answer")
        names = ["edit-1-v1-1-compared.webp"]
        shown = await mira.wait_for(lambda seen: seen[-1] if files(seen[-1]) == names else None)

        assert "edited by AI" in shown["content"]
        assert is_private(shown)
        assert await mine(ben) == []


async def test_notes_beside_the_status(tmp_path: Path) -> None:
    """What was decided on the way is said beside the status, which it must not cover."""
    async with private_scene(tmp_path) as scene, scene.member() as mira:
        await mira.edit(
            images=[("cat.gif", b"gif 64x64 animated")], prompt="snow", options={"private": True}, wait="answer"
        )
        answer, note = await mine(mira)

        assert answer["content"].startswith("Edit #1 · queued")
        assert "cat.gif" in note["content"]
        assert is_private(note)


@pytest.mark.parametrize("later_s", [0, OVER_S])
async def test_tried_again(tmp_path: Path, later_s: int) -> None:
    """Another try is answered where it was pressed, and leaves the first answer as it ended."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        scene.provider.script += [Doubtful("cut"), Comes()]
        await asked(mira)
        await scene.work()
        answer, told = await mine(mira)
        scene.clock.advance(later_s)
        pressed = await mira.press(int(told["id"]), "Try again", wait="answer")
        await scene.work()
        *_, second, result = await mine(mira)

        assert pressed.private is not None
        assert second["id"] == pressed.private["id"] != answer["id"]
        assert second["content"].startswith("Edit #2 · done")
        assert files(result) == ["edit-2-v1-1.png"]
        assert (await mine(mira))[0]["content"] == answer["content"]
        assert await mine(ben) == []


async def test_varied(tmp_path: Path) -> None:
    """What is made of a private result is private, too."""
    async with private_scene(tmp_path) as scene, scene.member() as mira, scene.member("ben") as ben:
        await asked(mira)
        await scene.work()
        result = (await mine(mira))[-1]
        await mira.press(int(result["id"]), "Vary", wait="answer")
        await scene.work()
        *_, second, varied = await mine(mira)

        assert second["content"].startswith("Edit #2 · done")
        assert files(varied) == ["edit-2-v1-1.png"]
        assert is_private(varied)
        assert await mine(ben) == []
