"""The table of tickets: a row for each job that still needs work, written in the book's transactions."""

import sqlalchemy as sa

metadata = sa.MetaData()

tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("job_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("enqueued_at", sa.Double, nullable=False),
    sa.Column("guild_id", sa.BigInteger),
    sa.Column("round", sa.Integer, nullable=False),
    # Nothing more is to be made for the job, only to be said or shown.
    sa.Column("express", sa.Boolean, nullable=False),
)
