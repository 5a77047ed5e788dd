"""Which pictures a message holds, read from messages as Discord sends them."""

from collections.abc import Iterator
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.intake.download import Offered
from bot.chat.intake.finder import key_of, pictures_of

CDN, MEDIA = "https://cdn.discordapp.com", "https://media.discordapp.net"
PROXY = "https://images-ext-1.discordapp.net/external/abc/https"
MIRA = {"id": "42", "username": "mira", "discriminator": "0", "avatar": None, "global_name": "Mira"}
NOW = "2026-08-01T12:00:00.000000+00:00"
Json = dict[str, Any]


def attachment(number: int, name: str = "cat.png", content_type: str | None = "image/png", **more: Any) -> Json:
    """A file of a message."""
    path = f"/attachments/6/{number}/{name}"
    links = {"url": f"{CDN}{path}?ex=1&is=2&hm=3", "proxy_url": f"{MEDIA}{path}?ex=1&is=2&hm=3"}
    return {"id": str(number), "filename": name, "size": 10, "content_type": content_type, **links, **more}


def foreign(name: str) -> Json:
    """A picture of another host, as Discord shows it in an embed."""
    return {"url": f"https://pictures.example/{name}?big=1", "proxy_url": f"{PROXY}/pictures.example/{name}"}


def media(number: int, name: str, content_type: str = "image/png") -> Json:
    """A file of the message inside a component."""
    one = attachment(number, name, content_type)
    return {key: one[key] for key in ("url", "proxy_url", "content_type")} | {"attachment_id": str(number)}


def snapshot(**parts: Any) -> Json:
    """A forwarded message."""
    empty: Json = {"content": "", "embeds": [], "attachments": [], "mentions": [], "mention_roles": []}
    return {"message": {**empty, "type": 0, "timestamp": NOW, "edited_timestamp": None, "flags": 0, **parts}}


def found(**parts: Any) -> tuple[Offered, ...]:
    """The pictures of a message of these parts."""
    client = discord.Client(intents=discord.Intents.none())
    data: Json = {
        "id": "900",
        "channel_id": "6",
        "author": MIRA,
        "content": "",
        "timestamp": NOW,
        "edited_timestamp": None,
        "type": 0,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        **parts,
    }
    channel: Any = client.get_partial_messageable(6)
    return pictures_of(discord.Message(state=client._connection, channel=channel, data=data))  # type: ignore[arg-type]


def names(pictures: tuple[Offered, ...]) -> list[str]:
    """Their names in order."""
    return [one.filename for one in pictures]


def test_attachment() -> None:
    """An attachment is its member's; where it was found is known, and what it weighs."""
    [one] = found(attachments=[attachment(1)])

    assert (one.filename, one.bytes, one.author_id, one.author) == ("cat.png", 10, 42, "Mira")
    assert (one.message_id, one.channel_id, one.spoiler) == (900, 6, False)


@pytest.mark.parametrize("content_type", ["video/mp4", "audio/ogg", "text/plain; charset=utf-8"])
def test_no_pictures(content_type: str) -> None:
    """What says that it is none is none; what says nothing is judged by its bytes later."""
    assert found(attachments=[attachment(1, "x", content_type)]) == ()
    assert names(found(attachments=[attachment(1, "x", None)])) == ["x"]


@pytest.mark.parametrize("hidden", [attachment(1, "SPOILER_cat.png"), attachment(1, flags=8)])
def test_spoiler(hidden: Json) -> None:
    """A hidden picture is known to be, and has the name that its member gave it."""
    [one] = found(attachments=[hidden])

    assert (one.filename, one.spoiler) == ("cat.png", True)


def test_order() -> None:
    """Attachments, what was forwarded, components, embeds with the image first, stickers."""
    pictures = found(
        attachments=[attachment(1, "attached.png")],
        message_snapshots=[snapshot(attachments=[attachment(2, "forwarded.png")])],
        components=[{"type": 12, "items": [{"media": media(3, "gallery.png")}]}],
        embeds=[{"type": "rich", "image": foreign("image.png"), "thumbnail": foreign("thumbnail.png")}],
        sticker_items=[{"id": "5", "name": "wave", "format_type": 1}],
    )

    assert names(pictures) == [
        "attached.png", "forwarded.png", "gallery.png", "image.png", "thumbnail.png", "wave.png",
    ]  # fmt: skip


def test_forwarded() -> None:
    """All that a forwarded message shows is found, and belongs to nobody: Discord does not say whose it was."""
    pictures = found(
        message_snapshots=[
            snapshot(
                attachments=[attachment(2, "SPOILER_a.png")],
                embeds=[{"type": "image", "thumbnail": foreign("b.png")}],
                sticker_items=[{"id": "5", "name": "c", "format_type": 2}],
            )
        ]
    )

    assert names(pictures) == ["a.png", "b.png", "c.png"]
    assert {(one.author_id, one.author, one.message_id) for one in pictures} == {(None, "", 900)}
    assert pictures[0].spoiler


def test_components() -> None:
    """Galleries, thumbnails and files are found however deep they are; a hidden container hides all that is in it."""
    accessory = {"type": 11, "media": media(2, "b.png")}
    section = {"type": 9, "components": [{"type": 10, "content": "x"}], "accessory": accessory}
    gallery = {"type": 12, "items": [{"media": media(1, "a.png"), "spoiler": True}, {"media": media(4, "d.png")}]}
    file = {"type": 13, "file": media(3, "SPOILER_c.png"), "name": "SPOILER_c.png", "size": 7}
    container = {"type": 17, "components": [section, file], "spoiler": True}
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "x"}]}
    film = {"type": 12, "items": [{"media": media(5, "e.mp4", "video/mp4")}]}

    pictures = found(components=[gallery, container, row, film], flags=1 << 15)

    assert [(one.filename, one.spoiler, one.bytes) for one in pictures] == [
        ("a.png", True, None),
        ("d.png", False, None),
        ("b.png", True, None),
        ("c.png", True, 7),
    ]


def test_foreign_hosts() -> None:
    """What an embed shows of another host is taken from Discord's copy; without one it is left alone."""
    [one] = found(
        embeds=[{"type": "image", "image": foreign("cat.png"), "thumbnail": {"url": "https://evil.example/x"}}]
    )

    assert one.url == f"{PROXY}/pictures.example/cat.png"
    assert (one.filename, one.bytes) == ("cat.png", None)


@pytest.fixture
def host() -> Iterator[None]:
    """Where discord.py finds stickers is the same for a whole process; it is put back afterwards."""
    before = discord.Asset.BASE
    yield
    discord.Asset.BASE = before


@pytest.mark.usefixtures("host")
@pytest.mark.parametrize(
    ("base", "kind", "url"),
    [
        (CDN, 1, f"{CDN}/stickers/5.png"),
        (CDN, 2, f"{CDN}/stickers/5.png"),
        (CDN, 3, None),
        (CDN, 4, f"{MEDIA}/stickers/5.gif"),
        ("http://127.0.0.1:81", 1, "http://127.0.0.1:81/stickers/5.png"),
        ("http://127.0.0.1:81", 4, "http://127.0.0.1:81/stickers/5.gif"),
    ],
)
def test_stickers(base: str, kind: int, url: str | None) -> None:
    """Stickers are pictures, except for those that are drawn by the client; another server has one host for all."""
    discord.Asset.BASE = base

    pictures = found(sticker_items=[{"id": "5", "name": "wave", "format_type": kind}])

    assert [one.url for one in pictures] == ([url] if url else [])


def test_once() -> None:
    """A file that a message holds in several ways is one picture, where it was first."""
    shown = attachment(1)
    pictures = found(
        attachments=[shown, attachment(2, "dog.png")],
        components=[{"type": 12, "items": [{"media": media(1, "cat.png")}]}],
        embeds=[{"type": "image", "image": foreign("x.png"), "thumbnail": foreign("x.png")}],
    )

    assert names(pictures) == ["cat.png", "dog.png", "x.png"]
    assert pictures[0].url == shown["url"]


@pytest.mark.parametrize("author", [{**MIRA, "bot": True}, MIRA])
def test_nobodys(author: Json) -> None:
    """What a bot or a webhook posts belongs to no member."""
    webhook = {} if author.get("bot") else {"webhook_id": "7"}

    assert found(attachments=[attachment(1)], author=author, **webhook)[0].author_id is None


@given(st.sampled_from([CDN, MEDIA]), st.text("0123456789abcdef", max_size=8), st.integers(1, 2**63), st.booleans())
def test_key(host: str, signature: str, number: int, ephemeral: bool) -> None:
    """A file is the same whatever its host, signature and size."""
    folder = "ephemeral-attachments" if ephemeral else "attachments"

    assert key_of(f"{host}/{folder}/6/{number}/cat.png?ex={signature}&width=10") == str(number)
    assert key_of(f"{host}/stickers/{number}.png?size={signature}") == f"/stickers/{number}.png"
