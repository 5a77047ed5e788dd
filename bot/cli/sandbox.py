"""`darkroom sandbox`: stand-ins for Discord and the image API, and members who act on them."""

import asyncio
import json
import os
import signal
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import app, logs
from bot.cli.act import act
from bot.sandbox.serve import Sandbox
from bot.settings import Settings

cli = typer.Typer(help="Stand-ins for Discord and the image API; nothing outside this machine is called.")
cli.add_typer(act, name="act")

Steps = list[dict[str, Any]]

DiscordPort = Annotated[int, typer.Option(help="Port of the Discord stand-in; 0 takes a free one.")]
EnginePort = Annotated[int, typer.Option(help="Port of the image API stand-in; 0 takes a free one.")]
Record = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Write every exchange to this file, one JSON object a line.")
]
Plan = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        exists=True,
        dir_okay=False,
        help='What the image API does with its next calls: a JSON list such as [{"fault": "429"}, {"latency_s": 5}].',
    ),
]


@cli.callback(invoke_without_command=True)
def sandbox(
    context: typer.Context,
    discord_port: DiscordPort = 0,
    engine_port: EnginePort = 0,
    record: Record = None,
    plan: Plan = None,
) -> None:
    """The stand-ins with the real bot on them, until Ctrl-C; then act as a member from another terminal.

    No settings are read, from the environment or `.env`.
    """
    if context.invoked_subcommand is None:
        asyncio.run(_with_bot(discord_port, engine_port, record, _steps(plan)))


@cli.command()
def serve(discord_port: DiscordPort = 0, engine_port: EnginePort = 0, record: Record = None, plan: Plan = None) -> None:
    """Only the stand-ins, until Ctrl-C; prints, as NAME=value lines, the settings that point a bot at them."""
    asyncio.run(_alone(discord_port, engine_port, record, _steps(plan)))


# ── behind the commands ─────────────────────────────────────────────────────────────────────────────────────


async def _alone(discord_port: int, engine_port: int, record: Path | None, steps: Steps) -> None:
    async with _open(discord_port, engine_port, record, steps) as sandbox:
        for name, value in sandbox.settings.items():
            typer.echo(f"{name}={value}")
        await _interrupted()


async def _with_bot(discord_port: int, engine_port: int, record: Path | None, steps: Steps) -> None:
    # This Discord is new each time, so the bot that remembers it is too.
    with tempfile.TemporaryDirectory(prefix="darkroom-sandbox-") as data:
        async with _open(discord_port, engine_port, record, steps) as sandbox:
            settings = Settings.of({**sandbox.settings, "DATA_DIR": data, "OPS_BIND": "off"})
            logs.configure("WARNING", "text", settings.secrets)
            async with app.running(settings):
                typer.echo("The bot is on. Act as a member from another terminal, for example:")
                typer.echo(
                    f"  darkroom sandbox act edit --url {sandbox.settings['SANDBOX_URL']} "
                    '--image PICTURE --prompt "make it snow" --out out/sandbox'
                )
                await _interrupted()


def _steps(plan: Path | None) -> Steps:
    try:
        steps = [] if plan is None else json.loads(plan.read_text("utf-8"))
    except (OSError, ValueError) as exc:
        raise app.CannotStart(f"{plan} cannot be read as JSON. Write a list of steps, each an object.") from exc
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise app.CannotStart(f"{plan} is not a list of steps, each an object.")
    return steps


@asynccontextmanager
async def _open(
    discord_port: int, engine_port: int, record: Path | None, steps: Steps
) -> AsyncGenerator[Sandbox, None]:
    async with AsyncExitStack() as stack:
        try:
            sandbox = await stack.enter_async_context(Sandbox(discord_port, engine_port, record))
        except OSError as exc:
            what = (
                "The sandbox cannot listen" if record is None or exc.filename is None else f"{record} cannot be written"
            )
            raise app.CannotStart(f"{what} ({os.strerror(exc.errno or 0)}). Choose another port or file.") from exc
        try:
            sandbox.engine.plan(*steps)
        except ValueError as exc:
            raise app.CannotStart(f"The plan holds a step that the image API cannot take: {exc}.") from exc
        yield sandbox


async def _interrupted() -> None:
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    await stop.wait()
