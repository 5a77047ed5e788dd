"""The operator's commands: run the bot, bring its database up to date."""

import asyncio
import os
import signal
from typing import Annotated, Literal

import typer

from bot import app, logs
from bot.domain import crash
from bot.settings import Settings

Role = Annotated[
    Literal["all", "gateway", "worker"],
    typer.Option(help="What this process does; with a database in a file only all is possible."),
]


def run(role: Role = "all") -> None:
    """Run the bot, with the settings from the environment and `.env`, until Ctrl-C or SIGTERM.

    SIGHUP has it read keys and limits again.
    """
    if role != "all":
        raise app.CannotStart("--role gateway and --role worker need a queue on PostgreSQL. Leave the option out.")
    settings = Settings.read()
    logs.configure(settings.log_level, settings.log_format, settings.secrets)
    try:
        crash.arm(os.environ.get(crash.VARIABLE))
    except ValueError as wrong:
        raise app.CannotStart(str(wrong)) from None
    try:
        asyncio.run(_until_stopped(settings))
    except app.BooksWrong as wrong:
        typer.echo(f"darkroom: {wrong}", err=True)
        raise typer.Exit(1) from None


def migrate() -> None:
    """Make the database, or bring it up to date; `run` does so by itself."""
    asyncio.run(app.migrate(Settings.read(needs=())))
    typer.echo("The database is up to date.")


async def _until_stopped(settings: Settings) -> None:
    stop, hangup = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    loop.add_signal_handler(signal.SIGHUP, hangup.set)
    await app.run(settings, stop, hangup=hangup)
