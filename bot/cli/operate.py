"""The operator's commands: run the bot, bring its database up to date."""

import asyncio
import signal
from typing import Annotated

import typer

from bot import app, logs
from bot.settings import Settings


def run(role: Annotated[str, typer.Option(help="all: one process does everything")] = "all") -> None:
    """Run the bot, with the settings from the environment and `.env`."""
    if role != "all":
        raise app.CannotStart("--role gateway and --role worker need a queue on PostgreSQL. Leave the option out.")
    settings = Settings.read()
    logs.configure(settings.log_level, settings.log_format, settings.secrets)
    asyncio.run(_until_stopped(settings))


def migrate() -> None:
    """Bring the database up to date; `run` does so by itself."""
    asyncio.run(app.migrate(Settings.read(needs=())))


async def _until_stopped(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    await app.run(settings, stop)
