"""What came of a job, on its way to the member: the last touch of its results, who made them, where they are posted."""

import sqlalchemy as sa

from bot.domain.job import Job, ResultPicture
from bot.storage.database import Database
from bot.storage.moves import job_of
from bot.storage.rows import result_columns
from bot.storage.tables import attempts, parts, results
from bot.storage.unbroken import unbroken
from bot.storage.upserts import insert


class Results:
    """The part of the book that is about results; none of its verbs moves a job."""

    _database: Database

    @unbroken
    async def retouched(self, job_id: int, number: int, picture: ResultPicture) -> Job:
        """Put this in the place of the job's result of that number, from 1; its `untouched` names what was there.

        The first that differs from the model's own output stays, so that two who finish one result at once end with
        the same. Raises `LookupError` where there is no such result, or it was made of another output.
        """
        own = picture.untouched or picture.blob
        mine = sa.and_(results.c.job_id == job_id, results.c.number == number)
        touch = sa.update(results).where(mine, results.c.blob == own).values(result_columns(picture))
        async with self._database.writing() as tx:
            await tx.execute(touch)
            job = await job_of(tx, job_id)
            known = await tx.scalar(sa.select(sa.func.coalesce(results.c.untouched, results.c.blob)).where(mine))
            if job is None or known != own:
                raise LookupError(f"job {job_id} has no result {number} that was made of {own}")
            return job

    @unbroken
    async def maker(self, job_id: int) -> str | None:
        """The provider of the job's last attempt that was answered; None where none was, or nobody noted whose."""
        answered = (attempts.c.job_id == job_id, attempts.c.state == sa.text("'answered'"))
        # An attempt's id counts the sends of its job, so that of two the later one is longer, or greater as a text.
        latest = (sa.func.length(attempts.c.id).desc(), attempts.c.id.desc())
        async with self._database.reading() as tx:
            name = await tx.scalar(sa.select(attempts.c.provider).where(*answered).order_by(*latest).limit(1))
        return name or None

    @unbroken
    async def posted(self, job_id: int, part: int, message_id: int) -> None:
        """Note that this part of the results is in the thread; the first note stays."""
        note = {"job_id": job_id, "part": part, "message_id": message_id}
        async with self._database.writing() as tx:
            await tx.execute(insert(tx, parts).values(note).on_conflict_do_nothing())

    @unbroken
    async def parts(self, job_id: int) -> dict[int, int]:
        """The parts that were noted as posted, with their message ids."""
        question = sa.select(parts.c.part, parts.c.message_id).where(parts.c.job_id == job_id).order_by(parts.c.part)
        async with self._database.reading() as tx:
            return {row.part: row.message_id for row in await tx.execute(question)}
