"""REST routes of channels, threads, guilds and DMs."""

from aiohttp import web

from bot.sandbox.discord_api.bodies import read_body
from bot.sandbox.discord_api.permissions import P
from bot.sandbox.discord_api.refusals import FormErrors, Json, Refusal
from bot.sandbox.discord_api.rest import answer, nothing, number
from bot.sandbox.discord_api.stage import Stage
from bot.sandbox.discord_api.world import Channel, ChannelKind

CHANNEL = r"/channels/{channel:\d+}"
GUILD = r"/guilds/{guild:\d+}"


class ChannelRoutes:
    """What a bot does with places, as itself."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._bot = stage.world.bot.id

    def routes(self) -> list[web.RouteDef]:
        """The table."""
        return [
            web.get(CHANNEL, self._read),
            web.patch(CHANNEL, self._change),
            web.delete(CHANNEL, self._delete),
            web.post(CHANNEL + r"/messages/{message:\d+}/threads", self._open_from),
            web.post(CHANNEL + "/threads", self._open),
            web.get(CHANNEL + "/thread-members", self._members),
            web.put(CHANNEL + r"/thread-members/{user:@me|\d+}", self._join),
            web.delete(CHANNEL + r"/thread-members/{user:@me|\d+}", self._leave),
            web.get(GUILD, self._guild),
            web.get(GUILD + "/channels", self._channels),
            web.get(GUILD + "/threads/active", self._active_threads),
            web.get(GUILD + r"/members/{user:\d+}", self._member),
            web.post("/users/@me/channels", self._open_dm),
        ]

    def _enter(self, request: web.Request) -> Channel:
        return self._stage.access.enter(self._bot, number(request, "channel"))

    def _written(self, channel: Channel) -> Json:
        return self._stage.payloads.channel(channel)

    async def _read(self, request: web.Request) -> web.StreamResponse:
        return answer(self._written(self._enter(request)))

    async def _change(self, request: web.Request) -> web.StreamResponse:
        channel, given = self._enter(request), (await read_body(request)).payload
        if channel.thread is not None:
            return answer(self._written(self._stage.threads.change(self._bot, channel, given)))
        if channel.kind is ChannelKind.DM:
            raise Refusal(50003)
        self._stage.access.need(self._bot, channel, P.MANAGE_CHANNELS)
        errors = FormErrors()
        errors.length(("name",), given.get("name", channel.name), 1, 100)
        errors.raise_if_any()
        channel.name, channel.topic = given.get("name", channel.name), given.get("topic", channel.topic)
        self._stage.events.channel_changed(channel)
        return answer(self._written(channel))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        channel = self._enter(request)
        written = self._written(channel)
        if channel.kind is not ChannelKind.DM:
            needed = P.MANAGE_CHANNELS if channel.thread is None else P.MANAGE_THREADS
            self._stage.access.need(self._bot, channel, needed)
            self._stage.threads.delete(channel)
        return answer(written)

    async def _open_from(self, request: web.Request) -> web.StreamResponse:
        given = (await read_body(request)).payload
        ids = number(request, "channel"), number(request, "message")
        return answer(self._written(self._stage.threads.open_from(self._bot, *ids, given)), 201)

    async def _open(self, request: web.Request) -> web.StreamResponse:
        channel, body = self._enter(request), await read_body(request)
        if not self._stage.threads.is_forum(channel.id):
            return answer(self._written(self._stage.threads.open_bare(self._bot, channel.id, body.payload)), 201)
        thread, message = self._stage.threads.open_post(self._bot, channel.id, body)
        first = self._stage.payloads.message(message, reads=True)
        return answer({**self._written(thread), "message": first}, 201)

    async def _members(self, request: web.Request) -> web.StreamResponse:
        thread = self._enter(request)
        members = () if thread.thread is None else thread.thread.members
        return answer([self._stage.payloads.thread_member(thread, one) for one in members])

    def _who(self, request: web.Request) -> int:
        named = request.match_info["user"]
        return self._bot if named == "@me" else int(named)

    async def _join(self, request: web.Request) -> web.StreamResponse:
        self._stage.threads.join(self._bot, number(request, "channel"), self._who(request))
        return nothing()

    async def _leave(self, request: web.Request) -> web.StreamResponse:
        self._stage.threads.leave(self._bot, number(request, "channel"), self._who(request))
        return nothing()

    async def _guild(self, request: web.Request) -> web.StreamResponse:
        guild = self._stage.world.guild(number(request, "guild"), self._bot)
        written = self._stage.payloads.guild(guild)
        if request.query.get("with_counts") in ("1", "true"):
            written |= {"approximate_member_count": len(guild.members), "approximate_presence_count": 1}
        return answer(written)

    async def _channels(self, request: web.Request) -> web.StreamResponse:
        guild = self._stage.world.guild(number(request, "guild"), self._bot)
        places = [one for one in self._stage.world.channels.values() if one.guild_id == guild.id]
        return answer([self._written(one) for one in places if one.thread is None])

    async def _active_threads(self, request: web.Request) -> web.StreamResponse:
        guild = self._stage.world.guild(number(request, "guild"), self._bot)
        active = [one for one in self._stage.world.threads_of(guild.id) if one.thread and not one.thread.archived]
        seen = [one for one in active if self._stage.access.may(self._bot, one, P.VIEW_CHANNEL)]
        mine = [one for one in seen if one.thread and self._bot in one.thread.members]
        members = [self._stage.payloads.thread_member(one, self._bot) for one in mine]
        return answer({"threads": [self._written(one) for one in seen], "members": members})

    async def _member(self, request: web.Request) -> web.StreamResponse:
        guild = self._stage.world.guild(number(request, "guild"), self._bot)
        membership = guild.members.get(number(request, "user"))
        if membership is None:
            known = number(request, "user") in self._stage.world.users
            raise Refusal(10007 if known else 10013)
        return answer(self._stage.payloads.member(membership))

    async def _open_dm(self, request: web.Request) -> web.StreamResponse:
        wanted = str((await read_body(request)).payload.get("recipient_id"))
        user = self._stage.world.users.get(int(wanted)) if wanted.isdecimal() else None
        if user is None:
            raise Refusal(10013)
        if user.bot:
            raise Refusal(50007)
        return answer(self._written(self._stage.world.dm_with(user.id)))
