"""The levers under /_sandbox that change the world around a running bot.

| route | body | does |
|---|---|---|
| POST clock | advance_s | moves the sandbox's time forward |
| POST faults | a list of faults (`faults.Fault`) | lets them happen; GET lists those to come, DELETE clears |
| POST permissions | channel (none: the whole guild), allow, deny: lists of names | the bot's rights |
| POST guild | guild (none: the first), premium_tier, active_thread_cap, locale, bot (is the bot in it) | |
| POST members | name, guild, locale, upload_limit, accepts_dms, user_install | adds or changes a person |
| POST intents/content | message_content_allowed | the portal's switch for the privileged intent |
| POST gateway | do: drop, reconnect, invalidate or replay; count | |
| POST redeliver | interaction (none: the newest) | dispatches it again, with the same id |
| POST threads/{id} | archived, locked, name | |
| DELETE channels/{id} | | deletes a channel or thread |
| POST other-server | bot (is the bot in it) | adds the guild "Other Server" with mira and #elsewhere |
"""

from collections.abc import Callable
from dataclasses import asdict

from aiohttp import web

from bot.sandbox.discord_api.bodies import read_any, read_body
from bot.sandbox.discord_api.control import json_door
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import add_guild, add_member, add_other_server
from bot.sandbox.discord_api.guild_payloads import role
from bot.sandbox.discord_api.permissions import Permission
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.discord_api.stage import Stage
from bot.sandbox.discord_api.world import FILE_LIMITS, Channel, Guild, Overwrite


class Levers:
    """The changing half of the control door."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._world = stage.world

    def routes(self) -> list[web.RouteDef]:
        """The table."""
        posts = {
            "/clock": self._clock,
            "/faults": self._add_faults,
            "/permissions": self._permissions,
            "/guild": self._guild,
            "/members": self._members,
            "/intents/content": self._content,
            "/gateway": self._gateway,
            "/redeliver": self._redeliver,
            r"/threads/{channel:\d+}": self._thread,
            "/other-server": self._other_server,
        }
        return [
            *(web.post(path, json_door(lever)) for path, lever in posts.items()),
            web.get("/faults", json_door(self._faults)),
            web.delete("/faults", json_door(self._clear_faults)),
            web.delete(r"/channels/{channel:\d+}", json_door(self._delete_channel)),
        ]

    async def _clock(self, request: web.Request) -> Json:
        given = (await read_body(request)).payload
        self._world.clock.advance(float(given["advance_s"]))
        self._world.bell.ring()
        return {"now": self._world.clock.now()}

    async def _add_faults(self, request: web.Request) -> Json:
        given, _ = await read_any(request)
        if not isinstance(given, list):
            raise SandboxRefusal("faults come as a list")
        self._stage.faults.add(*(Fault.read(one) for one in given))
        return {"waiting": len(self._stage.faults.waiting)}

    async def _faults(self, _: web.Request) -> list[Json]:
        return [asdict(one) for one in self._stage.faults.waiting]

    async def _clear_faults(self, _: web.Request) -> Json:
        self._stage.faults.clear()
        return {}

    async def _permissions(self, request: web.Request) -> Json:
        given = (await read_body(request)).payload
        allow, deny = _bits(given.get("allow")), _bits(given.get("deny"))
        if given.get("channel") is None:
            self._change_role(self._the_guild(given), allow, deny)
        else:
            self._overwrite(self._channel(str(given["channel"])), allow, deny)
        return {}

    def _change_role(self, guild: Guild, allow: int, deny: int) -> None:
        """Every role that the bot has changes, since a right stays while any role gives it."""
        mine = guild.members[self._world.bot.id].roles
        for one in (guild.roles[role_id] for role_id in (guild.id, *mine)):
            one.permissions = (one.permissions | (allow if one.bot_id else 0)) & ~deny
            self._stage.events.role_changed(guild, role(one))

    def _overwrite(self, channel: Channel, allow: int, deny: int) -> None:
        bot = self._world.bot.id
        kept = next((one for one in channel.overwrites if one.id == bot), None)
        if kept is None:
            kept = Overwrite(bot, 1)
            channel.overwrites.append(kept)
        kept.allow, kept.deny = (kept.allow | allow) & ~deny, (kept.deny | deny) & ~allow
        self._stage.events.channel_changed(channel)

    async def _guild(self, request: web.Request) -> Json:
        given = (await read_body(request)).payload
        guild = self._the_guild(given)
        if given.get("premium_tier", guild.premium_tier) not in FILE_LIMITS:
            raise SandboxRefusal("premium_tier is 0, 1, 2 or 3")
        for name in ("premium_tier", "active_thread_cap", "locale"):
            setattr(guild, name, given.get(name, getattr(guild, name)))
        if "bot" in given:
            self._bring_bot(guild, inside=bool(given["bot"]))
        self._stage.events.guild_changed(guild)
        return {"guild": str(guild.id)}

    def _bring_bot(self, guild: Guild, *, inside: bool) -> None:
        bot = self._world.bot.id
        if inside and bot not in guild.members:
            invited = add_guild(self._world, guild.id, guild.name)
            guild.roles, guild.members = {**invited.roles, **guild.roles}, {**guild.members, **invited.members}
            self._world.guilds[guild.id] = guild
            self._stage.events.guild_joined(guild)
        elif not inside and guild.members.pop(bot, None) is not None:
            self._stage.events.guild_left(guild)

    async def _members(self, request: web.Request) -> Json:
        given = (await read_body(request)).payload
        user = self._world.user_named(str(given["name"])) or add_member(
            self._world, self._the_guild(given), str(given["name"])
        )
        for name in ("locale", "upload_limit", "accepts_dms"):
            setattr(user, name, given.get(name, getattr(user, name)))
        if given.get("user_install"):
            self._world.user_installs.add(user.id)
        return {"id": str(user.id)}

    async def _content(self, request: web.Request) -> Json:
        self._world.message_content_allowed = bool((await read_body(request)).payload["message_content_allowed"])
        return {}

    async def _gateway(self, request: web.Request) -> Json:
        given, gateway = (await read_body(request)).payload, self._stage.gateway
        deeds: dict[str, Callable[[], None]] = {
            "drop": gateway.drop,
            "reconnect": gateway.reconnect,
            "invalidate": gateway.invalidate,
            "replay": lambda: gateway.replay(int(given.get("count", 1))),
        }
        if given.get("do") not in deeds:
            raise SandboxRefusal(f"`do` is one of {', '.join(deeds)}")
        deeds[given["do"]]()
        return {}

    async def _redeliver(self, request: web.Request) -> Json:
        wanted = (await read_body(request)).payload.get("interaction")
        kept = self._stage.interactions
        found = kept.newest() if wanted is None else kept.get(int(wanted))
        kept.redeliver(found.id)
        return {"interaction": str(found.id)}

    async def _thread(self, request: web.Request) -> Json:
        thread, given = self._channel(request.match_info["channel"]), (await read_body(request)).payload
        self._stage.threads.apply(thread, given)
        return self._stage.payloads.channel(thread)

    async def _delete_channel(self, request: web.Request) -> Json:
        self._stage.threads.delete(self._channel(request.match_info["channel"]))
        return {}

    async def _other_server(self, request: web.Request) -> Json:
        inside = bool((await read_body(request)).payload.get("bot", True))
        guild = add_other_server(self._world, bot_inside=inside)
        if inside:
            self._stage.events.guild_joined(guild)
        return {"guild": str(guild.id)}

    def _the_guild(self, given: Json) -> Guild:
        wanted = str(given.get("guild") or "")
        for guild in self._world.guilds.values():
            if not wanted or wanted in (str(guild.id), guild.name):
                return guild
        raise SandboxRefusal(f"there is no guild {wanted}")

    def _channel(self, named: str) -> Channel:
        for channel in self._world.channels.values():
            if named in (str(channel.id), channel.name):
                return channel
        raise SandboxRefusal(f"there is no channel {named}")


def _bits(names: list[str] | None) -> int:
    bits = 0
    for name in names or ():
        if name.upper() not in Permission.__members__:
            raise SandboxRefusal(f"there is no permission {name}; there are {', '.join(Permission.__members__)}")
        bits |= int(Permission[name.upper()])
    return bits
