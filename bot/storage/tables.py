"""The tables of the book, with every rule that the database itself can keep."""

import sqlalchemy as sa

from bot.domain.deed import Verb
from bot.domain.draft import DraftState
from bot.domain.job import OVER, UNSETTLED, State
from bot.domain.quota import Choice, Period, Scope, Unit

metadata = sa.MetaData()

Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LEDGER_KINDS = ("hold", "charge", "release", "suspense", "overrun", "grant", "correction")
ATTEMPT_STATES = ("open", "answered", "refused", "unknown", "failed")


def _among(column: str, values: tuple[str, ...]) -> str:
    quoted = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({quoted})"


_unsettled = _among("state", tuple(sorted(UNSETTLED)))
# Both databases use a partial index only where a question repeats its words, so they are kept here and never bound.
STILL_OPEN = f"NOT ({_among('state', tuple(sorted(OVER)))})"
STILL_ASKED = "state = 'open'"
STILL_FULL = "NOT emptied"

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("origin_door", sa.Text, nullable=False),
    sa.Column("origin_id", sa.BigInteger, nullable=False),
    sa.Column("user_id", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("muted", sa.Boolean, nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("predicted", sa.BigInteger, nullable=False),
    sa.Column("banked", sa.BigInteger, nullable=False),
    sa.Column("charged", sa.BigInteger, nullable=False),
    # How many rows of `results` there are. It stands here because what two verbs race for has to be in one row.
    sa.Column("pictures", sa.Integer, nullable=False),
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
    # What of the request the queue and a member's history are asked by.
    sa.Column("guild_id", sa.BigInteger),
    sa.Column("model", sa.Text, nullable=False),
    sa.Column("quality", sa.Text),
    sa.Column("size", sa.Text),
    # Whether the prompt, the names and the pictures have been taken out of the row and of its results.
    sa.Column("emptied", sa.Boolean, nullable=False),
    sa.UniqueConstraint("origin_door", "origin_id", name="one_job_an_origin"),
    sa.CheckConstraint(_among("state", tuple(State)), name="job_state_is_known"),
    sa.CheckConstraint("(state = 'sent') = (attempt IS NOT NULL)", name="sent_has_its_attempt"),
    sa.CheckConstraint(f"({_unsettled}) = (ended_at IS NULL)", name="settled_has_its_end"),
    sa.CheckConstraint("NOT (state IN ('done', 'delivered')) OR version IS NOT NULL", name="done_has_its_version"),
    sa.CheckConstraint(
        "NOT (state IN ('failed', 'unknown')) OR trouble_code IS NOT NULL", name="failed_has_its_trouble"
    ),
    sa.CheckConstraint(
        "NOT (state IN ('failed', 'cancelled', 'unknown')) OR pictures = 0", name="pictures_are_never_given_up"
    ),
    sa.CheckConstraint("predicted >= 0 AND charged >= 0 AND banked >= 0", name="job_money_is_not_negative"),
    sa.CheckConstraint("pictures >= 0 AND (pictures > 0 OR banked = 0)", name="banked_has_its_pictures"),
    sa.Index("jobs_still_open", "id", sqlite_where=sa.text(STILL_OPEN), postgresql_where=sa.text(STILL_OPEN)),
    sa.Index("jobs_by_time", "placed_at"),
    sa.Index("jobs_by_member", "user_id", "id"),
    sa.Index("jobs_by_kind", "model", "quality", "size", "ended_at"),
    sa.Index("jobs_to_empty", "ended_at", sqlite_where=sa.text(STILL_FULL), postgresql_where=sa.text(STILL_FULL)),
    sqlite_autoincrement=True,
)

inputs = sa.Table(
    "inputs",
    metadata,
    sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("blob", sa.Text, primary_key=True),
)

results = sa.Table(
    "results",
    metadata,
    sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("blob", sa.Text, nullable=False),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("bytes", sa.BigInteger, nullable=False),
    sa.Column("revised_prompt", sa.Text),
    sa.Column("untouched", sa.Text),
    sa.Column("strayed", sa.Integer),
    sa.Column("locked", sa.Boolean),
    sa.CheckConstraint("strayed >= 0 AND strayed <= 1000", name="strayed_is_in_thousandths"),
)

# The versions of the picture that a thread is about: a row a thread, so that two edits never get one number.
threads = sa.Table(
    "threads",
    metadata,
    sa.Column("home_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("versions", sa.Integer, nullable=False),
)

attempts = sa.Table(
    "attempts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), nullable=False),
    sa.Column("provider", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("code", sa.Text),
    sa.Column("request_id", sa.Text),
    sa.Column("opened_at", sa.Double, nullable=False),
    sa.Column("closed_at", sa.Double),
    sa.CheckConstraint(_among("state", ATTEMPT_STATES), name="attempt_state_is_known"),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_attempt_has_its_end"),
    sa.Index(
        "one_open_attempt_a_job",
        "job_id",
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
)

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
    sa.CheckConstraint(_among("unit", tuple(Unit)), name="window_unit_is_known"),
    sa.CheckConstraint(_among("period", tuple(Period)), name="window_period_is_known"),
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
    sa.CheckConstraint(_among("verb", tuple(Verb)), name="deed_is_known"),
    sa.CheckConstraint("(scope IS NULL) = (target_id IS NULL)", name="target_is_whole"),
    sa.Index("deeds_by_guild", "guild_id", "at"),
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
    sa.CheckConstraint(_among("kind", LEDGER_KINDS), name="ledger_kind_is_known"),
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
    sa.CheckConstraint(_among("scope", tuple(Scope)), name="rule_scope_is_known"),
    sa.CheckConstraint(_among("unit", tuple(Unit)), name="rule_unit_is_known"),
    sa.CheckConstraint(
        _among("period", tuple(period for period in Period if period is not Period.GRANT)), name="rule_period_is_known"
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
    sa.CheckConstraint(_among("scope", tuple(Scope)), name="permit_scope_is_known"),
    sa.CheckConstraint(_among("choice", tuple(Choice)), name="permit_choice_is_known"),
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
)

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
    sa.CheckConstraint(_among("state", tuple(DraftState)), name="draft_state_is_known"),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_draft_has_its_end"),
    sa.CheckConstraint("predicted >= 0", name="draft_money_is_not_negative"),
    sa.Index(
        "drafts_still_asked", "expires_at", sqlite_where=sa.text(STILL_ASKED), postgresql_where=sa.text(STILL_ASKED)
    ),
    sqlite_autoincrement=True,
)

parts = sa.Table(
    "parts",
    metadata,
    sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("message_id", sa.BigInteger, nullable=False),
)

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
