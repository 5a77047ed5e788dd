"""The camera: what is new is shown once, what changed is shown as it is, and what a member works with step by step."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.sandbox.acted import Modal
from bot.sandbox.camera import Camera
from tests.sandbox.discord.stand import PICTURES, Stand, standing


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    """A stand-in with nobody on it."""
    async with standing() as running:
        yield running


async def test_a_message_is_shown_once_and_as_it_is_at_last(stand: Stand, tmp_path: Path) -> None:
    """A status message that changed between two looks stands where it was, in its last state."""
    camera = Camera()
    async with stand.member() as mira:
        status = await stand.send(content="queued")
        await camera.look(mira)
        await mira.say("meanwhile", mention=False)
        await stand.call("PATCH", f"/channels/{PICTURES}/messages/{status['id']}", {"content": "done"})
        await camera.look(mira)
        await camera.look(mira)

    text = camera.text()
    assert "queued" not in text
    assert (text.count("done"), text.count("meanwhile")) == (1, 1)
    assert text.index("done") < text.index("meanwhile")


async def test_places_commands_and_forms_follow_one_another(stand: Stand, tmp_path: Path) -> None:
    """A thread is named behind its channel, a DM by the bot; files of bots are saved, those of members not."""
    camera, modal = Camera(), Modal(1, "m", "Edit", ())
    body = b"these are no pixels"
    async with stand.member() as mira, stand.member(channel="dm") as alone:
        await mira.say("mine", [("mine.txt", body)], mention=False)
        await mira.post("Gallery", "theirs", [("theirs.txt", body)])
        first = await stand.send(content="x")
        opened = await stand.call("POST", f"/channels/{PICTURES}/messages/{first['id']}/threads", {"name": "a thread"})
        await stand.send(int(opened.body["id"]), content="inside")
        await alone.say("hello", mention=False)
        await camera.command(mira, "edit", {"prompt": "x"})
        await camera.look(mira)
        camera.form(modal, {})
        await camera.look(mira, int(opened.body["id"]))
        await camera.look(alone)
        written = camera.develop(tmp_path / "a.png", tmp_path / "a.txt", tmp_path / "a")

    text = (tmp_path / "a.txt").read_text("utf-8")
    marks = ("> /edit prompt: x", "#pictures\n", "theirs", "┌ Edit", "#pictures › a thread\n", "inside", "@Darkroom\n")
    assert sorted(text.index(one) for one in marks) == [text.index(one) for one in marks]
    assert [path.name for path in written] == ["theirs.txt", "a.txt", "a.png"]


async def test_some_messages_can_be_left_out(stand: Stand) -> None:
    """And everything can be looked at again."""
    camera = Camera()
    async with stand.member() as mira:
        hidden = await mira.say("leave me out", mention=False)
        await mira.say("take me", mention=False)
        await camera.look(mira, without=[hidden["id"]])
        once = camera.text()
        await camera.look(mira, again=True)

    assert "leave me out" not in once
    assert (camera.text().count("take me"), camera.text().count("leave me out")) == (2, 1)
