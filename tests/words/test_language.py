"""Catalogues, found and read."""

from pathlib import Path

import pytest

from bot.words.language import (
    CATALOGUES,
    ENGLISH,
    SPOKEN,
    catalogue_file,
    language,
    languages,
    own_name,
    read_catalogue,
    warm,
)

GERMAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Cancel"
msgstr "Abbrechen"

#, fuzzy
msgid "Show"
msgstr "Vielleicht zeigen"

msgid "Try again"
msgstr ""

msgctxt "command"
msgid "edit"
msgstr "bearbeiten"

msgid "{n} edit"
msgid_plural "{n} edits"
msgstr[0] "{n} Bearbeitung"
msgstr[1] "{n} Bearbeitungen"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one catalogue, German."""
    file = catalogue_file(tmp_path, "de")
    file.parent.mkdir(parents=True)
    file.write_text(GERMAN, encoding="utf-8")
    return tmp_path


def test_translated(folder: Path) -> None:
    """What is translated is said in that language: sentences, names of commands, and numbers of things."""
    words = read_catalogue(folder, "de")

    assert words.gettext("Cancel") == "Abbrechen"
    assert words.pgettext("command", "edit") == "bearbeiten"
    assert words.gettext("edit") == "edit"
    assert [words.ngettext("{n} edit", "{n} edits", n).split()[1] for n in (0, 1, 2)] == [
        "Bearbeitungen",
        "Bearbeitung",
        "Bearbeitungen",
    ]


@pytest.mark.parametrize("message", ["Show", "Try again", "Nobody knows this one"])
def test_untranslated(folder: Path, message: str) -> None:
    """What is not translated, or not surely, is said in English."""
    assert read_catalogue(folder, "de").gettext(message) == message


def test_no_catalogue(folder: Path) -> None:
    """A language whose catalogue is missing is English."""
    assert read_catalogue(folder, "fr").gettext("Cancel") == "Cancel"


@pytest.mark.parametrize("locale", ["en-US", "en-GB", "pl", "tlh", "../de", ""])
def test_english(locale: str) -> None:
    """Every locale that nobody translated is English, and no text can name a file."""
    assert language(locale).gettext("Cancel") == "Cancel"


def test_every_catalogue_is_spoken() -> None:
    """Each catalogue in the package belongs to one of Discord's locales, and each of these has one."""
    there = {path.parts[-3] for path in CATALOGUES.glob("*/LC_MESSAGES/*.po")}

    assert there == set(SPOKEN.values())


def test_spanish() -> None:
    """Both Spanish locales of Discord have one catalogue."""
    assert language("es-419") is language("es-ES")


def test_warm() -> None:
    """Reading all of them at the start leaves nothing to be read for a member."""
    warm()

    assert all(language(locale) is language(locale) for locale in SPOKEN)


def test_languages() -> None:
    """A server can choose each language once, English first."""
    assert languages() == (ENGLISH, "zh-CN", "zh-TW", "ja", "ko", "es-ES", "fr", "de", "pt-BR")


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("en-US", "English"),
        ("zh-CN", "简体中文"),
        ("zh-TW", "繁體中文"),
        ("ja", "日本語"),
        ("ko", "한국어"),
        ("es-ES", "Español"),
        ("fr", "Français"),
        ("de", "Deutsch"),
        ("pt-BR", "Português (Brasil)"),
        ("no such locale", "no such locale"),
        ("", ""),
    ],
)
def test_own_name(locale: str, name: str) -> None:
    """A language is offered under the name that its speakers look for."""
    assert own_name(locale) == name
