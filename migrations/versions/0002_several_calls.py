"""A job may take several calls at several providers: what was banked, whom each attempt asked, the revised prompts.

Revision ID: 0002
Revises: 0001
"""

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STILL_OPEN = "NOT (state IN ('delivered', 'told'))"


def upgrade() -> None:
    """Add the columns, fill them for the rows that there are, then make the rules."""
    op.add_column("jobs", sa.Column("banked", sa.BigInteger))
    op.add_column("jobs", sa.Column("pictures", sa.Integer))
    op.add_column("attempts", sa.Column("provider", sa.Text))
    op.execute(
        "UPDATE jobs SET banked = 0, pictures = (SELECT count(*) FROM results WHERE results.job_id = jobs.id)",
    )
    # There was one provider, the one of the settings, and nobody wrote down how it was called.
    op.execute("UPDATE attempts SET provider = ''")
    # SQLite would append the column to the old wording; made anew, the table reads as the code has it.
    recreate: Literal["always", "never"] = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("results", copy_from=_results_so_far(), recreate=recreate) as results:
        results.add_column(sa.Column("revised_prompt", sa.Text))
    _rules_of_jobs()
    _rules_of_attempts()


def _rules_of_jobs() -> None:
    # SQLite makes the table anew and cannot be asked for the rules of the old one, so they are given here.
    with op.batch_alter_table("jobs", copy_from=_jobs_so_far(), table_kwargs={"sqlite_autoincrement": True}) as jobs:
        jobs.alter_column("banked", existing_type=sa.BigInteger(), nullable=False)
        jobs.alter_column("pictures", existing_type=sa.Integer(), nullable=False)
        jobs.create_check_constraint(
            "pictures_are_never_given_up", "NOT (state IN ('failed', 'cancelled', 'unknown')) OR pictures = 0"
        )
        jobs.drop_constraint("job_money_is_not_negative", type_="check")
        jobs.create_check_constraint("job_money_is_not_negative", "predicted >= 0 AND charged >= 0 AND banked >= 0")
        jobs.create_check_constraint("banked_has_its_pictures", "pictures >= 0 AND (pictures > 0 OR banked = 0)")


def _rules_of_attempts() -> None:
    with op.batch_alter_table("attempts", copy_from=_attempts_so_far()) as attempts:
        attempts.alter_column("provider", existing_type=sa.Text(), nullable=False)


def _jobs_so_far() -> sa.Table:
    still_open = sa.text(STILL_OPEN)
    return sa.Table(
        "jobs",
        sa.MetaData(),
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
        sa.Column("banked", sa.BigInteger),
        sa.Column("pictures", sa.Integer),
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
        sa.Index("jobs_still_open", "id", sqlite_where=still_open, postgresql_where=still_open),
        sa.Index("jobs_by_time", "placed_at"),
    )


def _results_so_far() -> sa.Table:
    return sa.Table(
        "results",
        sa.MetaData(),
        sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("blob", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )


def _attempts_so_far() -> sa.Table:
    still_open = sa.text("state = 'open'")
    return sa.Table(
        "attempts",
        sa.MetaData(),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("code", sa.Text),
        sa.Column("request_id", sa.Text),
        sa.Column("opened_at", sa.Double, nullable=False),
        sa.Column("closed_at", sa.Double),
        sa.Column("provider", sa.Text),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'refused', 'unknown', 'failed')", name="attempt_state_is_known"
        ),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_attempt_has_its_end"),
        sa.Index(
            "one_open_attempt_a_job",
            "job_id",
            unique=True,
            sqlite_where=still_open,
            postgresql_where=still_open,
        ),
    )
