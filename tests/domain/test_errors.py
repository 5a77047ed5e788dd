"""The tree of troubles: every sentence is whole, says what to do, and is given the fields that it names."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot.domain.errors import Failed, NoPicture, Notice, Refused, TooManyPictures, Trouble, revive

ROOT = Path(str(bot.__file__)).parent.parent
ROOTS = (Refused, Failed, Notice)
KINDS = [kind for kind in Trouble.kinds.values() if kind not in ROOTS and kind.__module__ == "bot.domain.errors"]
# Words that tell a reader what to do, or when it goes on by itself.
WAY_ON = re.compile(
    r"\b(ask|attach|choose|erase|leave|look|make|more from|possible again from|press|rename|right-click|save|say|"
    r"scale|send|shorten|start|these work|try|type|upload|use|has to look)\b",
    re.IGNORECASE,
)


def named_fields(kind: type[Trouble]) -> set[str]:
    """The names in braces of a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(kind.sentence()) if name is not None}


def every_kind(kinds: list[type[Trouble]]) -> pytest.MarkDecorator:
    """One test for each of these kinds."""
    return pytest.mark.parametrize("kind", kinds, ids=lambda kind: kind.__name__)


@every_kind([*KINDS, *ROOTS])
def test_a_trouble_has_a_whole_sentence(kind: type[Trouble]) -> None:
    """A docstring of its own, on one line, that ends as a sentence does."""
    assert "__doc__" in vars(kind)
    assert kind.sentence().endswith((".", '".'))
    assert not set("\n\t") & set(kind.sentence())


@every_kind(KINDS)
def test_a_trouble_says_what_to_do(kind: type[Trouble]) -> None:
    """No sentence leaves its reader without a next step, and none apologizes."""
    assert WAY_ON.search(kind.sentence())
    assert not re.search(r"\b(sorry|apolog|error|invalid|failed)", kind.sentence(), re.IGNORECASE)


@every_kind([kind for kind in KINDS if issubclass(kind, Failed)])
def test_a_failure_says_that_it_costs_nothing(kind: type[Trouble]) -> None:
    """Whoever waited for pictures reads at once that they pay for none."""
    assert "Nothing was charged." in kind.sentence()


@every_kind(KINDS)
def test_a_trouble_belongs_to_one_branch(kind: type[Trouble]) -> None:
    """A trouble is refused, failed or a notice, never two of them."""
    assert sum(issubclass(kind, root) for root in ROOTS) == 1


@every_kind([*KINDS, *ROOTS])
def test_a_trouble_is_kept_in_a_row_and_revived(kind: type[Trouble]) -> None:
    """Code and fields are all that is stored, and give the same trouble back."""
    trouble = kind(**dict.fromkeys(named_fields(kind), "7"))

    revived = revive(trouble.code, trouble.fields)

    assert type(revived) is kind
    assert revived.fields == trouble.fields
    assert kind.sentence().format(**revived.fields)


def test_a_code_that_a_later_version_dropped_is_a_failure() -> None:
    """An old row can always be told."""
    assert type(revive("DroppedLongAgo", {"name": "a.png"})) is Failed


def test_fields_can_be_kept_in_a_row() -> None:
    """Fields are those that were given, under the class's name as the code."""
    trouble = TooManyPictures(count=17, model="gpt-image-2", limit=16)

    assert trouble.code == "TooManyPictures"
    assert trouble.fields == {"count": 17, "model": "gpt-image-2", "limit": 16}
    assert NoPicture().fields == {}


# ── who raises them ─────────────────────────────────────────────────────────────────────────────────────────


def sources() -> list[Path]:
    """Every file of the bot and of its doors."""
    found = [path for room in ("bot", "cogs") for path in sorted((ROOT / room).rglob("*.py"))]
    return [path for path in found if "sandbox" not in path.parts]


def constructions(path: Path) -> Iterator[tuple[int, str, set[str] | None]]:
    """Line, kind and given fields of each trouble made in a file; None for fields handed on as a mapping."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in Trouble.kinds:
            handed_on = any(word.arg is None for word in node.keywords)
            yield node.lineno, node.func.id, None if handed_on else {str(word.arg) for word in node.keywords}
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id in Trouble.kinds:
            yield node.lineno, node.exc.id, set()


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_whoever_makes_a_trouble_gives_the_fields_of_its_sentence(path: Path) -> None:
    """No sentence is shown with a brace left open, and no field is given that nobody reads."""
    wrong = [
        f"line {line}: {kind} is given {sorted(given)}, its sentence names {sorted(named_fields(Trouble.kinds[kind]))}"
        for line, kind, given in constructions(path)
        if given is not None and given != named_fields(Trouble.kinds[kind])
    ]

    assert not wrong
