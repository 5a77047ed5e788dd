"""Usage exports as providers write them: which columns are understood, and what cannot be used."""

import pytest

from bot.cli.bill_file import BillUnreadable, read_bill
from bot.domain.bill import Line

NOON = 1_763_640_000.0
DAY = 86_400.0


@pytest.mark.parametrize(
    "text",
    [
        "request_id,timestamp,model,cost_usd\nreq_1,1763640000,gpt-image-2,0.04\n",
        "X-Request-Id;Created At;Model Name;Cost\nreq_1;2025-11-20T12:00:00Z;gpt-image-2;0,04\n",
        "id\ttime\tmodel\tamount\nreq_1\t1763640000000\tgpt-image-2\t$0.04\n",
        '\ufeffID,Date,model_id,Total Cost,note\r\nreq_1,2025-11-20 12:00:00 UTC,gpt-image-2,0.04 USD,"a\nb, c"\r\n',
        "request_id,start_time,model,spend\nreq_1,2025-11-20T13:00:00+01:00,gpt-image-2,4e-2\n\n,,,\n",
    ],
)
def test_columns(text: str) -> None:
    """Names, separators, moments and amounts are read in every usual way."""
    assert read_bill(text) == (Line(frozenset({"req_1"}), NOON, NOON, "gpt-image-2", 40_000),)


def test_what_is_left_out() -> None:
    """An id or a time is enough; a day is its 24 hours, and an end is heeded."""
    assert read_bill("client_request_id,request_id\n7-1-1,req_7\n") == (Line(frozenset({"7-1-1", "req_7"})),)
    assert read_bill("date\n2025-11-20\n") == (Line(since=NOON - DAY / 2, until=NOON + DAY / 2),)
    assert read_bill("start_time,end_time\n1763640000,1763640060\n") == (Line(since=NOON, until=NOON + 60),)
    assert read_bill("id,model,cost\n") == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "neither ids"),
        ("model,cost\ngpt-image-2,0.04\n", "neither ids"),
        ("{}", "neither ids"),
        ("time,cost\nyesterday,0.04\n", "line 2 has a time"),
        ("time,cost\n1763640000,0.04\n1763640000,cheap\n", "line 3 has a time or a number"),
        ("id,cost\na,-1\n", "line 2 has a time or a number"),
        ("id,cost\na,NaN\n", "line 2 has a time or a number"),
        ("start_time,num_model_requests,cost\n1763640000,12,0.48\n", "line 2 sums several calls up"),
        ("time\n999999999999999999\n", "line 2 has a time"),
    ],
)
def test_unreadable(text: str, why: str) -> None:
    """What is no list of calls is refused with its reason, since a guess would move money."""
    with pytest.raises(BillUnreadable, match=why):
        read_bill(text)


@pytest.mark.parametrize(("cell", "micro_usd"), [("0", 0), ("0.0000001", 1), ("1,234.50", 1_234_500_000), ("", None)])
def test_amounts(cell: str, micro_usd: int | None) -> None:
    """Amounts are rounded up to a micro-dollar; none is not nothing."""
    (line,) = read_bill(f'id,cost\na,"{cell}"\n')

    assert line.micro_usd == micro_usd
