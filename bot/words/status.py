"""The lines about a job: its status while it lasts, its results, and how it ended."""

from bot.domain.errors import Failed, OutcomeUnknown, Refused
from bot.domain.job import Job, State
from bot.domain.progress import Phase, Progress
from bot.words.amounts import MIB, dollars, duration, megabytes
from bot.words.escape import shown
from bot.words.language import language, marked
from bot.words.refusals import say

DOT = " · "

PHASES = {
    Phase.QUEUED: marked("queued"),
    Phase.PREPARING: marked("preparing the pictures"),
    Phase.SENDING: marked("sending to the provider"),
    Phase.WAITING: marked("the provider is working"),
    Phase.PATIENCE: marked("the provider is busy, next try in {wait}"),
    Phase.RECEIVING: marked("receiving"),
    Phase.DELIVERING: marked("posting"),
}


def title(job_id: int, locale: str) -> str:
    """ "Edit #7"."""
    return language(locale).gettext("Edit #{id}").format(id=job_id)


def status_line(job: Job, progress: Progress, locale: str) -> str:
    """ "Edit #7 · queued, 2 ahead · holds $0.05"."""
    holds = language(locale).gettext("holds {amount}").format(amount=dollars(job.predicted))
    return DOT.join((title(job.id, locale), _phase(progress, locale), holds))


def byline(job: Job, locale: str) -> str:
    """Who asked, and which file was taken as the mask: "<@42> · mask: sky-mask.png"."""
    who = f"<@{job.request.user_id}>"
    return who if job.request.mask is None else DOT.join((who, mask_note(job.request.mask.filename, locale)))


def mask_note(filename: str, locale: str) -> str:
    """ "mask: sky-mask.png"."""
    return language(locale).gettext("mask: {name}").format(name=shown(filename))


def first_frame_note(filename: str, locale: str) -> str:
    """ "cat.gif: only the first frame is used"."""
    return language(locale).gettext("{name}: only the first frame is used").format(name=shown(filename))


def end_line(job: Job, link: str | None, locale: str) -> str:
    """ "Edit #7 · done · v1 · $0.05", with the way to the results where there is one."""
    words = language(locale)
    if job.muted and job.results:
        how = [words.gettext("stopped, its pictures are kept"), dollars(job.charged)]
    elif job.results:
        how = [words.gettext("done"), _version(job), dollars(job.charged)]
    elif isinstance(job.trouble, OutcomeUnknown):
        how = [words.gettext("outcome unknown"), words.gettext("nothing charged")]
    elif job.trouble is not None:
        how = [words.gettext("failed"), words.gettext("nothing charged")]
    else:
        how = [words.gettext("cancelled"), words.gettext("nothing charged")]
    return DOT.join((title(job.id, locale), *how, *([link] if link else [])))


def told(job: Job, locale: str) -> str:
    """How an edit ended without pictures, and what to do."""
    if job.state is State.CANCELLED:
        sentence = language(locale).gettext("It was cancelled. Nothing was charged.")
    else:
        sentence = say(job.trouble or Failed(), locale)
    if isinstance(
        job.trouble, Refused
    ):  # said at the door that goes without saying, but not of an edit that was placed
        sentence = f"{sentence} {language(locale).gettext('Nothing was charged.')}"
    return f"{title(job.id, locale)}: {sentence}"


def result_line(job: Job, part: int, parts: int, locale: str, *, titled: bool) -> str:
    """ "v1 · gpt-image-2 · 1024x1024 · 14 s · $0.05"; `titled` where the place is not this edit's own thread."""
    start = [title(job.id, locale)] if titled else []
    if part:
        more = language(locale).gettext("message {part} of {parts}").format(part=part + 1, parts=parts)
        return DOT.join((*start, _version(job), more))
    sizes = dict.fromkeys(f"{picture.width}x{picture.height}" for picture in job.results)
    facts = (_version(job), _count(job, locale), shown(job.request.model), ", ".join(sizes), _took(job))
    return DOT.join((*start, *(fact for fact in facts if fact), dollars(job.charged)))


def kept_line(name: str, size: int, limit: int | None, locale: str) -> str:
    """What is said instead of a picture that Discord does not take: `size` and `limit` in bytes, None if unknown."""
    words = language(locale)
    if limit is None:
        sentence = words.gettext("{name} is {size} MB, more than Discord takes here; it is kept.")
        return sentence.format(name=shown(name), size=megabytes(size))
    sentence = words.gettext("{name} is {size} MB, over the limit of {limit} MB here; it is kept.")
    return sentence.format(name=shown(name), size=megabytes(size), limit=limit // MIB)


def lighter_line(name: str, size: int, limit: int, locale: str) -> str:
    """What is said of a picture that is posted as a lighter copy: `size` of the original and `limit` in bytes."""
    sentence = language(locale).gettext(
        "{name} is a lighter copy: the original has {size} MB, over the limit of {limit} MB here, and is kept."
    )
    return sentence.format(name=shown(name), size=megabytes(size), limit=limit // MIB)


def gone_line(name: str, locale: str) -> str:
    """What is said instead of a picture whose file was swept."""
    return language(locale).gettext("{name} is no longer on my disk.").format(name=shown(name))


def _phase(progress: Progress, locale: str) -> str:
    words = language(locale)
    if progress.phase is Phase.QUEUED and progress.ahead:
        return words.gettext("queued, {ahead} ahead").format(ahead=progress.ahead)
    return words.gettext(PHASES[progress.phase]).format(wait=duration(progress.wait_s))


def _count(job: Job, locale: str) -> str:
    """How many came, where that is fewer than were asked for."""
    made, asked = len(job.results), job.request.options.n
    if made >= asked:
        return ""
    return language(locale).gettext("{made} of {asked} pictures").format(made=made, asked=asked)


def _version(job: Job) -> str:
    return f"v{job.version or 1}"


def _took(job: Job) -> str:
    began = job.sent_at if job.sent_at is not None else job.placed_at
    return duration(job.ended_at - began) if job.ended_at is not None else ""
