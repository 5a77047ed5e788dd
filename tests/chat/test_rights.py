"""Who may decide: asked of each command and press by the bot itself, whatever a client shows to whom."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.domain.job import State
from bot.domain.quota import Scope, Subject
from bot.sandbox.discord_api.furnish import (
    ADA,
    BEN,
    FRIENDS,
    GUILD,
    MIRA,
    MODERATORS,
    OTHER_GUILD,
    OWNER,
    add_other_server,
)
from bot.sandbox.member import Acted
from tests.chat.command import command
from tests.chat.scene import PICTURE, a_scene

CAT = ("cat.png", PICTURE)
NOT_YOURS = "Only people with the permission"
EVERY_COMMAND: dict[str, dict[str, Any]] = {
    "quota-admin show": {},
    "quota-admin set": {"what": "images", "limit": "5"},
    "quota-admin grant": {"user": BEN, "what": "images", "amount": "5", "days": 3, "reason": "x"},
    "quota-admin reset": {"user": BEN, "reason": "x"},
    "quota-admin block": {"user": BEN, "reason": "x"},
    "quota-admin unblock": {"user": BEN},
    "quota-admin report": {},
    "quota-admin zone": {"name": "UTC"},
    "quota-admin log": {},
    "pause": {},
    "resume": {},
}


def told(acted: Acted) -> str:
    """What somebody was told in private."""
    assert acted.private is not None
    return str(acted.private["content"])


@pytest.mark.parametrize("name", EVERY_COMMAND)
async def test_a_member(tmp_path: Path, name: str) -> None:
    """Whatever a client lets through, somebody who does not manage the server is refused, and nothing is noted."""
    async with a_scene(tmp_path) as scene:
        answer = await command(scene, name, MIRA, **EVERY_COMMAND[name])

        assert answer.text.startswith(NOT_YOURS)
        assert answer.private
        assert scene.council.audit == []


async def test_an_admin_of_another_server(tmp_path: Path) -> None:
    """Whoever manages one server decides nothing in another, and what they decide at home is noted of their own."""
    async with a_scene(tmp_path) as scene:
        other = add_other_server(scene.server.world)
        other.owner_id = MIRA
        scene.server.stage.events.guild_changed(other)

        here = await command(scene, "quota-admin set", MIRA, what="images", limit="5")
        there = await command(scene, "quota-admin set", MIRA, at="elsewhere", what="images", limit="5")

        assert here.text.startswith(NOT_YOURS)
        assert there.text.startswith("Done: ")
        [deed] = scene.council.audit
        assert (deed.guild_id, deed.target) == (OTHER_GUILD, Subject(Scope.GUILD, OTHER_GUILD))


@pytest.mark.parametrize("name", EVERY_COMMAND)
async def test_in_private(tmp_path: Path, name: str) -> None:
    """In a direct message there is no server to decide for."""
    async with a_scene(tmp_path) as scene:
        answer = await command(scene, name, ADA, at="dm", **EVERY_COMMAND[name])

        assert answer.text.startswith("I only work in servers.")
        assert scene.council.audit == []


async def test_asked_every_time(tmp_path: Path) -> None:
    """A permission that was taken away is gone with the next command; the owner of a server always may."""
    async with a_scene(tmp_path) as scene:
        first = await command(scene, "quota-admin zone", ADA, name="Europe/Vienna")
        scene.server.world.guilds[GUILD].members[ADA].roles.remove(MODERATORS)
        second = await command(scene, "quota-admin zone", ADA, name="Asia/Tokyo")
        third = await command(scene, "quota-admin zone", OWNER, name="Asia/Kathmandu")

        assert first.text == f"Done: <@{ADA}> set the time zone: UTC → Europe\\/Vienna"
        assert second.text.startswith(NOT_YOURS)
        assert third.text.startswith("Done: ")
        assert [deed.actor_id for deed in scene.council.audit] == [ADA, OWNER]


async def test_everywhere(tmp_path: Path) -> None:
    """All servers are paused by the operator alone, from wherever they are; an admin pauses their own."""
    async with a_scene(tmp_path, operators=(BEN,)) as scene, scene.member() as mira:
        admin = await command(scene, "pause", ADA, reason="mine", everywhere=True)
        paused = await command(scene, "pause", BEN, at="dm", reason="repairs", everywhere=True)
        refused = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        again = await command(scene, "pause", BEN, everywhere=True)
        resumed = await command(scene, "resume", BEN, everywhere=True)
        here = await command(scene, "pause", BEN)

        assert admin.text.startswith(NOT_YOURS)
        assert paused.text == f"Done: <@{BEN}> paused edits in all servers · repairs"
        assert str(refused.refused).startswith("I take no edits at the moment")
        assert again.text.startswith("That is so already")
        assert resumed.text == f"Done: <@{BEN}> let edits go on in all servers"
        assert here.text.startswith(NOT_YOURS)


async def test_pause_here(tmp_path: Path) -> None:
    """A paused server takes no edits until its admins let them go on."""
    async with a_scene(tmp_path) as scene, scene.member() as mira:
        await command(scene, "pause", ADA, reason="a quarrel")
        refused = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        shown = await command(scene, "quota-admin show", ADA)
        await command(scene, "resume", ADA)
        taken = await mira.edit(images=[CAT], prompt="snow", wait="answer")

        assert str(refused.refused).startswith("Edits are paused in this server.")
        assert shown.text.splitlines()[0] == "Edits are paused here."
        assert taken.refused is None


async def test_cancel_by_a_moderator(tmp_path: Path) -> None:
    """Whoever may remove messages in the channel may cancel an edit there; the right is asked at the press."""
    async with a_scene(tmp_path) as scene, scene.member() as mira, scene.member("ada") as ada:
        acted = await mira.edit(images=[CAT], prompt="snow", wait="answer")
        assert acted.status is not None
        guild = scene.server.world.guilds[GUILD]
        moderator = guild.members[ADA].roles.pop()

        without = await ada.press(int(acted.status["id"]), "Cancel", wait="answer")
        guild.members[ADA].roles.append(moderator)
        with_it = await ada.press(int(acted.status["id"]), "Cancel", wait="answer")

        assert told(without).startswith("This button belongs to the member who asked")
        assert told(with_it) == "Edit #1: It was cancelled. Nothing was charged."
        assert scene.book.jobs[1].state is State.CANCELLED


async def test_roles(tmp_path: Path) -> None:
    """Every way in notes the member's roles, by which more may be allowed; in private there are none."""
    async with (
        a_scene(tmp_path) as scene,
        scene.member("ada") as ada,
        scene.member("ada", channel="dm") as alone,
    ):
        await ada.edit(images=[CAT], prompt="snow", wait="answer")
        await ada.say("make it snow", [CAT])
        await ada.edit(via="menu", images=[CAT], prompt="snow", wait="answer")
        await alone.edit(images=[CAT], prompt="snow", wait="answer")
        while len(scene.book.jobs) < 4:  # noqa: ASYNC110 - the mention is nobody's to wait for
            await asyncio.sleep(0.01)

        places = {job.request.place.guild_id for job in scene.book.jobs.values()}
        roles = {(job.request.place.guild_id, *sorted(job.request.role_ids)) for job in scene.book.jobs.values()}
        assert places == {GUILD, None}
        assert roles == {(GUILD, MODERATORS, FRIENDS), (None,)}
