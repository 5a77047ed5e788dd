"""Showing that the bot is at it, as a person's "is typing…": a courtesy to whoever mentioned it and waits."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import discord
import structlog

log = structlog.get_logger()


@asynccontextmanager
async def typing(message: discord.Message) -> AsyncGenerator[None, None]:
    """Show it in the message's channel once, for the body of an `async with`, which waits for none of it.

    Discord shows it for ten seconds or until the bot says something, which is longer than a door takes; one that is
    still on its way when the body ends is taken back, since it would stand there behind the answer.
    """
    showing = asyncio.create_task(_show(message))
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.wait({showing})


async def _show(message: discord.Message) -> None:
    try:
        await message.channel.typing()
    except Exception as fault:  # noqa: BLE001 - aiohttp raises a RuntimeError where the client is being closed
        log.info("typing_unseen", channel=message.channel.id, kind=type(fault).__name__)
