"""The question whether an edit that is dear shall be made, and how it ended without a yes."""

from bot.domain.draft import Draft, DraftState
from bot.words.amounts import dollars
from bot.words.language import language
from bot.words.status import DOT, byline


def question(draft: Draft, locale: str) -> str:
    """What is asked in public: the most that it may cost, until when, who asked, and what the mask selects."""
    words = language(locale)
    ask = words.gettext("This edit may cost up to {amount}. Shall I?").format(amount=dollars(draft.predicted, locale))
    until = words.gettext("closes {when}").format(when=f"<t:{int(draft.expires_at)}:R>")
    return "\n".join((DOT.join((ask, until)), byline(draft.request, locale)))


def over(draft: Draft, locale: str) -> str:
    """What the question becomes where nobody said yes."""
    words = language(locale)
    if draft.state is DraftState.DROPPED:
        sentence = words.gettext("This edit was dropped. Nothing was charged.")
    else:
        sentence = words.gettext("Nobody said yes to this edit in time. Nothing was charged.")
    return "\n".join((sentence, byline(draft.request, locale)))


def asking(draft: Draft, link: str | None, locale: str) -> str:
    """The private answer to an edit that waits for a yes, with the way to the question."""
    sentence = language(locale).gettext("This edit may cost up to {amount}, so I ask first")
    said = sentence.format(amount=dollars(draft.predicted, locale))
    return f"{said}: {link}" if link else f"{said}."


def dropped(locale: str) -> str:
    """What a press on Drop it came to."""
    return language(locale).gettext("It was dropped. Nothing was charged.")
