"""What the check finds in a catalogue, and what it lets pass."""

import pytest
from babel.messages.catalog import Catalog

from tests.translations.faults import Spoken, fields, of_entry, spoken_in
from tests.translations.messages import Message

EDIT = Message("edit", context="command")
MESSAGES = (
    EDIT,
    Message("privacy", context="command"),
    Message("sharing", context="command"),
    Message("Edit picture", context="menu"),
    Message("Try again", most=80, sources=("bot/words/labels.py",)),
)
SPOKEN = Spoken(
    {"edit": "bearbeiten", "privacy": "privat", "sharing": "teilen"},
    {"Edit picture": "Bild bearbeiten"},
    {"Try again": "Noch einmal"},
)


def faults(text: str, said: str, *, most: int | None = None, flags: tuple[str, ...] = ()) -> list[str]:
    """What is wrong with one translation into German."""
    entry = Catalog(locale="de").add(text, said, flags=flags)
    return list(of_entry(entry, 2, most, SPOKEN))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Cancel", "Abbrechen"),
        ("{name} is empty.", "Leer ist {name}."),
        ("until {when} of {when}", "bis {when}"),
        ("one\ntwo", "eins\nzwei"),
        ("More from <t:{resets_at}:R>.", "Mehr <t:{resets_at}:R>."),
        ("Start with /edit.", "Fang mit /bearbeiten an."),
        ("Say no with /privacy sharing.", "Sag Nein mit /privat teilen."),
        ("Use /privacy and wait.", "Nimm /privat und warte."),
        ("Choose Apps → Edit picture.", "Wähle Apps → Bild bearbeiten."),
        ("Press Try again to ask.", "Drück Noch einmal."),
        ("Before/after", "Vorher/nachher"),
        ("Braces {{like}} these", "Solche {{Klammern}}"),
    ],
)
def test_fine(text: str, said: str) -> None:
    """A translation may turn the sentence as its language wants."""
    assert faults(text, said) == []


@pytest.mark.parametrize(
    ("text", "said", "fault"),
    [
        ("{name} is empty.", "Das ist leer.", "it lacks {name}"),
        ("It is empty.", "{name} ist leer.", "it has {name}, which the English text has not"),
        ("{name} is empty.", "{Name} ist leer.", "it lacks {name}"),
        ("{name} is empty.", "{name ist leer.", "its braces are broken"),
        ("{n} left", "{n:d} übrig", "it lacks {n}"),
        ("Cancel", " Abbrechen", "space"),
        ("Cancel", "Abbrechen\n", "line breaks"),
        ("one\ntwo", "eins zwei", "line breaks"),
        ("More from <t:{at}:R>.", "Mehr um {at}.", "it does not keep"),
        ("**Yours**", "Deine", "it does not keep"),
        ("Raise DATA_DIR.", "Mach es größer.", "it does not keep"),
        ("Start with /edit.", "Fang mit /edit an.", "it should say '/bearbeiten'"),
        ("Say no with /privacy sharing.", "Sag Nein mit /privat.", "it should say '/privat teilen'"),
        ("Choose Apps → Edit picture.", "Wähle Apps → Edit picture.", "it should say 'Bild bearbeiten'"),
        ("Press Try again to ask.", "Drück Nochmal.", "it should say 'Noch einmal'"),
    ],
)
def test_wrong(text: str, said: str, fault: str) -> None:
    """What a member would stumble over, or what would break the sentence, is found."""
    assert fault in "; ".join(faults(text, said))


def test_fuzzy() -> None:
    """A guess is no translation."""
    assert faults("Cancel", "Abbrechen", flags=("fuzzy",)) == ["it is marked as fuzzy"]


def test_too_long() -> None:
    """What Discord would refuse is found before it is sent."""
    assert faults("Cancel", "A" * 81, most=80) == ["it has 81 characters, and there is room for 80"]
    assert faults("Cancel", "A" * 80, most=80) == []


@pytest.mark.parametrize(
    ("forms", "fault"),
    [
        (("{n} Bild", "{n} Bilder"), ""),
        (("ein Bild", "{n} Bilder"), ""),
        (("{n} Bild", "viele Bilder"), "it lacks {n}"),
        (("{n} Bild", ""), "one of its forms is missing"),
        (("{n} Bild {m}", "{n} Bilder"), "it has {m}, which the English text has not"),
    ],
)
def test_plurals(forms: tuple[str, str], fault: str) -> None:
    """A language with a form for one may say it without the number; every other form needs it."""
    entry = Catalog(locale="de").add(("{n} picture", "{n} pictures"), forms)

    found = "; ".join(of_entry(entry, 2, None, SPOKEN))

    assert fault in found if fault else not found


def test_one_form() -> None:
    """A language with one form for every number needs the number in it, and no second form."""
    catalogue = Catalog(locale="ja")
    right = catalogue.add(("{n} picture", "{n} pictures"), ("{n}枚",))
    wrong = catalogue.add(("{n} result", "{n} results"), ("結果",))
    twice = catalogue.add(("{n} edit", "{n} edits"), ("{n}件", "{n}件"))

    assert list(of_entry(right, 1, None, SPOKEN)) == []
    assert list(of_entry(wrong, 1, None, SPOKEN)) == ["it lacks {n}"]
    assert list(of_entry(twice, 1, None, SPOKEN)) == ["it has 2 forms, and the language has 1"]


def test_what_is_spoken() -> None:
    """Commands, menus and buttons are looked for under their translated names, English where there are none."""
    catalogue = Catalog(locale="de")
    catalogue.add("edit", "bearbeiten", context="command")
    catalogue.add("Try again", "Noch einmal")

    spoken = spoken_in(catalogue, MESSAGES)

    assert spoken.commands == {"edit": "bearbeiten", "privacy": "privacy", "sharing": "sharing"}
    assert spoken.menus == {"Edit picture": "Edit picture"}
    assert spoken.buttons == {"Try again": "Noch einmal"}


def test_fields() -> None:
    """A field is its name and whatever is asked of it."""
    assert fields("{a} {b:02d} {c!r} {{d}}") == {"a", "b:02d", "c!r"}
