"""Which language a sentence is said in: gettext catalogues, and English where there is none."""

import re
from functools import lru_cache
from gettext import NullTranslations
from pathlib import Path

from babel.support import Translations

CATALOGUES = Path(__file__).with_name("locale")
DOMAIN = "darkroom"
ENGLISH = "en-US"


@lru_cache(maxsize=64)
def language(locale: str) -> NullTranslations:
    """The messages for one of Discord's locales ("de", "pt-BR"); English where nobody translated them."""
    return read_catalogue(CATALOGUES, locale)


def read_catalogue(folder: Path, locale: str) -> NullTranslations:
    """The catalogue for this locale in the folder, that of the bare language else, and English where neither is."""
    match = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z0-9]{2,8}))?", locale)
    if match is None:
        return NullTranslations()
    name = match[1] if match[2] is None else f"{match[1]}_{match[2]}"
    return Translations.load(folder, [name], DOMAIN)


def marked(message: str) -> str:
    """The same message: tells the extractor that a table's text is translated where it is used."""
    return message
