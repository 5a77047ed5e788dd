"""An edit may wait for a yes, and a result may differ from what the model made: drafts, and three columns of results.

Revision ID: 0003
Revises: 0002
"""

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The results first, which are there already, then the new table."""
    _results()
    _drafts()


def _results() -> None:
    # SQLite would append the columns to the old wording; made anew, the table reads as the code has it.
    recreate: Literal["always", "never"] = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("results", copy_from=_results_so_far(), recreate=recreate) as results:
        results.add_column(sa.Column("untouched", sa.Text))
        results.add_column(sa.Column("strayed", sa.Integer))
        results.add_column(sa.Column("locked", sa.Boolean))
        results.create_check_constraint("strayed_is_in_thousandths", "strayed >= 0 AND strayed <= 1000")


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
        sa.Column("revised_prompt", sa.Text),
    )


def _drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("origin_door", sa.Text, nullable=False),
        sa.Column("origin_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("predicted", sa.BigInteger, nullable=False),
        sa.Column("asked_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("closed_at", sa.Double),
        sa.Column("message_id", sa.BigInteger),
        sa.UniqueConstraint("origin_door", "origin_id", name="one_draft_an_origin"),
        sa.CheckConstraint("state IN ('open', 'agreed', 'dropped', 'expired')", name="draft_state_is_known"),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_draft_has_its_end"),
        sa.CheckConstraint("predicted >= 0", name="draft_money_is_not_negative"),
        sqlite_autoincrement=True,
    )
    still_asked = sa.text("state = 'open'")
    op.create_index(
        "drafts_still_asked", "drafts", ["expires_at"], sqlite_where=still_asked, postgresql_where=still_asked
    )
