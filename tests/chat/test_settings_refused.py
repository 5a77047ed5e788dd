"""`/settings` where something is in the way: no right, a press that is lost, late or forged, another admin."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.guild import GuildSettings, Setting
from bot.domain.request import HouseRules
from bot.sandbox.acted import NO_RESPONSE
from bot.sandbox.discord_api.components import every
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import ADA, GENERAL, GUILD, MODERATORS, OTHER_GUILD
from tests.chat.command import command
from tests.chat.panel import holds, opened, text_of, turned_to
from tests.chat.scene import a_scene

NOT_YOURS = "Only people with the permission"


# ── who may ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_only_managers(tmp_path: Path) -> None:
    """Whatever Discord's menu shows: a member without the right gets the refusal and no panel."""
    async with a_scene(tmp_path) as scene, scene.member("ben") as ben:
        declared = scene.server.stage.registry.find(1, "settings", None)
        assert declared is not None
        shown_to, declared["default_member_permissions"] = declared["default_member_permissions"], None

        asked = await ben.slash("settings", wait="answer")

        assert shown_to == str(1 << 5)
        assert asked.private is not None
        assert asked.private["content"].startswith(NOT_YOURS)
        assert not asked.private["embeds"]


async def test_a_right_that_was_taken(tmp_path: Path) -> None:
    """On a panel that is still open somebody without the right changes nothing any more, and sees nothing new."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        panel = await opened(ada)
        await turned_to(ada, panel, Setting.THREAD)
        scene.server.world.guilds[GUILD].members[ADA].roles.remove(MODERATORS)

        refused = await ada.press(panel, "settings:set:thread:off", wait="answer")

        assert refused.private is not None
        assert refused.private["content"].startswith(NOT_YOURS)
        assert await holds(scene) == GuildSettings()
        assert scene.council.audit == []


async def test_where_the_bot_is_switched_off(tmp_path: Path) -> None:
    """A server that the operator did not switch on has no settings."""
    async with a_scene(tmp_path, rules=HouseRules(frozenset({OTHER_GUILD}))) as scene:
        answer = await command(scene, "settings", ADA)

        assert "switched on" in answer.text


# ── what goes wrong ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_value_that_is_not_there(tmp_path: Path) -> None:
    """A press that no client of Discord's makes is refused in words, and changes nothing."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        panel = await opened(ada)
        await turned_to(ada, panel, Setting.THREAD)
        message = scene.server.world.private_messages[panel]
        for one in every(message.components):
            if one.get("custom_id") == "settings:set:thread:off":
                one["custom_id"] = "settings:set:thread:perhaps"

        refused = await ada.press(panel, "settings:set:thread:perhaps", wait="answer")

        assert "There is no thread perhaps" in text_of(refused)
        assert await holds(scene) == GuildSettings()


@pytest.mark.parametrize("how", ["after", "reset_after"])
async def test_a_press_whose_acknowledgement_was_lost(tmp_path: Path, how: str) -> None:
    """What Discord heard and could not confirm counts: the change is made, once."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        panel = await opened(ada)
        await turned_to(ada, panel, Setting.THREAD)
        scene.server.faults.add(Fault.read({"method": "POST", "path": "/callback", "how": how}))

        seen = await ada.press(panel, "settings:set:thread:off", wait="answer")

        assert "Now: **None, results stay in the channel**" in text_of(seen)
        assert len(scene.council.audit) == 1


async def test_a_press_that_came_too_late(tmp_path: Path) -> None:
    """Of a press that Discord has given up nothing is changed: the admin was told that it failed."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        panel = await opened(ada)
        await turned_to(ada, panel, Setting.THREAD)
        late = {"method": "POST", "path": "/callback", "status": 404, "code": 10062}
        scene.server.faults.add(Fault.read(late))
        pressing = asyncio.create_task(ada.press(panel, "settings:set:thread:off", wait="answer"))
        while scene.server.faults.waiting:  # noqa: ASYNC110 - the stand-in does not tell when a fault has happened
            await asyncio.sleep(0.01)
        await ada.lever("clock", {"advance_s": 5})
        seen = await pressing

        assert seen.refused == NO_RESPONSE
        assert await holds(scene) == GuildSettings()


async def test_a_setting_of_another_version(tmp_path: Path) -> None:
    """A button whose setting does not exist any more leads to those that do."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        panel = await opened(ada)
        await turned_to(ada, panel, Setting.THREAD)
        for one in every(scene.server.world.private_messages[panel].components):
            if one.get("custom_id") == "settings:clear:thread":
                one.update(custom_id="settings:clear:colour_of_the_sky", disabled=False)

        shown = await ada.press(panel, "settings:clear:colour_of_the_sky", wait="answer")

        assert "Settings of this server" in text_of(shown)


async def test_two_admins_at_once(tmp_path: Path) -> None:
    """Each changes their own, neither undoes the other, and a panel shows what the other chose with its next page."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada, scene.member("otto") as otto:
        panels = await asyncio.gather(opened(ada), opened(otto))
        await turned_to(ada, panels[0], Setting.THREAD)
        await turned_to(otto, panels[1], Setting.PRIVATE)

        await asyncio.gather(
            ada.press(panels[0], "settings:set:thread:off", wait="answer"),
            otto.press(panels[1], "settings:set:private:on", wait="answer"),
        )
        seen = await ada.press(panels[0], "Back", wait="answer")

        assert ((await holds(scene)).thread, (await holds(scene)).private) == (False, True)
        assert "Who sees results: **Only the member who asked**" in text_of(seen)


async def test_the_log_channel_hears_of_it(tmp_path: Path) -> None:
    """What was changed stands in the log channel, too."""
    async with a_scene(tmp_path) as scene, scene.member("ada") as ada:
        await command(scene, "quota-admin log", ADA, channel=GENERAL)
        panel = await opened(ada)
        await turned_to(ada, panel, Setting.OTHERS)
        await ada.press(panel, "Members edit only their own", wait="answer")

        said = [one["content"] for one in await ada.messages("general")]
        assert said[-1].endswith("changed the setting Pictures of others: May be edited → Members edit only their own")
