"""What happens in the world, told to the bots that may know of it: one function per kind of event."""

from bot.sandbox.discord_api.gateway import DM_MESSAGES, DM_REACTIONS, GUILD_MESSAGES, GUILD_REACTIONS, GUILDS, Gateway
from bot.sandbox.discord_api.payloads import Payloads
from bot.sandbox.discord_api.permissions import Access, Permission
from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.discord_api.world import Channel, Guild, Message, World


class Events:
    """Turns changes into dispatches; hidden channels stay silent."""

    def __init__(self, world: World, payloads: Payloads, access: Access, gateway: Gateway) -> None:
        self._world = world
        self._payloads = payloads
        self._access = access
        self._gateway = gateway

    def message_created(self, message: Message) -> None:
        """MESSAGE_CREATE, with its nonce."""
        self._message("MESSAGE_CREATE", message, fresh=True)

    def message_changed(self, message: Message) -> None:
        """MESSAGE_UPDATE with the whole message."""
        self._message("MESSAGE_UPDATE", message)

    def message_deleted(self, channel: Channel, message: Message) -> None:
        """MESSAGE_DELETE with ids only."""
        if message.visible_to is None and self._sees(channel):
            gone = {"id": str(message.id), "channel_id": str(channel.id), **_guild(channel)}
            self._tell("MESSAGE_DELETE", gone, _messages_intent(channel), channel.guild_id)
        self._world.touched(channel)

    def reacted(self, channel: Channel, message: Message, user_id: int, emoji: str, *, added: bool) -> None:
        """MESSAGE_REACTION_ADD or _REMOVE."""
        event = "MESSAGE_REACTION_ADD" if added else "MESSAGE_REACTION_REMOVE"
        payload = {
            "user_id": str(user_id),
            "channel_id": str(channel.id),
            "message_id": str(message.id),
            "emoji": {"id": None, "name": emoji},
            "burst": False,
            "type": 0,
            **_guild(channel),
        }
        guild = self._world.guild_of(channel)
        if added and guild is not None:
            payload["member"] = self._payloads.member(guild.members[user_id])
        self._tell(event, payload, DM_REACTIONS if guild is None else GUILD_REACTIONS, channel.guild_id)
        self._world.touched(channel)

    def thread_created(self, thread: Channel) -> None:
        """THREAD_CREATE of a new thread."""
        self._place("THREAD_CREATE", thread, newly_created=True)

    def channel_created(self, channel: Channel) -> None:
        """CHANNEL_CREATE of a guild's channel."""
        self._place("CHANNEL_CREATE", channel)

    def channel_changed(self, channel: Channel) -> None:
        """CHANNEL_UPDATE or THREAD_UPDATE; told even of a channel that has just been hidden."""
        event = "THREAD_UPDATE" if channel.thread is not None else "CHANNEL_UPDATE"
        self._tell(event, self._payloads.channel(channel), GUILDS, channel.guild_id)
        self._world.touched(channel)

    def channel_deleted(self, channel: Channel) -> None:
        """CHANNEL_DELETE or THREAD_DELETE."""
        if channel.thread is None:
            self._tell("CHANNEL_DELETE", self._payloads.channel(channel), GUILDS, channel.guild_id)
        else:
            whole = self._payloads.channel(channel)
            gone = {name: whole[name] for name in ("id", "guild_id", "parent_id", "type")}
            self._tell("THREAD_DELETE", gone, GUILDS, channel.guild_id)
        self._world.bell.ring()

    def thread_members_changed(self, thread: Channel, added: list[int], removed: list[int]) -> None:
        """THREAD_MEMBERS_UPDATE; without the members intent only the bot's own comings and goings."""
        bot = self._world.bot.id
        if bot not in (*added, *removed) or thread.thread is None:
            return
        payload = {
            "id": str(thread.id),
            "guild_id": str(thread.guild_id),
            "member_count": min(len(thread.thread.members), 50),
            "added_members": [self._payloads.thread_member(thread, one) for one in added if one == bot],
            "removed_member_ids": [str(one) for one in removed if one == bot],
        }
        self._tell("THREAD_MEMBERS_UPDATE", payload, GUILDS, thread.guild_id)
        self._world.touched(thread)

    def guild_changed(self, guild: Guild) -> None:
        """GUILD_UPDATE."""
        self._tell("GUILD_UPDATE", self._payloads.guild(guild), GUILDS, guild.id)
        self._world.bell.ring()

    def role_changed(self, guild: Guild, role: Json) -> None:
        """GUILD_ROLE_UPDATE."""
        self._tell("GUILD_ROLE_UPDATE", {"guild_id": str(guild.id), "role": role}, GUILDS, guild.id)

    def guild_left(self, guild: Guild) -> None:
        """GUILD_DELETE: the bot was removed."""
        self._tell("GUILD_DELETE", {"id": str(guild.id)}, GUILDS, guild.id)
        self._world.bell.ring()

    def guild_out(self, guild: Guild) -> None:
        """GUILD_DELETE of a guild that is only out of reach."""
        self._tell("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, GUILDS, guild.id)
        self._world.bell.ring()

    def guild_joined(self, guild: Guild) -> None:
        """GUILD_CREATE: the bot was invited. Only of guilds that it was in before is said that they are there."""
        whole = self._payloads.guild_create(guild, [])
        del whole["unavailable"]
        self._tell("GUILD_CREATE", whole, GUILDS, guild.id)
        self._world.bell.ring()

    def guild_back(self, guild: Guild) -> None:
        """GUILD_CREATE: an outage is over."""
        self._tell("GUILD_CREATE", self._payloads.guild_create(guild, []), GUILDS, guild.id)
        self._world.bell.ring()

    def interaction(self, payload: Json, guild_id: int | None) -> None:
        """INTERACTION_CREATE, which needs no intent."""
        self._tell("INTERACTION_CREATE", payload, 0, guild_id)
        self._world.bell.ring()

    def entitled(self, payload: Json) -> None:
        """ENTITLEMENT_CREATE."""
        self._tell("ENTITLEMENT_CREATE", payload, 0, None)

    def _message(self, event: str, message: Message, *, fresh: bool = False) -> None:
        channel = self._world.channels[message.channel_id]
        if message.visible_to is None and self._sees(channel):
            extras = self._gateway_extras(channel, message)
            self._gateway.dispatch(
                event,
                lambda reads: {**self._payloads.message(message, reads=reads, fresh=fresh), **extras},
                intent=_messages_intent(channel),
                guild_id=channel.guild_id,
            )
        self._world.touched(channel)

    def _gateway_extras(self, channel: Channel, message: Message) -> Json:
        extras: Json = {**_guild(channel), "channel_type": int(channel.kind)}
        guild = self._world.guild_of(channel)
        if guild is not None and message.author_id in guild.members:
            extras["member"] = self._payloads.member(guild.members[message.author_id], with_user=False)
        return extras

    def _place(self, event: str, channel: Channel, *, newly_created: bool = False) -> None:
        if self._sees(channel):
            extras = {"newly_created": True} if newly_created else {}
            self._tell(event, {**self._payloads.channel(channel), **extras}, GUILDS, channel.guild_id)
        self._world.touched(channel)

    def _sees(self, channel: Channel) -> bool:
        return self._access.may(self._world.bot.id, channel, Permission.VIEW_CHANNEL)

    def _tell(self, event: str, payload: Json, intent: int, guild_id: int | None) -> None:
        self._gateway.dispatch(event, lambda _: payload, intent=intent, guild_id=guild_id)


def _guild(channel: Channel) -> Json:
    return {} if channel.guild_id is None else {"guild_id": str(channel.guild_id)}


def _messages_intent(channel: Channel) -> int:
    return DM_MESSAGES if channel.guild_id is None else GUILD_MESSAGES
