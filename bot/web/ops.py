"""The operator's door: is the process alive, can it work, and what has it counted. It answers GET, and changes nothing.

A port that is taken does not keep the bot from starting. Members came for the pictures, and whoever watches the door
notices that it does not open; the log says so in one sentence.
"""

import asyncio
import json
import os
from dataclasses import asdict

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.web.health import Checkup, Inquiry
from bot.web.metrics import Meter
from bot.workflow.ports import Clock, GaugeBook

CLOSING_S = 2.0
MOST_BYTES = 1024  # of a body, which nothing here reads
HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Server": "darkroom"}

log = structlog.get_logger()


class Ops:
    """Serves `/healthz`, `/readyz` and `/metrics` at a host and port."""

    def __init__(self, host: str, port: int, checkup: Checkup, meter: Meter, gauges: GaugeBook, clock: Clock) -> None:
        self._host, self._port = host, port
        self._checkup, self._meter, self._clock = checkup, meter, clock
        self._gauges = Inquiry(gauges.read)
        self.listening = asyncio.Event()
        self.url = ""  # once it listens

    async def serve(self) -> None:
        """Answer until cancelled; return where the port cannot be had."""
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=CLOSING_S)
        await runner.setup()
        try:
            if await self._listens(runner):
                await asyncio.Event().wait()
        finally:
            await runner.cleanup()
            await self._gauges.close()
            await self._checkup.close()

    async def _listens(self, runner: web.AppRunner) -> bool:
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except (OSError, UnicodeError) as fault:  # the second is of a host that cannot be a name
            log.error("ops_shut", sentence=_sentence(self._host, self._port, fault))
            return False
        host, port = runner.addresses[0][:2]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        self.listening.set()
        log.info("ops_open", url=self.url)
        return True

    def _application(self) -> web.Application:
        application = web.Application(client_max_size=MOST_BYTES)
        for path, door in (("/healthz", _healthz), ("/readyz", self._readyz), ("/metrics", self._metrics)):
            application.router.add_get(path, door, allow_head=False)
        application.on_response_prepare.append(_prepare)
        return application

    async def _readyz(self, _: web.Request) -> web.Response:
        health = await self._checkup()
        return _json({"ready": health.ready, **asdict(health)}, 200 if health.ready else 503)

    async def _metrics(self, _: web.Request) -> web.Response:
        health, gauges = await asyncio.gather(self._checkup(), self._gauges())
        body = self._meter.exposition(health, gauges, self._clock.now())
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _healthz(_: web.Request) -> web.Response:
    return _json({"alive": True}, 200)  # who can say so is: the loop has come by here


async def _prepare(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


def _json(said: dict[str, object], status: int) -> web.Response:
    return web.Response(text=json.dumps(said), status=status, content_type="application/json")


def _sentence(host: str, port: int, fault: OSError | UnicodeError) -> str:
    # asyncio puts the address, and words of its own, into what the system said.
    number = getattr(fault, "errno", None) or 0
    why = os.strerror(number) if number > 0 else "there is no such host"
    return (
        f"Health and metrics cannot be had: OPS_BIND names {host}:{port}, which this process cannot listen at ({why}). "
        "Give it another address, or off, and start again."
    )
