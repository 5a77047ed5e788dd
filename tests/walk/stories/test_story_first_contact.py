"""Stories of a first contact: a server and the bot get to know each other, part, and meet again."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.sandbox.acted import said
from bot.sandbox.discord_api.furnish import GUILD
from bot.sandbox.discord_api.permissions import Permission
from bot.sandbox.discord_api.world import Overwrite
from bot.sandbox.member import Member
from tests.walk.conftest import Stage
from tests.walk.several import GPT_2, Row, providers
from tests.walk.sight import Json, edited, is_private, of_bot, picture
from tests.walk.stories.server import Server, decide, forged_command, invited, new_server, opened_at, spoken

HELLO = "Hello! I edit pictures with AI: show me one and say what should change."
GERMAN, CHINESE = "de", "zh-CN"
DAY_S = 86_400
MONTH_S = 31 * DAY_S


async def greeted(member: Member, times: int = 1, hello: str = HELLO) -> Json:
    """The last of so many greetings in the member's channel, once it is there."""

    def look(seen: list[Json]) -> Json | None:
        found = [one for one in seen if one["content"].startswith(hello)]
        return found[-1] if len(found) == times else None

    return await member.wait_for(look)


def book(stage: Stage, question: str, *given: object) -> list[tuple[object, ...]]:
    """What the bot's database says; what is changed there is kept."""
    with closing(sqlite3.connect(stage.data / "darkroom.db", timeout=30)) as database, database:
        return database.execute(question, given).fetchall()


async def parted(stage: Stage, server: Server, member: Member) -> None:
    """The bot is removed from the server, and has noted it."""
    await member.lever("guild", {"guild": str(server.guild.id), "bot": False})
    await stage.until(
        lambda: bool(book(stage, "SELECT 1 FROM guilds WHERE guild_id = ? AND left_at > 0", server.guild.id))
    )


def later(stage: Stage, seconds: float) -> None:
    """Let time pass for a bot that is not there. It looks at the real clock, so that time comes by hand."""
    book(stage, "UPDATE guilds SET left_at = left_at - ?", seconds)
    book(stage, "UPDATE jobs SET placed_at = placed_at - ?1, ended_at = ended_at - ?1", seconds)
    for blob in kept(stage):
        os.utime(blob, (blob.stat().st_atime - seconds, blob.stat().st_mtime - seconds))


def kept(stage: Stage) -> list[Path]:
    """The pictures that the bot has on its disk."""
    return [one for one in (stage.data / "blobs").glob("??/*") if one.is_file()]


def leave_over(stage: Stage) -> None:
    """Have a picture on the disk that belongs to no edit."""
    folder = stage.data / "blobs" / "ab"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ("0" * 62)).write_bytes(b"nobody's")


async def chosen(server: Server) -> None:
    """What its admin decides on the first day: no threads, and a preset."""
    async with server.admin() as otto:
        await decide(otto, "Threads", "None, results stay in the channel")
        await otto.slash("preset add", {"name": "snow", "prompt": "make it snow"}, wait="answer")


async def presets(server: Server) -> str:
    """What the server's admin reads of its presets."""
    async with server.admin() as otto:
        listed = await otto.slash("preset list", wait="answer")
        assert listed.private is not None
        return str(listed.private["embeds"])


# ── coming ────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_invited_with_too_little(stage: Stage) -> None:
    """Somebody invites the bot without two of its permissions: the greeting names them, an admin gives them, and the
    first member who does as the greeting says has their picture."""
    async with stage.bot():
        server = new_server(stage)
        invited(server, Permission.CREATE_PUBLIC_THREADS | Permission.ATTACH_FILES)
        async with server.admin() as otto, server.member() as mira:
            hello = await greeted(otto)
            refused = await edited(mira, images=[picture()], prompt="teal")
            await server.rights(otto, allow=["CREATE_PUBLIC_THREADS", "ATTACH_FILES"])
            done = await edited(mira, images=[picture()], prompt="teal")
            panel = await otto.slash("settings", wait="answer")

    assert "I still need these permissions: **Create Public Threads**, **Attach Files**." in hello["content"]
    assert "`/edit` with a picture and what should change" in hello["content"]
    assert "`/settings` says where I work and how" in hello["content"]
    assert (refused.refused or "").startswith("Before I can work in this channel I need: Create Public Threads, Attach")
    assert len(done.files) == 1
    assert is_private(panel)


async def test_the_lobby_is_closed(stage: Stage) -> None:
    """Where the bot may not write into the channel of system messages it greets in the first one that is open to it,
    and in no other."""
    async with stage.bot():
        server = new_server(stage)
        lobby = stage.sandbox.discord.world.channels[server.channel_id("lobby")]
        lobby.overwrites.append(Overwrite(server.guild.id, 0, deny=int(Permission.SEND_MESSAGES)))
        invited(server)
        async with server.member() as mira:
            hello = await greeted(mira)
            others = [await of_bot(mira, server.channel(name)) for name in ("lobby", "other", "log")]

    assert "I have every permission that I need." in hello["content"]
    assert others == [[], [], []]


async def test_each_in_their_language(stage: Stage) -> None:
    """A Chinese server is greeted in Chinese; a German member of it who asks for help is helped in German, and in a
    direct message nobody is told how to manage a server."""
    async with stage.bot():
        server = invited(new_server(stage, locale=CHINESE))
        async with server.admin() as otto, server.member(locale=GERMAN) as mira, stage.member("otto", "dm") as alone:
            hello = await greeted(otto, hello=spoken(CHINESE, HELLO))
            theirs = await mira.slash("help", wait="answer")
            here, there = [await one.slash("help", wait="answer") for one in (otto, alone)]

    assert spoken(CHINESE, "I have every permission that I need.") in hello["content"]
    assert titles(theirs.private) == [spoken(GERMAN, "Good to know")]
    assert titles(here.private) == ["Good to know", "You manage this server"]
    assert titles(there.private) == ["Good to know"]


async def test_where_it_is_not_switched_on(stage: Stage) -> None:
    """A server that the operator did not list may invite the bot: it is not greeted, as nothing could be done there,
    while its members may still read who runs it. The listed one is greeted."""
    listed = new_server(stage, 1)
    async with stage.bot(GUILDS=f"{GUILD},{listed.guild.id}", CONTACT="otto@example.org"):
        other = invited(new_server(stage, 2))
        invited(listed)
        async with listed.admin() as otto, other.member(channel="lobby") as mira:
            hello = await greeted(otto)
            about = await mira.slash("about", wait="answer")
            refused = await forged_command(stage, mira, "settings")
            silence = await of_bot(mira)

    assert hello["content"].startswith(HELLO)
    assert "otto@example.org" in field(about.private, "Who runs me")
    assert refused["content"].startswith("I am not switched on for this server.")
    assert silence == []


async def test_who_sees_the_pictures(stage: Stage) -> None:
    """/about names every provider by its host with its models, the operator's two pages, and how long pictures are
    kept; it tells no key and no more of an address."""
    rows = Row("first", "openai", models=(GPT_2,)), Row("second", "openai", models=("gpt-image-1.5",))
    settings = providers(stage, *rows)
    second_elsewhere(Path(settings["PROVIDERS_FILE"]))
    links = {"PRIVACY_URL": "https://example.org/privacy", "TERMS_URL": "https://example.org/terms"}
    async with stage.bot(**settings, **links, RETENTION_DAYS="7"), stage.member() as mira:
        told = await mira.slash("about", wait="answer")

    seen = field(told.private, "Who sees your pictures")
    assert "**127.0.0.1** · gpt-image-2" in seen
    assert "**localhost** · gpt-image-1.5" in seen
    assert (
        field(told.private, "Who runs me")
        == "[Privacy](https://example.org/privacy) · [Terms](https://example.org/terms)"
    )
    assert "7 days" in field(told.private, "What I keep")
    everything = str(told.private)
    key, port = stage.settings().images_api_key.get_secret_value(), stage.sandbox.engine_url.rpartition(":")[2]
    assert key not in everything
    assert f":{port}" not in everything


def second_elsewhere(file: Path) -> None:
    """Let the second provider of the file be found under another name."""
    first, second = file.read_text().split("[[providers]]")[1:]
    file.write_text("[[providers]]".join(("", first, second.replace("127.0.0.1", "localhost"))))


# ── going ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_back_before_the_end(stage: Stage) -> None:
    """Removed and invited again within the month, the bot behaves as had been decided: no threads, and the preset is
    there. A start in between, at which it tidies up, changes nothing."""
    async with stage.bot():
        server = invited(new_server(stage))
        async with server.admin() as otto:
            await greeted(otto)
            await chosen(server)
            await parted(stage, server, otto)
    leave_over(stage)
    later(stage, MONTH_S - 3 * DAY_S)
    async with stage.bot(), server.admin() as otto, server.member() as mira:
        await stage.until(lambda: not kept(stage))  # what nobody needs goes last, so all else was looked at
        invited(server)
        await greeted(otto, 2)
        done = await edited(mira, images=[picture()], prompt="snow")
        listed = await presets(server)

    assert done.thread_id is None
    assert len(done.files) == 1
    assert [form.text("prompt") for form in stage.forms()] == ["make it snow"]
    assert "make it snow" in listed


def kept_rows(stage: Stage, server: Server) -> list[tuple[object, ...]]:
    """The server's settings in the database."""
    return book(stage, "SELECT settings FROM guilds WHERE guild_id = ? AND settings IS NOT NULL", server.guild.id)


async def test_gone_for_good(stage: Stage) -> None:
    """Removed for longer than pictures are kept: what was decided there is forgotten and its pictures are off the disk.
    Invited once more, it begins anew, as in any server."""
    async with stage.bot():
        server = invited(new_server(stage))
        async with server.admin() as otto, server.member() as mira:
            await greeted(otto)
            await chosen(server)
            await edited(mira, images=[picture()], prompt="snow")
            await parted(stage, server, otto)
    before = len(kept(stage))
    later(stage, MONTH_S)
    async with stage.bot(), server.admin() as otto, server.member() as mira:
        await stage.until(lambda: not kept(stage))
        forgotten = kept_rows(stage, server)
        invited(server)
        await greeted(otto, 2)
        done = await edited(mira, images=[picture()], prompt="snow")
        seen = await opened_at(otto, "Threads")
        listed = await presets(server)

    assert before == 2
    assert forgotten == []
    assert done.thread_id is not None
    assert [form.text("prompt") for form in stage.forms()] == ["make it snow", "snow"]
    assert "One for each edit" in said(seen.private)
    assert "snow" not in listed


async def test_an_outage_is_no_parting(stage: Stage) -> None:
    """A server of Discord's is out of order for a while: nobody is greeted again, and what was decided holds."""
    async with stage.bot():
        server = invited(new_server(stage))
        async with server.admin() as otto, server.member() as mira:
            await greeted(otto)
            await chosen(server)
            for out in (True, False):
                await otto.lever("guild", {"guild": str(server.guild.id), "unavailable": out})
            done = await edited(mira, images=[picture()], prompt="teal")
            again = await greeted(otto)

    assert done.thread_id is None
    assert again["content"].startswith(HELLO)
    assert book(stage, "SELECT left_at FROM guilds WHERE guild_id = ?", server.guild.id) == [(None,)]


async def test_what_one_server_decides_is_not_anothers(stage: Stage) -> None:
    """A bot that leaves one server forgets nothing of the next."""
    async with stage.bot():
        one, two = invited(new_server(stage, 1)), invited(new_server(stage, 2))
        async with one.admin() as otto, two.admin() as ada:
            await greeted(otto)
            await greeted(ada)
            for server in (one, two):
                await chosen(server)
            await parted(stage, one, otto)
    later(stage, MONTH_S)
    async with stage.bot(), two.member() as mira:
        await stage.until(lambda: not kept_rows(stage, one))
        done = await edited(mira, images=[picture()], prompt="snow")

    assert done.thread_id is None
    assert [form.text("prompt") for form in stage.forms()] == ["make it snow"]


def titles(message: Json | None) -> list[str]:
    """The headings of an answer's parts."""
    assert message is not None
    [embed] = message["embeds"]
    return [one["name"] for one in embed["fields"]]


def field(message: Json | None, heading: str) -> str:
    """The part of an answer under a heading."""
    assert message is not None
    [embed] = message["embeds"]
    return next(str(one["value"]) for one in embed["fields"] if one["name"] == heading)
