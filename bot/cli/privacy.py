"""`darkroom privacy`: what a member asks of the operator instead of the bot."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.decide import Who, told
from bot.domain.errors import Refused
from bot.office import office
from bot.settings import Settings

cli = typer.Typer(no_args_is_help=True, help="Give a member what is kept about them, or delete it.")


@cli.command()
def export(
    user: Who,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to; else it is printed.")] = None,
) -> None:
    """Everything that is kept about a member, as JSON."""
    kept = asyncio.run(_export(user))
    if out is None:
        typer.echo(kept.decode())
        return
    try:
        out.write_bytes(kept)
    except OSError as fault:
        raise typer.BadParameter(f"{out} cannot be written ({fault.strerror}).") from None
    typer.echo(f"saved: {out}")


@cli.command()
def delete(
    user: Who, yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False
) -> None:
    """Delete what is kept about a member; what was spent stays, under a hash, and so does what is in force."""
    if not yes:
        typer.confirm(f"Delete what is kept about user {user} for good?", abort=True)
    try:
        asyncio.run(_forget(user))
    except Refused as refusal:
        raise told(refusal) from None
    typer.echo("Deleted. Pictures leave the disk within two hours while the bot runs.")


async def _export(user: int) -> bytes:
    async with office(Settings.read(needs=())) as opened:
        return await opened.forgetting.export(user)


async def _forget(user: int) -> None:
    async with office(Settings.read(needs=())) as opened:
        await opened.forgetting.forget(user)
