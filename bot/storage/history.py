"""What was: a member's last edits, how long edits of a kind took, and what calls of unknown outcome may have cost."""

from collections.abc import Sequence

import sqlalchemy as sa

from bot.domain.job import Job
from bot.domain.quota import HOUSE, Period, Unit
from bot.storage.database import Database
from bot.storage.moves import whole
from bot.storage.tables import jobs, ledger, windows
from bot.storage.unbroken import unbroken

LATENCIES = 50


class History:
    """The part of the book that looks back; none of its verbs changes anything."""

    _database: Database

    @unbroken
    async def history(
        self, user_id: int, guild_id: int | None, limit: int, *, before: int | None = None, everywhere: bool = False
    ) -> Sequence[Job]:
        """The member's last jobs in this guild, or outside of guilds for None, or wherever, the newest first.

        With `before` only those whose id is lower.
        """
        here = () if everywhere else (jobs.c.guild_id == guild_id,)
        earlier = () if before is None else (jobs.c.id < before,)
        mine = (jobs.c.user_id == user_id, *here, *earlier)
        question = sa.select(*jobs.c).where(*mine).order_by(jobs.c.id.desc()).limit(limit)
        async with self._database.reading() as tx:
            return [await whole(tx, row) for row in (await tx.execute(question)).all()]

    @unbroken
    async def latencies(self, model: str, quality: str | None, size: str | None) -> Sequence[float]:
        """How many seconds the last fifty such jobs took from being sent to their end, the newest first.

        Only those that brought a picture count; None stands for any quality or size.
        """
        wanted = {jobs.c.quality: quality, jobs.c.size: size}
        alike = (jobs.c.model == model, *(column == value for column, value in wanted.items() if value is not None))
        brought = (jobs.c.pictures > 0, jobs.c.sent_at.is_not(None), jobs.c.ended_at.is_not(None))
        question = sa.select(jobs.c.ended_at - jobs.c.sent_at).where(*alike, *brought)
        question = question.order_by(jobs.c.ended_at.desc(), jobs.c.id.desc()).limit(LATENCIES)
        async with self._database.reading() as tx:
            # A clock that was set back in between must not make an edit end before it began.
            return [max(0.0, float(seconds)) for seconds in await tx.scalars(question)]

    @unbroken
    async def suspense(self, since: float) -> int:
        """The micro-USD that calls of unknown outcome since then may have cost the house, less what was corrected.

        The house may have several limits, and each holds the same money: its month, which it always has, is asked.
        """
        corrected = ledger.alias("corrected")
        same = sa.and_(
            corrected.c.job_id == ledger.c.job_id,
            corrected.c.window_id == ledger.c.window_id,
            corrected.c.kind == "correction",
        )
        of_house = (windows.c.account == HOUSE, windows.c.unit == Unit.MICRO_USD, windows.c.period == Period.MONTH)
        net = sa.func.sum(ledger.c.amount - sa.func.coalesce(corrected.c.amount, 0))
        question = (
            sa.select(sa.func.coalesce(net, 0))
            .join_from(ledger, windows)
            .join(corrected, same, isouter=True)
            .where(ledger.c.kind == "suspense", ledger.c.at >= since, *of_house)
        )
        async with self._database.reading() as tx:
            return int(await tx.scalar(question) or 0)
