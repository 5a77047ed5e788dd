"""Which pictures a message holds, in the order in which a person sees them; nothing is asked of anybody.

Attachments, what was forwarded, galleries and other components, embeds, stickers. What is shown of other hosts is taken
from Discord's own copy of it, and never from there.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, TypeVar

import discord
import yarl
from discord.components import Component, Container, FileComponent, MediaGalleryComponent, SectionComponent
from discord.components import ThumbnailComponent as Thumbnail
from discord.components import UnfurledMediaItem as Media

from bot.chat.intake.download import Offered
from bot.domain.gathering import Gathered

# What nobody means as a picture. Whatever is left is judged by its bytes.
NO_PICTURES = ("video/", "audio/", "text/")
SPOILER = "SPOILER_"
STILL = (discord.StickerFormatType.png, discord.StickerFormatType.apng, discord.StickerFormatType.gif)
CDN = "https://cdn.discordapp.com"
ATTACHMENT = re.compile(r"/(?:ephemeral-)?attachments/[0-9]+/([0-9]+)/")

Picture = Offered | Gathered  # at Discord still, or on our disk
Some = TypeVar("Some", bound=Picture)
Shown = discord.Message | discord.MessageSnapshot


def pictures_of(message: discord.Message) -> tuple[Offered, ...]:
    """The pictures of a message, each once. What was forwarded belongs to nobody: Discord does not say whose it is."""
    forwarded = (one for part in message.message_snapshots for one in (*_attached(part), *_shown(part)))
    seen = [
        *(_written_by(message, one) for one in _attached(message)),
        *(_found_in(message, one) for one in forwarded),
        *(_written_by(message, one) for one in _shown(message)),
    ]
    return once(seen)


def once(pictures: Iterable[Some]) -> tuple[Some, ...]:
    """The pictures in their order without those that are there already."""
    found: dict[str, Some] = {}
    for one in pictures:
        found.setdefault(key_of(one.url) if isinstance(one, Offered) else one.file.blob, one)
    return tuple(found.values())


def author_of(message: discord.Message) -> int | None:
    """The member who wrote a message; None for bots and webhooks, which keep nothing to themselves."""
    return None if message.author.bot or message.webhook_id is not None else message.author.id


def offered(attachment: discord.Attachment) -> Offered:
    """The attachment without its methods."""
    name, hidden = shown_name(attachment.filename), attachment.is_spoiler()
    return Offered(name, attachment.url, attachment.size, attachment.content_type, spoiler=hidden)


def shown_name(filename: str) -> str:
    """The name that a member gave to a file: a spoiler's begins with a mark of Discord's."""
    return filename.removeprefix(SPOILER) or filename


def key_of(url: str) -> str:
    """What two links to the same file have in common, whatever their signatures, hosts and sizes."""
    path = yarl.URL(url).raw_path
    match = ATTACHMENT.match(path)
    return match[1] if match else path


def _written_by(message: discord.Message, one: Offered) -> Offered:
    mine = replace(one, author_id=author_of(message), author=message.author.display_name)
    return _found_in(message, mine)


def _found_in(message: discord.Message, one: Offered) -> Offered:
    return replace(one, message_id=message.id, channel_id=message.channel.id)


def _attached(part: Shown) -> Iterator[Offered]:
    return (offered(file) for file in part.attachments if _may_be_picture(file.content_type))


def _shown(part: Shown) -> Iterator[Offered]:
    yield from _of_components(getattr(part, "components", ()))  # Discord may leave them out, and discord.py then does
    for embed in part.embeds:
        yield from _of_embed(embed)
    for sticker in part.stickers:
        if sticker.format in STILL:
            yield Offered(f"{sticker.name}.{sticker.format.file_extension}", _address(sticker), None)


def _of_components(components: Iterable[Component], *, hidden: bool = False) -> Iterator[Offered]:
    for one in components:
        if isinstance(one, Container):
            yield from _of_components(one.children, hidden=hidden or one.spoiler)
        elif isinstance(one, SectionComponent):
            yield from _of_components([one.accessory], hidden=hidden)
        elif isinstance(one, MediaGalleryComponent):
            for item in one.items:
                yield from _of_media(item.media, hidden=hidden or item.spoiler)
        elif isinstance(one, Thumbnail):
            yield from _of_media(one.media, hidden=hidden or one.spoiler)
        elif isinstance(one, FileComponent):
            yield from _of_media(one.media, hidden=hidden or one.spoiler, name=one.name, size=one.size)


def _of_media(media: Media, *, hidden: bool, name: str | None = None, size: int | None = None) -> Iterator[Offered]:
    if media.proxy_url and _may_be_picture(media.content_type):
        named = shown_name(name or _name_in(media.url))
        yield Offered(named, media.proxy_url, size, media.content_type, spoiler=hidden)


def _of_embed(embed: discord.Embed) -> Iterator[Offered]:
    proxies: tuple[Any, ...] = (embed.image, embed.thumbnail)
    for proxy in proxies:
        if proxy.proxy_url:
            yield Offered(_name_in(proxy.url or proxy.proxy_url), proxy.proxy_url, None)


def _address(sticker: discord.StickerItem) -> str:
    # discord.py knows a host of its own for those that move, which another server than Discord's does not have.
    there = discord.Asset.BASE == CDN
    return sticker.url if there else f"{discord.Asset.BASE}/stickers/{sticker.id}.{sticker.format.file_extension}"


def _may_be_picture(content_type: str | None) -> bool:
    return not (content_type or "").startswith(NO_PICTURES)


def _name_in(url: str) -> str:
    try:
        return PurePosixPath(yarl.URL(url).path).name or "picture"
    except ValueError:
        return "picture"


def name_of(picture: Picture) -> str:
    """The name for a sentence."""
    return picture.shown_name if isinstance(picture, Offered) else picture.file.filename


def bytes_of(picture: Picture) -> int | None:
    """How large it is, as far as that is known."""
    return picture.bytes if isinstance(picture, Offered) else picture.file.bytes
