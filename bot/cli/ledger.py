"""The books from the command line; they can be read beside a running bot."""

import asyncio
import json
from typing import Annotated

import typer

from bot import app
from bot.settings import Settings

cli = typer.Typer(no_args_is_help=True, help="Check and show the books.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@cli.command()
def check(as_json: AsJson = False) -> None:
    """Recompute every balance from the ledger's entries; exit 1 on any imbalance."""
    wrong = asyncio.run(app.check_ledger(Settings.read(needs=())))
    if wrong is None:
        typer.echo("There is no database yet, so there is nothing to check.")
        return
    for imbalance in wrong:
        typer.echo(json.dumps({"imbalance": imbalance}) if as_json else imbalance)
    if wrong:
        raise typer.Exit(1)
    typer.echo(json.dumps({"exact": True}) if as_json else "The ledger is exact.")


@cli.command()
def show(user: int, as_json: AsJson = False) -> None:
    """The ledger's entries of one member, by Discord id."""
    for entry in asyncio.run(app.show_ledger(Settings.read(needs=()), user)):
        typer.echo(json.dumps(entry) if as_json else "  ".join(f"{value}" for value in entry.values()))
