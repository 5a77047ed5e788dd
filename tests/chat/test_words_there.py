"""Whatever the workflow can say has words: the tables of the words are keyed by the names that the ports give."""

from enum import StrEnum

import pytest

from bot.chat.answers import NOTES
from bot.chat.views.actions import ACTIONS
from bot.chat.views.buttons import LABELS
from bot.words import alt, notes, results
from bot.workflow.ports import Exhibit, MaskForm, NoteKind, Rung


@pytest.mark.parametrize(
    ("names", "table"),
    [
        (NoteKind, NOTES),
        (MaskForm, notes.FORMS),
        (Rung, results.LIGHTER),
        (Exhibit, results.EXHIBITS),
        (Exhibit, alt.EXHIBITS),
    ],
)
def test_words_for_all(names: type[StrEnum], table: dict[str, object]) -> None:
    """Nothing can be said that nobody could read, and no words are left over."""
    assert {str(name) for name in names} == {str(key) for key in table}


def test_labels_for_all() -> None:
    """Every button that does something has a label."""
    assert LABELS.keys() == ACTIONS.keys()
