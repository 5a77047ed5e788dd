"""What is said of a version after it was made."""

import pytest

from bot.domain.job import Job, ResultPicture, State
from bot.domain.request import Door, EditRequest, Origin, Place, PlaceKind
from bot.words import history, workbench

PLACE = Place(1, 2, PlaceKind.CHANNEL)
REQUEST = EditRequest(Origin(Door.SLASH, 1), PLACE, 42, "en-US", "make it snow", (), None, "gpt-image-2")
RESULT = ResultPicture("b", "png", 1024, 1024, 5)
JOB = Job(7, State.DELIVERED, False, REQUEST, 50_000, 100.0, 100.0, 114.0, 50_000, version=3, results=(RESULT,))


def test_back_line() -> None:
    """What is gone back to, then the line of its results."""
    first, second = workbench.back_line(JOB, 0, 1, "en-US", 1, titled=False).splitlines()

    assert first == "Back to v3"
    assert second == "v3 from v1 · gpt-image-2 · 1024x1024 · 14 s · $0.05 · edited by AI"
    assert "Back" not in workbench.back_line(JOB, 1, 2, "en-US", 1, titled=False)


@pytest.mark.parametrize(("count", "said"), [(1, "1 picture of at most 16"), (2, "2 pictures of at most 16")])
def test_trayed(count: int, said: str) -> None:
    """How full the tray is."""
    assert said in workbench.trayed(count, 16, "en-US")


@pytest.mark.parametrize(
    "words",
    [["@everyone **x**"], ["x" * 9000], ["", ""], ["a\nb", "c"], ["half \ud800 a letter"], ["\u202egnp.exe"]],
)
def test_wording(words: list[str]) -> None:
    """Whatever a provider says is shown, cut and harmless."""
    said = workbench.wording(words)

    assert 0 < len(said) <= 4096
    assert "@everyone" not in said
    assert "**" not in said
    assert "\u202e" not in said
    said.encode()


def test_deleted_line() -> None:
    """What it was, what it cost, and whose it was."""
    assert workbench.deleted_line(JOB, "en-US") == "Edit #7 · deleted · $0.05\n<@42>"


def test_entry() -> None:
    """A line of the history; without a link the number stands alone."""
    said = history.entry(JOB, None, "en-US", pictures=True)

    assert said == "**#7** · <t:100:R> · make it snow · gpt-image-2 · $0.05 · v3 · done"


def test_option_of_an_emptied_edit() -> None:
    """An edit whose words are gone is named by its number."""
    assert history.option(JOB, "en-US") == "#7 · make it snow"
    assert len(history.option(JOB, "en-US")) <= 100
