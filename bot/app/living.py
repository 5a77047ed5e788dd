"""The life of the bot: every task belongs to one group; the chat outlives the work, so that what ends late is told."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

from bot import logs
from bot.app.house import House, opened
from bot.app.trouble import TURNED_AWAY, plain_sentences
from bot.settings import Settings, SettingsWrong, provider_entries
from bot.web.stall import watch_loop
from bot.workflow.recover import recover
from bot.workflow.sweep import sweep

log = structlog.get_logger(__name__)

DAY_S = 86_400


async def run(
    settings: Settings,
    stop: asyncio.Event,
    ready: asyncio.Event | None = None,
    hangup: asyncio.Event | None = None,
) -> None:
    """The whole bot, until `stop` is set; `ready` is set once it listens to Discord.

    `hangup` asks for keys and limits to be read again. Raises `CannotStart`.
    """
    with plain_sentences():
        async with opened(settings) as house:
            await _live(house, stop, ready or asyncio.Event(), hangup or asyncio.Event())


@asynccontextmanager
async def running(settings: Settings) -> AsyncGenerator[None, None]:
    """The bot beside the body of an `async with`, listening from its first line. Raises `CannotStart`."""
    stop, ready = asyncio.Event(), asyncio.Event()
    bot = asyncio.create_task(run(settings, stop, ready))
    listening = asyncio.create_task(ready.wait())
    try:
        await asyncio.wait({bot, listening}, return_when=asyncio.FIRST_COMPLETED)
        if not bot.done():
            yield
    finally:
        listening.cancel()
        stop.set()
        await bot


async def _live(house: House, stop: asyncio.Event, ready: asyncio.Event, hangup: asyncio.Event) -> None:
    await recover(house.book)
    async with house.client, asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(_serve(house, stop))
        beside = (
            tasks.create_task(house.postbox.run()),
            tasks.create_task(house.drafts.expire()),
            tasks.create_task(_reread(house, hangup)),
            tasks.create_task(house.line.run()),
            tasks.create_task(house.thresholds.watch()),
            tasks.create_task(_sweep(house)),
            tasks.create_task(_attend(house)),
            tasks.create_task(_let_paint(house)),
        )
        await _first(stop.wait(), house.client.logged_in.wait())
        if stop.is_set():
            house.dispatcher.stop()  # nothing is begun on the way out
        work = tasks.create_task(house.dispatcher.run())
        await _first(stop.wait(), house.client.wait_until_ready())
        if not stop.is_set():
            log.info("listening")
            ready.set()
        await stop.wait()
        log.info("stopping")
        house.client.stopping = True
        async with asyncio.TaskGroup() as ending:
            ending.create_task(_end_work(house, work))
            ending.create_task(house.client.served(within_s=house.settings.shutdown_grace_s))
        refusal = serving.result() if serving.done() else None
        await house.client.close()
        for task in (serving, *beside):
            task.cancel()
        if refusal is not None:
            raise refusal


async def _sweep(house: House) -> None:
    retention_s = house.settings.retention_days * DAY_S
    await sweep(house.book, house.blobs, house.gatherings, house.guilds, house.clock, retention_s)


async def _attend(house: House) -> None:
    """Say at the operator's door how the bot is, where there is such a door."""
    if house.ops is None:
        return
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(watch_loop(house.meter.stalled))
        tasks.create_task(house.ops.serve())


async def _let_paint(house: House) -> None:
    """Serve the page where masks are painted, where there is one."""
    if house.painter_door is not None:
        await house.painter_door.serve()


async def _reread(house: House, hangup: asyncio.Event) -> None:
    """Take new keys and limits each time that it is asked for; a file that cannot be used changes nothing."""
    while True:
        await hangup.wait()
        hangup.clear()
        try:
            new = await asyncio.to_thread(house.live.reread)
            house.provider.rekey(provider_entries(new).keys)
        except (SettingsWrong, ValueError) as wrong:
            log.error("settings_not_reread", sentence=str(wrong))
        else:
            changed = house.live.take(new)
            logs.configure(new.log_level, new.log_format, new.secrets)
            log.info("settings_reread", changed=changed)


async def _serve(house: House, stop: asyncio.Event) -> Exception | None:
    """Be at Discord. To be turned away there is a stop like any other: what is being paid for is let finish."""
    try:
        await house.client.serve(house.settings.discord_token.get_secret_value())
    except TURNED_AWAY as refusal:
        stop.set()
        return refusal
    return None


async def _end_work(house: House, work: asyncio.Task[None]) -> None:
    house.dispatcher.stop()
    await asyncio.wait({work}, timeout=house.settings.shutdown_grace_s)
    if not work.done():
        log.warning("grace_over")
        work.cancel()
        await asyncio.wait({work})


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """Return when any of them does."""
    tasks = {asyncio.ensure_future(wait) for wait in waits}
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
