"""What the last process left behind: every job is put where its row says it may safely go on."""

import structlog

from bot.domain.errors import OutcomeUnknown
from bot.workflow.ports import Book

log = structlog.get_logger()


async def recover(book: Book) -> None:
    """Run before the first ticket is handed out.

    What was being prepared goes back to the queue; what was sent has an outcome that nobody knows; what is done but
    not delivered keeps its ticket, so the worker delivers it.
    """
    for job in await book.recover(OutcomeUnknown()):
        log.warning("job_recovered", job=job.id, guild=job.request.place.guild_id, state=job.state.value)
