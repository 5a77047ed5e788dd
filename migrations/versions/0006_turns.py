"""A guild may have a limit, work goes in rounds, and what only has to be said waits for none: tickets say which.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, fill them for the tickets that there are, then make the rules."""
    op.add_column("tickets", sa.Column("guild_id", sa.BigInteger))
    op.add_column("tickets", sa.Column("round", sa.Integer))
    op.add_column("tickets", sa.Column("express", sa.Boolean))
    op.execute("UPDATE tickets SET guild_id = (SELECT jobs.guild_id FROM jobs WHERE jobs.id = tickets.job_id)")
    op.execute(
        "UPDATE tickets SET round = (SELECT count(*) FROM tickets AS before"
        " WHERE before.user_id = tickets.user_id AND before.job_id < tickets.job_id)"
    )
    op.execute(
        "UPDATE tickets SET express = coalesce("
        "(SELECT NOT (state IN ('queued', 'running', 'sent')) FROM jobs WHERE jobs.id = tickets.job_id), false)"
    )
    # SQLite makes the table anew and cannot be asked for the rules of the old one, so they are given here.
    with op.batch_alter_table("tickets", copy_from=_tickets_so_far()) as tickets:
        tickets.alter_column("round", existing_type=sa.Integer(), nullable=False)
        tickets.alter_column("express", existing_type=sa.Boolean(), nullable=False)


def _tickets_so_far() -> sa.Table:
    return sa.Table(
        "tickets",
        sa.MetaData(),
        sa.Column("job_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("enqueued_at", sa.Double, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("round", sa.Integer),
        sa.Column("express", sa.Boolean),
    )
