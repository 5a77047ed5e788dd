"""Where an edit was asked for, and what the bot must be allowed to do there before anything is paid."""

from typing import Any

import discord

from bot.domain.errors import NotHere, PermissionsMissing, PermissionsYours
from bot.domain.request import Place, PlaceKind, Presser
from bot.words.language import ENGLISH
from bot.words.rights import PERMISSIONS, listed

Interaction = discord.Interaction[Any]

KINDS = {
    discord.ChannelType.text: PlaceKind.CHANNEL,
    discord.ChannelType.news: PlaceKind.CHANNEL,
    discord.ChannelType.public_thread: PlaceKind.THREAD,
    discord.ChannelType.private_thread: PlaceKind.THREAD,
    discord.ChannelType.news_thread: PlaceKind.THREAD,
}

# Where the results go into the answer to an interaction, which only the member sees, or where the bot is a guest.
IN_AN_ANSWER = frozenset({PlaceKind.PRIVATE, PlaceKind.ANSWER})

EVERYWHERE = ("view_channel", "read_message_history")
# The status message shows the prompt in an embed, and the results are files.
SHOWING = ("embed_links", "attach_files")
IN_THREADS = "send_messages_in_threads"


def _named(*permissions: str) -> dict[str, str]:
    return {name: PERMISSIONS[name] for name in permissions}


# discord.py's name of each permission, and that of Discord's settings. An answer to an interaction needs none.
NEEDED: dict[PlaceKind, dict[str, str]] = {
    PlaceKind.CHANNEL: _named(*EVERYWHERE, "send_messages", "create_public_threads", IN_THREADS, *SHOWING),
    PlaceKind.THREAD: _named(*EVERYWHERE, IN_THREADS, *SHOWING),
    PlaceKind.IN_PLACE: _named(*EVERYWHERE, "send_messages", *SHOWING),
    PlaceKind.PRIVATE: {},
    PlaceKind.ANSWER: {},
}


def kind_of(channel: discord.ChannelType) -> PlaceKind:
    """Whether results get a thread of their own. A forum's posts are threads; a voice channel's chat has none."""
    return KINDS.get(channel, PlaceKind.IN_PLACE)


def place_of(interaction: Interaction) -> Place:
    """Where an interaction comes from. Raises `NotHere` where Discord does not say.

    Where the member alone has brought the bot along, the place is the answer: the bot can neither post there nor open
    a thread, and the server's rules are not its rules, so no server is named.
    """
    channel, guild_id = interaction.channel, interaction.guild_id
    if channel is None:
        raise NotHere
    if is_guest(interaction):
        return Place(None, channel.id, PlaceKind.ANSWER, _parent(channel), _is_adult(channel), interaction.id)
    kind = kind_of(channel.type) if guild_id is not None else PlaceKind.IN_PLACE
    return Place(guild_id, channel.id, kind, _parent(channel), _is_adult(channel), interaction.id)


def place_of_message(message: discord.Message) -> Place:
    """Where a message was written. There is no interaction, and so no answer that only its author sees."""
    channel, guild = message.channel, message.guild
    kind = kind_of(channel.type or discord.ChannelType.text) if guild else PlaceKind.IN_PLACE
    return Place(guild.id if guild else None, channel.id, kind, _parent(channel), _is_adult(channel))


def presser_of(interaction: Interaction) -> Presser:
    """Whoever presses or chooses, with what they are in this place at this moment. Raises `NotHere`."""
    place = place_of(interaction)
    at_home = place.kind is not PlaceKind.ANSWER
    return Presser(
        user_id=interaction.user.id,
        place=place,
        role_ids=roles_of(interaction.user) if at_home else (),
        moderates=at_home and moderates(interaction),
        locale=interaction.locale.value,
    )


def is_guest(interaction: Interaction) -> bool:
    """Whether the member alone has brought the bot along, where it is no member itself."""
    if interaction.guild_id is not None:
        return not interaction.is_guild_integration()
    # A direct message between two people has the type of the bot's own; only the context tells them apart.
    return bool(interaction.context.private_channel) or isinstance(interaction.channel, discord.GroupChannel)


def moderates(interaction: Interaction) -> bool:
    """Whether whoever pressed may remove other people's messages in the place of the button."""
    may = interaction.permissions
    return interaction.guild_id is not None and (may.manage_messages or may.administrator)


def roles_of(user: discord.abc.User) -> tuple[int, ...]:
    """The ids of a member's roles without that of @everyone, which has the server's own id; none outside of servers."""
    if not isinstance(user, discord.Member):
        return ()
    return tuple(role.id for role in user.roles if role.id != user.guild.id)


def check_permissions(
    granted: discord.Permissions, kind: PlaceKind, *, may_grant: bool = False, locale: str = ENGLISH
) -> None:
    """Raises `PermissionsMissing` with everything that the bot may not do, all at once.

    Whoever `may_grant` it is told where. Source: Discord's guide to permissions: SEND_MESSAGES has no effect in a
    thread, where SEND_MESSAGES_IN_THREADS counts.
    """
    missing = [name for name in NEEDED[kind] if not getattr(granted, name)]
    if missing:
        trouble = PermissionsYours if may_grant else PermissionsMissing
        raise trouble(permissions=listed(missing, locale), names=" ".join(missing))


def may_grant(interaction: Interaction) -> bool:
    """Whether whoever asks may give the bot what it lacks in this place."""
    may = interaction.permissions
    there = interaction.guild_id is not None
    return there and (may.administrator or may.manage_roles or may.manage_channels)


def jump_url(guild_id: int | None, channel_id: int, message_id: int) -> str:
    """The link that opens a message in every Discord client."""
    return f"https://discord.com/channels/{guild_id or '@me'}/{channel_id}/{message_id}"


def _parent(channel: object) -> int | None:
    return channel.parent_id if isinstance(channel, discord.Thread) else None


def _is_adult(channel: object) -> bool:
    ask = getattr(channel, "is_nsfw", None)  # private channels have none, and neither have those not in the cache
    return bool(ask()) if ask is not None else False
