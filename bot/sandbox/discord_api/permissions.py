"""Permissions as Discord computes them: from roles, then from a channel's overwrites.

Source: Discord's API reference, "Permissions" (hierarchy, overwrites, implicit and inherited permissions).
"""

from enum import IntFlag

from bot.sandbox.discord_api.refusals import Refusal
from bot.sandbox.discord_api.world import Channel, ChannelKind, Guild, Message, Overwrite, World


class Permission(IntFlag):
    """Discord's permission bits, those that this sandbox weighs."""

    CREATE_INSTANT_INVITE = 1 << 0
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    CONNECT = 1 << 20
    SPEAK = 1 << 21
    CHANGE_NICKNAME = 1 << 26
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    USE_EXTERNAL_APPS = 1 << 50


P = Permission
EVERYTHING = Permission((1 << 51) - 1)
# What a new server gives to everyone, as far as it is weighed here.
EVERYONE = (
    P.CREATE_INSTANT_INVITE | P.ADD_REACTIONS | P.VIEW_CHANNEL | P.SEND_MESSAGES | P.EMBED_LINKS | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY | P.MENTION_EVERYONE | P.USE_EXTERNAL_EMOJIS | P.CONNECT | P.SPEAK | P.CHANGE_NICKNAME
    | P.USE_APPLICATION_COMMANDS | P.CREATE_PUBLIC_THREADS | P.CREATE_PRIVATE_THREADS
    | P.SEND_MESSAGES_IN_THREADS | P.USE_EXTERNAL_APPS
)  # fmt: skip
# What the bot's invite link asks for.
INVITED = (
    P.VIEW_CHANNEL | P.SEND_MESSAGES | P.SEND_MESSAGES_IN_THREADS | P.CREATE_PUBLIC_THREADS | P.EMBED_LINKS
    | P.ATTACH_FILES | P.READ_MESSAGE_HISTORY
)  # fmt: skip
MODERATOR = P.MANAGE_GUILD | P.MANAGE_CHANNELS | P.MANAGE_MESSAGES | P.MANAGE_THREADS | P.MODERATE_MEMBERS
IN_A_DM = (
    P.VIEW_CHANNEL | P.SEND_MESSAGES | P.EMBED_LINKS | P.ATTACH_FILES | P.READ_MESSAGE_HISTORY | P.ADD_REACTIONS
    | P.USE_EXTERNAL_EMOJIS | P.MENTION_EVERYONE | P.USE_APPLICATION_COMMANDS
)  # fmt: skip
# Without the right to send, these mean nothing.
NEED_SENDING = P.MENTION_EVERYONE | P.ATTACH_FILES | P.EMBED_LINKS


def of_roles(guild: Guild, user_id: int) -> Permission:
    """What a member may do in the guild before any channel has its say."""
    if guild.owner_id == user_id:
        return EVERYTHING
    allowed = guild.roles[guild.id].permissions
    for role_id in guild.members[user_id].roles:
        allowed |= guild.roles[role_id].permissions
    return EVERYTHING if allowed & P.ADMINISTRATOR else Permission(allowed)


def in_channel(guild: Guild, user_id: int, overwrites: list[Overwrite], *, thread: bool) -> Permission:
    """What a member may do under a channel's overwrites; a thread is ruled by its parent's."""
    allowed = int(of_roles(guild, user_id))
    if allowed & P.ADMINISTRATOR:
        return EVERYTHING
    mine = guild.members[user_id].roles
    for tier in ({guild.id}, set(mine), {user_id}):
        matching = [one for one in overwrites if one.id in tier]
        for one in matching:
            allowed &= ~one.deny
        for one in matching:
            allowed |= one.allow
    if not allowed & P.VIEW_CHANNEL:
        return Permission(0)
    if not allowed & (P.SEND_MESSAGES_IN_THREADS if thread else P.SEND_MESSAGES):
        allowed &= ~int(NEED_SENDING)
    return Permission(allowed)


class Access:
    """Asks the world who may do what where, and refuses as Discord would."""

    def __init__(self, world: World) -> None:
        self._world = world

    def of(self, user_id: int, channel: Channel) -> Permission:
        """Everything that a user may do in a channel, thread or DM."""
        guild = self._world.guild_of(channel)
        if guild is None:
            with_bot = channel.kind is ChannelKind.DM and user_id == self._world.bot.id
            mine = with_bot or user_id in channel.recipients
            return IN_A_DM if mine else Permission(0)
        if user_id not in guild.members:
            return Permission(0)
        ruled_by = channel if channel.thread is None else self._world.channels[channel.parent_id or 0]
        allowed = in_channel(guild, user_id, ruled_by.overwrites, thread=channel.thread is not None)
        return allowed if self._let_in(channel, user_id, allowed) else Permission(0)

    def enter(self, user_id: int, channel_id: int) -> Channel:
        """A channel that the user can see; 10003 where there is none, 50001 where it is hidden."""
        channel = self._world.channel(channel_id)
        if not self.of(user_id, channel) & P.VIEW_CHANNEL:
            raise Refusal(50001)
        return channel

    def need(self, user_id: int, channel: Channel, *needed: Permission) -> None:
        """Refuse with 50013 unless the user has every one of these in the channel."""
        allowed = self.of(user_id, channel)
        if any(not allowed & one for one in needed):
            raise Refusal(50013)

    def may(self, user_id: int, channel: Channel, wanted: Permission) -> bool:
        """Whether a user has a permission in a channel."""
        return bool(self.of(user_id, channel) & wanted)

    def read_message(self, user_id: int, channel_id: int, message_id: int) -> Message:
        """A message that the user may read: 10003, 50001 or 10008 otherwise."""
        channel = self.enter(user_id, channel_id)
        if not self.may(user_id, channel, P.READ_MESSAGE_HISTORY):
            raise Refusal(50001)
        return self._world.message(channel.id, message_id)

    @staticmethod
    def _let_in(channel: Channel, user_id: int, allowed: Permission) -> bool:
        if channel.kind is not ChannelKind.PRIVATE_THREAD or channel.thread is None:
            return True
        return user_id in channel.thread.members or bool(allowed & P.MANAGE_THREADS)
