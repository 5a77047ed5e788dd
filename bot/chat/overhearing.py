"""Every error that Discord answers with, counted where all its answers pass: those of the account and of tokens.

It is counted as often as it is answered, also where discord.py or we try again.
"""

import json
from types import SimpleNamespace

import aiohttp

from bot.chat.delivery.ways import WAYS
from bot.workflow.ports import Metrics

NO_ANSWER = "no_answer"
# What it may say beside what stands in the way of a message. Any other code counts by its HTTP status.
CODES = frozenset({*WAYS, 10005, 10007, 10011, 10013, 20028, 30001, 30013, 40001, 40060, 40333, 50035, 160002, 160004})


def overhearing(metrics: Metrics) -> aiohttp.TraceConfig:
    """For discord.py's own connection: it counts, and changes nothing."""
    trace = aiohttp.TraceConfig()

    async def ended(_: aiohttp.ClientSession, context: SimpleNamespace, told: aiohttp.TraceRequestEndParams) -> None:
        context.status = told.response.status

    async def read(
        _: aiohttp.ClientSession, context: SimpleNamespace, told: aiohttp.TraceResponseChunkReceivedParams
    ) -> None:
        status = getattr(context, "status", 0)
        if status >= 400:
            metrics.discord_failed(code_in(status, told.chunk))

    async def broke(_: aiohttp.ClientSession, __: SimpleNamespace, told: aiohttp.TraceRequestExceptionParams) -> None:
        if isinstance(told.exception, Exception):  # to be cancelled is no fault of Discord's
            metrics.discord_failed(NO_ANSWER)

    trace.on_request_end.append(ended)
    trace.on_response_chunk_received.append(read)
    trace.on_request_exception.append(broke)
    return trace


def code_in(status: int, body: bytes) -> str:
    """The code of an error answer as it is counted: Discord's, of those that we know, else the HTTP status."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return str(status)
    code = said.get("code") if isinstance(said, dict) else None
    return str(code) if isinstance(code, int) and code in CODES else str(status)
