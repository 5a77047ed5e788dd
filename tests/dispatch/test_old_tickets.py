"""Tickets of an older version: each finds its guild, its round, and whether there is anything left to be made."""

from pathlib import Path

import sqlalchemy as sa

from bot.dispatch.tickets import tickets
from bot.storage.database import Database
from bot.storage.migrate import upgrade
from tests.storage import old_book


async def test_old_tickets_are_brought_up_to_date(tmp_path: Path) -> None:
    """The seven tickets of one member are seven rounds; those of settled jobs wait for none."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'darkroom.db'}"
    await upgrade(url, "0001")
    async with Database(url) as database:
        await old_book.write(database)
    await upgrade(url)

    async with Database(url) as database, database.reading() as tx:
        states = {row.id: row.state for row in await tx.execute(sa.text("SELECT id, state FROM jobs"))}
        rows = (await tx.execute(sa.select(tickets).order_by(tickets.c.job_id))).all()
    assert [row.round for row in rows] == list(range(7))
    assert {row.guild_id for row in rows} == {1}
    assert {states[row.job_id] for row in rows if not row.express} == {"queued", "running", "sent"}
    assert {states[row.job_id] for row in rows if row.express} == {"done", "failed", "cancelled", "unknown"}
