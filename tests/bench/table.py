"""The rows as a table, and under it one line for each that says what was compared."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.bench.row import Figure, Row

WIDTH = 120
LEAST = 0.01


def show(rows: Sequence[Row], console: Console) -> None:
    """Print them."""
    table = Table("benchmark", "what", "ours", "reference", "ratio", "spread")
    for column in table.columns[2:]:
        column.justify, column.no_wrap = "right", True
    for row in rows:
        for number, figure in enumerate(row.figures):
            table.add_row("" if number else row.name, figure.name, *_cells(figure))
        table.add_section()
    console.print(table)
    console.print(
        "Less is better: medians, ours divided by the reference's in the same run; the spread is over the rounds."
    )
    for row in rows:
        console.print(f"[bold]{row.name}[/]: {row.ours}. Reference: {row.reference}.", highlight=False)


def _cells(figure: Figure) -> tuple[str, str, str, str]:
    ours, reference = (f"{value:,.1f} {figure.unit}" for value in figure.medians)
    return ours, reference, *ratio_cells(figure)


def ratio_cells(figure: Figure) -> tuple[str, str]:
    """The ratio, and its spread over the rounds."""
    if figure.ratios is None:
        return "-", "-"
    middle, low, high = figure.ratios
    return _ratio(middle), f"{_ratio(low)}-{_ratio(high)}"


def _ratio(value: float) -> str:
    return f"{value:.2f}" if value >= LEAST else f"<{LEAST}"
