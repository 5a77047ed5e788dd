"""The contract's five pages, read: every field of the form with the values that the page gives it.

A field maps to its values: words, "LOW..HIGH" for a number with bounds, and nothing where anything goes.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "contract"
Fields = Mapping[str, tuple[str, ...]]


def page(number: str) -> str:
    """The text of a page; skips the test where the pages are not there."""
    if not (found := sorted(FOLDER.glob(f"{number}_*.txt"))):
        pytest.skip("the pages of the contract are not here")
    return found[0].read_text("utf-8")


def schema_fields(text: str) -> Fields:
    """Of an OpenAPI schema in YAML (pages 000 and 001)."""
    form = text[text.index("requestBody:") : text.index("responses:")]
    found = re.split(r"\n {16}'?([\w\[\]]+)'?:\n", form)
    return {name: tuple(_of_schema(block)) for name, block in zip(found[1::2], found[2::2], strict=True)}


def table_fields(text: str) -> Fields:
    """Of a table in Markdown, with the models that its schema adds (page 002)."""
    table = " ".join(text[text.index("| **image**") : text.index("tags:")].split())
    found = re.split(r"\|\s*\*\*(\w+)\*\*\s*\|", table)
    cells = dict(zip(found[1::2], found[2::2], strict=True))
    listed = re.search(r"description: 支持 (gpt.*)", text)
    models = _words(cells["model"]) + (listed[1].split("、") if listed else [])
    fields = {name: [word for word in _words(cell) if word not in models] for name, cell in cells.items()}
    bounds = {name: re.search(r"between (\d+) and (\d+)", cell) for name, cell in cells.items()}
    ranges = {name: [f"{found[1]}..{found[2]}"] for name, found in bounds.items() if found}
    every = {**fields, **ranges, "model": models}
    return {name: tuple(dict.fromkeys(values)) for name, values in every.items()}


def rendered_fields(text: str, start: str, end: str) -> Fields:
    """Of a page as a browser shows it, between two headings (pages 003 and 004)."""
    form = text[text.index(f"\n{start}\n") : text.index(f"\n{end}\n")]
    found = re.split(r"\n(\w+)\n(?:file|string|integer|boolean|enum<string>|必填)(?=\n)", form)
    return {name: tuple(_of_rendered(block)) for name, block in zip(found[1::2], found[2::2], strict=True)}


def example_fields(text: str) -> set[str]:
    """The names in the example call of a page."""
    return set(re.findall(r"--form '?([\w.]+)=", text))


def values(fields: Fields) -> list[tuple[str, str]]:
    """Every (field, value) of a table; of a number the lowest and the highest."""
    return [(name, one) for name, given in fields.items() for value in given for one in value.split("..")]


def _of_schema(block: str) -> Iterator[str]:
    if enum := re.search(r"enum:\n((?:\s+- \S+\n)+)", block):
        yield from re.findall(r"- (\S+)", enum[1])
    if bounds := re.search(r"minimum: (\d+)\n\s+maximum: (\d+)", block):
        yield f"{bounds[1]}..{bounds[2]}"


def _words(cell: str) -> list[str]:
    return re.findall(r'`"([^"`]+)"`', cell)


def _of_rendered(block: str) -> Iterator[str]:
    if options := re.search(r"(?:Available options|可用选项):\n((?:\S+,\n)*\S+)", block):
        yield from options[1].split(",\n")
    if bounds := re.search(r"(\d+) <= x <= (\d+)", block):
        yield f"{bounds[1]}..{bounds[2]}"
