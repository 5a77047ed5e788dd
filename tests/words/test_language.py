"""Catalogues, found."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from bot.words.language import language, read_catalogue


def write_catalogue(folder: Path, locale: str) -> None:
    """A catalogue with one message."""
    catalogue = Catalog(locale=locale)
    catalogue.add("Cancel", "Abbrechen")
    target = folder / locale / "LC_MESSAGES" / "darkroom.mo"
    target.parent.mkdir(parents=True)
    with target.open("wb") as file:
        write_mo(file, catalogue)


@pytest.mark.parametrize(
    ("asked", "said"),
    [("de", "Abbrechen"), ("de-AT", "Abbrechen"), ("fr", "Cancel"), ("../de", "Cancel"), ("", "Cancel")],
)
def test_catalogue(tmp_path: Path, asked: str, said: str) -> None:
    """A locale finds its catalogue or its language's, and anything else is English."""
    write_catalogue(tmp_path, "de")

    assert read_catalogue(tmp_path, asked).gettext("Cancel") == said


def test_unknown_language() -> None:
    """A language that nobody translated is English."""
    assert language("tlh").gettext("Cancel") == "Cancel"
