"""What people, other bots and webhooks post, and what a bot with and without the Message Content intent sees of it."""

import io
from typing import Any

import discord
import pytest
from PIL import Image

from bot.sandbox.discord_api import furnish
from bot.sandbox.member import SandboxRefusal
from bot.sandbox.record import Recorder
from tests.sandbox.discord.small_bot import SmallBot, running
from tests.sandbox.discord.stand import DEFAULT_INTENTS, GENERAL, PICTURES, Json, Stand, standing
from tests.sandbox.oracle import Oracle

READING = DEFAULT_INTENTS | (1 << 15)
WEB = "https://pictures.example/cat.png"
GALLERY: list[Json] = [
    {"type": 10, "content": "two cats"},
    {"type": 12, "items": [{"media": {"url": "attachment://a.png"}, "spoiler": True}, {"media": {"url": WEB}}]},
]


def moving() -> bytes:
    """A PNG of two frames."""
    out = io.BytesIO()
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


async def seen(stand: Stand, message: Json, intents: int = READING) -> Json:
    """A message as the bot fetches it, with or without the intent."""
    stand.world.message_content_allowed = bool(intents & (1 << 15))
    read = await stand.call("GET", f"/channels/{message['channel_id']}/messages/{message['id']}")
    assert read.status == 200, read.body
    found: Json = read.body
    return found


async def test_stickers_are_of_the_kind_of_their_bytes(stand: Stand, png: bytes) -> None:
    """A still and a moving PNG, a GIF and a Lottie; each is served under its own ending and no other."""
    given = [("wave.png", png), ("spin.png", moving()), ("jump.gif", b"GIF89a"), ("draw.json", b"{}")]
    async with stand.member() as mira:
        said = [await mira.say("", stickers=[one], mention=False) for one in given]
    items = [one["sticker_items"][0] for one in said]

    assert [(one["name"], one["format_type"]) for one in items] == [("wave", 1), ("spin", 2), ("jump", 4), ("draw", 3)]
    endings = ("png", "png", "gif", "json")
    urls = [f"{stand.url}/stickers/{one['id']}.{ending}" for one, ending in zip(items, endings, strict=True)]
    assert [await stand.fetch(url) for url in urls] == [(200, body) for _, body in given]
    assert (await stand.fetch(urls[0].replace(".png", ".gif")))[0] == 404


async def test_stickers_are_seen_without_the_intent(stand: Stand, png: bytes) -> None:
    """They are no content; more than three at once are refused."""
    async with stand.member() as mira:
        said = await mira.say("hush", stickers=[("wave.png", png)], mention=False)
        with pytest.raises(SandboxRefusal):
            await mira.say("", stickers=[("wave.png", png)] * 4)

    blind = await seen(stand, said, DEFAULT_INTENTS)
    assert (blind["content"], blind["sticker_items"][0]["name"]) == ("", "wave")


async def test_a_forward_hands_on_what_the_message_showed(stand: Stand, png: bytes) -> None:
    """A snapshot without an author, from another channel; the files outlive the message itself."""
    async with stand.member(channel="general") as there, stand.member() as here:
        source = await there.say("look", [("a.png", png)], mention=False)
        forwarded = await here.forward(int(source["id"]))
        await there.delete(int(source["id"]))
        read = await seen(stand, forwarded)

    [snapshot] = read["message_snapshots"]
    assert "author" not in snapshot["message"]
    assert (read["content"], snapshot["message"]["content"]) == ("", "look")
    assert read["message_reference"]["type"] == 1
    assert read["message_reference"]["channel_id"] == str(GENERAL)
    assert await stand.fetch(snapshot["message"]["attachments"][0]["url"]) == (200, png)


async def test_a_forward_is_empty_without_the_intent(stand: Stand, png: bytes) -> None:
    """Its snapshot says nothing and shows nothing; a message that is not there cannot be forwarded."""
    async with stand.member() as mira:
        source = await mira.say("look", [("a.png", png)], mention=False)
        forwarded = await mira.forward(int(source["id"]))
        with pytest.raises(SandboxRefusal):
            await mira.forward(7)

    [snapshot] = (await seen(stand, forwarded, DEFAULT_INTENTS))["message_snapshots"]
    assert (snapshot["message"]["content"], snapshot["message"]["attachments"]) == ("", [])


async def test_a_link_to_a_picture_becomes_an_embed_with_discords_copy(stand: Stand, png: bytes) -> None:
    """Nobody needs to ask the foreign host; a link that is not known, or between <>, stays a link."""
    async with stand.member() as mira:
        await mira.put_on_the_web(WEB, ("cat.png", png))
        linked = await mira.say(f"see {WEB}", mention=False)
        plain = await mira.say(f"<{WEB}> https://pictures.example/other.png", mention=False)

    [embed] = (await seen(stand, linked))["embeds"]
    shown = embed["thumbnail"]
    assert (embed["type"], shown["url"], shown["width"], shown["height"]) == ("image", WEB, 8, 6)
    assert await stand.fetch(shown["proxy_url"]) == (200, png)
    assert (await stand.fetch(shown["proxy_url"].replace("cat", "dog")))[0] == 404
    assert plain["embeds"] == []


async def test_another_bot_shows_pictures_in_its_own_ways(stand: Stand, png: bytes) -> None:
    """In embeds and in a gallery; files shown there are no attachments, and without the intent there is nothing."""
    embeds = [{"title": "t", "image": {"url": "attachment://a.png"}, "thumbnail": {"url": WEB}}]
    async with stand.member() as mira:
        await mira.put_on_the_web(WEB, ("cat.png", png))
        rich = await mira.post("Gallery Bot", images=[("a.png", png)], embeds=embeds)
        newer = await mira.post("Gallery Bot", images=[("a.png", png)], components=GALLERY)

    [embed] = rich["embeds"]
    items = newer["components"][1]["items"]
    addresses = [embed["image"]["proxy_url"], embed["thumbnail"]["proxy_url"], *(one["media"]["url"] for one in items)]
    assert (rich["author"]["bot"], rich["attachments"], newer["attachments"]) == (True, [], [])
    assert [(await stand.fetch(one))[0] for one in addresses[:3]] == [200, 200, 200]
    assert ([one["spoiler"] for one in items], items[1]["media"]["url"]) == ([True, False], WEB)
    blind = await seen(stand, newer, DEFAULT_INTENTS)
    assert (blind["components"], blind["attachments"]) == ([], [])


async def test_a_webhook_posts_under_a_name_of_its_own(stand: Stand, png: bytes) -> None:
    """It is no member; what it says is checked; a member's name cannot be taken."""
    async with stand.bot() as socket, stand.member() as mira:
        posted = await mira.post("News", "hello", [("a.png", png)], webhook=True)
        heard = await socket.until("MESSAGE_CREATE")
        for author, text in (("News", "x" * 2001), ("ben", "x"), ("News", "")):
            with pytest.raises(SandboxRefusal):
                await mira.post(author, text, webhook=True)

    assert heard["webhook_id"] == heard["author"]["id"] == posted["webhook_id"]
    assert ("member" in heard, "application_id" in heard, heard["author"]["bot"]) == (False, False, True)


async def test_a_spoiler_is_told_by_its_name(stand: Stand, png: bytes) -> None:
    """And by a flag of the attachment."""
    async with stand.member() as mira:
        [hidden] = (await mira.say("", [("a.png", png)], mention=False, spoiler=True))["attachments"]
        [open_one] = (await mira.say("", [("a.png", png)], mention=False))["attachments"]

    assert (hidden["filename"], hidden["flags"], "flags" in open_one) == ("SPOILER_a.png", 8, False)


async def test_discord_py_reads_all_of_it(png: bytes) -> None:
    """Stickers, snapshots, embeds and galleries arrive as its own objects, and hold against the description."""
    recorder, oracle = Recorder(), Oracle.load()
    intents = discord.Intents.default()
    intents.message_content = True
    async with standing(recorder) as stand, stand.member() as mira:
        stand.world.message_content_allowed = True
        async with running(stand, SmallBot(intents=intents)) as bot:
            await mira.put_on_the_web(WEB, ("cat.png", png))
            source = await mira.say(f"see {WEB}", [("a.png", png)], mention=False, spoiler=True)
            ids = [source["id"], (await mira.forward(int(source["id"])))["id"]]
            ids += [(await mira.say("", stickers=[("wave.png", png)], mention=False))["id"]]
            ids += [(await mira.post("G", images=[("a.png", png)], components=GALLERY))["id"]]
            channel: Any = await bot.fetch_channel(PICTURES)
            linked, forward, waved, shown = [await channel.fetch_message(int(one)) for one in ids]

    assert linked.attachments[0].is_spoiler()
    assert linked.embeds[0].thumbnail.proxy_url.startswith(stand.url)
    assert forward.message_snapshots[0].attachments[0].id == linked.attachments[0].id
    assert (waved.stickers[0].name, waved.stickers[0].format) == ("wave", discord.StickerFormatType.png)
    assert shown.components[1].items[0].media.url.startswith(stand.url)
    if oracle is not None:
        found = [one for record in recorder.records for one in oracle.complaints(record)]
        # The description knows replies only; that 1 is a forward is in the reference.
        assert [one for one in found if "message_reference.type: 0 was expected" not in one] == []


async def test_a_channel_can_be_for_adults(stand: Stand) -> None:
    """The lever changes it for everyone to see; an unknown name is a new channel."""
    async with stand.bot() as socket, stand.member() as mira:
        await mira.lever("channel", {"channel": "pictures", "nsfw": True})
        changed = await socket.until("CHANNEL_UPDATE")
        await mira.lever("channel", {"channel": "night", "nsfw": True})
        created = await socket.until("CHANNEL_CREATE")

    assert (changed["id"], changed["nsfw"]) == (str(PICTURES), True)
    assert (created["name"], created["nsfw"], created["guild_id"]) == ("night", True, str(furnish.GUILD))
