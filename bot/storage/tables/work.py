"""The jobs, and what they need, leave and are called."""

import sqlalchemy as sa

from bot.domain.job import OVER, UNSETTLED, State
from bot.storage.tables.ground import among, metadata

ATTEMPT_STATES = ("open", "answered", "refused", "unknown", "failed")

_unsettled = among("state", tuple(sorted(UNSETTLED)))
# Both databases use a partial index only where a question repeats its words, so they are kept here and never bound.
STILL_OPEN = f"NOT ({among('state', tuple(sorted(OVER)))})"
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
    sa.CheckConstraint(among("state", tuple(State)), name="job_state_is_known"),
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
    sa.Index("jobs_by_home", "home_id", "version"),
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

# The versions of the picture that a thread or channel is about: a row each, so that two edits never get one number.
threads = sa.Table(
    "threads",
    metadata,
    sa.Column("home_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("versions", sa.Integer, nullable=False),
    sa.Column("current", sa.Integer, sa.ForeignKey("jobs.id", name="threads_current_fkey")),
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
    sa.CheckConstraint(among("state", ATTEMPT_STATES), name="attempt_state_is_known"),
    sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_attempt_has_its_end"),
    sa.Index(
        "one_open_attempt_a_job",
        "job_id",
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    ),
)

parts = sa.Table(
    "parts",
    metadata,
    sa.Column("job_id", sa.Integer, sa.ForeignKey("jobs.id"), primary_key=True),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("message_id", sa.BigInteger, nullable=False),
    sa.Index("parts_by_message", "message_id"),
)
