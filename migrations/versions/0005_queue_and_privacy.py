"""The queue, a member's history and forgetting ask more of a job than its number: columns, their indexes, two tables.

Revision ID: 0005
Revises: 0004
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

AT_A_TIME = 500
STILL_OPEN = "NOT (state IN ('delivered', 'told'))"
STILL_FULL = "NOT emptied"


def upgrade() -> None:
    """Add the columns, fill them from the requests of the rows that there are, then make the rules."""
    for column in (
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("model", sa.Text),
        sa.Column("quality", sa.Text),
        sa.Column("size", sa.Text),
        sa.Column("emptied", sa.Boolean),
    ):
        op.add_column("jobs", column)
    _fill()
    # SQLite makes the table anew and cannot be asked for the rules of the old one, so they are given here.
    with op.batch_alter_table("jobs", copy_from=_jobs_so_far(), table_kwargs={"sqlite_autoincrement": True}) as jobs:
        jobs.alter_column("model", existing_type=sa.Text(), nullable=False)
        jobs.alter_column("emptied", existing_type=sa.Boolean(), nullable=False)
    op.create_index("jobs_by_member", "jobs", ["user_id", "id"])
    op.create_index("jobs_by_kind", "jobs", ["model", "quality", "size", "ended_at"])
    still_full = sa.text(STILL_FULL)
    op.create_index("jobs_to_empty", "jobs", ["ended_at"], sqlite_where=still_full, postgresql_where=still_full)
    _tables()


def _fill() -> None:
    jobs = sa.table(
        "jobs",
        sa.column("id", sa.Integer),
        sa.column("request", sa.Text),
        sa.column("guild_id", sa.BigInteger),
        sa.column("model", sa.Text),
        sa.column("quality", sa.Text),
        sa.column("size", sa.Text),
        sa.column("emptied", sa.Boolean),
    )
    fill = (
        sa.update(jobs)
        .where(jobs.c.id == sa.bindparam("job"))
        .values({name: sa.bindparam(name) for name in ("guild_id", "model", "quality", "size", "emptied")})
    )
    connection, last = op.get_bind(), 0
    some = sa.select(jobs.c.id, jobs.c.request).where(jobs.c.id > sa.bindparam("last")).order_by(jobs.c.id)
    while rows := connection.execute(some.limit(AT_A_TIME), {"last": last}).all():
        connection.execute(fill, [_columns(row.id, json.loads(row.request)) for row in rows])
        last = rows[-1].id


def _columns(job_id: int, request: dict[str, dict[str, object]]) -> dict[str, object]:
    options = request["options"]
    return {
        "job": job_id,
        "guild_id": request["place"]["guild_id"],
        "model": request["model"],
        "quality": options.get("quality"),
        "size": options.get("size"),
        "emptied": False,
    }


def _tables() -> None:
    op.create_table(
        "identifies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Double, nullable=False),
    )
    op.create_index("identifies_by_time", "identifies", ["at"])
    op.create_table(
        "forgotten",
        sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("pseudonym", sa.Text, nullable=False),
        sa.Column("forgotten_at", sa.Double, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
    )


def _jobs_so_far() -> sa.Table:
    still_open = sa.text(STILL_OPEN)
    return sa.Table(
        "jobs",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("origin_door", sa.Text, nullable=False),
        sa.Column("origin_id", sa.BigInteger, nullable=False),
        sa.Column("user_id", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("muted", sa.Boolean, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("predicted", sa.BigInteger, nullable=False),
        sa.Column("charged", sa.BigInteger, nullable=False),
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
        sa.Column("banked", sa.BigInteger, nullable=False),
        sa.Column("pictures", sa.Integer, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("model", sa.Text),
        sa.Column("quality", sa.Text),
        sa.Column("size", sa.Text),
        sa.Column("emptied", sa.Boolean),
        sa.UniqueConstraint("origin_door", "origin_id", name="one_job_an_origin"),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'sent', 'done', 'failed', 'cancelled', 'unknown', 'delivered', 'told')",
            name="job_state_is_known",
        ),
        sa.CheckConstraint("(state = 'sent') = (attempt IS NOT NULL)", name="sent_has_its_attempt"),
        sa.CheckConstraint("(state IN ('queued', 'running', 'sent')) = (ended_at IS NULL)", name="settled_has_its_end"),
        sa.CheckConstraint("NOT (state IN ('done', 'delivered')) OR version IS NOT NULL", name="done_has_its_version"),
        sa.CheckConstraint(
            "NOT (state IN ('failed', 'unknown')) OR trouble_code IS NOT NULL", name="failed_has_its_trouble"
        ),
        sa.CheckConstraint(
            "NOT (state IN ('failed', 'cancelled', 'unknown')) OR pictures = 0", name="pictures_are_never_given_up"
        ),
        sa.CheckConstraint("predicted >= 0 AND charged >= 0 AND banked >= 0", name="job_money_is_not_negative"),
        sa.CheckConstraint("pictures >= 0 AND (pictures > 0 OR banked = 0)", name="banked_has_its_pictures"),
        sa.Index("jobs_still_open", "id", sqlite_where=still_open, postgresql_where=still_open),
        sa.Index("jobs_by_time", "placed_at"),
    )
