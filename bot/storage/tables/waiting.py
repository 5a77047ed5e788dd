"""What is not an edit yet: drafts, trays, pickers, paintings, and who lets others edit their pictures."""

import sqlalchemy as sa

from bot.domain.draft import DraftState
from bot.domain.painting import PaintingState
from bot.storage.tables.ground import STILL_ASKED, among, metadata

drafts = sa.Table(
    "drafts",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("origin_door", sa.Text, nullable=False),
    sa.Column("origin_id", sa.BigInteger, nullable=False),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    # Without its status message, which stands in a column of its own: it is known later than the rest.
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("predicted", sa.BigInteger, nullable=False),
    sa.Column("asked_at", sa.Double, nullable=False),
    sa.Column("expires_at", sa.Double, nullable=False),
    sa.Column("closed_at", sa.Double),
    sa.Column("message_id", sa.BigInteger),
    sa.UniqueConstraint("origin_door", "origin_id", name="one_draft_an_origin"),
    sa.CheckConstraint(among("state", tuple(DraftState)), name="draft_state_is_known"),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_draft_has_its_end"),
    sa.CheckConstraint("predicted >= 0", name="draft_money_is_not_negative"),
    sa.Index(
        "drafts_still_asked", "expires_at", sqlite_where=sa.text(STILL_ASKED), postgresql_where=sa.text(STILL_ASKED)
    ),
    sqlite_autoincrement=True,
)

# A member's tray in each guild, and in guild 0 the one outside of guilds: a key has no NULL in it.
tray = sa.Table(
    "tray",
    metadata,
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

pickers = sa.Table(
    "pickers",
    metadata,
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
    sa.CheckConstraint(among("state", tuple(DraftState)), name="picker_state_is_known"),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_picker_has_its_end"),
    sqlite_autoincrement=True,
)

# A link to the page for painting masks: it places one edit, and becomes `used` in the transaction that does.
paintings = sa.Table(
    "paintings",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("opened_at", sa.Double, nullable=False),
    sa.Column("expires_at", sa.Double, nullable=False),
    sa.Column("closed_at", sa.Double),
    sa.Column("job_id", sa.Integer),
    sa.CheckConstraint(among("state", tuple(PaintingState)), name="painting_state_is_known"),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_painting_has_its_end"),
    sa.CheckConstraint("(state = 'used') = (job_id IS NOT NULL)", name="used_painting_has_its_job"),
    sa.Index("paintings_by_member", "user_id"),
    sqlite_autoincrement=True,
)

# Whether others may edit a member's pictures, of those who have said so.
preferences = sa.Table(
    "preferences",
    metadata,
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("shares", sa.Boolean, nullable=False),
)
