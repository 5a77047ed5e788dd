"""Small texts: what is said once, and what is remembered from one start to the next."""

import sqlalchemy as sa

from bot.storage.database import Database
from bot.storage.tables import notes, notices
from bot.storage.unbroken import unbroken
from bot.storage.upserts import insert
from bot.workflow.ports import Clock


class Notes:
    """The part of the book that is about no job at all."""

    _database: Database
    _clock: Clock

    @unbroken
    async def once(self, key: str) -> bool:
        """True the first time this key is given, False ever after: for notices that are said once."""
        async with self._database.writing() as tx:
            said = insert(tx, notices).values(key=key, said_at=self._clock.now()).on_conflict_do_nothing()
            return (await tx.execute(said.returning(notices.c.key))).one_or_none() is not None

    @unbroken
    async def recall(self, key: str) -> str | None:
        """What was remembered under this key."""
        async with self._database.reading() as tx:
            value: str | None = await tx.scalar(sa.select(notes.c.value).where(notes.c.key == key))
            return value

    @unbroken
    async def remember(self, key: str, value: str) -> None:
        """Keep a small text under this key, over the last one."""
        async with self._database.writing() as tx:
            note = insert(tx, notes).values(key=key, value=value)
            await tx.execute(note.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
