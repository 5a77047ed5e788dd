"""Where an edit was asked for, and what the bot must be allowed to do there before anything is paid."""

import discord

from bot.domain.errors import PermissionMissing
from bot.domain.request import PlaceKind

KINDS = {
    discord.ChannelType.text: PlaceKind.CHANNEL,
    discord.ChannelType.news: PlaceKind.CHANNEL,
    discord.ChannelType.public_thread: PlaceKind.THREAD,
    discord.ChannelType.private_thread: PlaceKind.THREAD,
    discord.ChannelType.news_thread: PlaceKind.THREAD,
}

# discord.py's name of each permission, and the name that Discord's settings show.
EVERYWHERE = {"view_channel": "View Channel", "read_message_history": "Read Message History"}
# The status message shows the prompt in an embed, and the results are files.
SHOWING = {"embed_links": "Embed Links", "attach_files": "Attach Files"}
NEEDED = {
    PlaceKind.CHANNEL: {
        **EVERYWHERE,
        "send_messages": "Send Messages",
        "create_public_threads": "Create Public Threads",
        "send_messages_in_threads": "Send Messages in Threads",
        **SHOWING,
    },
    PlaceKind.THREAD: {**EVERYWHERE, "send_messages_in_threads": "Send Messages in Threads", **SHOWING},
    PlaceKind.IN_PLACE: {**EVERYWHERE, "send_messages": "Send Messages", **SHOWING},
}


def kind_of(channel: discord.ChannelType) -> PlaceKind:
    """Whether results get a thread of their own. A forum's posts are threads; a voice channel's chat has none."""
    return KINDS.get(channel, PlaceKind.IN_PLACE)


def check_permissions(granted: discord.Permissions, kind: PlaceKind) -> None:
    """Raises `PermissionMissing` for the first thing that the bot may not do.

    Source: Discord's guide to permissions: SEND_MESSAGES has no effect in a thread, where SEND_MESSAGES_IN_THREADS
    counts.
    """
    for name, shown in NEEDED[kind].items():
        if not getattr(granted, name):
            raise PermissionMissing(permission=shown)


def jump_url(guild_id: int | None, channel_id: int, message_id: int) -> str:
    """The link that opens a message in every Discord client."""
    return f"https://discord.com/channels/{guild_id or '@me'}/{channel_id}/{message_id}"
