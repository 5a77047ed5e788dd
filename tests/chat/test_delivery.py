"""What the bot says of a job, at a Discord stand-in, with Discord's troubles."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat.delivery.posting import NONCE_TRUSTED_S
from bot.domain.errors import OutcomeUnknown, ProviderLocked, SafetyRefused
from bot.domain.job import Announcement, Job, ResultPicture, State
from bot.domain.progress import Phase, Progress
from bot.domain.request import Door, EditRequest, InputFile, Origin, Place, PlaceKind
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import GUILD, MIRA, NEWS, PICTURES, VOICE
from bot.workflow.ports import Delivery, Exhibit, Parcel, Undeliverable
from tests.chat.scene import Scene, a_scene

MIB = 1024 * 1024
PROMPT = "make it **blue** @everyone"


def job_in(scene: Scene, channel: int = PICTURES, kind: PlaceKind = PlaceKind.CHANNEL) -> Job:
    """A queued job of Mira's."""
    mask = InputFile("b", "sky-mask.png", 3)
    request = EditRequest(
        Origin(Door.SLASH, 1), Place(GUILD, channel, kind), MIRA, "en-US", PROMPT, (), mask, "gpt-image-2"
    )
    return Job(7, State.QUEUED, False, request, predicted=50_000, placed_at=scene.clock.now())


async def announced(scene: Scene, channel: int = PICTURES, kind: PlaceKind = PlaceKind.CHANNEL) -> Job:
    """The job with its status message."""
    job = job_in(scene, channel, kind)
    return replace(job, announcement=await scene.postbox.announce(job, 2))


def done(scene: Scene, job: Job, count: int = 1) -> Job:
    """The job with so many results."""
    results = (ResultPicture("b", "png", 1024, 1024, 5, untouched="a", strayed=0, locked=True),) * count
    now = scene.clock.now()
    return replace(job, state=State.DONE, version=1, charged=50_000, sent_at=now - 14, ended_at=now, results=results)


def parcels(folder: Path, *sizes: int) -> tuple[Parcel, ...]:
    """Files of these sizes on disk, as results."""
    made = []
    for number, size in enumerate(sizes, 1):
        path = folder / f"result-{number}"
        path.write_bytes(b"\x89PNG\r\n\x1a\n".ljust(size, b"."))
        made.append(Parcel(number, path, f"edit-7-v1-{number}.png", size))
    return tuple(made)


async def deliver(scene: Scene, delivery: Delivery) -> list[tuple[int, int]]:
    """Everything that a delivery yields."""
    return [posted async for posted in scene.postbox.deliver(delivery)]


async def said(scene: Scene, channel: int | str) -> list[tuple[str, list[str]]]:
    """The bot's messages in a channel: their text and the names of their files."""
    async with scene.member() as mira:
        messages = [one for one in await mira.messages(channel) if one["author"].get("bot") and one["type"] == 0]
    return [(one["content"], [file["filename"] for file in one["attachments"]]) for one in messages]


async def test_announce(tmp_path: Path) -> None:
    """The status message says what is held, who asked and which mask; the prompt is quoted and names the thread."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = await announced(scene)
        async with scene.member() as mira:
            message = (await mira.messages())[-1]
            state = await mira.state()

    assert message["content"].splitlines() == [
        "Edit #7 · queued, 2 ahead · holds $0.05",
        f"<@{MIRA}> · asked <t:{int(job.placed_at)}:R> · mask: sky-mask.png",
    ]
    assert message["embeds"][0]["description"] == "make it \\*\\*blue\\*\\* @\u200beveryone"
    assert (message["mentions"], message["mention_everyone"]) == ([], False)
    assert [button["custom_id"] for row in message["components"] for button in row["components"]] == ["edit:cancel:7"]
    assert job.announcement == Announcement(PICTURES, int(message["id"]), int(message["id"]))
    assert PROMPT in str(state)


@pytest.mark.parametrize(
    ("channel", "kind", "threaded"),
    [(NEWS, PlaceKind.CHANNEL, True), (VOICE, PlaceKind.IN_PLACE, False)],
)
async def test_home(tmp_path: Path, channel: int, kind: PlaceKind, threaded: bool) -> None:
    """An announcement channel gets a thread; where there can be none, results go beside the status message."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = await announced(scene, channel, kind)

    assert job.announcement is not None
    assert (job.announcement.home_id != channel) is threaded


async def test_announced_once(tmp_path: Path) -> None:
    """Announced again, at once or long after, the same message and thread are found."""
    async with a_scene(tmp_path, connected=False) as scene:
        first = await announced(scene)
        again = await announced(scene)
        scene.clock.advance(600)
        late = await scene.postbox.announce(replace(first, announcement=None), 0)

        assert again.announcement == first.announcement == late
        assert len(await said(scene, PICTURES)) == 1


@pytest.mark.parametrize("how", ["before", "after", "reset", "reset_after"])
async def test_trouble_on_the_way(tmp_path: Path, how: str) -> None:
    """A send whose answer is lost or that fails is made again, and one message is seen."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = done(scene, await announced(scene))
        assert job.announcement is not None
        scene.server.faults.add(Fault.read({"method": "POST", "path": "/messages$", "how": how, "times": 1}))

        posted = await deliver(scene, Delivery(job, parcels(tmp_path, 100)))

        assert [part for part, _ in posted] == [0]
        assert await said(scene, job.announcement.home_id) == [
            ("v1 · gpt-image-2 · 1024x1024 · 14 s · $0.05 · edited by AI", ["edit-7-v1-1.png"])
        ]


async def test_whole_files_after_trouble(tmp_path: Path) -> None:
    """A file that is sent again is sent whole: an upload is made anew for every try."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        job = done(scene, await announced(scene))
        assert job.announcement is not None
        scene.server.faults.add(Fault.read({"method": "POST", "path": "/messages$", "how": "reset", "times": 2}))

        await deliver(scene, Delivery(job, parcels(tmp_path, 100)))

        file = (await mira.messages(job.announcement.home_id))[-1]["attachments"][0]
        assert len(await mira.download(file["url"])) == 100


async def test_many(tmp_path: Path) -> None:
    """Eleven results are two messages; those that are noted as posted are not posted again."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = done(scene, await announced(scene), 11)
        assert job.announcement is not None
        files = parcels(tmp_path, *[100] * 11)

        first = await deliver(scene, Delivery(job, files))
        again = await deliver(scene, Delivery(job, files, posted=dict(first)))

        assert [part for part, _ in first] == [0, 1]
        assert again == []
        assert [len(names) for _, names in await said(scene, job.announcement.home_id)] == [10, 1]


async def test_look_first(tmp_path: Path) -> None:
    """After a restart the thread is read for our file names, since Discord has forgotten the nonce by then."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = done(scene, await announced(scene), 2)
        assert job.announcement is not None
        files = parcels(tmp_path, 100, 11 * MIB)
        first = await deliver(scene, Delivery(job, files))
        scene.clock.advance(600)

        again = await deliver(scene, Delivery(job, files, look_first=True))

        assert again == first
        assert len(await said(scene, job.announcement.home_id)) == 1


async def test_too_large(tmp_path: Path) -> None:
    """A result above the server's limit is said to be kept, and the others are posted all the same."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = done(scene, await announced(scene), 2)
        assert job.announcement is not None

        posted = await deliver(scene, Delivery(job, parcels(tmp_path, 11 * MIB, 100)))

        [(text, names)] = await said(scene, job.announcement.home_id)
        assert names == ["edit-7-v1-2.png"]
        assert text.endswith("\nedit-7-v1-1.png is 11 MB, over the limit of 10 MB here; it is kept.")
        assert len(posted) == 1


async def test_discord_says_too_large(tmp_path: Path) -> None:
    """Where Discord takes less than we knew, files go one by one, and what is refused alone is said to be kept."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = done(scene, await announced(scene), 2)
        assert job.announcement is not None
        too_large = {"method": "POST", "path": "/messages$", "status": 413, "code": 40005, "times": 2}
        scene.server.faults.add(Fault.read(too_large))

        posted = await deliver(scene, Delivery(job, parcels(tmp_path, 100, 200)))

        kept, sent = await said(scene, job.announcement.home_id)
        assert "it is kept" in kept[0]
        assert (kept[1], sent[1]) == ([], ["edit-7-v1-2.png"])
        assert len(posted) == 1


async def test_swept(tmp_path: Path) -> None:
    """A result whose file is gone is said to be, and does not stop the others."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = done(scene, await announced(scene), 2)
        assert job.announcement is not None
        files = parcels(tmp_path, 100, 100)
        files[0].path.unlink()

        await deliver(scene, Delivery(job, files))

        [(text, names)] = await said(scene, job.announcement.home_id)
        assert "edit-7-v1-1.png is no longer on my disk." in text
        assert names == ["edit-7-v1-2.png"]


CLOSED = [(403, 50001), (403, 50013), (404, 10003), (400, 160005), (400, 50083), (404, 10008)]


@pytest.mark.parametrize(("status", "code"), CLOSED)
async def test_closed_thread(tmp_path: Path, status: int, code: int) -> None:
    """Where the thread is closed to us, the results are posted in its channel."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = done(scene, await announced(scene))
        assert job.announcement is not None
        thread = f"/channels/{job.announcement.home_id}/messages$"
        scene.server.faults.add(Fault.read({"method": "POST", "path": thread, "status": status, "code": code}))

        await deliver(scene, Delivery(job, parcels(tmp_path, 100)))

        assert (await said(scene, PICTURES))[-1][1] == ["edit-7-v1-1.png"]


@pytest.mark.parametrize(("refusals", "place"), [(1, "thread"), (2, "channel")])
async def test_automod(tmp_path: Path, refusals: int, place: str) -> None:
    """What a rule of the server's blocks goes without a word of the member's, and then to the next place."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        job = done(scene, await announced(scene))
        assert job.announcement is not None
        home = job.announcement.home_id
        blocked = {"method": "POST", "path": f"/channels/{home}/messages$", "status": 400, "code": 200000}
        scene.server.faults.add(Fault.read({**blocked, "times": refusals}))

        await deliver(scene, Delivery(job, parcels(tmp_path, 100)))

        [file] = (await mira.messages(home if place == "thread" else PICTURES))[-1]["attachments"]
        assert file["filename"] == "edit-7-v1-1.png"
        assert ("description" in file) is (place == "channel")


async def test_automod_and_the_name_of_a_thread(tmp_path: Path) -> None:
    """A thread whose name a rule of the server's blocks is opened under the edit's number."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        scene.server.faults.add(Fault("POST", "/threads$", 400, 200001))
        job = await announced(scene)
        assert job.announcement is not None
        thread = (await mira.messages())[-1]["thread"]

        assert job.announcement.home_id == int(thread["id"])
        assert thread["name"] == "Edit #7"


async def test_hidden(tmp_path: Path) -> None:
    """Behind a spoiler every picture has the name that Discord hides it by, and is found again by our own."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = done(scene, await announced(scene))
        job = replace(job, request=replace(job.request, spoiler=True))
        assert job.announcement is not None
        files = parcels(tmp_path, 100)

        first = await deliver(scene, Delivery(job, files))
        scene.clock.advance(600)
        again = await deliver(scene, Delivery(job, files, look_first=True))
        compared = replace(files[0], filename="edit-7-v1-1-compared.png")
        await scene.postbox.show(job, Exhibit.COMPARISON, (compared,))

        assert again == first
        shown = [names for _, names in await said(scene, job.announcement.home_id)]
        assert shown == [["SPOILER_edit-7-v1-1.png"], ["SPOILER_edit-7-v1-1-compared.png"]]


async def test_direct_message_at_last(tmp_path: Path) -> None:
    """Where the channel is closed too, the member gets a direct message; a closed one of those ends it."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = done(scene, await announced(scene))
        closed = {"method": "POST", "path": f"/channels/{PICTURES}/messages$|/channels/\\d+/messages$", "status": 403}
        scene.server.faults.add(Fault.read({**closed, "code": 50013, "times": 2}))

        await deliver(scene, Delivery(job, parcels(tmp_path, 100)))

        assert (await said(scene, "dm"))[-1][1] == ["edit-7-v1-1.png"]
        scene.server.faults.add(Fault.read({**closed, "code": 50007, "times": 3}))
        with pytest.raises(Undeliverable):
            await deliver(scene, Delivery(replace(job, version=2), parcels(tmp_path, 100)))


async def test_told_once(tmp_path: Path) -> None:
    """A failure is told in the thread with a way to try again where that makes sense, once even after minutes."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        job = await announced(scene)
        assert job.announcement is not None
        ended_at = scene.clock.now()
        unknown = replace(job, state=State.UNKNOWN, trouble=OutcomeUnknown(), ended_at=ended_at)

        await scene.postbox.tell(unknown)
        scene.clock.advance(NONCE_TRUSTED_S * 3)
        await scene.postbox.tell(unknown)

        [message] = [one for one in await mira.messages(job.announcement.home_id) if one["content"]]
        assert message["content"].startswith("Edit #7: The connection to the provider broke")
        assert message["components"][0]["components"][0]["custom_id"] == "edit:again:7"


async def test_told_without_a_button(tmp_path: Path) -> None:
    """What would fail the same way again is not offered again."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        job = await announced(scene)
        assert job.announcement is not None

        await scene.postbox.tell(replace(job, state=State.FAILED, trouble=SafetyRefused(), ended_at=scene.clock.now()))

        assert (await mira.messages(job.announcement.home_id))[-1]["components"] == []


async def test_closed(tmp_path: Path) -> None:
    """The status message ends with the result and the way to it; its button goes, its embed stays, progress is over."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        job = done(scene, await announced(scene))
        assert job.announcement is not None
        scene.postbox.progress(job, Progress(Phase.WAITING))
        await deliver(scene, Delivery(job, parcels(tmp_path, 100)))

        await scene.postbox.close(replace(job, state=State.DELIVERED))
        scene.postbox.progress(job, Progress(Phase.WAITING))

        result = (await mira.messages(job.announcement.home_id))[-1]
        status = next(one for one in await mira.messages() if int(one["id"]) == job.announcement.message_id)
        link = f"https://discord.com/channels/{GUILD}/{job.announcement.home_id}/{result['id']}"
        assert status["content"].splitlines()[0] == f"Edit #7 · done · v1 · $0.05 · {link}"
        assert (status["components"], len(status["embeds"])) == ([], 1)


async def test_stopped_too_late(tmp_path: Path) -> None:
    """An edit that was cancelled after it was paid for keeps its pictures behind a button."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        job = replace(done(scene, await announced(scene)), state=State.TOLD, muted=True)

        await scene.postbox.close(job)

        status = (await mira.messages())[-1]
        assert status["components"][0]["components"][0]["custom_id"] == "edit:show:7"


async def test_close_never_raises(tmp_path: Path) -> None:
    """A status message that is gone does not keep a job from ending."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = job_in(scene)

        await scene.postbox.close(replace(job, state=State.TOLD, announcement=Announcement(PICTURES, 1, PICTURES)))


async def test_the_end_gets_through(tmp_path: Path) -> None:
    """The last word on a status message is tried again, where a word of progress would not be."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        job = replace(job_in(scene), announcement=(await announced(scene)).announcement, state=State.TOLD)
        scene.server.faults.add(Fault("PATCH", "/messages/", how="reset", times=2))

        await scene.postbox.close(job)

        assert (await mira.messages())[-1]["content"].startswith("Edit #7 · cancelled · nothing charged")


async def test_a_client_that_is_being_closed_ends_nobody(tmp_path: Path) -> None:
    """Between the end of its connections and its own, discord.py raises what no caller expects of an edit."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = replace(await announced(scene), state=State.TOLD)
        await scene.client.http.close()

        await scene.postbox.close(job)


async def test_alert(tmp_path: Path) -> None:
    """The operator is told by direct message, once for the same thing in the same minutes."""
    async with a_scene(tmp_path, connected=False, operators=(MIRA,)) as scene:
        await scene.postbox.alert(ProviderLocked(model="gpt-image-2"))
        await scene.postbox.alert(ProviderLocked(model="gpt-image-2"))
        assert len(await said(scene, "dm")) == 1

        await scene.postbox.alert(ProviderLocked(model="gpt-image-1"))
        assert len(await said(scene, "dm")) == 2
