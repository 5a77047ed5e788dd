"""The messages, gathered."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.domain.errors import HouseClosed, NoPicture
from bot.words import labels
from tests.translations.messages import ROOT, Message, gather

WORDS = {"dollars", "dollars_left", "price", "duration", "roughly", "number", "counted", "percent"}


@pytest.fixture(scope="module")
def messages() -> dict[tuple[str | None, str], Message]:
    """Every message by its key."""
    return {message.key: message for message in gather()}


def test_of_code(messages: dict[tuple[str | None, str], Message]) -> None:
    """A sentence, a label and a number of things are found where they are said."""
    assert "bot/words/labels.py" in messages[None, labels.CANCEL].sources
    assert messages[None, labels.CANCEL].most == 80
    assert messages[None, labels.FORM_TITLE].most == 45
    assert messages[None, "{n} picture"].plural == "{n} pictures"


def test_every_call(messages: dict[tuple[str | None, str], Message]) -> None:
    """Wherever a sentence is said it is found, but not inside of an f-string, where Babel does not look."""
    files = [file for room in ("bot", "cogs") for file in (ROOT / room).rglob("*.py") if "sandbox" not in file.parts]
    texts = {text for _, text in messages}

    missed = [(file.name, text) for file in files for text in _said(file) if text not in texts]

    assert missed == []


def _said(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        called = getattr(node, "func", None)
        if getattr(called, "attr", None) in {"gettext", "ngettext"} and isinstance(node, ast.Call):
            yield from (str(one.value) for one in node.args[:1] if isinstance(one, ast.Constant))


def test_of_errors(messages: dict[tuple[str | None, str], Message]) -> None:
    """So is what an error says, except where the operator alone is told."""
    assert messages[None, NoPicture.sentence()].comments == ("NoPicture.",)
    assert (None, HouseClosed.sentence()) not in messages


def test_of_commands(messages: dict[tuple[str | None, str], Message]) -> None:
    """So are the names and descriptions of commands, options and choices."""
    assert messages["command", "edit"].most == 32
    assert messages["menu", "Edit picture"].sources == ("cogs/edit.py",)
    assert "Of /edit." in messages["option", "prompt"].comments
    assert messages["choice", "images"].most == 100
    assert messages[None, labels.EDIT_DESCRIPTION].most == 100


def test_no_sentence_of_the_code_is_built_of_parts(messages: dict[tuple[str | None, str], Message]) -> None:
    """Every field of a message has a name, so that a language can put it where it belongs."""
    assert [text for _, text in messages if re.search(r"\{\}|\{[0-9]", text)] == []


def test_amounts_are_said_in_a_language() -> None:
    """Whatever writes an amount, a number or a time for a member names the language."""
    forgotten = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for room in ("bot/words", "bot/chat", "cogs")
        for path in sorted((ROOT / room).rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in WORDS
        if "locale" not in ast.unparse(call)
    ]

    assert forgotten == []
