"""Unmodified discord.py against the stand-in, every exchange held against Discord's own description."""

import asyncio

import discord
import pytest

from bot.sandbox.record import Recorder
from tests.sandbox.discord.small_bot import running
from tests.sandbox.discord.stand import PICTURES, standing
from tests.sandbox.oracle import Oracle


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    """The description, where it is at hand."""
    loaded = Oracle.load()
    if loaded is None:
        pytest.skip("discord-openapi.json is not at hand")
    return loaded


async def test_a_whole_walk_holds_against_the_description(oracle: Oracle, png: bytes) -> None:
    """Slash, message command, modal, reply, buttons and threads speak Discord's own language, both ways."""
    recorder = Recorder()
    async with standing(recorder) as stand, running(stand), stand.member() as mira:
        slash = await mira.edit(images=[("a.png", png), ("b.png", png)], prompt="teal", mask=("m.png", png))
        menu = await mira.edit(via="menu", images=[("a.png", png), ("b.png", png)], prompt="teal")
        modal = await mira.edit(via="modal", images=[("a.png", png), ("b.png", png)], prompt="x", mask=("m.png", png))
        again = await mira.press(int(slash.status["id"]), "Again") if slash.status else slash
        quota = await mira.slash("quota")

    assert [len(one.files) for one in (slash, menu, modal, again)] == [3, 2, 3, 1]
    assert quota.private is not None
    records = recorder.records
    assert {"MESSAGE_CREATE", "THREAD_CREATE", "INTERACTION_CREATE", "GUILD_CREATE"} <= {one["path"] for one in records}
    assert [one for record in records for one in oracle.complaints(record)] == []


async def test_the_rest_of_the_routes_holds_too(oracle: Oracle, png: bytes) -> None:
    """Channels, guilds, members, reactions, DMs, forum posts and refusals are shaped as described."""
    recorder = Recorder()
    async with standing(recorder) as stand, running(stand) as bot:
        channel = await bot.fetch_channel(PICTURES)
        assert isinstance(channel, discord.TextChannel)
        message = await channel.send("x", file=discord.File(__file__), embed=discord.Embed(title="t", description="d"))
        await message.add_reaction("👍")
        await message.edit(content="y", attachments=[])
        assert [one async for one in channel.history(limit=5)]
        shown = await channel.send(view=gallery(), file=discord.File(__file__, "shown.txt"))
        shown = await channel.send(view=gallery(), file=discord.File(__file__, "shown.txt"))
        thread = await channel.create_thread(name="private")
        await thread.edit(name="renamed")
        await thread.leave()
        await bot.fetch_guild(channel.guild.id)
        await channel.guild.fetch_channels()
        mira = await channel.guild.fetch_member(stand.world.user_named("mira").id)  # type: ignore[union-attr]
        await mira.send("hello", files=[discord.File(__file__), discord.File(__file__)])
        forum = discord.utils.get(channel.guild.forums, name="gallery")
        assert forum is not None
        await forum.create_thread(name="post", content="first", file=discord.File(__file__))
        async with channel.typing():
            await asyncio.sleep(0)
        await bot.application_info()
        await message.delete()
        with pytest.raises(discord.NotFound):
            await channel.fetch_message(message.id)
        with pytest.raises(discord.HTTPException):
            await channel.send("x" * 2001)

    assert shown.attachments == []
    assert [one for record in recorder.records for one in oracle.complaints(record)] == []


def gallery() -> discord.ui.LayoutView:
    """Components V2: words, and a file that a gallery shows."""
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay("look"))
    view.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://shown.txt")))
    return view
