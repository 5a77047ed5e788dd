"""Pictures are gathered before an edit, a thread may go back a version, and servers choose how the bot behaves in them.

Revision ID: 0007
Revises: 0006
"""

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
STATES = "state IN ('open', 'agreed', 'dropped', 'expired')"
VERBS = "'set', 'clear', 'permit', 'grant', 'reset', 'block', 'unblock', 'pause', 'resume', 'zone', 'log'"
NEW_VERBS = "'setting', 'preset', 'unpreset'"

# Who is named in a deed may become a pseudonym; what was done, and when, stays as it is.
STAYS = "id, at, guild_id, verb, scope, what, old, new"

SQLITE_AUDIT = """
CREATE TRIGGER audit_is_append_only_{verb} BEFORE {event} ON deeds
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
"""


def upgrade() -> None:
    """What is there already first, then the new tables."""
    _deeds()
    _guilds()
    _threads()
    op.create_index("parts_by_message", "parts", ["message_id"])
    op.create_index("jobs_by_home", "jobs", ["home_id", "version"])
    _presets()
    _gathered()


def _deeds() -> None:
    """Three more verbs. SQLite makes the table anew, and its triggers go with the old one."""
    with op.batch_alter_table("deeds", copy_from=_deeds_so_far()) as deeds:
        deeds.drop_constraint("deed_is_known", type_="check")
        deeds.create_check_constraint("deed_is_known", f"verb IN ({VERBS}, {NEW_VERBS})")
    if _on_sqlite():
        op.execute(SQLITE_AUDIT.format(verb="UPDATE", event=f"UPDATE OF {STAYS}"))
        op.execute(SQLITE_AUDIT.format(verb="DELETE", event="DELETE"))


def _deeds_so_far() -> sa.Table:
    return sa.Table(
        "deeds",
        sa.MetaData(),
        sa.Column("id", Serial, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("actor_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("scope", sa.Text),
        sa.Column("target_id", sa.BigInteger),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("old", sa.Text, nullable=False),
        sa.Column("new", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.CheckConstraint(f"verb IN ({VERBS})", name="deed_is_known"),
        sa.CheckConstraint("(scope IS NULL) = (target_id IS NULL)", name="target_is_whole"),
        sa.Index("deeds_by_guild", "guild_id", "at"),
    )


def _guilds() -> None:
    so_far = sa.Table(
        "guilds",
        sa.MetaData(),
        _key("guild_id"),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("log_channel_id", sa.BigInteger),
    )
    with op.batch_alter_table("guilds", copy_from=so_far, recreate=_anew()) as guilds:
        guilds.add_column(sa.Column("settings", sa.Text))
        guilds.add_column(sa.Column("left_at", sa.Double))


def _threads() -> None:
    """A thread is at its last version, as far as anybody knows."""
    so_far = sa.Table("threads", sa.MetaData(), _key("home_id"), sa.Column("versions", sa.Integer, nullable=False))
    with op.batch_alter_table("threads", copy_from=so_far, recreate=_anew()) as threads:
        threads.add_column(sa.Column("current", sa.Integer))
        threads.create_foreign_key("threads_current_fkey", "jobs", ["current"], ["id"])
    op.execute(
        "UPDATE threads SET current = (SELECT jobs.id FROM jobs WHERE jobs.home_id = threads.home_id"
        " AND jobs.version IS NOT NULL ORDER BY jobs.version DESC, jobs.id DESC LIMIT 1)"
    )


def _presets() -> None:
    op.create_table(
        "presets",
        _key("guild_id"),
        sa.Column("name_key", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("options", sa.Text, nullable=False),
    )


def _gathered() -> None:
    op.create_table(
        "tray",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("blob", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
        sa.Column("author_id", sa.BigInteger),
        sa.Column("spoiler", sa.Boolean, nullable=False),
        sa.Column("base", sa.Integer),
        sa.Column("added_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.UniqueConstraint("user_id", "guild_id", "blob", name="once_in_a_tray"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "pickers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("origin_door", sa.Text, nullable=False),
        sa.Column("origin_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("candidates", sa.Text, nullable=False),
        sa.Column("chosen", sa.Text, nullable=False),
        sa.Column("opened_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("closed_at", sa.Double),
        sa.UniqueConstraint("origin_door", "origin_id", name="one_picker_an_origin"),
        sa.CheckConstraint(STATES, name="picker_state_is_known"),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_picker_has_its_end"),
        sqlite_autoincrement=True,
    )
    op.create_table("preferences", _key("user_id"), sa.Column("shares", sa.Boolean, nullable=False))


def _key(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


def _anew() -> Literal["always", "never"]:
    """SQLite would append columns to the old wording; made anew, a table reads as the code has it."""
    return "always" if _on_sqlite() else "never"


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"
