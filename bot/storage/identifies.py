"""How often the bot identified itself to Discord, counted where a crash loop cannot forget it."""

from collections.abc import Sequence

import sqlalchemy as sa

from bot.storage.database import Database
from bot.storage.tables import identifies
from bot.storage.unbroken import unbroken

KEPT_S = 86_400


class Identifies:
    """The part of the book that guards the token."""

    _database: Database

    @unbroken
    async def identified(self, at: float) -> None:
        """Note that the bot identifies itself to Discord now; notes of more than a day before are dropped."""
        async with self._database.writing() as tx:
            await tx.execute(sa.delete(identifies).where(identifies.c.at < at - KEPT_S))
            await tx.execute(sa.insert(identifies).values(at=at))

    @unbroken
    async def identifies(self, since: float) -> Sequence[float]:
        """When it did so since then, the oldest first."""
        question = sa.select(identifies.c.at).where(identifies.c.at >= since).order_by(identifies.c.at)
        async with self._database.reading() as tx:
            return list(await tx.scalars(question))
