"""The first tables: jobs with their money, so that nothing is paid twice or lost, and the tickets of the dispatcher.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STILL_OPEN = "NOT (state IN ('delivered', 'told'))"

SQLITE_APPEND_ONLY = """
CREATE TRIGGER ledger_is_append_only_{verb} BEFORE {verb} ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""

POSTGRES_APPEND_ONLY = """
CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation'; END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()
"""


def upgrade() -> None:
    """Make every table, parents first."""
    _jobs()
    _pictures()
    _attempts()
    _money()
    _ledger()
    _append_only()
    _notes()


def _job_id() -> "sa.Column[int]":
    return sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), primary_key=True)


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("origin_door", sa.Text, nullable=False),
        sa.Column("origin_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("muted", sa.Boolean, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("predicted", sa.BigInteger, nullable=False),
        sa.Column("charged", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Integer),
        sa.Column("claims", sa.Integer, nullable=False),
        sa.Column("crashes", sa.Integer, nullable=False),
        sa.Column("sends", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Text),
        sa.Column("placed_at", sa.Double, nullable=False),
        sa.Column("sent_at", sa.Double),
        sa.Column("ended_at", sa.Double),
        sa.Column("trouble_code", sa.Text),
        sa.Column("trouble_fields", sa.Text),
        sa.Column("channel_id", sa.BigInteger),
        sa.Column("message_id", sa.BigInteger),
        sa.Column("home_id", sa.BigInteger),
        sa.UniqueConstraint("origin_door", "origin_id", name="one_job_an_origin"),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'sent', 'done', 'failed', 'cancelled', 'unknown', 'delivered', 'told')",
            name="job_state_is_known",
        ),
        sa.CheckConstraint("(state = 'sent') = (attempt IS NOT NULL)", name="sent_has_its_attempt"),
        sa.CheckConstraint("(state IN ('queued', 'running', 'sent')) = (ended_at IS NULL)", name="settled_has_its_end"),
        sa.CheckConstraint("NOT (state IN ('done', 'delivered')) OR version IS NOT NULL", name="done_has_its_version"),
        sa.CheckConstraint(
            "NOT (state IN ('failed', 'unknown')) OR trouble_code IS NOT NULL", name="failed_has_its_trouble"
        ),
        sa.CheckConstraint("predicted >= 0 AND charged >= 0", name="job_money_is_not_negative"),
        sqlite_autoincrement=True,
    )
    still_open = sa.text(STILL_OPEN)
    op.create_index("jobs_still_open", "jobs", ["id"], sqlite_where=still_open, postgresql_where=still_open)
    op.create_index("jobs_by_time", "jobs", ["placed_at"])


def _pictures() -> None:
    op.create_table("inputs", _job_id(), sa.Column("blob", sa.Text, primary_key=True))
    op.create_table(
        "results",
        _job_id(),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("blob", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "threads",
        sa.Column("home_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("versions", sa.Integer, nullable=False),
    )


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("request_id", sa.Text),
        sa.Column("opened_at", sa.Double, nullable=False),
        sa.Column("closed_at", sa.Double),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'refused', 'unknown', 'failed')", name="attempt_state_is_known"
        ),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_attempt_has_its_end"),
    )
    still_open = sa.text("state = 'open'")
    op.create_index(
        "one_open_attempt_a_job",
        "attempts",
        ["job_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def _money() -> None:
    op.create_table(
        "windows",
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
    op.create_table(
        "holds",
        _job_id(),
        sa.Column("window_id", sa.Integer, sa.ForeignKey("windows.id"), primary_key=True),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("charged", sa.BigInteger, nullable=False),
        sa.Column("released", sa.BigInteger, nullable=False),
        sa.Column("suspended", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.Double),
        sa.CheckConstraint(
            "amount >= 0 AND charged >= 0 AND released >= 0 AND suspended >= 0", name="hold_is_not_negative"
        ),
        sa.CheckConstraint(
            "charged + released + suspended = CASE WHEN closed_at IS NULL THEN 0 ELSE amount END",
            name="hold_ends_whole",
        ),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), nullable=False),
        sa.Column("window_id", sa.Integer, sa.ForeignKey("windows.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.UniqueConstraint("job_id", "window_id", "kind", name="once_of_a_kind"),
        sa.CheckConstraint("kind IN ('hold', 'charge', 'release', 'suspense', 'overrun')", name="ledger_kind_is_known"),
        sa.CheckConstraint("amount > 0", name="ledger_amount_is_positive"),
    )
    op.create_index("ledger_by_window", "ledger", ["window_id"])


def _append_only() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_APPEND_ONLY)
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(SQLITE_APPEND_ONLY.format(verb=verb))


def _notes() -> None:
    op.create_table(
        "parts",
        _job_id(),
        sa.Column("part", sa.Integer, primary_key=True),
        sa.Column("message_id", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "notices", sa.Column("key", sa.Text, primary_key=True), sa.Column("said_at", sa.Double, nullable=False)
    )
    op.create_table("notes", sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False))
    op.create_table(
        "tickets",
        sa.Column("job_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("enqueued_at", sa.Double, nullable=False),
    )
