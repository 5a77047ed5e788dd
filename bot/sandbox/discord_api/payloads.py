"""Objects as Discord writes them in JSON, for the one who looks: without the intent, messages come emptied.

Shapes: Discord's OpenAPI description. What is emptied and when: its reference, "Message Content Intent".
"""

from bot.sandbox.discord_api.cdn import Cdn
from bot.sandbox.discord_api.guild_payloads import overwrite, role
from bot.sandbox.discord_api.media import with_links
from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.discord_api.snowflake import iso
from bot.sandbox.discord_api.world import (
    Attachment,
    Channel,
    ChannelKind,
    Entitlement,
    Guild,
    Membership,
    Message,
    ThreadState,
    User,
    World,
)

FORUMS = (ChannelKind.FORUM, ChannelKind.MEDIA)
VOICES = (ChannelKind.VOICE, ChannelKind.STAGE)


class Payloads:
    """Writes the world's objects; `reads` says whether the reader has the Message Content intent."""

    def __init__(self, world: World, cdn: Cdn) -> None:
        self._world = world
        self._cdn = cdn

    def user(self, user_id: int) -> Json:
        """A user as anyone sees them."""
        user = self._world.users[user_id]
        return {
            "id": str(user.id),
            "username": user.name,
            "discriminator": "4242" if user.bot else "0",
            "global_name": None if user.bot else user.shown_as,
            "avatar": None,
            "public_flags": 0,
            "flags": 0,
            "primary_guild": None,
            **({"bot": True} if user.bot else {}),
        }

    def member(self, membership: Membership, *, with_user: bool = True) -> Json:
        """A member of a guild; dispatched messages carry it without its user."""
        return {
            "avatar": None,
            "banner": None,
            "communication_disabled_until": None,
            "deaf": False,
            "flags": 0,
            "joined_at": iso(membership.joined_at),
            "mute": False,
            "nick": membership.nick,
            "pending": False,
            "premium_since": None,
            "roles": [str(role_id) for role_id in membership.roles],
            **({"user": self.user(membership.user_id)} if with_user else {}),
        }

    def channel(self, channel: Channel) -> Json:
        """A channel, thread or DM."""
        written: Json = {
            "id": str(channel.id),
            "type": int(channel.kind),
            "flags": 0,
            "last_message_id": _id(channel.last_message_id),
        }
        if channel.kind is ChannelKind.DM:
            return {**written, "recipients": [self.user(one) for one in channel.recipients]}
        written |= {"guild_id": str(channel.guild_id), "name": channel.name, "parent_id": _id(channel.parent_id)}
        if channel.thread is not None:
            return written | self._thread(channel, channel.thread)
        return written | self._place(channel)

    def _place(self, channel: Channel) -> Json:
        place: Json = {
            "position": channel.position,
            "permission_overwrites": [overwrite(one) for one in channel.overwrites],
            "nsfw": False,
            "rate_limit_per_user": channel.slowmode_s,
        }
        if channel.kind is not ChannelKind.CATEGORY:
            place["topic"] = channel.topic
        if channel.kind in VOICES:
            place |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
        if channel.kind in FORUMS:
            place |= {"available_tags": [], "default_reaction_emoji": None, "default_sort_order": None}
            place |= {"default_forum_layout": 0}
        return place

    def _thread(self, channel: Channel, state: ThreadState) -> Json:
        bot_joined = state.members.get(self._world.bot.id)
        written: Json = {
            "owner_id": str(state.owner_id),
            "rate_limit_per_user": channel.slowmode_s,
            "message_count": state.posted,
            "total_message_sent": state.posted,
            "member_count": min(len(state.members), 50),
            "thread_metadata": {
                "archived": state.archived,
                "archive_timestamp": iso(state.archived_at or state.created_at),
                "auto_archive_duration": state.auto_archive_min,
                "locked": state.locked,
                "create_timestamp": iso(state.created_at),
            },
        }
        if channel.kind is ChannelKind.PRIVATE_THREAD:
            written["thread_metadata"]["invitable"] = state.invitable
        if bot_joined is not None:
            written["member"] = self.thread_member(channel, self._world.bot.id)
        return written

    def thread_member(self, channel: Channel, user_id: int) -> Json:
        """Someone's membership of a thread."""
        joined = channel.thread.members[user_id] if channel.thread else 0.0
        return {"id": str(channel.id), "user_id": str(user_id), "join_timestamp": iso(joined), "flags": 0}

    def guild(self, guild: Guild) -> Json:
        """A guild as GET /guilds/{id} answers it."""
        return {
            **GUILD_DEFAULTS,
            "id": str(guild.id),
            "name": guild.name,
            "owner_id": str(guild.owner_id),
            "premium_tier": guild.premium_tier,
            "preferred_locale": guild.locale,
            "roles": [role(one) for one in guild.roles.values()],
        }

    def guild_create(self, guild: Guild, visible_threads: list[Channel]) -> Json:
        """A guild as the gateway announces it; without the members intent it lists only the bot."""
        places = [one for one in self._world.channels.values() if one.guild_id == guild.id and one.thread is None]
        return {
            **self.guild(guild),
            "joined_at": iso(guild.members[self._world.bot.id].joined_at),
            "large": False,
            "unavailable": False,
            "member_count": len(guild.members),
            "members": [self.member(guild.members[self._world.bot.id])],
            "channels": [self.channel(one) for one in places],
            "threads": [self.channel(one) for one in visible_threads],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

    def attachment(self, kept: Attachment) -> Json:
        """A file with a fresh link."""
        link = self._cdn.link(kept)
        written: Json = {
            "id": str(kept.id),
            "filename": kept.filename,
            "size": kept.size,
            "url": link,
            "proxy_url": link,
            "content_type": kept.content_type,
        }
        if kept.width is not None:
            written |= {"width": kept.width, "height": kept.height}
        optional = {"description": kept.description, "title": kept.title, "ephemeral": kept.ephemeral or None}
        return written | {name: value for name, value in optional.items() if value is not None}

    def hidden(self, message: Message) -> bool:
        """Whether this message comes emptied to an app without the Message Content intent."""
        bot = self._world.bot.id
        in_guild = self._world.channels[message.channel_id].guild_id is not None
        return in_guild and message.author_id != bot and bot not in message.mentions

    def message(self, message: Message, *, reads: bool, nested: bool = True, fresh: bool = False) -> Json:
        """A message; `nested` adds the message it replies to, `fresh` echoes its nonce."""
        emptied = not reads and self.hidden(message)
        shown = [one for one in message.attachments if not one.shown_inside]
        written: Json = {
            "id": str(message.id),
            "type": message.kind,
            "channel_id": str(message.channel_id),
            "author": self.user(message.author_id),
            "content": "" if emptied else message.content,
            "attachments": [] if emptied else [self.attachment(one) for one in shown],
            "embeds": [] if emptied else self._linked(message, message.embeds),
            "components": [] if emptied else self._linked(message, message.components),
            "mentions": [self.user(one) for one in message.mentions],
            "mention_roles": [str(one) for one in message.mention_roles],
            "mention_everyone": message.mention_everyone,
            "timestamp": iso(message.written_at),
            "edited_timestamp": None if message.edited_at is None else iso(message.edited_at),
            "flags": message.flags,
            "pinned": False,
            "tts": message.tts,
        }
        written |= self._message_extras(message)
        if fresh and message.nonce is not None:
            written["nonce"] = message.nonce
        if nested and message.reference is not None:
            written |= self._referenced(message, reads=reads)
        return written

    def message_in_interaction(self, message: Message) -> Json:
        """The message that a command or click is about: always with its content, unlike the one it replies to."""
        written = self.message(message, reads=True, nested=False)
        return written | self._referenced(message, reads=self._world.message_content_allowed)

    def _linked(self, message: Message, objects: list[Json]) -> list[Json]:
        return with_links(objects, message.attachments, self._cdn.link)

    def _message_extras(self, message: Message) -> Json:
        extras: Json = {}
        if message.reactions:
            extras["reactions"] = [self._reaction(emoji, users) for emoji, users in message.reactions.items()]
        if message.webhook_id is not None:
            extras |= {"webhook_id": str(message.webhook_id), "application_id": str(message.webhook_id)}
        if message.interaction is not None:
            extras["interaction_metadata"] = message.interaction
        thread = self._world.channels.get(message.thread_id or 0)
        if thread is not None:
            extras["thread"] = self.channel(thread)
        return extras

    def _referenced(self, message: Message, *, reads: bool) -> Json:
        reference = message.reference
        if reference is None:
            return {}
        pointed: Json = {"type": 0, "channel_id": str(reference.channel_id), "message_id": str(reference.message_id)}
        if reference.guild_id is not None:
            pointed["guild_id"] = str(reference.guild_id)
        place = self._world.channels.get(reference.channel_id)
        target = None if place is None else place.messages.get(reference.message_id)
        shown = None if target is None else self.message(target, reads=reads, nested=False)
        return {"message_reference": pointed, "referenced_message": shown}

    def _reaction(self, emoji: str, users: list[int]) -> Json:
        return {
            "emoji": {"id": None, "name": emoji},
            "count": len(users),
            "count_details": {"burst": 0, "normal": len(users)},
            "burst_colors": [],
            "me": self._world.bot.id in users,
            "me_burst": False,
        }

    def entitlement(self, owned: Entitlement) -> Json:
        """A purchase."""
        return {
            "id": str(owned.id),
            "sku_id": str(owned.sku_id),
            "application_id": str(self._world.bot.id),
            "user_id": str(owned.user_id),
            "guild_id": _id(owned.guild_id),
            "deleted": False,
            "starts_at": None,
            "ends_at": None,
            "type": 8,
            "consumed": owned.consumed,
        }

    def whoami(self) -> Json:
        """The bot's own account as GET /users/@me answers it."""
        bot: User = self._world.bot
        return {**self.user(bot.id), "mfa_enabled": False, "locale": bot.locale, "verified": True, "email": None}


def _id(value: int | None) -> str | None:
    return None if value is None else str(value)


GUILD_DEFAULTS: Json = {
    "icon": None,
    "description": None,
    "home_header": None,
    "splash": None,
    "discovery_splash": None,
    "features": [],
    "banner": None,
    "application_id": None,
    "region": "deprecated",
    "afk_channel_id": None,
    "afk_timeout": 300,
    "system_channel_id": None,
    "system_channel_flags": 0,
    "widget_enabled": False,
    "widget_channel_id": None,
    "verification_level": 0,
    "default_message_notifications": 0,
    "mfa_level": 0,
    "explicit_content_filter": 0,
    "max_presences": None,
    "max_members": 500000,
    "max_stage_video_channel_users": 50,
    "max_video_channel_users": 25,
    "vanity_url_code": None,
    "premium_subscription_count": 0,
    "rules_channel_id": None,
    "safety_alerts_channel_id": None,
    "public_updates_channel_id": None,
    "premium_progress_bar_enabled": False,
    "nsfw": False,
    "nsfw_level": 0,
    "emojis": [],
    "stickers": [],
    "incidents_data": None,
}
