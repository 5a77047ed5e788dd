"""What is written down and said by nobody: errors that nothing raises, and words that nothing calls for."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from bot.domain.errors import Failed, Notice, Refused, Trouble
from tests.translations.messages import ERRORS, ROOT

WORDS = "bot/words"
KINDS = (Refused, Failed, Notice)  # said of what has no sentence of its own


def unused(root: Path = ROOT) -> list[str]:
    """A line for each. A name that is also that of something else is taken for used."""
    sources = {path.relative_to(root): path.read_text(encoding="utf-8") for path in _files(root)}
    counts = Counter(name for text in sources.values() for name in re.findall(r"\w+", text))
    of_errors = Counter(re.findall(r"\w+", sources.get(ERRORS, "")))
    found = [f"{ERRORS}: nothing raises {name}" for name in _errors() if counts[name] == of_errors[name]]
    for path, text in sources.items():
        if path.is_relative_to(WORDS):
            found += [f"{path}: nothing says {name}" for name in _names(text) if counts[name] == 1]
    return found


def _files(root: Path) -> Iterator[Path]:
    for room in ("bot", "cogs"):
        yield from sorted((root / room).rglob("*.py"))


def _errors() -> Iterator[str]:
    for name, kind in Trouble.kinds.items():
        if kind.__module__ == Trouble.__module__ and kind not in KINDS:
            yield name


def _names(text: str) -> Iterator[str]:
    """The functions and constants at the top of a file."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
