"""The operator's door on stand-ins, open for a test."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.web.health import Checkup
from bot.web.metrics import Meter
from bot.web.ops import Ops
from tests.standins import DialledGauges, HandClock, Steps

MODELS, PROVIDERS = ("gpt-image-2", "flux"), ("openai", "spare")
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@dataclass
class Front:
    """What stands behind the door."""

    gauges: DialledGauges = field(default_factory=DialledGauges)
    meter: Meter = field(default_factory=lambda: Meter(MODELS, PROVIDERS))
    clock: HandClock = field(default_factory=lambda: HandClock(Steps()))
    connected: bool = True
    stopping: bool = False
    shut: set[str] = field(default_factory=set)

    def checkup(self) -> Checkup:
        """What it looks at."""
        return Checkup(
            self.gauges.glance,
            lambda: self.connected,
            lambda: self.stopping,
            PROVIDERS,
            lambda provider: provider in self.shut,
        )

    def ops(self, host: str = "127.0.0.1", port: int = 0) -> Ops:
        """The door itself."""
        return Ops(host, port, self.checkup(), self.meter, self.gauges, self.clock)

    @asynccontextmanager
    async def opened(self) -> AsyncGenerator[tuple[aiohttp.ClientSession, str], None]:
        """A session, and the address of the door."""
        ops = self.ops()
        serving = asyncio.create_task(ops.serve())
        try:
            await ops.listening.wait()
            async with aiohttp.ClientSession() as session:
                yield session, ops.url
        finally:
            serving.cancel()
            await asyncio.wait({serving})


def samples(text: str) -> Samples:
    """Every sample of an exposition, read by Prometheus's own parser: by its name and labels."""
    families = text_string_to_metric_families(text)
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def of(said: Samples, name: str, **labels: str) -> float | None:
    """One sample of ours; None where there is none."""
    return said.get((f"darkroom_{name}", frozenset(labels.items())))
