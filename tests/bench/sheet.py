"""A table of its own: several ways of one room, each a line with what it takes of time, of the loop and of memory."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from tests.bench.row import Figure, Readings, late_ms, memory_mb, wall_ms
from tests.bench.table import ratio_cells

_NONE = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """One way, ours against the reference; `resident` and `space` are the peaks of our child process, in bytes."""

    name: str
    megapixels: float
    readings: Readings
    resident: int
    space: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines, and one sentence for each side."""

    name: str
    ours: str
    reference: str
    lines: tuple[Line, ...]


def show(sheet: Sheet, console: Console) -> None:
    """Print it, with a heading over each pair of ours and the reference's."""
    table = Table(sheet.name, "ms a megapixel", "ratio", "spread", "stall p99.9, ms", "bot, MB", "child, MB (space)")
    for column in table.columns[1:]:
        column.justify, column.no_wrap = "right", True
    for line in sheet.lines:
        table.add_row(line.name, *_cells(line))
    console.print(table)
    console.print(
        "Each cell: ours ÷ the reference's. bot: what the process with the loop grows by at its peak; child: the peak "
        "of resident memory (and of address space) of the process that has the picture; the reference has none."
    )
    console.print(f"[bold]{sheet.name}[/]: {sheet.ours}. Reference: {sheet.reference}.", highlight=False)


def _cells(line: Line) -> Sequence[str]:
    time = wall_ms(line.readings, line.name, line.megapixels)
    child = f"{line.resident / 1e6:,.0f} ({line.space / 1e6:,.0f})" if line.space else _NONE
    return _pair(time), *ratio_cells(time), _pair(late_ms(line.readings)), _pair(memory_mb(line.readings)), child


def _pair(figure: Figure) -> str:
    ours, reference = figure.medians
    return f"{ours:,.1f} ÷ {reference:,.1f}"
