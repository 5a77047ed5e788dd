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
    holds = language(locale).gettext("holds {amount}").format(amount=dollars(job.predicted, locale))
    return DOT.join((title(job.id, locale), _phase(progress, locale), holds))


def status_text(job: Job, progress: Progress, locale: str) -> str:
    """What the status message says: its line, and who asked with a clock that counts by itself."""
    return "\n".join((status_line(job, progress, locale), byline(job.request, locale, clock(job, progress, locale))))


def clock(job: Job, progress: Progress, locale: str) -> str:
    """ "asked 40 seconds ago", or "begun 12 seconds ago" while the provider works: Discord counts the seconds."""
    words, begun = language(locale), progress.since if progress.phase is Phase.WAITING else None
    sentence = words.gettext("asked {when}") if begun is None else words.gettext("begun {when}")
    return sentence.format(when=f"<t:{int(job.placed_at if begun is None else begun)}:R>")


def byline(request: EditRequest, locale: str, *more: str) -> str:
    """Who asked, what else is said of it, and what the mask selects: "<@42> · mask: sky-mask.png, 23 % will change"."""
    who = f"<@{request.user_id}>"
    mask = request.mask and mask_note(request.mask.filename, request.mask_share, locale)
    return DOT.join((who, *more, *([mask] if mask else [])))


def end_line(job: Job, link: str | None, locale: str) -> str:
    """ "Edit #7 · done · v1 · $0.05", with the way to the results where there is one."""
    if job.results:
        facts = (*(() if job.muted else (version(job),)), dollars(job.charged, locale))
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
    if isinstance(job.trouble, Refused):  # at the door that goes without saying, but not of an edit that was placed
        uncharged = language(locale).gettext("Nothing was charged.")
        sentence = f"{sentence} {uncharged}"
    return f"{title(job.id, locale)}: {sentence}"


def version(job: Job) -> str:
    """ "v1"."""
    return f"v{job.version or 1}"


def _phase(progress: Progress, locale: str) -> str:
    """The station, then whatever else is known of it, the more important first."""
    facts = (one(progress, locale) for one in (_station, _guess, which_preview, _call))
    return DOT.join(fact for fact in facts if fact is not None)


def _station(progress: Progress, locale: str) -> str:
    words = language(locale)
    if progress.phase is Phase.QUEUED and progress.ahead:
        return words.gettext("queued, {ahead} ahead").format(ahead=progress.ahead)
    if progress.phase is Phase.SENDING and progress.percent is not None:
        return words.gettext("sending to the provider, {n} %").format(n=progress.percent)
    return words.gettext(PHASES[progress.phase]).format(wait=duration(progress.wait_s, locale))


def _guess(progress: Progress, locale: str) -> str | None:
    """How long it may take: in the line until the pictures are there, later how long such edits mostly take."""
    words = language(locale)
    if progress.phase is Phase.QUEUED and progress.eta_s is not None:
        return words.gettext("about {time}").format(time=roughly(progress.eta_s, locale))
    if progress.phase is Phase.WAITING and progress.typical_s is not None:
        return words.gettext("mostly {time}").format(time=roughly(progress.typical_s, locale))
    return None


def which_preview(progress: Progress, locale: str) -> str | None:
    """ "preview 1 of 2", which also says to those who do not see it what it is; None without one."""
    if not progress.preview:
        return None
    count = max(progress.preview, progress.previews)
    return language(locale).gettext("preview {n} of {count}").format(n=progress.preview, count=count)


def _call(progress: Progress, locale: str) -> str | None:
    if progress.calls < 2:
        return None
    return language(locale).gettext("call {n} of {count}").format(n=progress.call, count=progress.calls)
