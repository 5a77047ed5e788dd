"""The lines about a job: its status while it lasts, and how it ended."""

from bot.domain.errors import Failed, OutcomeUnknown, Refused
from bot.domain.job import UNSETTLED, Job, State
from bot.domain.progress import Phase, Progress
from bot.domain.request import EditRequest
from bot.words.amounts import dollars, duration, roughly
from bot.words.language import language, marked
from bot.words.notes import mask_note
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


def byline(request: EditRequest, locale: str) -> str:
    """Who asked, and what the mask selects: "<@42> · mask: sky-mask.png, 23 % will change"."""
    who = f"<@{request.user_id}>"
    if request.mask is None:
        return who
    return DOT.join((who, mask_note(request.mask.filename, request.mask_share, locale)))


def end_line(job: Job, link: str | None, locale: str) -> str:
    """ "Edit #7 · done · v1 · $0.05", with the way to the results where there is one."""
    if job.results:
        facts = (*(() if job.muted else (version(job),)), dollars(job.charged))
    else:
        facts = (language(locale).gettext("nothing charged"),)
    return DOT.join((title(job.id, locale), outcome(job, locale), *facts, *([link] if link else [])))


def outcome(job: Job, locale: str) -> str:
    """How a job ended, in a word or two; of one that has not, that it is under way."""
    words = language(locale)
    if job.muted and job.results:
        return words.gettext("stopped, its pictures are kept")
    if job.results:
        return words.gettext("done")
    if isinstance(job.trouble, OutcomeUnknown):
        return words.gettext("outcome unknown")
    if job.trouble is not None:
        return words.gettext("failed")
    return words.gettext("under way") if job.state in UNSETTLED else words.gettext("cancelled")


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


def version(job: Job) -> str:
    """ "v1"."""
    return f"v{job.version or 1}"


def _phase(progress: Progress, locale: str) -> str:
    words = language(locale)
    if progress.phase is not Phase.QUEUED:
        return words.gettext(PHASES[progress.phase]).format(wait=duration(progress.wait_s))
    said = words.gettext(PHASES[Phase.QUEUED])
    if progress.ahead:
        said = words.gettext("queued, {ahead} ahead").format(ahead=progress.ahead)
    if progress.eta_s is None:
        return said
    return DOT.join((said, words.gettext("about {time}").format(time=roughly(progress.eta_s))))
