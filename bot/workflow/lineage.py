"""Where results are and who sees them there, where the next version belongs, and of which one a version was made."""

from dataclasses import replace

from bot.domain.job import Job
from bot.domain.request import Place, PlaceKind
from bot.workflow.ports import Book

HIDDEN = frozenset({PlaceKind.PRIVATE, PlaceKind.ANSWER})  # what was made there is for its member alone


async def made_of(book: Book, job: Job) -> int | None:
    """The number of the version that this one was made of; None for the one before it, and for anything else."""
    base = await book.job(job.request.base) if job.request.base is not None else None
    if base is None or base.version is None or job.version is None or _home_id(base) != _home_id(job):
        return None
    return base.version if base.version != job.version - 1 else None


def home(job: Job) -> Place:
    """Where a second try goes: to where the first one's results would have gone, in the thread that it opened."""
    place, where = job.request.place, job.announcement
    if where is None or place.kind is not PlaceKind.CHANNEL or where.home_id == where.channel_id:
        return place
    return replace(place, channel_id=where.home_id, kind=PlaceKind.THREAD, parent_id=place.channel_id)


def channels(job: Job) -> frozenset[int]:
    """Where everybody sees what is said of this job, and its results."""
    place, where = job.request.place, job.announcement
    if place.kind in HIDDEN:
        return frozenset()
    return frozenset({place.channel_id} if where is None else {place.channel_id, where.home_id})


def is_hidden(job: Job, place: Place) -> bool:
    """Whether the results are behind a spoiler there: they were, or were made for adults and it is not for them."""
    return job.request.spoiler or (job.request.place.adult and not place.adult)


def _home_id(job: Job) -> int | None:
    return job.announcement.home_id if job.announcement is not None else None


def seen_in(place: Place, job: Job) -> Job:
    """The job as it is shown there."""
    return replace(job, request=replace(job.request, spoiler=is_hidden(job, place)))
