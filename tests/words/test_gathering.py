"""What is said of a tray and of a picker."""

import pytest

from bot.domain.draft import DraftState
from bot.domain.gathering import Gathered, Picker, TrayPicture
from bot.domain.request import Door, EditRequest, InputFile, Origin, Place, PlaceKind
from bot.words.gathering import added, ago, option, origin, picking, tray

NASTY = "[x](https://evil.example) @everyone\u202egnp.exe"
REQUEST = EditRequest(
    Origin(Door.SLASH, 1), Place(1, 2, PlaceKind.CHANNEL), 42, "en-US", "snow", (), None, "gpt-image-2"
)


def gathered(*names: str) -> tuple[Gathered, ...]:
    """Pictures of these names."""
    return tuple(Gathered(InputFile("x", name, 1)) for name in names)


def a_picker(*names: str, chosen: tuple[int, ...] = ()) -> Picker:
    """An open picker over pictures of these names."""
    return Picker(7, DraftState.OPEN, REQUEST, gathered(*names), chosen, 1_795_000_000.0)


def test_tray() -> None:
    """The pictures by their numbers, how many fit, until when, and what to do."""
    pictures = [TrayPicture(number, one, 1_795_000_000.5) for number, one in enumerate(gathered("a.png", "b.png"))]

    assert tray(pictures, "en-US").splitlines() == [
        "**Your tray** · 2 of 16 pictures · emptied <t:1795000000:R>",
        "1. a.png",
        "2. b.png",
        "A number takes its picture out. /edit without a picture uses them all.",
    ]
    assert tray((), "en-US").startswith("Your tray is empty.")


@pytest.mark.parametrize(
    ("new", "known", "said"),
    [
        (1, 0, "1 picture added."),
        (2, 1, "2 pictures added. 1 was in it already."),
        (0, 3, "3 were in it already."),
    ],
)
def test_added(new: int, known: int, said: str) -> None:
    """What came of adding, in whole sentences."""
    assert added(new, known, "en-US") == said


def test_picking() -> None:
    """What to do, until when, and what is chosen so far, in its order."""
    open_, chosen = a_picker("a.png", "b.png"), a_picker("a.png", "b.png", chosen=(1, 0))

    assert picking(open_, 2, "en-US") == (
        "Which pictures do you mean? Choose up to 2 in the menu, in the order in which they are used. "
        "· closes <t:1795000000:R>"
    )
    assert picking(chosen, 2, "en-US").splitlines()[1] == "1. b.png  2. a.png"
    assert picking(open_, 1, "en-US").startswith("Which picture do you mean? Choose it in the menu. · ")


def test_names() -> None:
    """A name can neither link, ping nor mislead, in the text or in the menu, and none is too long for either."""
    text = picking(a_picker(NASTY, chosen=(0,)), 1, "en-US")
    label = option(1, NASTY + "x" * 200)

    assert "[x](" not in text
    assert "@everyone" not in text
    assert "\u202e" not in text + label
    assert len(label) == 100
    assert label.startswith("1 · [x](https://evil.example) @everyone")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "1 s ago"),
        (59, "59 s ago"),
        (61, "1 min ago"),
        (3_725, "1 h 2 min ago"),
        (90_000, "1 day ago"),
        (9_000_000, "104 days ago"),
    ],
)
def test_ago(seconds: float, said: str) -> None:
    """No finer than anybody needs."""
    assert ago(seconds, "en-US") == said


@pytest.mark.parametrize(
    ("author", "age", "said"),
    [("Ben", 60.0, "Ben · 1 min ago"), ("", 60.0, "1 min ago"), ("Ben", None, "Ben"), ("", None, "")],
)
def test_origin(author: str, age: float | None, said: str) -> None:
    """Who posted it and when, as far as that is known; never more than a menu takes."""
    assert origin(author, age, "en-US") == said
    assert len(origin("x" * 300, 60, "en-US")) == 100
