"""Options that name somebody or something: found as a member types them, and sent along as Discord does."""

import asyncio
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.sandbox.discord_api.furnish import BEN, BOT, FORUM, FRIENDS, GUILD, HIDDEN, MODERATORS, PICTURES
from bot.sandbox.member import SandboxRefusal
from bot.sandbox.typed import typed
from tests.sandbox.discord.asking import MESSAGE, Asking
from tests.sandbox.discord.small_bot import SmallBot, running
from tests.sandbox.discord.stand import Json, Stand

USER, CHANNEL, ROLE, MENTIONABLE, STRING = 6, 7, 8, 9, 3
KINDS = {"who": USER, "where": CHANNEL, "role": ROLE, "whom": MENTIONABLE, "why": STRING}
NAME: Json = {
    "name": "name",
    "description": "Name something",
    "options": [
        {
            "type": 1,
            "name": "it",
            "description": "It",
            "options": [
                {"type": kind, "name": name, "description": "d", **({"channel_types": [0]} if kind == CHANNEL else {})}
                for name, kind in KINDS.items()
            ],
        }
    ],
}
EVERY_KIND: Json = {
    "name": "kinds",
    "description": "Every kind",
    "options": [
        {"type": 4, "name": "count", "description": "d"},
        {"type": 5, "name": "sure", "description": "d"},
        {"type": 10, "name": "share", "description": "d"},
        {"type": 11, "name": "file", "description": "d"},
        {"type": 3, "name": "text", "description": "d"},
    ],
    "type": 1,
}


async def heard(scene: Asking, channel: str = "pictures", /, **options: object) -> Json:
    """What the bot hears of mira's command with these options."""
    await scene.stand.call("PUT", f"/applications/{scene.stand.application_id}/commands", [NAME])
    async with scene.stand.member(channel=channel) as mira:
        payload, act = await scene.hears(mira.slash("name it", options, wait="answer"))
        await scene.answer(payload, MESSAGE, content="x")
        await act
    data: Json = payload["data"]
    return data


def values(data: Json) -> dict[str, Any]:
    """The values of the subcommand's options."""
    return {one["name"]: one["value"] for one in data["options"][0]["options"]}


@pytest.mark.parametrize(
    ("option", "typed_in", "kind", "found"),
    [
        ("who", "@ben", "users", BEN),
        ("who", "@Darkroom", "users", BOT),
        ("who", BEN, "users", BEN),
        ("who", str(BEN), "users", BEN),
        ("where", "#pictures", "channels", PICTURES),
        ("role", "&Friends", "roles", FRIENDS),
        ("role", "@everyone", "roles", GUILD),
        ("whom", "&moderators", "roles", MODERATORS),
        ("whom", "@everyone", "roles", GUILD),
        ("whom", "@ben", "users", BEN),
    ],
)
async def test_what_is_named_is_sent_along(scene: Asking, option: str, typed_in: object, kind: str, found: int) -> None:
    """The value is an id, and `resolved` has the object of that id under its kind."""
    data = await heard(scene, **{option: typed_in})

    assert values(data) == {option: str(found)}
    assert data["resolved"][kind][str(found)]["id"] == str(found)
    assert ("members" in data["resolved"]) == (kind == "users")


async def test_a_member_and_a_channel_are_partial(scene: Asking) -> None:
    """A member comes without user, deaf and mute, a channel without overwrites; both with permissions."""
    data = await heard(scene, who="@ben", where="#hidden")

    member, channel = data["resolved"]["members"][str(BEN)], data["resolved"]["channels"][str(HIDDEN)]
    assert member.keys().isdisjoint({"user", "deaf", "mute"})
    assert member["roles"] == [str(FRIENDS)]
    assert (channel["name"], channel["type"]) == ("hidden", 0)
    assert "permission_overwrites" not in channel
    assert all(int(one["permissions"]) & (1 << 10) for one in (member, channel))


async def test_a_text_names_nobody(scene: Asking) -> None:
    """Only options that take somebody or something look for one."""
    data = await heard(scene, why="@ben")

    assert values(data) == {"why": "@ben"}
    assert "resolved" not in data


@pytest.mark.parametrize(
    ("channel", "options"),
    [
        ("pictures", {"who": "@zoe"}),
        ("pictures", {"who": 7}),
        ("pictures", {"who": True}),
        ("pictures", {"role": "@ben"}),
        ("pictures", {"where": "#gallery"}),
        ("pictures", {"where": FORUM}),
        ("dm", {"role": "&Friends"}),
        ("dm", {"where": "#pictures"}),
    ],
)
async def test_who_or_what_is_not_there_cannot_be_named(scene: Asking, channel: str, options: dict[str, Any]) -> None:
    """Strangers, channels of another kind, and in a direct message everything of a server."""
    with pytest.raises(SandboxRefusal, match=f"^{next(iter(options))}: "):
        await heard(scene, channel, **options)


async def test_discord_py_reads_them(living: Stand) -> None:
    """A bot on unmodified discord.py gets a member with roles, a role and a channel."""
    bot = SmallBot()
    got: asyncio.Queue[tuple[Any, ...]] = asyncio.Queue()

    async def named(
        interaction: discord.Interaction,
        who: discord.Member,
        whom: discord.Member | discord.User | discord.Role,
        where: discord.TextChannel,
    ) -> None:
        got.put_nowait((who, whom, where))
        await interaction.response.send_message("named")

    bot.tree.add_command(app_commands.Command(name="named", description="d", callback=named))
    async with running(living, bot), living.member() as mira:
        acted = await mira.command("named", {"who": "@ben", "whom": "&Friends", "where": "#pictures"})
        who, whom, where = await got.get()

    assert acted.refused is None
    assert [one.id for one in who.roles] == [GUILD, FRIENDS]
    assert (who.id, whom.name, where.id) == (BEN, "Friends", PICTURES)


def test_options_are_read_by_their_kinds(tmp_path: Path) -> None:
    """Numbers, switches and files; an option that nobody declared is left for the refusal."""
    file = tmp_path / "a.png"
    file.write_bytes(b"a")
    given = {"count": "-2", "sure": "Yes", "share": "0.5", "file": f"@{file}", "text": "2", "more": "x"}

    read = typed([EVERY_KIND], "kinds", given)

    assert read == {"count": -2, "sure": True, "share": 0.5, "file": file, "text": "2", "more": "x"}


@pytest.mark.parametrize(
    ("option", "text"), [("count", "two"), ("count", "2.5"), ("sure", "maybe"), ("share", "half"), ("file", "@none")]
)
def test_what_cannot_be_read(option: str, text: str) -> None:
    """The refusal names the option and what was typed."""
    with pytest.raises(SandboxRefusal, match=f"^{option}: .*{text.removeprefix('@')}"):
        typed([EVERY_KIND], "kinds", {option: text})
