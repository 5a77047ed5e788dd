"""A mask can be painted in the browser: each link to that page is a row, and places one edit.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing that is there changes."""
    op.create_table(
        "paintings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("opened_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double, nullable=False),
        sa.Column("closed_at", sa.Double),
        sa.Column("job_id", sa.Integer),
        sa.CheckConstraint("state IN ('open', 'used', 'dropped')", name="painting_state_is_known"),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_painting_has_its_end"),
        sa.CheckConstraint("(state = 'used') = (job_id IS NOT NULL)", name="used_painting_has_its_job"),
        sqlite_autoincrement=True,
    )
    op.create_index("paintings_by_member", "paintings", ["user_id"])
