"""REST routes of messages, reactions and typing."""

from aiohttp import web

from bot.sandbox.discord_api.bodies import read_body
from bot.sandbox.discord_api.message_forms import read_message_form
from bot.sandbox.discord_api.permissions import P
from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.discord_api.rest import answer, nothing, number
from bot.sandbox.discord_api.stage import Stage
from bot.sandbox.discord_api.world import Message

CHANNEL = r"/channels/{channel:\d+}"
MESSAGE = CHANNEL + r"/messages/{message:\d+}"


class MessageRoutes:
    """What a bot does with messages, as itself."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._bot = stage.world.bot.id

    def routes(self) -> list[web.RouteDef]:
        """The table."""
        return [
            web.get(CHANNEL + "/messages", self._history),
            web.post(CHANNEL + "/messages", self._send),
            web.get(MESSAGE, self._read),
            web.patch(MESSAGE, self._edit),
            web.delete(MESSAGE, self._delete),
            web.put(MESSAGE + "/reactions/{emoji}/@me", self._react),
            web.delete(MESSAGE + "/reactions/{emoji}/@me", self._unreact),
            web.post(CHANNEL + "/typing", self._type),
        ]

    def _written(self, message: Message, *, fresh: bool = False) -> Json:
        reads = self._stage.world.message_content_allowed
        return self._stage.payloads.message(message, reads=reads, fresh=fresh)

    async def _history(self, request: web.Request) -> web.StreamResponse:
        found = self._stage.messages.history(self._bot, number(request, "channel"), request.query)
        return answer([self._written(one) for one in found])

    async def _send(self, request: web.Request) -> web.StreamResponse:
        channel = self._stage.access.enter(self._bot, number(request, "channel"))
        form = read_message_form(await read_body(request))
        return answer(self._written(self._stage.messages.send(self._bot, channel.id, form), fresh=True))

    async def _read(self, request: web.Request) -> web.StreamResponse:
        ids = number(request, "channel"), number(request, "message")
        return answer(self._written(self._stage.access.read_message(self._bot, *ids)))

    async def _edit(self, request: web.Request) -> web.StreamResponse:
        channel_id, message_id = number(request, "channel"), number(request, "message")
        self._stage.access.enter(self._bot, channel_id)
        message = self._stage.world.message(channel_id, message_id)
        form = read_message_form(await read_body(request), old_flags=message.flags)
        return answer(self._written(self._stage.messages.edit(self._bot, channel_id, message_id, form)))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        self._stage.messages.delete(self._bot, number(request, "channel"), number(request, "message"))
        return nothing()

    async def _react(self, request: web.Request) -> web.StreamResponse:
        return self._reacted(request, add=True)

    async def _unreact(self, request: web.Request) -> web.StreamResponse:
        return self._reacted(request, add=False)

    def _reacted(self, request: web.Request, *, add: bool) -> web.StreamResponse:
        ids = number(request, "channel"), number(request, "message")
        self._stage.messages.react(self._bot, *ids, request.match_info["emoji"], add=add)
        return nothing()

    async def _type(self, request: web.Request) -> web.StreamResponse:
        channel = self._stage.access.enter(self._bot, number(request, "channel"))
        self._stage.access.need(
            self._bot, channel, P.SEND_MESSAGES if channel.thread is None else P.SEND_MESSAGES_IN_THREADS
        )
        return nothing()
