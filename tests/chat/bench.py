"""Results at a Discord stand-in, and members who press the buttons under them."""

from typing import Any

from bot.domain.deed import Decider
from bot.domain.preset import Preset
from bot.sandbox.discord_api.furnish import GUILD, OWNER
from bot.sandbox.member import Acted, Member
from tests.chat.scene import PICTURE, Scene
from tests.standins import Comes

CAT = ("cat.png", PICTURE)
SNOW = Preset("snow", "Let it snow")
ADMIN = Decider(OWNER, GUILD)


def text_of(acted: Acted) -> str:
    """What a member was told in private."""
    assert acted.private is not None
    return str(acted.private["content"])


def labels(message: dict[str, Any]) -> list[list[str]]:
    """The labels of a message's buttons, line by line."""
    return [[one["label"] for one in row["components"]] for row in message["components"]]


async def shown(member: Member, thread_id: int | None) -> list[dict[str, Any]]:
    """The messages in which all see results, the oldest first."""
    messages = [one for one in await member.messages(thread_id) if one["attachments"] and one["author"].get("bot")]
    return sorted((one for one in messages if not one["flags"] & 64), key=lambda one: int(one["id"]))


async def made(scene: Scene, mira: Member, *outcomes: Comes, prompt: str = "snow") -> tuple[int, dict[str, Any]]:
    """An edit of Mira's that was delivered: its thread, and the message with its result."""
    scene.provider.script += outcomes or (Comes(),)
    acted = await mira.edit(images=[CAT], prompt=prompt, wait="answer")
    await scene.work()
    assert acted.thread_id is not None
    return acted.thread_id, (await shown(mira, acted.thread_id))[-1]


async def press(scene: Scene, member: Member, message: dict[str, Any], button: str) -> Acted:
    """Press a button, and let whatever it placed be made."""
    acted = await member.press(int(message["id"]), button, wait="answer")
    await scene.work()
    return acted


async def second(scene: Scene, mira: Member) -> tuple[int, list[dict[str, Any]]]:
    """A thread with two versions, and their messages."""
    thread, result = await made(scene, mira, Comes(), Comes((b"png 1024x1024 another",)))
    await press(scene, mira, result, "Vary")
    return thread, await shown(mira, thread)


async def whispered(scene: Scene, mira: Member) -> dict[str, Any]:
    """A result that only Mira sees, with its buttons."""
    scene.provider.script.append(Comes())
    acted = await mira.slash("edit", {"prompt": "snow", "image": CAT, "private": True}, wait="answer")
    await scene.work()
    acted = await mira.whispers(acted)
    [result] = [one for one in (*acted.posted, acted.private) if one is not None and one["attachments"]]
    return result
