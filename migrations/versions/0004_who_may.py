"""Admins decide who may make and spend how much: rules, grants, blocks, pauses, and an audit of every decision.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SQLITE_APPEND_ONLY = """
CREATE TRIGGER ledger_is_append_only_{verb} BEFORE {verb} ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""

# Who is named in a deed may become a pseudonym; what was done, and when, stays as it is.
STAYS = "id, at, guild_id, verb, scope, what, old, new"

SQLITE_AUDIT = """
CREATE TRIGGER audit_is_append_only_{verb} BEFORE {event} ON deeds
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
"""

POSTGRES_AUDIT = f"""
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OF {STAYS} OR DELETE OR TRUNCATE ON deeds
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()
"""


def upgrade() -> None:
    """The deeds first, to which the ledger's new entries belong."""
    _deeds()
    _windows()
    _ledger()
    _grants()
    _decided()


def _deeds() -> None:
    op.create_table(
        "deeds",
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
        sa.CheckConstraint(
            "verb IN ('set', 'clear', 'permit', 'grant', 'reset', 'block', 'unblock', 'pause', 'resume', 'zone',"
            " 'log')",
            name="deed_is_known",
        ),
        sa.CheckConstraint("(scope IS NULL) = (target_id IS NULL)", name="target_is_whole"),
    )
    op.create_index("deeds_by_guild", "deeds", ["guild_id", "at"])
    if _on_postgres():
        op.execute(POSTGRES_AUDIT)
        return
    op.execute(SQLITE_AUDIT.format(verb="UPDATE", event=f"UPDATE OF {STAYS}"))
    op.execute(SQLITE_AUDIT.format(verb="DELETE", event="DELETE"))


def _windows() -> None:
    """A grant may begin and end at the same seconds as a day, so the period is part of the key."""
    with op.batch_alter_table("windows", copy_from=_windows_so_far()) as windows:
        windows.drop_constraint("one_row_a_window", type_="unique")
        windows.create_unique_constraint("one_row_a_window", ["account", "unit", "period", "starts_at", "ends_at"])
        windows.create_check_constraint(
            "window_period_is_known", "period IN ('day', 'week', 'month', 'rolling', 'grant')"
        )


def _windows_so_far() -> sa.Table:
    return sa.Table(
        "windows",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("starts_at", sa.BigInteger, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("used", sa.BigInteger, nullable=False),
        sa.Column("held", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("account", "unit", "starts_at", "ends_at", name="one_row_a_window"),
        sa.CheckConstraint("unit IN ('images', 'micro_usd')", name="window_unit_is_known"),
        sa.CheckConstraint("used >= 0 AND held >= 0", name="window_is_not_negative"),
    )


def _ledger() -> None:
    """An entry belongs to a job, as all did so far, or to a deed."""
    if _on_postgres():
        op.add_column("ledger", sa.Column("deed_id", Serial, sa.ForeignKey("deeds.id")))
        op.alter_column("ledger", "job_id", existing_type=sa.Integer(), nullable=True)
        op.drop_constraint("ledger_kind_is_known", "ledger", type_="check")
        for name, rule in _RULES_OF_LEDGER.items():
            op.create_check_constraint(name, "ledger", rule)
        op.create_unique_constraint("once_of_a_kind_a_deed", "ledger", ["deed_id", "window_id", "kind"])
        return
    # SQLite cannot change the rules of a table, and the triggers go with the old one.
    op.drop_index("ledger_by_window", "ledger")
    op.rename_table("ledger", "ledger_so_far")
    _new_ledger()
    columns = "id, job_id, window_id, kind, amount, at"
    op.execute(f"INSERT INTO ledger ({columns}) SELECT {columns} FROM ledger_so_far ORDER BY id")  # noqa: S608 - ours
    op.drop_table("ledger_so_far")
    for verb in ("UPDATE", "DELETE"):
        op.execute(SQLITE_APPEND_ONLY.format(verb=verb))


_RULES_OF_LEDGER = {
    "ledger_kind_is_known": ("kind IN ('hold', 'charge', 'release', 'suspense', 'overrun', 'grant', 'correction')"),
    "ledger_entry_has_one_cause": "(job_id IS NULL) = (deed_id IS NOT NULL)",
    "grant_is_a_deed": "kind <> 'grant' OR job_id IS NULL",
}


def _new_ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", Serial, primary_key=True),
        sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id")),
        sa.Column("deed_id", Serial, sa.ForeignKey("deeds.id")),
        sa.Column("window_id", sa.Integer, sa.ForeignKey("windows.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.UniqueConstraint("job_id", "window_id", "kind", name="once_of_a_kind"),
        sa.UniqueConstraint("deed_id", "window_id", "kind", name="once_of_a_kind_a_deed"),
        sa.CheckConstraint("amount > 0", name="ledger_amount_is_positive"),
        *(sa.CheckConstraint(rule, name=name) for name, rule in _RULES_OF_LEDGER.items()),
    )
    op.create_index("ledger_by_window", "ledger", ["window_id"])


def _grants() -> None:
    op.create_table(
        "grants",
        sa.Column("window_id", sa.Integer, sa.ForeignKey("windows.id"), primary_key=True),
        _deed_id(),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.CheckConstraint("amount > 0", name="grant_is_something"),
    )


def _decided() -> None:
    op.create_table(
        "rules",
        _key("guild_id"),
        sa.Column("scope", sa.Text, primary_key=True),
        _key("subject_id"),
        sa.Column("unit", sa.Text, primary_key=True),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("hours", sa.Integer, nullable=False),
        sa.Column("amount", sa.BigInteger),
        sa.CheckConstraint("scope IN ('user', 'role', 'everyone', 'guild', 'house')", name="rule_scope_is_known"),
        sa.CheckConstraint("unit IN ('images', 'micro_usd')", name="rule_unit_is_known"),
        sa.CheckConstraint("period IN ('day', 'week', 'month', 'rolling')", name="rule_period_is_known"),
        sa.CheckConstraint("hours >= 0 AND (period = 'rolling') = (hours > 0)", name="rolling_has_its_hours"),
        sa.CheckConstraint("amount >= 0", name="rule_is_not_negative"),
    )
    op.create_table(
        "permits",
        _key("guild_id"),
        sa.Column("scope", sa.Text, primary_key=True),
        _key("subject_id"),
        sa.Column("choice", sa.Text, primary_key=True),
        sa.Column("permitted", sa.Text, nullable=False),
        sa.CheckConstraint("scope IN ('user', 'role', 'everyone', 'guild', 'house')", name="permit_scope_is_known"),
        sa.CheckConstraint("choice IN ('model', 'size', 'quality', 'n')", name="permit_choice_is_known"),
    )
    op.create_table("blocks", _key("guild_id"), _key("user_id"), _deed_id())
    op.create_table("pauses", _key("guild_id"), _deed_id())
    op.create_table(
        "guilds",
        _key("guild_id"),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("log_channel_id", sa.BigInteger),
    )


def _key(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.BigInteger, primary_key=True, autoincrement=False)


def _deed_id() -> "sa.Column[int]":
    return sa.Column("deed_id", Serial, sa.ForeignKey("deeds.id"), nullable=False)


def _on_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"
