"""Every message of every language, said as it would be to a member, within what Discord shows."""

import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry

from bot.domain.errors import Trouble
from bot.domain.guild import GuildSettings
from bot.domain.preset import readable
from bot.words import about, settings
from bot.words.language import SPOKEN, language
from bot.words.presets import starters
from bot.words.refusals import LONGEST, say
from bot.words.rights import PERMISSIONS
from bot.words.welcome import greeting
from tests.translations import catalogues
from tests.translations.lengths import ALT, FIELD, MESSAGE_CHARACTERS
from tests.translations.messages import Message, gather

LOCALES = ("en-US", *SPOKEN)
COUNTS = (0, 1, 2, 5, 11, 21, 1000)
NAME = "W" * 60  # as long as a file's name is shown
# What is longer than a name, by the field it stands in. Numbers, amounts and times are shorter.
LONG = LONGEST | dict.fromkeys(("prompt", "values", "notes", "old", "new", "sizes"), 400)
HOSTILE = "[x](https://evil.example) @everyone <@1>\n# {name} \u202egnp.exe " + "y" * 5000


@cache
def messages() -> tuple[Message, ...]:
    """All of them, gathered once."""
    return gather()


@cache
def catalogue(locale: str) -> Catalog | None:
    """The catalogue of a locale; None for English."""
    return catalogues.read(SPOKEN[locale]) if locale in SPOKEN else None


def filled(text: str, count: int | None = None) -> str:
    """The text with the longest that may stand in its fields. Raises what a member would be spared from."""
    names = {name for _, name, _, _ in Formatter().parse(text) if name}
    longest = {name: "W" * LONG.get(name, len(NAME)) for name in names}
    counted = {} if count is None else dict.fromkeys(("n", "count"), f"{count:,}")
    return text.format(**longest | counted)


def said(message: Message, locale: str) -> Iterator[str]:
    """The message in this language; one that counts, for each of the numbers."""
    words = language(locale)
    if message.plural is None:
        text = message.text
        yield filled(words.gettext(text) if message.context is None else words.pgettext(message.context, text))
        return
    for count in COUNTS:
        if message.context is None:
            yield filled(words.ngettext(message.text, message.plural, count), count)
        else:
            yield filled(words.npgettext(message.context, message.text, message.plural, count), count)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_message(locale: str) -> None:
    """Each can be said, with its fields as long as they come, and fits the place where it is shown."""
    for message in messages():
        for text in said(message, locale):
            assert text.strip(), message.text
            assert len(text) <= (message.most or MESSAGE_CHARACTERS), (message.text, len(text))


@pytest.mark.parametrize("locale", LOCALES)
def test_every_trouble(locale: str) -> None:
    """Each trouble fits a message in each language, and nothing in its fields comes alive."""
    for name, kind in Trouble.kinds.items():
        sentence = kind.sentence()
        fields = {field for _, field, _, _ in Formatter().parse(sentence) if field}
        times = {field for field in fields if f"<t:{{{field}}}" in sentence}

        text = say(kind(**{field: 7 if field in times else HOSTILE for field in fields}), locale)

        assert len(text) <= MESSAGE_CHARACTERS, name
        assert not re.search(r"@everyone|<@\d|(?<!\\)\]\(|https?://|\n|\u202e", text), name
        assert "…" not in text.replace("…", "", len(fields)), name  # no field that the sentence names is missing


@pytest.mark.parametrize("locale", LOCALES)
def test_forms_for_numbers(locale: str) -> None:
    """Every number has a form in the language, and the number stands in it unless it is one, or none."""
    for message in (one for one in messages() if re.search(r"\{(n|count)\}", one.plural or "")):
        for count, text in zip(COUNTS, said(message, locale), strict=True):
            assert count < 2 or f"{count:,}" in text, (message.text, count)


@pytest.mark.parametrize("locale", SPOKEN)
def test_no_translation_is_for_nobody(locale: str) -> None:
    """The bot says what the catalogue has: no entry is dropped on the way because it was written wrongly."""
    kept = catalogue(locale)
    assert kept is not None
    for entry in kept:
        if entry.id and _translated(entry):
            first = entry.id if isinstance(entry.id, str) else entry.id[0]
            words = language(locale)
            heard = words.gettext(first) if entry.context is None else words.pgettext(entry.context, first)
            assert heard == (entry.string[0] if isinstance(entry.string, tuple) else entry.string)


def _translated(entry: Entry) -> bool:
    return all(entry.string) if isinstance(entry.string, tuple) else bool(entry.string)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_put_together(locale: str) -> None:
    """Texts of many messages fit as a whole: the greeting, the fields of embeds, and the usual presets."""
    everything = tuple(PERMISSIONS)
    fields = [one.text for one in about.help_sections(locale, manages=True)]
    fields += [text for _, text in settings.overview(GuildSettings(), locale)]
    presets = [readable(one) for one in starters(locale, transparent=True)]

    assert len(greeting(everything, locale)) <= MESSAGE_CHARACTERS
    assert max(map(len, fields)) <= FIELD
    assert len(about.ways_alt(locale)) <= ALT
    assert len({one.name.casefold() for one in presets}) == len(presets)
