"""The windows of allowances, what is held and taken of them, and the ledger of all of it."""

import sqlalchemy as sa

from bot.domain.quota import Period, Unit
from bot.storage.tables.ground import Serial, among, metadata

LEDGER_KINDS = ("hold", "charge", "release", "suspense", "overrun", "grant", "correction")


# A row a window; of a rolling one a row an hour, of a grant one row, which has another in `grants`.
windows = sa.Table(
    "windows",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("unit", sa.Text, nullable=False),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("starts_at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
    sa.Column("used", sa.BigInteger, nullable=False),
    sa.Column("held", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("account", "unit", "period", "starts_at", "ends_at", name="one_row_a_window"),
    sa.CheckConstraint(among("unit", tuple(Unit)), name="window_unit_is_known"),
    sa.CheckConstraint(among("period", tuple(Period)), name="window_period_is_known"),
    sa.CheckConstraint("used >= 0 AND held >= 0", name="window_is_not_negative"),
)

holds = sa.Table(
    "holds",
    metadata,
    sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), primary_key=True),
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
        "charged + released + suspended = CASE WHEN closed_at IS NULL THEN 0 ELSE amount END", name="hold_ends_whole"
    ),
)

# Every entry belongs to a job or to a deed.
ledger = sa.Table(
    "ledger",
    metadata,
    sa.Column("id", Serial, primary_key=True),
    sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id")),
    sa.Column("deed_id", Serial, sa.ForeignKey("deeds.id")),
    sa.Column("window_id", sa.Integer, sa.ForeignKey("windows.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.UniqueConstraint("job_id", "window_id", "kind", name="once_of_a_kind"),
    sa.UniqueConstraint("deed_id", "window_id", "kind", name="once_of_a_kind_a_deed"),
    sa.CheckConstraint(among("kind", LEDGER_KINDS), name="ledger_kind_is_known"),
    sa.CheckConstraint("amount > 0", name="ledger_amount_is_positive"),
    sa.CheckConstraint("(job_id IS NULL) = (deed_id IS NOT NULL)", name="ledger_entry_has_one_cause"),
    sa.CheckConstraint("kind <> 'grant' OR job_id IS NULL", name="grant_is_a_deed"),
    sa.Index("ledger_by_window", "window_id"),
)

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("window_id", sa.Integer, sa.ForeignKey("windows.id"), primary_key=True),
    sa.Column("deed_id", Serial, sa.ForeignKey("deeds.id"), nullable=False),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.CheckConstraint("amount > 0", name="grant_is_something"),
)
