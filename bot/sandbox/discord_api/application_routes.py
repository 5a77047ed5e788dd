"""REST routes of the application itself: who it is, where its gateway is, its commands and what was bought from it."""

from aiohttp import web

from bot.sandbox.discord_api.bodies import read_any, read_body
from bot.sandbox.discord_api.commands import Scope
from bot.sandbox.discord_api.guild_payloads import application
from bot.sandbox.discord_api.refusals import Json, Refusal, malformed
from bot.sandbox.discord_api.rest import answer, nothing, number
from bot.sandbox.discord_api.stage import Stage

APPLICATION = r"/applications/{application:\d+}"
COMMANDS = (APPLICATION + "/commands", APPLICATION + r"/guilds/{guild:\d+}/commands")
STARTS_A_DAY = 1000


class ApplicationRoutes:
    """What a bot asks about itself."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._world = stage.world

    def routes(self) -> list[web.RouteDef]:
        """The table."""
        table = [
            web.get("/users/@me", self._me),
            web.get(r"/users/{user:\d+}", self._user),
            web.get("/oauth2/applications/@me", self._application),
            web.get("/applications/@me", self._application),
            web.get("/gateway", self._gateway),
            web.get("/gateway/bot", self._gateway_bot),
            web.post("/attachments/refresh-urls", self._refresh),
            web.get(APPLICATION + "/entitlements", self._entitlements),
            web.get(APPLICATION + "/skus", self._skus),
            web.post(APPLICATION + r"/entitlements/{entitlement:\d+}/consume", self._consume),
        ]
        for commands in COMMANDS:
            table += [
                web.get(commands, self._list),
                web.put(commands, self._replace),
                web.post(commands, self._create),
                web.get(commands + r"/{command:\d+}", self._read),
                web.patch(commands + r"/{command:\d+}", self._change),
                web.delete(commands + r"/{command:\d+}", self._remove),
            ]
        return table

    async def _me(self, _: web.Request) -> web.StreamResponse:
        return answer(self._stage.payloads.whoami())

    async def _user(self, request: web.Request) -> web.StreamResponse:
        if number(request, "user") not in self._world.users:
            raise Refusal(10013)
        return answer(self._stage.payloads.user(number(request, "user")))

    async def _application(self, _: web.Request) -> web.StreamResponse:
        bot = self._stage.payloads.user(self._world.bot.id)
        owner_id = next(iter(self._world.guilds.values())).owner_id
        owner = self._stage.payloads.user(owner_id)
        allowed = self._world.message_content_allowed
        return answer(application(bot, owner, content_allowed=allowed, guilds=len(self._world.guilds)))

    async def _gateway(self, _: web.Request) -> web.StreamResponse:
        return answer({"url": self._stage.gateway.url})

    async def _gateway_bot(self, _: web.Request) -> web.StreamResponse:
        left = STARTS_A_DAY - self._stage.gateway.identified
        limit = {"total": STARTS_A_DAY, "remaining": left, "reset_after": 14400000, "max_concurrency": 1}
        return answer({"url": self._stage.gateway.url, "shards": 1, "session_start_limit": limit})

    async def _refresh(self, request: web.Request) -> web.StreamResponse:
        urls = (await read_body(request)).payload.get("attachment_urls")
        if not isinstance(urls, list) or not 1 <= len(urls) <= 50:
            raise malformed(("attachment_urls",), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 50 in length.")
        fresh = [{"original": url, "refreshed": self._stage.cdn.refreshed(url)} for url in urls]
        return answer({"refreshed_urls": fresh})

    async def _entitlements(self, request: web.Request) -> web.StreamResponse:
        self._own(request)
        wanted = request.query.get("user_id")
        owned = [one for one in self._world.entitlements.values() if wanted in (None, str(one.user_id))]
        return answer([self._stage.payloads.entitlement(one) for one in owned])

    async def _skus(self, request: web.Request) -> web.StreamResponse:
        self._own(request)
        return answer([])

    async def _consume(self, request: web.Request) -> web.StreamResponse:
        self._own(request)
        owned = self._world.entitlements.get(number(request, "entitlement"))
        if owned is None:
            raise Refusal(10029)
        owned.consumed = True
        return nothing()

    # Commands

    async def _list(self, request: web.Request) -> web.StreamResponse:
        kept = self._stage.registry.all(self._scope(request))
        if request.query.get("with_localizations") in ("1", "true", "True"):
            return answer(kept)
        return answer([_without_localizations(one) for one in kept])

    async def _replace(self, request: web.Request) -> web.StreamResponse:
        scope = self._scope(request)
        given, _ = await read_any(request)
        if not isinstance(given, list):
            raise malformed((), "LIST_TYPE_CONVERT", "Only iterables may be used.")
        return answer(self._stage.registry.replace(scope, given))

    async def _create(self, request: web.Request) -> web.StreamResponse:
        scope = self._scope(request)
        written, new = self._stage.registry.create(scope, (await read_body(request)).payload)
        return answer(written, 201 if new else 200)

    async def _read(self, request: web.Request) -> web.StreamResponse:
        return answer(self._stage.registry.by_id(self._scope(request), number(request, "command")))

    async def _change(self, request: web.Request) -> web.StreamResponse:
        scope, given = self._scope(request), (await read_body(request)).payload
        return answer(self._stage.registry.change(scope, number(request, "command"), given))

    async def _remove(self, request: web.Request) -> web.StreamResponse:
        self._stage.registry.remove(self._scope(request), number(request, "command"))
        return nothing()

    def _scope(self, request: web.Request) -> Scope:
        self._own(request)
        if "guild" not in request.match_info:
            return None
        guild_id = number(request, "guild")
        if guild_id not in self._world.guilds or self._world.bot.id not in self._world.guilds[guild_id].members:
            raise Refusal(50001)
        return guild_id

    def _own(self, request: web.Request) -> None:
        if number(request, "application") != self._world.bot.id:
            raise Refusal(10002)


def _without_localizations(command: Json) -> Json:
    kept = {name: value for name, value in command.items() if not name.endswith("_localizations")}
    for part in ("options", "choices"):
        if part in kept:
            kept[part] = [_without_localizations(one) for one in kept[part]]
    return kept
