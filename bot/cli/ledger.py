"""The books from the command line; they can be read beside a running bot."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from bot import app
from bot.domain.quota import Unit
from bot.settings import Settings
from bot.words.amounts import dollars

cli = typer.Typer(no_args_is_help=True, help="Check and show the books; the bot may run meanwhile.")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
User = Annotated[int, typer.Argument(metavar="USER", help="The member's Discord id, a long number.")]


@cli.command()
def check(as_json: AsJson = False) -> None:
    """Recompute every balance from the ledger's entries; exit 1 on any imbalance."""
    wrong = asyncio.run(app.check_ledger(Settings.read(needs=())))
    for imbalance in wrong or ():
        typer.echo(json.dumps({"imbalance": imbalance}) if as_json else imbalance)
    if wrong:
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps({"exact": True, "database": wrong is not None}))
    elif wrong is None:
        typer.echo("There is no database yet, so there is nothing to check.")
    else:
        typer.echo("The ledger is exact.")


@cli.command()
def show(user: User, as_json: AsJson = False) -> None:
    """The last ledger entries of one member, the newest first."""
    entries = asyncio.run(app.show_ledger(Settings.read(needs=()), user))
    for entry in entries:
        typer.echo(json.dumps(entry) if as_json else _line(entry))
    if not entries and not as_json:
        typer.echo("There are no entries of this member.")


def _line(entry: Mapping[str, Any]) -> str:
    """ "2026-11-20 14:50:40  edit #1  charge    $0.07  of the month from 2026-11-01", in UTC."""
    at, since = (datetime.fromtimestamp(entry[name], UTC) for name in ("at", "starts_at"))
    amount = dollars(entry["amount"]) if entry["unit"] == Unit.MICRO_USD else _pictures(entry["amount"])
    return (
        f"{at:%Y-%m-%d %H:%M:%S}  edit #{entry['job_id']}  {entry['kind']:8}  {amount:>11}"
        f"  of the {entry['period']} from {since:%Y-%m-%d}"
    )


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"
