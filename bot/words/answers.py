"""What a member is told in private, or in reply to a mention."""

from collections.abc import Iterable

from bot.domain.job import Job
from bot.domain.progress import Phase, Progress
from bot.words.language import language
from bot.words.status import DOT, status_line, title


def accepted(job: Job, ahead: int, link: str | None, notes: Iterable[str], locale: str) -> str:
    """An edit was placed: where it can be seen, and what was decided on the way."""
    where = link or language(locale).gettext("Its message follows as soon as Discord lets me post.")
    return "\n".join((status_line(job, Progress(Phase.QUEUED, ahead=ahead), locale), where, *notes))


def by_direct_message(job: Job, locale: str) -> str:
    """An edit was placed whose results only its member sees, and whose status does not fit where they asked."""
    sentence = language(locale).gettext("what comes of it comes to you by direct message.")
    return f"{title(job.id, locale)}: {sentence}"


def cancelled(job: Job, locale: str) -> str:
    """What a press on Cancel came to."""
    words = language(locale)
    if job.muted:
        sentence = words.gettext(
            "It is already being made and paid for, so it is let finish. Its pictures are kept: press Show to see them."
        )
    else:
        sentence = words.gettext("It was cancelled. Nothing was charged.")
    return f"{title(job.id, locale)}: {sentence}"


def showing(job: Job, link: str | None, locale: str) -> str:
    """What a press on Show came to."""
    sentence = language(locale).gettext("its pictures are on their way.")
    return " ".join((f"{title(job.id, locale)}: {sentence}", *([link] if link else [])))


def exhibited(job_id: int, link: str, locale: str) -> str:
    """What a press on Before/after or Untouched came to: the way to what was posted."""
    return DOT.join((title(job_id, locale), link))


def unexpected(reference: str, locale: str) -> str:
    """Something that no sentence was written for; the reference is in the log."""
    sentence = language(locale).gettext(
        "Something went wrong on my side. If no edit of yours appears, try again; "
        "if it happens again, tell whoever runs me this: {reference}"
    )
    return sentence.format(reference=reference)


def outdated(locale: str) -> str:
    """A command that the bot does not know in this shape any more."""
    return language(locale).gettext("This command has changed. Restart Discord, then try it again.")
