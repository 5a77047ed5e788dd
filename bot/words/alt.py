"""What a picture shows, for those who cannot see it. Alt texts know no Markdown, so nothing in them is escaped."""

from bot.words.escape import cut, plain
from bot.words.language import language, marked
from bot.words.notes import percent

LONGEST = 1024  # characters that Discord takes

EXHIBITS = {
    "comparison": marked("Before and after, side by side: {prompt}"),
    "untouched": marked("Edited picture, as the model made it: {prompt}"),
}


def result_alt(prompt: str, locale: str) -> str:
    """ "Edited picture: make it snow"."""
    return _about(language(locale).gettext("Edited picture: {prompt}"), prompt)


def exhibit_alt(exhibit: str, prompt: str, locale: str) -> str:
    """ "Before and after, side by side: make it snow"."""
    return _about(language(locale).gettext(EXHIBITS[exhibit]), prompt)


def overlay_alt(share: int | None, locale: str) -> str:
    """ "Your picture, tinted where it will change: 23 % of it"."""
    words = language(locale)
    if share is None:
        return words.gettext("Your picture, tinted where it will change")
    sentence = words.gettext("Your picture, tinted where it will change: {percent} of it")
    return sentence.format(percent=percent(share, locale))


def _about(sentence: str, prompt: str) -> str:
    return cut(sentence.format(prompt=plain(prompt)), LONGEST)
