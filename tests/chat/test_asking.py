"""A dear edit through the front doors, at a Discord stand-in: asked about, agreed to, dropped, too late."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.draft import LIVES_S, DraftState
from bot.domain.job import State
from bot.sandbox.clock import Clock
from bot.sandbox.member import Acted, Member
from tests.chat.scene import PICTURE, a_bot, a_scene, discord_standin
from tests.standins import Comes, Steps
from tests.workflow.memory_book import MemoryBook

CAT, MASK = ("cat.png", PICTURE), ("sky-mask.png", PICTURE)
GO, DROP = "draft:go:1", "draft:drop:1"


def text_of(acted: Acted) -> str:
    """What the member was told in private."""
    assert acted.private is not None
    return str(acted.private["content"])


def button_ids(message: dict[str, Any]) -> list[str]:
    """The buttons under a message."""
    return [button["custom_id"] for row in message["components"] for button in row["components"]]


async def ask(member: Member) -> int:
    """Ask for an edit; the id of the message that asks back."""
    acted = await member.edit(images=[CAT, MASK], prompt="snow", wait="answer")
    assert acted.status is not None
    return int(acted.status["id"])


async def seen(member: Member, message_id: int) -> dict[str, Any]:
    """A message of the channel as it is now."""
    found: dict[str, Any] = next(one for one in await member.messages() if int(one["id"]) == message_id)
    return found


async def test_asked_first(tmp_path: Path) -> None:
    """A dear edit is answered with the way to its question and the remarks about its files; nothing is held."""
    async with a_scene(tmp_path, ask_above=0) as scene, scene.member() as mira:
        acted = await mira.edit(images=[CAT, MASK], prompt="snow", wait="answer")

        assert acted.status is not None
        first, second = text_of(acted).splitlines()
        assert first.startswith("This edit may cost up to $")
        assert first.endswith(f"/{acted.status['id']}")
        assert second == "sky-mask.png is the mask (what is transparent): 23 % will change"
        assert button_ids(acted.status) == [GO, DROP]
        assert scene.book.jobs == {}


async def test_asked_of_a_mention(tmp_path: Path) -> None:
    """A mention is answered with the question itself, beside it only what that does not say."""
    async with a_scene(tmp_path, ask_above=0) as scene, scene.member() as mira:
        asked = await mira.say("snow", [("cat.gif", b"gif 1024x1024 animated"), MASK])
        acted = await mira.answer_to(int(asked["id"]), wait="answer")
        note = "cat.gif: only the first frame is used"
        await mira.wait_for(lambda messages: any(one["content"] == note for one in messages) or None)

        assert acted.status is not None
        assert button_ids(acted.status) == [GO, DROP]


async def test_go_ahead(tmp_path: Path) -> None:
    """With a yes the question becomes the status message of the edit; pressed twice, the edit is placed once."""
    async with a_scene(tmp_path, ask_above=0) as scene, scene.member() as mira:
        scene.provider.script.append(Comes())
        message_id = await ask(mira)

        went = await mira.press(message_id, GO, wait="answer")
        status = await seen(mira, message_id)
        await scene.work()

        assert text_of(went).splitlines()[0].startswith("Edit #1 · queued")
        assert text_of(went).splitlines()[1].endswith(f"/{message_id}")
        assert button_ids(status) == ["edit:cancel:1"]
        assert list(scene.book.jobs) == [1]
        assert scene.book.jobs[1].state is State.DELIVERED
        assert (await seen(mira, message_id))["content"].startswith("Edit #1 · done")


async def test_drop_it(tmp_path: Path) -> None:
    """With a no nothing is placed, and the question says so."""
    async with a_scene(tmp_path, ask_above=0) as scene, scene.member() as mira:
        message_id = await ask(mira)

        dropped = await mira.press(message_id, DROP, wait="answer")

        message = await seen(mira, message_id)
        assert text_of(dropped) == "It was dropped. Nothing was charged."
        assert message["content"].startswith("This edit was dropped. Nothing was charged.")
        assert button_ids(message) == []
        assert scene.book.jobs == {}


@pytest.mark.parametrize("button", [GO, DROP])
async def test_somebody_else(tmp_path: Path, button: str) -> None:
    """Nobody else can say yes or no."""
    async with a_scene(tmp_path, ask_above=0) as scene, scene.member() as mira, scene.member("ben") as ben:
        message_id = await ask(mira)

        theirs = await ben.press(message_id, button, wait="answer")

        assert text_of(theirs).startswith("This button belongs to the member who asked")
        assert scene.book.drafts[1].state is DraftState.OPEN
        assert scene.book.jobs == {}


@pytest.mark.parametrize("button", [GO, DROP])
async def test_unknown_draft(tmp_path: Path, button: str) -> None:
    """A forged id, or one of a draft that is long gone, is answered and does nothing."""
    async with a_scene(tmp_path, ask_above=0) as scene, scene.member() as mira:
        message_id = await ask(mira)
        scene.book.drafts.clear()

        gone = await mira.press(message_id, button, wait="answer")

        assert text_of(gone).startswith("I have no record of this edit any more.")
        assert scene.book.jobs == {}


async def test_too_late(tmp_path: Path) -> None:
    """A yes that comes too late places nothing."""
    async with a_scene(tmp_path, ask_above=0) as scene, scene.member() as mira:
        message_id = await ask(mira)
        scene.book.drafts[1] = replace(scene.book.drafts[1], expires_at=scene.clock.now() - LIVES_S)

        late = await mira.press(message_id, GO, wait="answer")

        assert text_of(late).startswith("This edit was waiting for your yes for too long")
        assert scene.book.jobs == {}


async def test_after_a_restart(tmp_path: Path) -> None:
    """A question from before a restart can be answered after it."""
    clock = Clock()
    book = MemoryBook(clock, Steps())
    async with discord_standin(clock) as (server, url), Member(url, timeout_s=20) as mira:
        async with a_bot(server, url, clock, book, tmp_path, ask_above=0):
            message_id = await ask(mira)
        async with a_bot(server, url, clock, book, tmp_path, ask_above=0):
            went = await mira.press(message_id, GO, wait="answer")

        assert text_of(went).startswith("Edit #1 · queued")
        assert list(book.jobs) == [1]
