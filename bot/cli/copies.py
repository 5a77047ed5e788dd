"""`darkroom backup` and `darkroom restore`: the book as one file, and back again."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot import office
from bot.settings import Settings
from bot.words.amounts import megabytes


def backup(
    target: Annotated[
        Path, typer.Argument(metavar="TARGET", help="A file that is not there yet, or a folder to make one in.")
    ],
) -> None:
    """Make a consistent copy of the database while the bot runs; its pictures are not part of it."""
    now = datetime.now(UTC)
    name = f"darkroom-{now:%Y%m%d-%H%M%S}.db"
    try:
        made = office.copy_book(Settings.read(needs=()), target / name if target.is_dir() else target)
    except office.CopyRefused as why:
        raise _refused(why) from None
    typer.echo(f"{made.path}: {megabytes(made.bytes)} MB, looked through and whole.")


def restore(
    copy: Annotated[Path, typer.Argument(metavar="COPY", help="What `darkroom backup` made.")],
    force: Annotated[bool, typer.Option("--force", help="In the place of a database; the old one is kept.")] = False,
) -> None:
    """Put a copy in the place of the database; the bot has to be stopped."""
    try:
        kept = office.put_back(Settings.read(needs=()), copy, force=force)
    except office.CopyRefused as why:
        raise _refused(why) from None
    typer.echo("The copy is in its place. Start the bot: what was under way in it goes on from there.")
    if kept is not None:
        typer.echo(f"The database that was there is {kept}.")


def _refused(why: office.CopyRefused) -> typer.Exit:
    typer.echo(f"refused: {why}", err=True)
    return typer.Exit(1)
