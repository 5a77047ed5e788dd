"""The books from the command line: looked into and decided about, beside a running bot."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from bot import app
from bot.cli import decide, overview, reconcile
from bot.domain.quota import Unit
from bot.settings import Settings
from bot.words.amounts import dollars

cli = typer.Typer(
    no_args_is_help=True,
    help="Check and show the books, and decide who may make and spend how much; the bot may run meanwhile.",
)

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


cli.command(name="limits")(overview.limits)
cli.command(name="report")(overview.report)
cli.command(name="set")(decide.set_limit)
cli.command(name="grant")(decide.grant)
cli.command(name="reset")(decide.reset)
cli.command(name="block")(decide.block)
cli.command(name="unblock")(decide.unblock)
cli.command(name="pause")(decide.pause)
cli.command(name="resume")(decide.resume)
cli.command(name="reconcile")(reconcile.reconcile)


def _line(entry: Mapping[str, Any]) -> str:
    """ "2026-11-20 14:50:40  edit #1  charge    $0.07  of the month from 2026-11-01", in UTC."""
    at, since = (datetime.fromtimestamp(entry[name], UTC) for name in ("at", "starts_at"))
    amount = dollars(entry["amount"]) if entry["unit"] == Unit.MICRO_USD else _pictures(entry["amount"])
    cause = f"decision {entry['deed_id']}" if entry["job_id"] is None else f"edit #{entry['job_id']}"
    _, _, guild = str(entry["account"]).partition("@")
    return (
        f"{at:%Y-%m-%d %H:%M:%S}  {cause}  {entry['kind']:10}  {amount:>11}"
        f"  of the {entry['period']} from {since:%Y-%m-%d}" + (f" in server {guild}" if guild else "")
    )


def _pictures(count: int) -> str:
    return "1 picture" if count == 1 else f"{count} pictures"
