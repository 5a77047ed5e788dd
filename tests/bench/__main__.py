"""`python -m tests.bench [ROW …]`: every row, or those named, measured one after the other, then the tables."""

import sys
import time
from collections.abc import Callable

from rich.console import Console

from tests.bench import answer, book, pictures, road, sheet, table, upload
from tests.bench.row import Row
from tests.bench.sheet import Sheet

ROWS: dict[str, Callable[[], Row | Sheet]] = {
    "answer": answer.measure,
    "upload": upload.measure,
    "book": book.measure,
    "pictures": pictures.measure,
    "road": road.measure,
}


def main() -> None:
    """Measure and print; exit 2 for a row that there is not."""
    names = sys.argv[1:] or list(ROWS)
    if unknown := [name for name in names if name not in ROWS]:
        sys.stderr.write(f"There is no row {unknown[0]}. These exist: {', '.join(ROWS)}.\n")
        sys.exit(2)
    console = Console()
    if not console.is_terminal:
        console = Console(width=table.WIDTH)
    measured = [_measured(name, console) for name in names]
    if rows := [each for each in measured if isinstance(each, Row)]:
        table.show(rows, console)
    for each in measured:
        if isinstance(each, Sheet):
            sheet.show(each, console)


def _measured(name: str, console: Console) -> Row | Sheet:
    began = time.monotonic()
    measured = ROWS[name]()
    console.print(f"{name}: measured in {time.monotonic() - began:.0f} s", highlight=False)
    return measured


if __name__ == "__main__":
    main()
