"""The Discord stand-in: REST, gateway, CDN and the control door on one address, around one small world."""

import base64
from collections.abc import Mapping

from aiohttp import web

from bot.sandbox.clock import Clock
from bot.sandbox.discord_api.application_routes import ApplicationRoutes
from bot.sandbox.discord_api.channel_routes import ChannelRoutes
from bot.sandbox.discord_api.control import UPLOADS, Control
from bot.sandbox.discord_api.faults import Faults
from bot.sandbox.discord_api.furnish import new_world
from bot.sandbox.discord_api.gateway import Record
from bot.sandbox.discord_api.interaction_routes import InteractionRoutes
from bot.sandbox.discord_api.levers import Levers
from bot.sandbox.discord_api.message_routes import MessageRoutes
from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.discord_api.rest import BASE, rest_middleware
from bot.sandbox.discord_api.stage import Stage, set_up
from bot.sandbox.discord_api.world import World
from bot.sandbox.record import Recorder, recording


class DiscordServer:
    """Everything that a bot and its members need of Discord; `application` serves it."""

    def __init__(self, clock: Clock, recorder: Recorder | None = None, world: World | None = None) -> None:
        self.world = world or new_world(clock)
        self._recorder = recorder
        self.stage: Stage = set_up(self.world, None if recorder is None else _gateway_record(recorder))
        self.token = _token(self.world.bot.id)
        self.stage.gateway.token = self.token

    @property
    def faults(self) -> Faults:
        """The trouble still to come."""
        return self.stage.faults

    @property
    def command_puts(self) -> int:
        """How often the bot has replaced its list of commands."""
        return self.stage.registry.puts

    def listens_at(self, url: str) -> None:
        """Learn the address under which the application can be reached, such as http://127.0.0.1:8123."""
        base = url.rstrip("/")
        self.stage.cdn.base = base
        self.stage.gateway.url = f"ws{base.removeprefix('http')}/gateway"

    def application(self) -> web.Application:
        """The web application; it closes its sockets when it shuts down."""
        root = web.Application(client_max_size=UPLOADS)
        root.add_subapp(BASE, self._rest())
        root.add_subapp("/_sandbox", self._door())
        root.router.add_get("/gateway", self.stage.gateway.connect)
        for folder in ("attachments", "ephemeral-attachments"):
            root.router.add_get(f"/{folder}/{{place}}/{{attachment:\\d+}}/{{name}}", self.stage.cdn.serve)
        root.router.add_get(r"/stickers/{sticker:\d+}.{ending}", self.stage.cdn.serve_sticker)
        root.router.add_get("/external/{signature}/{scheme}/{rest:.*}", self.stage.cdn.serve_outside)
        root.on_shutdown.append(self._close)
        return root

    def _rest(self) -> web.Application:
        middlewares = [rest_middleware(self.stage, self.token)]
        if self._recorder is not None:
            middlewares.insert(0, recording(self._recorder, "discord"))
        rest = web.Application(middlewares=middlewares, client_max_size=UPLOADS)
        for routes in (MessageRoutes, ChannelRoutes, ApplicationRoutes, InteractionRoutes):
            rest.add_routes(routes(self.stage).routes())
        return rest

    def _door(self) -> web.Application:
        door = web.Application(client_max_size=UPLOADS)
        door.add_routes(Control(self.stage).routes())
        door.add_routes(Levers(self.stage).routes())
        return door

    async def _close(self, _: web.Application) -> None:
        self.world.bell.close()
        await self.stage.gateway.close()


def _token(bot_id: int) -> str:
    """Shaped like a bot token, and saying what it is."""
    return f"{base64.b64encode(str(bot_id).encode()).decode().rstrip('=')}.SANDBX.only-for-the-sandbox-not-a-real-token"


def _gateway_record(recorder: Recorder) -> Record:
    nothing: Mapping[str, str] = {}

    def note(method: str, path: str, payload: Json) -> None:
        recorder.exchange(
            side="gateway",
            method=method,
            path=path,
            query="",
            headers=nothing,
            body=b"",
            content_type="application/json",
            status=0,
            response=payload,
        )

    return note
