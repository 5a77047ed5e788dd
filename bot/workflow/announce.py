"""The public status message: posted once for each job, whoever comes first."""

import asyncio
from weakref import WeakValueDictionary

from bot.domain.errors import DirectClosed, PermissionMissing, Refused
from bot.domain.job import Job
from bot.domain.request import Place, PlaceKind
from bot.workflow.ports import Book, Postbox


class Announcer:
    """Puts a job's status message up. The door and the worker both ask for it, at once or after a restart."""

    def __init__(self, book: Book, postbox: Postbox) -> None:
        self._book = book
        self._postbox = postbox
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, job: Job) -> Job:
        """The job with its announcement. Raises `Undeliverable` or `Unreachable`."""
        lock = self._locks.setdefault(job.id, asyncio.Lock())
        async with lock:
            now = await self._book.job(job.id) or job
            if now.announcement is not None:
                return now
            announcement = await self._postbox.announce(now, await self._book.ahead(job.id))
            return await self._book.announced(job.id, announcement)


def closed_to_us(place: Place) -> Refused:
    """What a member is told where nothing can be shown of their edit, wherever it was tried."""
    in_private = place.kind in {PlaceKind.PRIVATE, PlaceKind.ANSWER}
    return DirectClosed() if in_private else PermissionMissing(permission="Send Messages")
