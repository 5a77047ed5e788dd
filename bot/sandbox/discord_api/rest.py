"""The REST door: authorization, rate limits, faults, and JSON answers as Discord writes them."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.sandbox.discord_api.faults import Fault
from bot.sandbox.discord_api.limits import limited
from bot.sandbox.discord_api.refusals import Refusal
from bot.sandbox.discord_api.stage import Stage

BASE = "/api/v10"
VIA = {"Via": "1.1 google"}
# These carry a token of their own.
WITHOUT_BOT_TOKEN = ("/interactions/", "/webhooks/")
OPEN = ("/gateway",)

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(payload: object, status: int = 200) -> web.Response:
    """JSON whose Content-Type is application/json and nothing else."""
    return web.Response(body=json.dumps(payload).encode(), status=status, headers={"Content-Type": "application/json"})


def nothing() -> web.Response:
    """204."""
    return web.Response(status=204)


def number(request: web.Request, name: str) -> int:
    """A snowflake in the path."""
    return int(request.match_info[name])


def rest_middleware(stage: Stage, token: str) -> Middleware:
    """What every REST request goes through."""

    @web.middleware
    async def pass_through(request: web.Request, handler: Answer) -> web.StreamResponse:
        path = request.path.removeprefix(BASE)
        fault = stage.faults.take(request.method, path, ("before", "after", "reset", "reset_after"))
        if fault is not None and fault.delay_s:
            await stage.world.pause(fault.delay_s)
        headers: dict[str, str] = {}
        try:
            _authorize(request, path, token)
            headers = stage.limits.take(request.method, path)
            if fault is not None and fault.how == "before":
                raise _as_refusal(fault)
            if fault is not None and fault.how == "reset":
                return _cut(request)
            response = await handler(request)
            if fault is not None and fault.how == "after":
                raise _as_refusal(fault)
            if fault is not None and fault.how == "reset_after":
                return _cut(request)
        except Refusal as refusal:
            headers |= refusal.headers
            response = answer(refusal.body(), refusal.status)
        except web.HTTPException as exc:
            response = answer({"message": f"{exc.status}: {HTTPStatus(exc.status).phrase}", "code": 0}, exc.status)
        response.headers.update(headers | VIA)
        return response

    return pass_through


def _authorize(request: web.Request, path: str, token: str) -> None:
    if path.startswith(WITHOUT_BOT_TOKEN) or path in OPEN:
        return
    if request.headers.get("Authorization") != f"Bot {token}":
        raise Refusal(0, status=401, message="401: Unauthorized")


def _as_refusal(fault: Fault) -> Refusal:
    if fault.status == HTTPStatus.TOO_MANY_REQUESTS:
        return limited(fault.retry_after if fault.retry_after is not None else 1.0, fault.scope, code=fault.code)
    return Refusal(fault.code, status=fault.status, message=fault.message)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
