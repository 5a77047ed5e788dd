"""Catalogues kept in step with the messages."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bot.words.language import catalogue_file, read_catalogue
from tests.translations import catalogues
from tests.translations.faults import missing
from tests.translations.messages import Message

CANCEL = Message("Cancel", sources=("bot/words/labels.py",), comments=("At most 80 characters.",), most=80)
PICTURES = Message("{n} picture", "{n} pictures", sources=("bot/words/limits.py",))
EDIT = Message("edit", context="command", sources=("cogs/edit.py",))
MESSAGES = (CANCEL, PICTURES, EDIT)


def german(text: str) -> Catalog:
    """The text, read."""
    return read_po(BytesIO(text.encode()), locale="de")


def test_template() -> None:
    """The template has every message with its place and comment, and nothing that changes by itself."""
    text = catalogues.template(MESSAGES)

    assert '#. At most 80 characters.\n#: bot/words/labels.py\nmsgid "Cancel"\nmsgstr ""\n' in text
    assert 'msgid "{n} picture"\nmsgid_plural "{n} pictures"\n' in text
    assert 'msgctxt "command"\nmsgid "edit"\n' in text
    assert text == catalogues.template(MESSAGES)
    assert "Date" not in text


def test_update() -> None:
    """What is still said keeps its translation, what is new has none, and what is said no more is gone."""
    old = Catalog(locale="de")
    old.add("Cancel", "Abbrechen", user_comments=["Ein Knopf."])
    old.add("edit", "Bearbeitung")  # without the context it is another message
    old.add("Gone", "Weg")

    text = catalogues.updated(MESSAGES, old, "de")

    kept = german(text)
    assert kept["Cancel"].string == "Abbrechen"
    assert kept["Cancel"].user_comments == ["Ein Knopf."]
    assert [message.text for message in missing(MESSAGES, kept)] == ["{n} picture", "edit"]
    assert "Weg" not in text
    assert "nplurals=2" in text
    assert catalogues.updated(MESSAGES, kept, "de") == text


def test_changed_wording() -> None:
    """A sentence that has changed has to be translated anew: nothing is guessed."""
    old = Catalog(locale="de")
    old.add("Cancel it", "Brich es ab")

    kept = german(catalogues.updated((CANCEL,), old, "de"))

    assert list(missing((CANCEL,), kept)) == [CANCEL]


def test_another_shape() -> None:
    """A sentence that begins to count is not translated any more."""
    old = Catalog(locale="de")
    old.add("{n} picture", "{n} Bild")

    kept = german(catalogues.updated((PICTURES,), old, "de"))

    assert list(missing((PICTURES,), kept)) == [PICTURES]


@pytest.mark.parametrize("name", catalogues.NAMES)
def test_what_is_written_can_be_read(tmp_path: Path, name: str) -> None:
    """The bot reads what the tool has written."""
    old = Catalog(locale=name)
    old.add("Cancel", "…")
    file = catalogue_file(tmp_path, name)
    file.parent.mkdir(parents=True)

    file.write_text(catalogues.updated(MESSAGES, old, name), encoding="utf-8")

    words = read_catalogue(tmp_path, name)
    assert words.gettext("Cancel") == "…"
    assert words.ngettext("{n} picture", "{n} pictures", 2) == "{n} pictures"
