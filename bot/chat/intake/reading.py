"""Discord's objects end here: an interaction or a message becomes what was asked, in strings and integers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import discord

from bot.chat.intake.download import Offered
from bot.chat.place import kind_of
from bot.domain.errors import NotHere
from bot.domain.quota import Member
from bot.domain.request import Door, MaskWish, Options, Origin, Place, PlaceKind, ResultSize
from bot.words.language import ENGLISH

# Attachments of a message that nobody means as pictures. Whatever is left is judged by its bytes.
NO_PICTURES = ("video/", "audio/", "text/")


@dataclass(frozen=True, slots=True)
class Asked:
    """An edit as it was asked for, its files still at Discord. `granted` is what the bot may do in the place.

    `n_open` says that the number of results was left open: for the other options that is None.
    """

    origin: Origin
    place: Place
    user_id: int
    locale: str
    granted: discord.Permissions
    prompt: str
    pictures: tuple[Offered, ...]
    mask: Offered | None = None
    model: str | None = None
    options: Options = field(default_factory=Options)
    n_open: bool = False
    result_size: ResultSize = ResultSize.OPEN
    mask_wish: MaskWish = field(default_factory=MaskWish)
    role_ids: tuple[int, ...] = ()


def offered(attachment: discord.Attachment) -> Offered:
    """The attachment without its methods."""
    return Offered(attachment.filename, attachment.url, attachment.size, attachment.content_type)


def slash(
    interaction: discord.Interaction[Any],
    prompt: str,
    pictures: Iterable[discord.Attachment | None],
    mask: discord.Attachment | None,
    model: str | None,
    options: Options,
    *,
    mask_wish: MaskWish,
    n_open: bool = False,
) -> Asked:
    """What `/edit` was given. Size `same` is our own and no model's: its shape is asked for, the rest is done here."""
    given = tuple(offered(picture) for picture in pictures if picture is not None)
    asked = _asked(interaction, Door.SLASH, prompt, given, offered(mask) if mask else None)
    size = options.size.strip().casefold() if options.size is not None else None
    result_size = ResultSize.of(size)
    options = replace(options, size="auto" if result_size is ResultSize.SAME else size)
    return replace(asked, model=model, options=options, n_open=n_open, result_size=result_size, mask_wish=mask_wish)


def form(interaction: discord.Interaction[Any], prompt: str, of_message: Sequence[Offered]) -> Asked:
    """What a submitted form holds: the pictures of the message first, then those that were uploaded in it."""
    added, masks = uploads(interaction.data or {}, "pictures"), uploads(interaction.data or {}, "mask")
    asked = _asked(interaction, Door.MENU, prompt, (*of_message, *added), masks[0] if masks else None)
    return replace(asked, n_open=True)


def mention(message: discord.Message, prompt: str, pictures: tuple[Offered, ...]) -> Asked:
    """What a message that mentions the bot asks for."""
    guild = message.guild
    return Asked(
        origin=Origin(Door.REPLY, message.id),
        place=Place(guild.id if guild else None, message.channel.id, kind_of(message.channel.type or _TEXT)),
        user_id=message.author.id,
        locale=guild.preferred_locale.value if guild else ENGLISH,
        granted=_granted(message),
        prompt=prompt,
        pictures=pictures,
        n_open=True,
        role_ids=roles_of(message.author),
    )


def member_of(interaction: discord.Interaction[Any], whom: discord.abc.User | None = None) -> Member:
    """Who asks, or somebody else in the same place, by whatever they might be allowed more."""
    user = interaction.user if whom is None else whom
    return Member(user.id, interaction.guild_id, roles_of(user))


def roles_of(user: discord.abc.User) -> tuple[int, ...]:
    """The ids of a member's roles without that of @everyone, which has the server's own id; none outside of servers."""
    if not isinstance(user, discord.Member):
        return ()
    return tuple(role.id for role in user.roles if role.id != user.guild.id)


def pictures_of(message: discord.Message) -> tuple[Offered, ...]:
    """The pictures of a message in their order, those of a forwarded one included."""
    files = [*message.attachments, *(file for snapshot in message.message_snapshots for file in snapshot.attachments)]
    return tuple(offered(file) for file in files if not (file.content_type or "").startswith(NO_PICTURES))


def uploads(payload: Mapping[str, Any], custom_id: str) -> tuple[Offered, ...]:
    """The files of one upload field of a form, in the order in which the member chose them.

    discord.py's own `FileUpload.values` follows the order of `resolved`, which Discord does not specify; only the
    ids that the field itself lists are in the member's order.
    """
    resolved = payload.get("resolved", {}).get("attachments", {})
    fields = (row.get("component", {}) for row in payload.get("components", ()))
    chosen = [key for one in fields if one.get("custom_id") == custom_id for key in one.get("values", ())]
    return tuple(_uploaded(resolved[key]) for key in chosen if key in resolved)


_TEXT = discord.ChannelType.text


def _uploaded(file: Mapping[str, Any]) -> Offered:
    return Offered(file["filename"], file["url"], int(file["size"]), file.get("content_type"))


def _granted(message: discord.Message) -> discord.Permissions:
    channel, guild = message.channel, message.guild
    if guild is None:
        return discord.Permissions.none()
    unknown = isinstance(channel, discord.PartialMessageable)
    if unknown or (isinstance(channel, discord.Thread) and channel.parent is None):
        return discord.Permissions.all()  # not in the cache, so posting will tell
    return channel.permissions_for(guild.me)


def _asked(
    interaction: discord.Interaction[Any],
    door: Door,
    prompt: str,
    pictures: tuple[Offered, ...],
    mask: Offered | None,
) -> Asked:
    return Asked(
        origin=Origin(door, interaction.id),
        place=_place(interaction),
        user_id=interaction.user.id,
        locale=interaction.locale.value,
        granted=interaction.app_permissions,
        prompt=prompt,
        pictures=pictures,
        mask=mask,
        role_ids=roles_of(interaction.user),
    )


def _place(interaction: discord.Interaction[Any]) -> Place:
    channel, guild_id = interaction.channel, interaction.guild_id
    # Where only the member has installed the bot, it can answer but neither post nor open a thread.
    if channel is None or (guild_id is not None and not interaction.is_guild_integration()):
        raise NotHere
    return Place(guild_id, channel.id, kind_of(channel.type) if guild_id else PlaceKind.IN_PLACE)
