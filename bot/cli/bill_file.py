"""A provider's usage export, read: a CSV with a row for each call, by whichever names its columns have.

Needed is what tells the calls apart: an id, or a time, best with a model. A cost is in US dollars. What else stands in
the file is not looked at.
"""

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from bot.domain.bill import Line

MICRO = 1_000_000
DAY_S = 86_400.0
IN_MILLISECONDS = 10**11  # a moment in seconds has so many digits only after the year 5000

IDS = ("request_id", "x_request_id", "client_request_id", "x_client_request_id", "id", "attempt", "log_id")
TIMES = ("timestamp", "time", "created_at", "created", "date", "datetime", "start_time", "request_time", "at")
ENDS = ("end_time", "completed_at", "ended_at")
MODELS = ("model", "model_name", "model_id")
COSTS = ("cost_usd", "cost", "amount_usd", "amount", "total_cost", "cost_in_usd", "usd", "price", "spend")
COUNTS = ("num_model_requests", "num_requests", "n_requests", "request_count", "requests")


class BillUnreadable(Exception):
    """The file is no usage export that can be compared with our calls; the text is one plain sentence."""


def read_bill(text: str) -> tuple[Line, ...]:
    """The calls in a CSV with a header, separated by commas, semicolons or tabs. Raises `BillUnreadable`."""
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=_separator(text)))
    names = [_plain(name) for name in rows[0]] if rows else []
    if not set(names) & {*IDS, *TIMES}:
        raise BillUnreadable(f"its first line names neither ids ({', '.join(IDS)}) nor times ({', '.join(TIMES)})")
    return tuple(_line(number, dict(zip(names, row, strict=False))) for number, row in _filled(rows[1:]))


def _filled(rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, Sequence[str]]]:
    yield from ((number, row) for number, row in enumerate(rows, start=2) if any(cell.strip() for cell in row))


def _line(number: int, row: Mapping[str, str]) -> Line:
    try:
        if any(Decimal(count) > 1 for count in _cells(row, COUNTS)):
            raise BillUnreadable(f"line {number} sums several calls up. Export it with a row for each call")
        since, until = next((_span(cell) for cell in _cells(row, TIMES)), (None, None))
        end = next((_span(cell)[0] for cell in _cells(row, ENDS)), until)
        return Line(
            ids=frozenset(_cells(row, IDS)),
            since=since,
            until=end if since is None or end is None else max(since, end),
            model=next(_cells(row, MODELS), None),
            micro_usd=next((_micro_usd(cell) for cell in _cells(row, COSTS)), None),
        )
    except (ValueError, ArithmeticError, OSError):
        raise BillUnreadable(f"line {number} has a time or a number that cannot be read") from None


def _cells(row: Mapping[str, str], names: Sequence[str]) -> Iterator[str]:
    """What stands under these names, in their order, where something does."""
    yield from (cell for name in names if (cell := row.get(name, "").strip()))


def _span(cell: str) -> tuple[float, float]:
    """From when until when: a moment in seconds, milliseconds or ISO 8601, UTC where no zone is named; or a day."""
    if re.fullmatch(r"\d{9,}(?:\.\d+)?", cell):
        number = float(cell)
        moment = number / 1000 if number > IN_MILLISECONDS else number
        if moment > IN_MILLISECONDS:
            raise ValueError(cell)
        return moment, moment
    read = datetime.fromisoformat(cell.removesuffix(" UTC").strip())
    moment = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    return moment, moment + DAY_S if re.fullmatch(r"\d{4}-?\d{2}-?\d{2}", cell) else moment


def _micro_usd(cell: str) -> int:
    """ "0.0421", "$0.0421", "0,0421 USD", "4.2e-05": micro-USD, rounded up."""
    text = re.sub(r"(?i)usd|[$\s]", "", cell)
    if re.fullmatch(r"-?\d+,\d+", text):
        text = text.replace(",", ".")
    try:
        amount = Decimal(text.replace(",", "")) * MICRO
    except InvalidOperation:
        raise ValueError(cell) from None
    if not amount.is_finite() or amount < 0:
        raise ValueError(cell)
    return math.ceil(amount)


def _separator(text: str) -> str:
    first = text.lstrip("\ufeff").partition("\n")[0]
    return max(",;\t", key=first.count)


def _plain(name: str) -> str:
    """ "X-Client-Request-Id" and "x client request id" are one name."""
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
