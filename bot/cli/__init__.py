"""The commands of `darkroom`: exit 0 on success, 1 on a refusal or a failed check, 2 on wrong usage or set-up."""

import sys

import typer

from bot.app import CannotStart
from bot.cli import copies, demo, doctor, inspection, ledger, models, operate, privacy, sandbox
from bot.settings import SettingsWrong

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Darkroom, a Discord bot that edits pictures with image models.\n\n"
    "`darkroom demo` shows what it does, with no token and no key; `darkroom run` is the bot. "
    "Every command exits with 0 on success, 1 on a refusal or a failed check, 2 on wrong usage or set-up.",
)
cli.command(name="run")(operate.run)
cli.command(name="migrate")(operate.migrate)
cli.command(name="backup")(copies.backup)
cli.command(name="restore")(copies.restore)
cli.command(name="demo")(demo.demo)
cli.command(name="inspect")(inspection.inspect)
cli.command(name="models")(models.models)
cli.command(name="doctor")(doctor.doctor)
cli.add_typer(sandbox.cli, name="sandbox")
cli.add_typer(ledger.cli, name="ledger")
cli.add_typer(privacy.cli, name="privacy")


def main() -> None:
    """Run the command line; what cannot start says why in one sentence."""
    try:
        cli()
    except (CannotStart, SettingsWrong) as wrong:
        sys.stderr.write(f"darkroom: {wrong}\n")
        sys.exit(2)
