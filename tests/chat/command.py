"""A command as Discord dispatches it, with whoever and whatever it names, past everything that a client would refuse.

What a client shows to whom protects nothing, so these come from anybody: the bot's own check is all that is left.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from bot.sandbox.discord_api.commands import CHANNEL, CHAT_INPUT, MENTIONABLE, ROLE, USER
from bot.sandbox.discord_api.guild_payloads import role
from bot.sandbox.discord_api.interactions import COMMAND, REPLY_TO_SLASH
from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.discord_api.slash_options import command_words, fill_in
from bot.sandbox.discord_api.world import Message
from tests.chat.scene import Scene

NAMES_SOMETHING = (USER, ROLE, MENTIONABLE, CHANNEL)


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: the text, the files by their names, and whether only the one who asked sees it."""

    text: str
    files: dict[str, bytes]
    private: bool


async def command(
    scene: Scene, name: str, by: int, /, *, at: str = "pictures", checked: bool = True, **options: object
) -> Answer:
    """Use "quota-admin set" as user `by`, in a channel or "dm"; people, roles and channels are named by their ids.

    With `checked` off the options are not held against what the command declares.
    """
    world, finding = scene.server.world, scene.server.stage.finding
    user = world.users[by]
    place = finding.place(user, at)
    first, below = command_words(name)
    declared = scene.server.stage.registry.find(CHAT_INPUT, first, None)
    assert declared is not None
    filled = fill_in(declared if checked else _unbound(declared), below, options)
    given: Json = {"id": declared["id"], "name": first, "type": CHAT_INPUT, "options": filled}
    given["resolved"] = _resolved(scene, place.guild_id, [int(one["value"]) for one in _naming(filled)])
    asked = scene.server.stage.interactions.open(COMMAND, user, place, given, answers_as=REPLY_TO_SLASH)
    async with asyncio.timeout(20):
        while (seen := scene.server.stage.watching.answer(asked)) is None:  # noqa: ASYNC110 - looked at from beside
            await asyncio.sleep(0.01)
    assert seen["state"] == "answered", seen
    assert asked.original is not None
    return _answer(asked.original)


def _answer(message: Message) -> Answer:
    files = {one.filename: one.body for one in message.attachments}
    return Answer(message.content, files, private=message.visible_to is not None)


def _unbound(declared: Json) -> Json:
    """The command without bounds: what somebody sends who does not use Discord's own client."""
    kept = {name: one for name, one in declared.items() if not name.startswith(("min_", "max_"))}
    return {**kept, "options": [_unbound(one) for one in declared.get("options") or ()]}


def _naming(options: Iterable[Json]) -> list[Json]:
    """The options that name somebody or something."""
    found = [one for one in options if one["type"] in NAMES_SOMETHING]
    return found + [below for one in options for below in _naming(one.get("options") or ())]


def _resolved(scene: Scene, guild_id: int | None, ids: list[int]) -> Json:
    world, payloads = scene.server.world, scene.server.stage.payloads
    guild = world.guilds.get(guild_id or 0)
    members = guild.members if guild else {}
    roles = guild.roles if guild else {}
    return {
        "users": {str(one): payloads.user(one) for one in ids if one in world.users},
        "members": {
            str(one): {**payloads.member(members[one], with_user=False), "permissions": "0"}
            for one in ids
            if one in members
        },
        "roles": {str(one): role(roles[one]) for one in ids if one in roles},
        "channels": {
            str(one): {**payloads.channel(world.channels[one]), "permissions": "0"}
            for one in ids
            if one in world.channels
        },
    }
