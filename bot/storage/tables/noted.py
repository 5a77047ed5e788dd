"""Small things to be remembered, and who was forgotten."""

import sqlalchemy as sa

from bot.storage.tables.ground import metadata

notices = sa.Table(
    "notices",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("said_at", sa.Double, nullable=False),
)

notes = sa.Table(
    "notes",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

# When the bot identified itself to Discord, which allows a token only so many a day.
identifies = sa.Table(
    "identifies",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.Double, nullable=False),
    sa.Index("identifies_by_time", "at"),
)

# Members who were forgotten while some of their windows are open: those follow to the pseudonym when they have ended.
forgotten = sa.Table(
    "forgotten",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("pseudonym", sa.Text, nullable=False),
    sa.Column("forgotten_at", sa.Double, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
)
