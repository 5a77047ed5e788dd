"""What admins and the operator have decided, and the audit of it."""

import sqlalchemy as sa

from bot.domain.deed import Verb
from bot.domain.quota import Choice, Period, Scope, Unit
from bot.storage.tables.ground import Serial, among, metadata

# What was decided, and by whom. The database refuses to change or to remove a row, but for who is named in it: a member
# who asks to be forgotten becomes a pseudonym here as well.
deeds = sa.Table(
    "deeds",
    metadata,
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
    sa.CheckConstraint(among("verb", tuple(Verb)), name="deed_is_known"),
    sa.CheckConstraint("(scope IS NULL) = (target_id IS NULL)", name="target_is_whole"),
    sa.Index("deeds_by_guild", "guild_id", "at"),
)

# Of what admins decide the guild is 0 where it is the operator's, for the whole house: a key has no NULL in it.
rules = sa.Table(
    "rules",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("subject_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("unit", sa.Text, primary_key=True),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("hours", sa.Integer, nullable=False),
    sa.Column("amount", sa.BigInteger),  # NULL is free
    sa.CheckConstraint(among("scope", tuple(Scope)), name="rule_scope_is_known"),
    sa.CheckConstraint(among("unit", tuple(Unit)), name="rule_unit_is_known"),
    sa.CheckConstraint(
        among("period", tuple(period for period in Period if period is not Period.GRANT)), name="rule_period_is_known"
    ),
    sa.CheckConstraint("hours >= 0 AND (period = 'rolling') = (hours > 0)", name="rolling_has_its_hours"),
    sa.CheckConstraint("amount >= 0", name="rule_is_not_negative"),
)

permits = sa.Table(
    "permits",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("subject_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("choice", sa.Text, primary_key=True),
    sa.Column("permitted", sa.Text, nullable=False),
    sa.CheckConstraint(among("scope", tuple(Scope)), name="permit_scope_is_known"),
    sa.CheckConstraint(among("choice", tuple(Choice)), name="permit_choice_is_known"),
)

blocks = sa.Table(
    "blocks",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("deed_id", Serial, sa.ForeignKey("deeds.id"), nullable=False),
)

pauses = sa.Table(
    "pauses",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("deed_id", Serial, sa.ForeignKey("deeds.id"), nullable=False),
)

guilds = sa.Table(
    "guilds",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("log_channel_id", sa.BigInteger),
    sa.Column("settings", sa.Text),  # of those that were changed
    sa.Column("left_at", sa.Double),
)

presets = sa.Table(
    "presets",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name_key", sa.Text, primary_key=True),  # the name, however it is written
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("prompt", sa.Text, nullable=False),
    sa.Column("model", sa.Text),
    sa.Column("options", sa.Text, nullable=False),
)
