"""The question before a dear edit, at a Discord stand-in: asked, agreed to, dropped, too late."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.chat.delivery.posting import NONCE_TRUSTED_S
from bot.domain.draft import LIVES_S, Draft, DraftState
from bot.domain.job import Announcement, Job, State
from bot.domain.request import Door, EditRequest, InputFile, Origin, Place, PlaceKind
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import GUILD, MIRA, PICTURES
from bot.sandbox.member import Member
from bot.workflow.ports import Undeliverable, Unreachable
from tests.chat.scene import Scene, a_scene

PNG = b"\x89PNG\r\n\x1a\n...."
MIB = 1024 * 1024
PROMPT = "make it **blue** @everyone"


def draft_in(scene: Scene, channel: int = PICTURES) -> Draft:
    """A draft of Mira's that was just written down."""
    place = Place(GUILD, channel, PlaceKind.CHANNEL)
    mask = InputFile("b", "sky-mask.png", 3)
    request = EditRequest(Origin(Door.SLASH, 1), place, MIRA, "en-US", PROMPT, (), mask, "gpt-image-2", mask_share=230)
    now = scene.clock.now()
    return Draft(17, DraftState.OPEN, request, predicted=1_230_000, asked_at=now, expires_at=now + LIVES_S)


def overlay_in(folder: Path, content: bytes = PNG) -> Path:
    """What the mask selects, as a picture."""
    path = folder / "overlay.bin"
    path.write_bytes(content)
    return path


def job_of(draft: Draft, message_id: int) -> Job:
    """The job that a yes makes of a draft."""
    request = replace(draft.request, status_message=message_id)
    return Job(7, State.QUEUED, False, request, predicted=draft.predicted, placed_at=draft.asked_at)


def button_ids(message: dict[str, Any]) -> list[str]:
    """The buttons under a message."""
    return [button["custom_id"] for row in message["components"] for button in row["components"]]


async def last(member: Member) -> dict[str, Any]:
    """The newest message of the channel."""
    message: dict[str, Any] = (await member.messages())[-1]
    return message


async def test_ask(tmp_path: Path) -> None:
    """The question says who asks, what it may cost and what the mask selects, shows that, and pings nobody."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        draft = draft_in(scene)

        message_id = await scene.postbox.ask(draft, overlay_in(tmp_path))

        message = await last(mira)
        assert int(message["id"]) == message_id
        assert message["content"].splitlines() == [
            f"This edit may cost up to $1.23. Shall I? · closes <t:{int(draft.expires_at)}:R>",
            f"<@{MIRA}> · mask: sky-mask.png, 23 % will change",
        ]
        assert message["embeds"][0]["description"] == "make it \\*\\*blue\\*\\* @\u200beveryone"
        [file] = message["attachments"]
        assert file["filename"] == "mask-17.png"
        assert file["description"] == "Your picture, tinted where it will change: 23 % of it"
        [row] = message["components"]
        assert [(one["custom_id"], one["label"]) for one in row["components"]] == [
            ("draft:go:17", "Go ahead · $1.23"),
            ("draft:drop:17", "Drop it"),
        ]
        assert (message["mentions"], message["mention_everyone"]) == ([], False)


@pytest.mark.parametrize("content", [None, b"", b"<html>", PNG.ljust(11 * MIB, b".")])
async def test_without_its_overlay(tmp_path: Path, content: bytes | None) -> None:
    """An overlay that is gone, no picture, or above what the place takes is left out, and the question is asked."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        overlay = tmp_path / "gone" if content is None else overlay_in(tmp_path, content)

        await scene.postbox.ask(draft_in(scene), overlay)

        message = await last(mira)
        assert message["attachments"] == []
        assert button_ids(message) == ["draft:go:17", "draft:drop:17"]


async def test_asked_once(tmp_path: Path) -> None:
    """Asked again, at once or after Discord has forgotten the nonce, the same message is found."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        draft = draft_in(scene)
        scene.server.faults.add(Fault.read({"method": "POST", "path": "/messages$", "how": "after", "times": 1}))

        first = await scene.postbox.ask(draft, None)
        again = await scene.postbox.ask(draft, None)
        scene.clock.advance(NONCE_TRUSTED_S * 3)
        late = await scene.postbox.ask(draft, None)

        assert first == again == late
        assert len([one for one in await mira.messages() if one["components"]]) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [({"status": 403, "code": 50013}, Undeliverable), ({"status": 503}, Unreachable)],
)
async def test_place_that_does_not_take_it(tmp_path: Path, fault: dict[str, int], kind: type[Exception]) -> None:
    """A closed place and a Discord that is down are told apart, and nothing is asked elsewhere."""
    async with a_scene(tmp_path, connected=False) as scene:
        scene.server.faults.add(Fault.read({"method": "POST", "path": "/messages$", "times": 9, **fault}))

        with pytest.raises(kind):
            await scene.postbox.ask(draft_in(scene), None)


async def test_becomes_the_status_message(tmp_path: Path) -> None:
    """After a yes the question turns into the status message: its button, no overlay, the prompt still under it."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        draft = draft_in(scene)
        message_id = await scene.postbox.ask(draft, overlay_in(tmp_path))

        announcement = await scene.postbox.announce(job_of(draft, message_id), 2)
        again = await scene.postbox.announce(job_of(draft, message_id), 2)

        message = next(one for one in await mira.messages() if int(one["id"]) == message_id)
        assert announcement == again == Announcement(PICTURES, message_id, message_id)
        assert message["content"].splitlines()[0] == "Edit #7 · queued, 2 ahead · holds $1.23"
        assert (button_ids(message), message["attachments"], len(message["embeds"])) == (["edit:cancel:7"], [], 1)


async def test_question_that_is_gone(tmp_path: Path) -> None:
    """Where somebody has deleted the question, a status message of its own is posted, once."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member("otto") as otto:
        draft = draft_in(scene)
        message_id = await scene.postbox.ask(draft, None)
        await otto.delete(message_id)

        announcement = await scene.postbox.announce(job_of(draft, message_id), 0)
        again = await scene.postbox.announce(job_of(draft, message_id), 0)

        assert announcement == again
        assert announcement.message_id != message_id
        statuses = [one for one in await otto.messages() if "edit:cancel:7" in button_ids(one)]
        assert [int(one["id"]) for one in statuses] == [announcement.message_id]


async def test_question_that_cannot_be_reached(tmp_path: Path) -> None:
    """A Discord that is down is no reason for a second message: the announcement is tried again later."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        draft = draft_in(scene)
        message_id = await scene.postbox.ask(draft, None)
        scene.server.faults.add(Fault("PATCH", "/messages/", status=503, times=99))

        with pytest.raises(Unreachable):
            await scene.postbox.announce(job_of(draft, message_id), 0)
        scene.server.faults.clear()

        announcement = await scene.postbox.announce(job_of(draft, message_id), 0)
        assert announcement.message_id == message_id
        assert len([one for one in await mira.messages() if one["components"]]) == 1


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("state", "said"),
    [
        (DraftState.DROPPED, "This edit was dropped. Nothing was charged."),
        (DraftState.EXPIRED, "Nobody said yes to this edit in time. Nothing was charged."),
    ],
)
async def test_unask(tmp_path: Path, state: DraftState, said: str, known: bool) -> None:
    """Without a yes the message says how it ended; buttons and overlay go. It is found even if its id was lost."""
    async with a_scene(tmp_path, connected=False) as scene, scene.member() as mira:
        draft = draft_in(scene)
        message_id = await scene.postbox.ask(draft, overlay_in(tmp_path))
        request = replace(draft.request, status_message=message_id if known else None)

        await scene.postbox.unask(replace(draft, state=state, request=request))

        message = await last(mira)
        assert message["content"].splitlines()[0] == said
        assert (message["components"], message["attachments"], len(message["embeds"])) == ([], [], 1)


@pytest.mark.parametrize("fault", [{"status": 403, "code": 50001}, {"status": 503}, {"how": "reset"}])
@pytest.mark.parametrize("message_id", [1, None])
async def test_unask_never_raises(tmp_path: Path, fault: dict[str, Any], message_id: int | None) -> None:
    """A question that is gone, or a Discord that is, keeps no draft from ending."""
    async with a_scene(tmp_path, connected=False) as scene:
        draft = draft_in(scene)
        request = replace(draft.request, status_message=message_id)
        scene.server.faults.add(Fault.read({"method": "", "path": "/messages", "times": 99, **fault}))

        await scene.postbox.unask(replace(draft, state=DraftState.EXPIRED, request=request))
