"""What nobody needs any more, pictures and words: deleted once an hour, for as long as the process lives."""

from collections.abc import Awaitable

import structlog

from bot.workflow.ports import Blobs, Book, Clock, Gatherings, Guilds

EVERY_S = 3600
UNPLACED_LIVE_S = 3600

log = structlog.get_logger()


async def sweep(
    book: Book, blobs: Blobs, gatherings: Gatherings, guilds: Guilds, clock: Clock, retention_s: float
) -> None:
    """Run until cancelled. What a job refers to stays for `retention_s` after it was placed, and until it is over.

    The same holds for what was said in it: prompts, names of files, drafts; and for what the admins of a server have
    chosen, counted from when the bot left it. Trays and pickers have ends of their own.
    """
    while True:
        now = clock.now()
        await _tidied("rows", book.expire(now - retention_s))
        await _tidied("gatherings", gatherings.sweep())  # before the pictures, which then belong to nobody
        await _tidied("guilds", guilds.forget_left(now - retention_s))
        await _tidied("blobs", _blobs(book, blobs, now, retention_s))
        await clock.sleep(EVERY_S)


async def _tidied(what: str, tidying: Awaitable[int]) -> None:
    try:
        count = await tidying
    except Exception:  # nobody's edit shall end because the house could not be tidied
        log.warning("sweep_failed", what=what, exc_info=True)
    else:
        log.info("swept", what=what, count=count)


async def _blobs(book: Book, blobs: Blobs, now: float, retention_s: float) -> int:
    return await blobs.sweep(await book.blobs_in_use(now - retention_s), now - UNPLACED_LIVE_S)
