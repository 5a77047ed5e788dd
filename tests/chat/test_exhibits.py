"""What can be looked at beside the results, and what is said and shown with them, at a Discord stand-in."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.chat.delivery.posting import NONCE_TRUSTED_S
from bot.domain.job import Announcement, Job, ResultPicture, State
from bot.domain.request import Door, EditRequest, Origin, Place, PlaceKind
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import GUILD, MIRA, PICTURES
from bot.sandbox.member import Acted
from bot.workflow.ports import Delivery, Exhibit, Parcel, Rung, Undeliverable, Unreachable
from tests.chat.scene import PICTURE, Scene, a_scene
from tests.standins import Comes

MIB = 1024 * 1024
CAT, MASK = ("cat.png", PICTURE), ("sky-mask.png", PICTURE)
PLAIN = ResultPicture("b", "png", 1024, 1024, 5)
LOCKED = replace(PLAIN, untouched="a", strayed=0, locked=True)


async def done(scene: Scene, *results: ResultPicture, prompt: str = "snow") -> Job:
    """A job of Mira's that is done, with its status message."""
    place = Place(GUILD, PICTURES, PlaceKind.CHANNEL)
    request = EditRequest(Origin(Door.SLASH, 1), place, MIRA, "en-US", prompt, (), None, "gpt-image-2")
    now = scene.clock.now()
    job = Job(7, State.DONE, False, request, 50_000, now, charged=50_000, version=1, results=results or (PLAIN,))
    return replace(job, sent_at=now, ended_at=now, announcement=await scene.postbox.announce(job, 0))


def parcel(folder: Path, name: str, size: int = 100, number: int = 1) -> Parcel:
    """A file of this size on disk, to be posted under this name."""
    path = folder / f"{number}-{name}"
    path.write_bytes(b"\x89PNG\r\n\x1a\n".ljust(size, b"."))
    return Parcel(number, path, name, size)


async def in_thread(scene: Scene, job: Job) -> list[dict[str, Any]]:
    """The bot's messages where the results are."""
    assert job.announcement is not None
    async with scene.member() as mira:
        messages = await mira.messages(job.announcement.home_id)
    return [one for one in messages if one["author"].get("bot") and one["type"] == 0]


def labels(message: dict[str, Any]) -> list[tuple[str, str]]:
    """The buttons under a message, with what they do."""
    return [(one["label"], one["custom_id"]) for row in message["components"] for one in row["components"]]


async def deliver(scene: Scene, job: Job, *parcels: Parcel) -> None:
    """Post all of it."""
    async for _ in scene.postbox.deliver(Delivery(job, parcels)):
        pass


# ── the results ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("result", "offered"),
    [
        (PLAIN, ["revise", "vary", "use", "compare", "original", "delete"]),
        (LOCKED, ["revise", "vary", "use", "compare", "original", "untouched", "delete"]),
    ],
)
async def test_offered(tmp_path: Path, result: ResultPicture, offered: list[str]) -> None:
    """Under the first results is what can be done: the untouched ones only where something else is posted."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = await done(scene, *[result] * 11)

        await deliver(scene, job, *(parcel(tmp_path, f"edit-7-v1-{n}.png", number=n) for n in range(1, 12)))

        first, second = await in_thread(scene, job)
        assert [custom_id for _, custom_id in labels(first)] == [f"edit:{verb}:7" for verb in offered]
        assert labels(second) == []
        assert [("edited by AI" in one["content"]) for one in (first, second)] == [True, True]


@pytest.mark.parametrize("prompt", ["make it **blue**\n@everyone", "x" * 4000, "half \ud800 a letter"])
async def test_alt_text(tmp_path: Path, prompt: str) -> None:
    """Every result says in words what it shows, whatever the prompt holds."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = await done(scene, PLAIN, PLAIN)
        job = replace(job, request=replace(job.request, prompt=prompt))

        await deliver(scene, job, *(parcel(tmp_path, f"edit-7-v1-{n}.png", number=n) for n in (1, 2)))

        [message] = await in_thread(scene, job)
        alts = [file["description"] for file in message["attachments"]]
        assert len(alts) == 2
        for alt in alts:
            assert alt.startswith("Edited picture: ")
            assert len(alt) <= 1024
            assert "\n" not in alt


@pytest.mark.parametrize(
    ("rung", "how"),
    [(Rung.LOSSLESS, "the same picture as lossless WebP"), (Rung.SMALLER, "a copy with fewer pixels")],
)
async def test_lighter_copy(tmp_path: Path, rung: Rung, how: str) -> None:
    """What is posted instead of a heavy original is said beside it."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = await done(scene)
        light = replace(parcel(tmp_path, "edit-7-v1-1.webp"), lighter_than=31 * MIB, rung=rung)

        await deliver(scene, job, light)

        [message] = await in_thread(scene, job)
        assert message["content"].splitlines()[1] == (
            f"edit-7-v1-1.webp is {how}: the original has 31 MB, over the limit of 10 MB here, and is kept."
        )


@pytest.mark.parametrize(("tier", "limit"), [(0, 10), (2, 24), (3, 24)])
async def test_limit(tmp_path: Path, tier: int, limit: int) -> None:
    """No file is larger than its place takes, nor, where that is a lot, than one request may be."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await mira.lever("guild", {"premium_tier": tier})
        job = await done(scene)
        await mira.slash("quota", wait="answer")  # whatever the gateway told before has arrived by now

        assert scene.postbox.file_limit(job) == limit * MIB
        private = replace(job.request, place=Place(None, 1, PlaceKind.IN_PLACE))
        assert scene.postbox.file_limit(replace(job, request=private)) == 10 * MIB


# ── what is shown on request ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("exhibit", "said", "alt"),
    [
        (Exhibit.COMPARISON, "Edit #7 · before and after · edited by AI", "Before and after, side by side: snow"),
        (
            Exhibit.UNTOUCHED,
            "Edit #7 · as the model made it · edited by AI",
            "Edited picture, as the model made it: snow",
        ),
    ],
)
async def test_show(tmp_path: Path, exhibit: Exhibit, said: str, alt: str) -> None:
    """It is posted where the results are, says what it is, and is linked to; asked for again, the link is the same."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = await done(scene)
        assert job.announcement is not None
        shown = (parcel(tmp_path, "edit-7-v1-1-shown.png"),)

        link = await scene.postbox.show(job, exhibit, shown)
        again = await scene.postbox.show(job, exhibit, shown)
        scene.clock.advance(NONCE_TRUSTED_S * 3)
        late = await scene.postbox.show(job, exhibit, shown)

        [message] = await in_thread(scene, job)
        [file] = message["attachments"]
        assert (message["content"], file["filename"], file["description"]) == (said, "edit-7-v1-1-shown.png", alt)
        assert link == again == late
        assert link == f"https://discord.com/channels/{GUILD}/{job.announcement.home_id}/{message['id']}"
        assert (message["mentions"], message["mention_everyone"], labels(message)) == ([], False, [])


async def test_show_many(tmp_path: Path) -> None:
    """What does not go into one message becomes several, and the link leads to the first."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = await done(scene)
        shown = tuple(parcel(tmp_path, f"edit-7-v1-{n}-untouched.png", number=n) for n in range(1, 12))

        link = await scene.postbox.show(job, Exhibit.UNTOUCHED, shown)

        first, second = await in_thread(scene, job)
        assert [len(one["attachments"]) for one in (first, second)] == [10, 1]
        assert second["content"] == "Edit #7 · as the model made it · edited by AI · message 2 of 2"
        assert link.endswith(f"/{first['id']}")


async def test_show_what_is_too_large(tmp_path: Path) -> None:
    """What the place does not take is said to be kept, once."""
    async with a_scene(tmp_path, connected=False) as scene:
        job = await done(scene)
        shown = (parcel(tmp_path, "edit-7-v1-1-untouched.png", 11 * MIB),)

        link = await scene.postbox.show(job, Exhibit.UNTOUCHED, shown)
        again = await scene.postbox.show(job, Exhibit.UNTOUCHED, shown)

        [message] = await in_thread(scene, job)
        assert message["content"].splitlines()[1].startswith("edit-7-v1-1-untouched.png is 11 MB, over the limit")
        assert message["attachments"] == []
        assert link == again


async def test_show_elsewhere(tmp_path: Path) -> None:
    """Where the thread is gone it is posted in the channel; where nothing is open, that is said; so is a Discord that
    is down.
    """
    async with a_scene(tmp_path, connected=False) as scene:
        job = replace(await done(scene), announcement=Announcement(PICTURES, 1, 1))
        shown = (parcel(tmp_path, "edit-7-v1-1-compared.png"),)

        link = await scene.postbox.show(job, Exhibit.COMPARISON, shown)
        assert f"/{PICTURES}/" in link

        closed = {"method": "POST", "path": "/messages$", "status": 403, "code": 50013, "times": 3}
        scene.server.faults.add(Fault.read(closed))
        with pytest.raises(Undeliverable):
            await scene.postbox.show(job, Exhibit.UNTOUCHED, (parcel(tmp_path, "edit-7-v1-1-untouched.png"),))
        scene.server.faults.clear()
        scene.server.faults.add(Fault.read({"path": "/messages", "status": 503, "times": 99}))
        with pytest.raises(Unreachable):
            await scene.postbox.show(job, Exhibit.COMPARISON, shown)


# ── the buttons, through the front door ─────────────────────────────────────────────────────────────────────


async def delivered(scene: Scene) -> tuple[Acted, dict[str, Any]]:
    """An edit with a mask that was made, and the message with its result."""
    scene.provider.script.append(Comes())
    async with scene.member() as mira:
        acted = await mira.edit(images=[CAT, MASK], prompt="snow", wait="answer")
        await scene.work()
        results = [one for one in await mira.messages(acted.thread_id) if one["attachments"]]
    return acted, results[-1]


def text_of(acted: Acted) -> str:
    """What the member was told in private."""
    assert acted.private is not None
    return str(acted.private["content"])


@pytest.mark.parametrize(
    ("button", "said"), [("Before/after", "before and after"), ("Untouched", "as the model made it")]
)
async def test_pressed(tmp_path: Path, button: str, said: str) -> None:
    """Whoever presses gets the link in private; pressed twice, it is posted once."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        acted, result = await delivered(scene)

        once = await mira.press(int(result["id"]), button, wait="answer")
        twice = await mira.press(int(result["id"]), button, wait="answer")

        shown = [
            one for one in await mira.messages(acted.thread_id) if one["content"] == f"Edit #1 · {said} · edited by AI"
        ]
        assert [len(one["attachments"]) for one in shown] == [1]
        link = f"https://discord.com/channels/{GUILD}/{acted.thread_id}/{shown[0]['id']}"
        assert text_of(once) == text_of(twice) == f"Edit #1 · {link}"
        assert once.private is not None
        assert once.private["flags"] & 64


async def test_pressed_by_somebody_else(tmp_path: Path) -> None:
    """A member's pictures are shown to that member's press only, and a job that is gone has none."""
    async with a_scene(tmp_path) as scene, scene.member("ben") as ben, scene.member() as mira:
        acted, result = await delivered(scene)

        theirs = await ben.press(int(result["id"]), "Before/after", wait="answer")
        scene.book.jobs.clear()
        gone = await mira.press(int(result["id"]), "Before/after", wait="answer")

        assert text_of(theirs).startswith("This button belongs to the member who asked")
        assert text_of(gone).startswith("I have no record of this edit any more.")
        shown = await mira.messages(acted.thread_id)
        assert not [one for one in shown if "before and after" in one["content"]]
