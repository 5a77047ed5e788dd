"""REST routes of interactions: the callback, the original answer and followups, on the interaction's own token."""

from aiohttp import web

from bot.sandbox.discord_api.answers import MESSAGE, MODAL, UPDATE
from bot.sandbox.discord_api.bodies import read_body
from bot.sandbox.discord_api.interactions import Interaction
from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.discord_api.rest import answer, nothing, number
from bot.sandbox.discord_api.stage import Stage
from bot.sandbox.discord_api.world import LOADING, Message

CALLBACK = r"/interactions/{interaction:\d+}/{token}/callback"
WEBHOOK = r"/webhooks/{application:\d+}/{token}"
ORIGINAL = WEBHOOK + "/messages/@original"
FOLLOWUP = WEBHOOK + r"/messages/{message:\d+}"


class InteractionRoutes:
    """What a bot does with a token, none of which needs its own."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def routes(self) -> list[web.RouteDef]:
        """The table."""
        table = [web.post(CALLBACK, self._callback), web.post(WEBHOOK, self._follow_up)]
        for path in (ORIGINAL, FOLLOWUP):
            table += [web.get(path, self._read), web.patch(path, self._edit), web.delete(path, self._delete)]
        return table

    async def _callback(self, request: web.Request) -> web.StreamResponse:
        ids = number(request, "interaction"), request.match_info["token"]
        self._stage.interactions.to_answer(*ids)
        body = await read_body(request)
        # The body took time to arrive, and another callback may have come first.
        kept = self._stage.interactions.to_answer(*ids)
        shown = self._stage.answers.first(kept, body)
        if request.query.get("with_response") not in ("1", "true", "True"):
            return nothing()
        return answer(self._callback_response(kept, shown, body.payload["type"]))

    def _callback_response(self, kept: Interaction, shown: Message | None, kind: int) -> Json:
        interaction: Json = {"id": str(kept.id), "type": kept.kind, "channel_id": str(kept.channel_id)}
        if kept.guild_id is not None:
            interaction["guild_id"] = str(kept.guild_id)
        response: Json = {"interaction": interaction}
        if shown is not None and kind != MODAL:
            interaction["response_message_id"] = str(shown.id)
            interaction["response_message_loading"] = bool(shown.flags & LOADING)
            interaction["response_message_ephemeral"] = kept.ephemeral
        if shown is not None and kind in (MESSAGE, UPDATE):
            response["resource"] = {"type": kind, "message": self._written(shown)}
        return response

    async def _follow_up(self, request: web.Request) -> web.StreamResponse:
        kept = self._by_token(request)
        return answer(self._written(self._stage.answers.follow_up(kept, await read_body(request))))

    async def _read(self, request: web.Request) -> web.StreamResponse:
        return answer(self._written(self._message(request, self._by_token(request))))

    async def _edit(self, request: web.Request) -> web.StreamResponse:
        kept = self._by_token(request)
        message = self._message(request, kept)
        return answer(self._written(self._stage.answers.edit(kept, message, await read_body(request))))

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        kept = self._by_token(request)
        self._stage.answers.delete(kept, self._message(request, kept))
        return nothing()

    def _by_token(self, request: web.Request) -> Interaction:
        return self._stage.interactions.by_token(number(request, "application"), request.match_info["token"])

    def _message(self, request: web.Request, kept: Interaction) -> Message:
        if "message" not in request.match_info:
            return self._stage.answers.original(kept)
        return self._stage.answers.one_of(kept, number(request, "message"))

    def _written(self, message: Message) -> Json:
        return self._stage.payloads.message(message, reads=self._stage.world.message_content_allowed)
