"""The control door under /_sandbox: act as a member, look, wait, and change the world. JSON in, JSON out.

Acting (`as` names the member; files come as multipart: payload_json and files[n], a file in a value is {"$file": n};
options that name somebody or something take an id, @name, &role or #channel):

| route | body | answer |
|---|---|---|
| POST say | as, channel, text, reply_to, mention, forward, stickers, spoiler; other files are attached | the message |
| POST post | as (any name), by (bot or webhook), channel, text, embeds, components, stickers | the message |
| POST slash | as, channel, command, options | {"interaction": id} |
| POST autocomplete | as, channel, command, options, focused | {"interaction": id} |
| POST menu | as, command, message | {"interaction": id} |
| POST press | as, message, button (label or custom id) | {"interaction": id, "asked": whether it asked for a yes} |
| POST choose | as, message, select, values | {"interaction": id} |
| POST submit | as, interaction, values (by label or custom id) | {"interaction": id} |
| DELETE messages/{id}?as= | | {} |

Looking and waiting (`timeout_s` real seconds, at most 600):

| route | answer |
|---|---|
| GET state | people, roles, channels, places by id, commands, command_puts, connected, identified, now |
| GET commands?as=&channel= | the commands that this member finds there, in their language |
| GET channels/{name or id}/messages?as= | the messages, oldest first, private ones of that member included |
| GET channels/{name or id}/changes?as=&since= | {"revision": n} as soon as it differs from `since` |
| GET interactions/{id}?timeout_s= | state answered, modal, choices, silent or pending, and what was answered |
| GET results/{message}?timeout_s=&quiet_s= | a status message, its thread and what was posted after it |
| GET whispers/{interaction}?timeout_s=&quiet_s= | what came on an interaction's token, private or not |
| GET replies/{message}?timeout_s= | the bot's answer to a mention |
| GET connected?timeout_s= | {"connected": n} as soon as a bot has identified |

`results` answers at once with a message that asks for a yes, unless `agreed=1` says that it was given; `besides` is a
message that is none of the results. Changing the world is in `levers`.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.sandbox.discord_api.bodies import Body, read_body
from bot.sandbox.discord_api.refusals import Json, Refusal, SandboxRefusal
from bot.sandbox.discord_api.stage import Stage
from bot.sandbox.discord_api.world import Channel, User

UPLOADS = 256 * 1024 * 1024
LONGEST_WAIT_S = 600.0

Act = Callable[[Body], Json]


def json_door(
    handler: Callable[[web.Request], Awaitable[object]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """A route whose result is written as JSON, and whose refusals as 409 and a sentence."""

    async def answered(request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(await handler(request))
        except (SandboxRefusal, Refusal) as exc:
            return web.json_response({"refusal": str(exc)}, status=409)
        except (KeyError, ValueError, TypeError, json.JSONDecodeError) as exc:
            return web.json_response({"refusal": f"the request cannot be read: {exc!r}"}, status=400)

    return answered


class Control:
    """The acting and looking half of the control door."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._acting = stage.acting
        self._clicking = stage.clicking
        self._finding = stage.finding

    def routes(self) -> list[web.RouteDef]:
        """The table."""
        acts: dict[str, Act] = {
            "say": self._say,
            "post": self._post,
            "slash": self._slash,
            "autocomplete": self._autocomplete,
            "menu": self._menu,
            "press": self._press,
            "choose": self._choose,
            "submit": self._submit,
        }
        table = [web.post(f"/{name}", json_door(_acted(act))) for name, act in acts.items()]
        looks = {
            "/state": self._state,
            "/commands": self._commands,
            "/channels/{channel}/messages": self._messages,
            "/channels/{channel}/changes": self._changes,
            r"/interactions/{interaction:\d+}": self._interaction,
            r"/results/{message:\d+}": self._results,
            r"/whispers/{interaction:\d+}": self._whispers,
            r"/replies/{message:\d+}": self._reply,
            "/connected": self._connected,
        }
        table += [web.get(path, json_door(look)) for path, look in looks.items()]
        return [*table, web.delete(r"/messages/{message:\d+}", json_door(self._delete))]

    # Acting

    def _where(self, given: Json) -> tuple[User, Channel]:
        user = self._finding.person(given["as"])
        return user, self._finding.place(user, str(given["channel"]))

    def _say(self, body: Body) -> Json:
        user, channel = self._where(body.payload)
        how = {name: body.payload.get(name) for name in ("reply_to", "mention", "forward", "stickers", "spoiler")}
        message = self._stage.writing.say(user, channel, body.payload.get("text", ""), body.uploads, **how)
        return self._stage.payloads.message(message, reads=True)

    def _post(self, body: Body) -> Json:
        given = body.payload
        channel = self._finding.any_place(str(given["channel"]))
        message = self._stage.writing.post(given["as"], given.get("by", "bot"), channel, given, body.uploads)
        return self._stage.payloads.message(message, reads=True)

    def _slash(self, body: Body) -> Json:
        user, channel = self._where(body.payload)
        options = body.payload.get("options") or {}
        return _opened(self._acting.slash(user, channel, body.payload["command"], options, body.uploads).id)

    def _autocomplete(self, body: Body) -> Json:
        user, channel = self._where(body.payload)
        options, focused = body.payload.get("options") or {}, body.payload["focused"]
        return _opened(self._acting.autocomplete(user, channel, body.payload["command"], options, focused).id)

    def _menu(self, body: Body) -> Json:
        user = self._finding.person(body.payload["as"])
        return _opened(self._acting.menu(user, body.payload["command"], int(body.payload["message"])).id)

    def _press(self, body: Body) -> Json:
        user = self._finding.person(body.payload["as"])
        message_id = int(body.payload["message"])
        asked = self._stage.watching.asks(message_id)
        return {**_opened(self._clicking.press(user, message_id, body.payload["button"]).id), "asked": asked}

    def _choose(self, body: Body) -> Json:
        user, given = self._finding.person(body.payload["as"]), body.payload
        return _opened(self._clicking.choose(user, int(given["message"]), given["select"], given["values"]).id)

    def _submit(self, body: Body) -> Json:
        user, given = self._finding.person(body.payload["as"]), body.payload
        return _opened(self._clicking.submit(user, int(given["interaction"]), given["values"], body.uploads).id)

    async def _delete(self, request: web.Request) -> Json:
        user = self._finding.person(request.query["as"])
        message = self._stage.world.any_message(int(request.match_info["message"]))
        if message is None:
            raise SandboxRefusal("there is no such message")
        self._stage.messages.delete(user.id, message.channel_id, message.id)
        return {}

    # Looking

    async def _state(self, _: web.Request) -> Json:
        world, registry = self._stage.world, self._stage.registry
        return {
            "bot": str(world.bot.id),
            "people": {user.name: str(user.id) for user in world.users.values() if not user.bot},
            "guilds": {guild.name: str(guild.id) for guild in world.guilds.values()},
            "roles": {role.name: str(role.id) for guild in world.guilds.values() for role in guild.roles.values()},
            "channels": {channel.name: str(channel.id) for channel in world.channels.values()},
            "places": {str(channel.id): _place(channel) for channel in world.channels.values()},
            "commands": {str(scope or "global"): registry.all(scope) for scope in registry.kept},
            "command_puts": registry.puts,
            "connected": self._stage.gateway.connected(),
            "identified": self._stage.gateway.identified,
            "now": world.clock.now(),
        }

    async def _commands(self, request: web.Request) -> list[Json]:
        user = self._finding.person(request.query["as"])
        return self._acting.offered(user, self._finding.place(user, request.query["channel"]))

    async def _messages(self, request: web.Request) -> list[Json]:
        user = self._finding.person(request.query["as"])
        channel = self._finding.place(user, request.match_info["channel"])
        private = self._stage.world.private_messages.values()
        own = [one for one in private if one.channel_id == channel.id and one.visible_to == user.id]
        seen = sorted([*channel.messages.values(), *own], key=lambda one: one.id)
        return [self._stage.payloads.message(one, reads=True) for one in seen]

    async def _changes(self, request: web.Request) -> Json:
        channel = self._finding.place(self._finding.person(request.query["as"]), request.match_info["channel"])
        since = int(request.query["since"])
        await self._until(request, lambda: None if channel.revision == since else True)
        return {"revision": channel.revision}

    async def _interaction(self, request: web.Request) -> Json:
        kept = self._stage.interactions.get(int(request.match_info["interaction"]))
        found = await self._until(request, lambda: self._stage.watching.answer(kept))
        return found or {"state": "pending", "message": self._stage.watching.written(kept.original)}

    async def _results(self, request: web.Request) -> Json:
        watching, query = self._stage.watching, request.query
        message_id, quiet_s = int(request.match_info["message"]), float(query.get("quiet_s", "1"))
        agreed, besides = query.get("agreed") == "1", int(query.get("besides", "0"))
        found = await self._until(
            request, lambda: watching.results(message_id, quiet_s, agreed=agreed, besides=besides)
        )
        return found or watching.seen(message_id, besides)

    async def _whispers(self, request: web.Request) -> Json:
        watching, quiet_s = self._stage.watching, float(request.query.get("quiet_s", "1"))
        kept = self._stage.interactions.get(int(request.match_info["interaction"]))
        found = await self._until(request, lambda: watching.whispers(kept, quiet_s))
        return found or watching.whispered(kept)

    async def _reply(self, request: web.Request) -> Json:
        message_id = int(request.match_info["message"])
        found = await self._until(request, lambda: self._stage.watching.reply(message_id))
        return found or {"refusal": False, "message": None}

    async def _connected(self, request: web.Request) -> Json:
        found = await self._until(request, lambda: self._stage.gateway.connected() or None)
        return {"connected": found or 0}

    async def _until(self, request: web.Request, look: Callable[[], Any]) -> Any:
        timeout_s = min(float(request.query.get("timeout_s", "60")), LONGEST_WAIT_S)
        return await self._stage.world.bell.until(look, timeout_s)


def _acted(act: Act) -> Callable[[web.Request], Awaitable[Json]]:
    async def handler(request: web.Request) -> Json:
        return act(await read_body(request, UPLOADS))

    return handler


def _place(channel: Channel) -> Json:
    parent = None if channel.parent_id is None else str(channel.parent_id)
    return {"name": channel.name, "type": int(channel.kind), "parent": parent}


def _opened(interaction_id: int) -> Json:
    return {"interaction": str(interaction_id)}
