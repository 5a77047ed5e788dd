"""Pictures that nobody needs any more: deleted once an hour, for as long as the process lives."""

import structlog

from bot.workflow.ports import Blobs, Book, Clock

EVERY_S = 3600
UNPLACED_LIVE_S = 3600

log = structlog.get_logger()


async def sweep(book: Book, blobs: Blobs, clock: Clock, retention_s: float) -> None:
    """Run until cancelled. What a job refers to stays for `retention_s` after it was placed, and until it is over."""
    while True:
        try:
            await _once(book, blobs, clock.now(), retention_s)
        except Exception:  # nobody's edit shall end because the house could not be tidied
            log.warning("sweep_failed", exc_info=True)
        await clock.sleep(EVERY_S)


async def _once(book: Book, blobs: Blobs, now: float, retention_s: float) -> None:
    in_use = await book.blobs_in_use(now - retention_s)
    swept = await blobs.sweep(in_use, now - UNPLACED_LIVE_S)
    log.info("swept", blobs=swept)
