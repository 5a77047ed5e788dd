"""The levers under /_sandbox that change the world around a running bot.

| route | body | does |
|---|---|---|
| POST clock | advance_s | moves the sandbox's time forward |
| POST faults | a list of faults (`faults.Fault`) | lets them happen; GET lists those to come, DELETE clears |
| POST permissions | channel (none: everywhere), allow, deny: lists of names, whom | rights of the bot or of `whom` |
| POST guild | guild (none: the first) and any of GUILD_PARTS; system_channel is a name or null | |
| POST channel | channel, nsfw, topic, guild | changes a channel, or adds one of that name |
| POST members | name, guild, locale, upload_limit, accepts_dms, user_install, roles (names) | a person, old or new |
| POST web | url, picture | a picture outside of Discord, for embeds and for links to it |
| POST intents/content | message_content_allowed | the portal's switch for the privileged intent |
| POST gateway | do: drop, reconnect, invalidate or replay; count | |
| POST redeliver | interaction (none: the newest) | dispatches it again, with the same id |
| POST threads/{id} | archived, locked, name | |
| DELETE channels/{id} | | deletes a channel or thread |
| POST other-server | bot (is the bot in it) | adds the guild "Other Server" with mira and #elsewhere |

`whom` is a member's name, or a role as &Friends or @everyone.
"""

from collections.abc import Callable
from dataclasses import asdict

from aiohttp import web

from bot.sandbox.discord_api.bodies import read_any, read_body
from bot.sandbox.discord_api.control import json_door
from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.furnish import add_channel, add_guild, add_member, add_other_server
from bot.sandbox.discord_api.guild_payloads import role
from bot.sandbox.discord_api.handing import named
from bot.sandbox.discord_api.permissions import Permission
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.discord_api.stage import Stage
from bot.sandbox.discord_api.world import FILE_LIMITS, Channel, Guild, Overwrite

GUILD_PARTS = ("premium_tier", "active_thread_cap", "locale", "system_channel", "bot", "unavailable")


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
            "/channel": self._channel,
            "/members": self._members,
            "/web": self._web,
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
        channel = None if given.get("channel") is None else self._stage.finding.any_place(str(given["channel"]))
        guild = self._the_guild(given) if channel is None else self._world.guilds[channel.guild_id or 0]
        whom = self._whom(guild, str(given.get("whom") or self._world.bot.name))
        if channel is None:
            self._change_roles(guild, whom, allow, deny)
        else:
            self._overwrite(channel, whom, allow, deny)
        return {}

    def _whom(self, guild: Guild, named: str) -> int:
        """The id of a member or role."""
        roles = {one.name if one.name.startswith("@") else f"&{one.name}": one.id for one in guild.roles.values()}
        user = self._world.user_named(named)
        if named in roles:
            return roles[named]
        if user is None or user.id not in guild.members:
            raise SandboxRefusal(f"{guild.name} has no {named}; it has the roles {', '.join(roles)}")
        return user.id

    def _change_roles(self, guild: Guild, whom: int, allow: int, deny: int) -> None:
        """A role changes; for a member each of theirs, since a right stays while any role gives it."""
        mine = [whom] if whom in guild.roles else [guild.id, *guild.members[whom].roles]
        for one in (guild.roles[role_id] for role_id in mine):
            given = 0 if one.id == guild.id and whom != guild.id else allow
            one.permissions = (one.permissions | given) & ~deny
            self._stage.events.role_changed(guild, role(one))

    def _overwrite(self, channel: Channel, whom: int, allow: int, deny: int) -> None:
        kept = next((one for one in channel.overwrites if one.id == whom), None)
        if kept is None:
            kept = Overwrite(whom, int(whom in self._world.users))
            channel.overwrites.append(kept)
        kept.allow, kept.deny = (kept.allow | allow) & ~deny, (kept.deny | deny) & ~allow
        self._stage.events.channel_changed(channel)

    async def _guild(self, request: web.Request) -> Json:
        given = (await read_body(request)).payload
        guild = self._the_guild(given)
        if given.get("premium_tier", guild.premium_tier) not in FILE_LIMITS:
            raise SandboxRefusal("premium_tier is 0, 1, 2 or 3")
        if unknown := set(given) - {"guild", *GUILD_PARTS}:
            raise SandboxRefusal(f"a guild has no {', '.join(sorted(unknown))}; it has {', '.join(GUILD_PARTS)}")
        for name in ("premium_tier", "active_thread_cap", "locale"):
            setattr(guild, name, given.get(name, getattr(guild, name)))
        if "system_channel" in given:
            named = given["system_channel"]
            guild.system_channel = None if named is None else self._stage.finding.any_place(str(named)).id
        if "bot" in given:
            self._bring_bot(guild, inside=bool(given["bot"]))
        if "unavailable" in given:
            self._go_out(guild, out=bool(given["unavailable"]))
        self._stage.events.guild_changed(guild)
        return {"guild": str(guild.id)}

    def _bring_bot(self, guild: Guild, *, inside: bool) -> None:
        bot = self._world.bot.id
        if inside and bot not in guild.members:
            invited = add_guild(self._world, guild.id, guild.name)
            guild.roles, guild.members = {**invited.roles, **guild.roles}, {**guild.members, **invited.members}
            self._world.guilds[guild.id] = guild
            guild.members[bot].joined_at = self._world.clock.now()
            self._stage.events.guild_joined(guild)
        elif not inside and guild.members.pop(bot, None) is not None:
            self._stage.events.guild_left(guild)

    def _go_out(self, guild: Guild, *, out: bool) -> None:
        """An outage of Discord's, or its end: nobody has left."""
        if out != guild.unavailable:
            guild.unavailable = out
            self._stage.events.guild_out(guild) if out else self._stage.events.guild_back(guild)

    async def _channel(self, request: web.Request) -> Json:
        given = (await read_body(request)).payload
        found = [one for one in self._world.channels.values() if str(given["channel"]) in (str(one.id), one.name)]
        channel = found[0] if found else add_channel(self._world, self._the_guild(given), str(given["channel"]))
        channel.adult, channel.topic = bool(given.get("nsfw", channel.adult)), given.get("topic", channel.topic)
        self._stage.events.channel_changed(channel) if found else self._stage.events.channel_created(channel)
        return {"id": str(channel.id)}

    async def _web(self, request: web.Request) -> Json:
        body = await read_body(request)
        self._stage.cdn.keep_outside(body.payload["url"], named(body.uploads, body.payload["picture"]))
        return {}

    async def _members(self, request: web.Request) -> Json:
        given = (await read_body(request)).payload
        user = self._world.user_named(str(given["name"])) or add_member(
            self._world, self._the_guild(given), str(given["name"])
        )
        for name in ("locale", "upload_limit", "accepts_dms"):
            setattr(user, name, given.get(name, getattr(user, name)))
        if "user_install" in given:
            (self._world.user_installs.add if given["user_install"] else self._world.user_installs.discard)(user.id)
        if "roles" in given:
            guild = self._the_guild(given)
            guild.members[user.id].roles = [self._whom(guild, f"&{one}") for one in given["roles"]]
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
        thread, given = self._stage.finding.any_place(request.match_info["channel"]), (await read_body(request)).payload
        self._stage.threads.apply(thread, given)
        return self._stage.payloads.channel(thread)

    async def _delete_channel(self, request: web.Request) -> Json:
        self._stage.threads.delete(self._stage.finding.any_place(request.match_info["channel"]))
        return {}

    async def _other_server(self, request: web.Request) -> Json:
        inside = bool((await read_body(request)).payload.get("bot", True))
        guild = add_other_server(self._world, bot_inside=inside)
        if inside:
            guild.members[self._world.bot.id].joined_at = self._world.clock.now()
            self._stage.events.guild_joined(guild)
        return {"guild": str(guild.id)}

    def _the_guild(self, given: Json) -> Guild:
        wanted = str(given.get("guild") or "")
        for guild in self._world.guilds.values():
            if not wanted or wanted in (str(guild.id), guild.name):
                return guild
        raise SandboxRefusal(f"there is no guild {wanted}")


def _bits(names: list[str] | None) -> int:
    bits = 0
    for name in names or ():
        if name.upper() not in Permission.__members__:
            raise SandboxRefusal(f"there is no permission {name}; there are {', '.join(Permission.__members__)}")
        bits |= int(Permission[name.upper()])
    return bits
