"""The answer to `/history`: a member's edits, a line each, and the pictures of one of them shown again."""

from bot.domain.job import Job, State
from bot.words.amounts import dollars
from bot.words.escape import cut, plain, shown
from bot.words.language import language
from bot.words.results import result_line
from bot.words.status import DOT, outcome, title, version

PROMPT_CHARACTERS = 60
OPTION_CHARACTERS = 100  # of a menu's line


def heading(locale: str) -> str:
    """Above the lines."""
    return language(locale).gettext("Your edits")


def nothing(locale: str) -> str:
    """Where there is no edit yet."""
    return language(locale).gettext("There is no edit of yours here yet. Make one with /edit.")


def entry(job: Job, link: str | None, locale: str, *, pictures: bool) -> str:
    """ "#7 · 2 hours ago · make it snow · gpt-image-2 · $0.05 · v1 · done"; the number is the way there."""
    name = f"**[#{job.id}]({link})**" if link else f"**#{job.id}**"
    facts = (
        name,
        f"<t:{int(job.placed_at)}:R>",
        shown(job.request.prompt, PROMPT_CHARACTERS),
        shown(job.request.model),
        _cost(job, locale),
        version(job) if job.results and job.version is not None else "",
        _ending(job, locale, pictures=pictures),
    )
    return DOT.join(fact for fact in facts if fact)


def option(job: Job, locale: str) -> str:
    """A line of the menu: "#7 · make it snow". Menus know no Markdown, so nothing is escaped."""
    return cut(DOT.join((f"#{job.id}", plain(job.request.prompt) or title(job.id, locale))), OPTION_CHARACTERS)


def shown_line(job: Job, locale: str, made_of: int | None = None) -> str:
    """Beside pictures that only their member sees."""
    return result_line(job, 0, 1, locale, titled=True, made_of=made_of)


def _cost(job: Job, locale: str) -> str:
    if job.ended_at is None:
        return language(locale).gettext("holds {amount}").format(amount=dollars(job.predicted, locale))
    return dollars(job.charged, locale)


def _ending(job: Job, locale: str, *, pictures: bool) -> str:
    words = language(locale)
    if job.results and not pictures:
        return words.gettext("pictures gone")
    if job.results and job.state is State.TOLD:
        return words.gettext("kept")
    return outcome(job, locale)
