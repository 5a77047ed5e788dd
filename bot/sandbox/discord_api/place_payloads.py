"""People and places as Discord writes them in JSON: users, members, channels, threads, guilds, what was bought.

Shapes: Discord's OpenAPI description.
"""

from bot.sandbox.discord_api.guild_payloads import overwrite, role
from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.discord_api.snowflake import iso
from bot.sandbox.discord_api.world import (
    Channel,
    ChannelKind,
    Entitlement,
    Guild,
    Membership,
    ThreadState,
    User,
    World,
)

FORUMS = (ChannelKind.FORUM, ChannelKind.MEDIA)
VOICES = (ChannelKind.VOICE, ChannelKind.STAGE)


class PlacePayloads:
    """Writes people and places."""

    def __init__(self, world: World) -> None:
        self._world = world

    def user(self, user_id: int) -> Json:
        """A user as anyone sees them."""
        user = self._world.users[user_id]
        return {
            "id": str(user.id),
            "username": user.name,
            "discriminator": "0000" if user.webhook else "4242" if user.bot else "0",
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
        if channel.guild_id is None:
            written["recipients"] = [self.user(one) for one in channel.recipients]
            in_group = {"name": channel.name or None, "icon": None, "owner_id": str(channel.recipients[0])}
            return written | (in_group if channel.kind is ChannelKind.GROUP_DM else {})
        written |= {"guild_id": str(channel.guild_id), "name": channel.name, "parent_id": _id(channel.parent_id)}
        if channel.thread is not None:
            return written | self._thread(channel, channel.thread)
        return written | self._place(channel)

    def _place(self, channel: Channel) -> Json:
        place: Json = {
            "position": channel.position,
            "permission_overwrites": [overwrite(one) for one in channel.overwrites],
            "nsfw": channel.adult,
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
            "system_channel_id": _id(guild.system_channel),
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
