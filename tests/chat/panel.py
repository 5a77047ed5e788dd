"""The panel of `/settings` as an admin uses it on the stand-in."""

from typing import Any

from bot.domain.guild import GuildSettings, Setting
from bot.sandbox.discord_api.components import SELECTS, every
from bot.sandbox.discord_api.furnish import GUILD
from bot.sandbox.member import Acted, Member
from tests.chat.scene import Scene

MENU = "What shall be changed?"


async def opened(member: Member) -> int:
    """The panel's message."""
    return id_of(await member.slash("settings", wait="answer"))


async def turned_to(member: Member, panel: int, setting: Setting) -> Acted:
    """The panel with this setting alone."""
    return await member.choose(panel, MENU, [setting], wait="answer")


def id_of(acted: Acted) -> int:
    """The private answer's id."""
    assert acted.private is not None, acted
    return int(acted.private["id"])


def text_of(acted: Acted) -> str:
    """Everything that is written in the panel."""
    assert acted.private is not None, acted
    [embed] = acted.private["embeds"]
    fields = [part for field in embed.get("fields", ()) for part in (field["name"], field["value"])]
    return "\n".join((acted.private["content"], embed["title"], embed["description"], *fields))


def select_of(acted: Acted) -> dict[str, Any]:
    """The menu of the panel."""
    assert acted.private is not None, acted
    [found] = [one for one in every(acted.private["components"]) if one["type"] in SELECTS]
    return found


def ids_of(acted: Acted) -> list[str]:
    """The ids of everything that can be used in the panel, top to bottom."""
    assert acted.private is not None, acted
    return [one["custom_id"] for one in every(acted.private["components"]) if "custom_id" in one]


def values_of(select: dict[str, Any]) -> list[str]:
    """What a menu of values offers."""
    return [option["value"] for option in select["options"]]


async def holds(scene: Scene) -> GuildSettings:
    """What is chosen now."""
    return await scene.guilds.settings(GUILD)


async def turned_to_again(member: Member, panel: int, setting: Setting) -> Acted:
    """The same from another page."""
    await member.press(panel, "Back", wait="answer")
    return await turned_to(member, panel, setting)
