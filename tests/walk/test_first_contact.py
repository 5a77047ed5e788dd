"""First contact on the walk: the greeting of a server, once over all restarts; help; about; and leaving."""

import asyncio
import sqlite3
from typing import Any

from bot.sandbox.discord_api.furnish import BOT, OTHER_GUILD, OWNER
from bot.sandbox.discord_api.permissions import Permission
from bot.sandbox.discord_api.world import Overwrite
from bot.sandbox.member import Member
from tests.walk.conftest import Stage
from tests.walk.sight import Json, edited, is_private, of_bot, picture

HELLO = "Hello! I edit pictures"
IMPRINT = {"PRIVACY_URL": "https://example.org/privacy", "CONTACT": "otto@example.org", "RETENTION_DAYS": "7"}


async def greeting(member: Member) -> Json:
    """The greeting in the member's channel, once it is there."""

    def look(seen: list[Json]) -> Json | None:
        return next((one for one in seen if one["content"].startswith(HELLO)), None)

    return await member.wait_for(look)


def parts(message: Json | None) -> dict[str, Any]:
    """The parts of an answer by their headings."""
    assert message is not None
    [embed] = message["embeds"]
    return {field["name"]: field["value"] for field in embed["fields"]}


async def left(stage: Stage) -> None:
    """Return when it is written down that the bot has left the other server, which it tells nobody."""
    with sqlite3.connect(stage.data / "darkroom.db") as book:
        while not book.execute("SELECT 1 FROM guilds WHERE left_at IS NOT NULL").fetchall():  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    book.close()


def silence(stage: Stage, name: str) -> None:
    """Have nobody write in this channel of the other server."""
    [channel] = [one for one in stage.sandbox.discord.world.channels.values() if one.name == name]
    channel.overwrites.append(Overwrite(OTHER_GUILD, 0, deny=int(Permission.SEND_MESSAGES)))


async def test_an_invitation_is_answered_once(stage: Stage) -> None:
    """The greeting comes when the bot is invited, and not again when it is started anew."""
    async with stage.bot(), stage.member("mira", "elsewhere") as mira:
        await mira.lever("other-server", {"bot": True})
        said = await greeting(mira)
    async with stage.bot(), stage.member("mira", "elsewhere") as mira:
        await mira.slash("help", wait="answer")
        after = await of_bot(mira)

    assert [one["id"] for one in after] == [said["id"]]
    assert not said["mentions"]
    assert not said["mention_everyone"]


async def test_invited_while_it_was_away(stage: Stage) -> None:
    """A bot that is started finds where it was invited meanwhile, and says hello there and nowhere else."""
    async with stage.bot():
        pass
    async with stage.member() as mira:
        await mira.lever("other-server", {"bot": True})
    async with stage.bot(), stage.member("mira", "elsewhere") as mira, stage.member("mira", "general") as at_home:
        await greeting(mira)
        known = await of_bot(at_home)

    assert known == []


async def test_leaving_and_being_invited_again(stage: Stage) -> None:
    """Whoever invites it a second time is greeted a second time, also where it left while the bot was away."""
    async with stage.bot(), stage.member("mira", "elsewhere") as mira:
        await mira.lever("other-server", {"bot": True})
        first = await greeting(mira)
    async with stage.member() as mira:
        await mira.lever("guild", {"guild": str(OTHER_GUILD), "bot": False})
    async with stage.bot():
        await left(stage)
    async with stage.member() as mira:
        await mira.lever("guild", {"guild": str(OTHER_GUILD), "bot": True})
    async with stage.bot(), stage.member("mira", "elsewhere") as mira:
        both = await mira.wait_for(
            lambda seen: seen if len([one for one in seen if one["content"].startswith(HELLO)]) == 2 else None
        )

    assert first["id"] in [one["id"] for one in both]


async def test_help_and_about(stage: Stage) -> None:
    """A newcomer asks how it works and what becomes of the pictures, in private, and reads what the operator set."""
    async with stage.bot(**IMPRINT), stage.member() as mira, stage.member("otto") as otto:
        shown, managed = [await one.slash("help", wait="answer") for one in (mira, otto)]
        told = await mira.slash("about", wait="answer")

    assert is_private(shown)
    assert shown.private is not None
    assert [file["filename"] for file in shown.private["attachments"]] == ["ways.png"]
    assert "You manage this server" not in parts(shown.private)
    assert "/settings" in parts(managed.private)["You manage this server"]
    about = parts(told.private)
    assert "**127.0.0.1** · gpt-image-2" in about["Who sees your pictures"]
    assert "7 days" in about["What I keep"]
    assert about["Who runs me"] == "otto@example.org\n[Privacy](https://example.org/privacy)"
    assert stage.settings().images_api_key.get_secret_value() not in str(told.private)


async def test_a_mention_is_seen_to_be_read(stage: Stage) -> None:
    """Whoever mentions the bot sees it type before its message is there."""
    async with stage.bot(), stage.member() as mira:
        acted = await edited(mira, via="reply", images=[picture()], prompt="teal")
        await edited(mira, images=[picture()], prompt="teal")

    assert acted.status is not None
    assert len(stage.records("discord", "POST", "/typing")) == 1


async def test_no_place_to_say_hello(stage: Stage) -> None:
    """Where every channel is closed to the bot the owner is told in private; nothing stands in the server."""
    async with stage.bot(), stage.member("mira", "elsewhere") as mira:
        await mira.lever("other-server", {"bot": False})
        silence(stage, "elsewhere")
        await mira.lever("guild", {"guild": str(OTHER_GUILD), "bot": True})
        async with stage.member("otto", "dm") as otto:
            said = await greeting(otto)
        public = await of_bot(mira)

    assert said["author"]["id"] == str(BOT)
    assert public == []
    assert stage.id_of("otto") == str(OWNER)
