"""The migrations, applied: a new database is made, an old one is brought up to date, in one transaction."""

import importlib.util
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from bot.storage.database import Database
from bot.storage.errors import DatabaseUnusable

# Any number that no other program on the same server uses for this: it lets one process migrate at a time.
POSTGRES_LOCK = 0x0DA2_C200


async def upgrade(url: str, revision: str = "head") -> None:
    """Apply every migration that is missing. Raises `DatabaseUnusable`."""
    # A migration may have to rebuild a table, and while it does SQLite must not follow foreign keys.
    async with Database(url, foreign_keys=False) as database, database.writing() as tx:
        if database.file is None:
            await tx.execute(sa.select(sa.func.pg_advisory_xact_lock(POSTGRES_LOCK)))
        try:
            await tx.run_sync(_upgrade, revision)
        except CommandError as exc:
            raise DatabaseUnusable(
                f"{database.where} was made by a newer version of the bot. Install that version, or restore a backup."
            ) from exc
        if database.file and (await tx.execute(sa.text("PRAGMA foreign_key_check"))).first():
            raise DatabaseUnusable(
                f"{database.where} does not hold together after the migration. It was left as it was."
            )


def revisions() -> frozenset[str]:
    """Every revision that this version of the bot can bring up to date. Raises `DatabaseUnusable`."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _upgrade(connection: sa.Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_folder()).replace("%", "%%"))
    return config


def _folder() -> Path:
    found = importlib.util.find_spec("migrations")
    if found is None or found.origin is None:
        raise DatabaseUnusable("The package `migrations` is not installed. Install darkroom again.")
    return Path(found.origin).parent
