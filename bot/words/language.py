"""Which language a sentence is said in: gettext catalogues, and English where there is none.

Catalogues are kept as text, `locale/de/LC_MESSAGES/darkroom.po`, and read the first time that somebody is answered in
their language; that takes some hundredths of a second, so the chat reads them all in a thread before it is connected.
Babel is imported only then: the process that opens pictures writes amounts too, always in English.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

CATALOGUES = Path(__file__).with_name("locale")
DOMAIN = "darkroom"
ENGLISH = "en-US"

# Discord's locales for which there is a catalogue, and its name; every other one is answered in English.
SPOKEN = {
    "zh-CN": "zh_CN",
    "zh-TW": "zh_TW",
    "ja": "ja",
    "ko": "ko",
    "es-ES": "es",
    "es-419": "es",
    "fr": "fr",
    "de": "de",
    "pt-BR": "pt_BR",
}
# What CLDR calls those whose writing tells them apart.
WRITTEN = {"zh-CN": "zh_Hans", "zh-TW": "zh_Hant"}


def language(locale: str) -> NullTranslations:
    """The messages for one of Discord's locales ("de", "pt-BR"); English where nobody translated them."""
    return _catalogue(SPOKEN.get(locale, ""))


def languages() -> tuple[str, ...]:
    """One of Discord's locales for each language that can be chosen, English first."""
    first: dict[str, str] = {}
    for locale, name in SPOKEN.items():
        first.setdefault(name, locale)
    return (ENGLISH, *first.values())


@cache
def own_name(locale: str) -> str:
    """What a language is called by those who speak it: "Deutsch", "简体中文"; the code itself where nobody knows it."""
    from babel import Locale, UnknownLocaleError  # see the top of this file

    try:
        spoken = Locale.parse(locale, sep="-")
    except (ValueError, UnknownLocaleError):
        return locale
    written = spoken.languages.get(WRITTEN.get(locale, ""))
    name = written or Locale.parse(SPOKEN.get(locale, spoken.language)).get_display_name() or locale
    return name[:1].upper() + name[1:]


def warm() -> None:
    """Read every catalogue, so that nobody waits for one. For a thread."""
    for locale in SPOKEN:
        language(locale)


def read_catalogue(folder: Path, name: str) -> NullTranslations:
    """The catalogue of this name in the folder; English where there is none."""
    try:
        text = catalogue_file(folder, name).read_bytes()
    except FileNotFoundError:
        return NullTranslations()
    from babel.messages.mofile import write_mo  # see the top of this file
    from babel.messages.pofile import read_po

    catalogue = read_po(BytesIO(text), locale=name)
    for message in tuple(catalogue):
        # Babel would write the English singular for every number.
        if message.pluralizable and not all(message.string or ("",)):
            catalogue.delete(message.id, message.context)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


def catalogue_file(folder: Path, name: str) -> Path:
    """Where the catalogue of this name is."""
    return folder / name / "LC_MESSAGES" / f"{DOMAIN}.po"


def marked(message: str) -> str:
    """The same message: tells the extractor that a table's text is translated where it is used."""
    return message


@cache
def _catalogue(name: str) -> NullTranslations:
    return read_catalogue(CATALOGUES, name) if name else NullTranslations()
