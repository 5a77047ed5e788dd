"""What is said of a version after it was made: gone back to, taken as input, handed over, deleted."""

from collections.abc import Iterable

from bot.domain.job import Job
from bot.words.amounts import dollars
from bot.words.escape import INVISIBLE, cut, escape
from bot.words.language import language
from bot.words.results import result_line
from bot.words.status import DOT, title, version

LONGEST_WORDING = 3800  # characters of an embed's description are 4096, and the cut comes before the title


def back_line(job: Job, part: int, parts: int, locale: str, made_of: int | None, *, titled: bool) -> str:
    """ "Back to v1", above what is said beside its pictures."""
    again = result_line(job, part, parts, locale, titled=titled, made_of=made_of)
    if part:
        return again
    return "\n".join((language(locale).gettext("Back to {version}").format(version=version(job)), again))


def again_line(job: Job, part: int, parts: int, locale: str, made_of: int | None) -> str:
    """What is said beside pictures that their member has posted once more, and whose they are."""
    again = result_line(job, part, parts, locale, titled=True, made_of=made_of)
    return again if part else "\n".join((again, f"<@{job.request.user_id}>"))


def went_back(job: Job, link: str, locale: str) -> str:
    """What a press on Undo came to."""
    said = language(locale).gettext("back to {version}").format(version=version(job))
    return DOT.join((title(job.id, locale), said, link))


def trayed(count: int, most: int, locale: str) -> str:
    """What a press on Use as input came to."""
    sentence = language(locale).ngettext(
        "It is in your tray: {count} picture of at most {most}. Use it with /edit, without attaching any.",
        "It is in your tray: {count} pictures of at most {most}. Use them with /edit, without attaching any.",
        count,
    )
    return sentence.format(count=count, most=most)


def originals_line(job_id: int, locale: str) -> str:
    """Above the files as they are on disk."""
    return DOT.join((title(job_id, locale), language(locale).gettext("the file as it was made")))


def posted_here(job_id: int, link: str, locale: str) -> str:
    """What a press on Post here came to."""
    return DOT.join((title(job_id, locale), link))


def wording_heading(locale: str) -> str:
    """Above what the provider made of a prompt."""
    return language(locale).gettext("What the provider made of your words")


def wording(wordings: Iterable[str]) -> str:
    """The prompt or prompts that were really used, to be read: their lines are kept, the rest is escaped."""
    lines = [INVISIBLE.sub("", line).strip() for one in wordings for line in (*one.splitlines(), "")]
    whole = escape("\n".join(lines).strip().encode("utf-8", "replace").decode())
    return cut(whole, LONGEST_WORDING) or "…"


def delete_question(job: Job, locale: str) -> str:
    """What is asked before anything is deleted."""
    sentence = language(locale).gettext(
        "Shall I delete the pictures of this edit? Their messages and the files on my disk are gone for good; "
        "what it cost stays counted."
    )
    return f"{title(job.id, locale)}: {sentence}"


def deleted(job: Job, locale: str) -> str:
    """What a yes to that came to."""
    sentence = language(locale).gettext("Its pictures are deleted.")
    return f"{title(job.id, locale)}: {sentence}"


def deleted_line(job: Job, locale: str) -> str:
    """What the status message of a deleted edit says: "Edit #7 · deleted · $0.05", and who asked."""
    facts = (title(job.id, locale), language(locale).gettext("deleted"), dollars(job.charged, locale))
    return "\n".join((DOT.join(facts), f"<@{job.request.user_id}>"))
