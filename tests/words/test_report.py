"""The report, as text and as CSV."""

import csv
import io
from dataclasses import replace

from bot.domain.deed import Spend
from bot.words.report import Total, deed_table, ranking, report, spend_table
from tests.words.test_deeds import DEED

EN = "en-US"
SPENDS = (
    Spend("2026-11-19", 42, 2, 3, 150_000),
    Spend("2026-11-20", 43, 1, 1, 900_000),
    Spend("2026-11-20", 42, 1, 1, 52_701),
)


def test_ranking() -> None:
    """Members are added up over the days, the dearest first."""
    assert ranking(SPENDS) == (Total(43, 1, 1, 900_000), Total(42, 3, 4, 202_701))
    assert ranking(()) == ()


def test_report() -> None:
    """The sum, then the members by what they spent, then what was decided."""
    assert report(SPENDS, (DEED,), 30, EN).splitlines() == [
        "**The last 30 days** · 4 edits · 5 pictures · $1.11",
        "1. <@43> · 1 edit · 1 picture · $0.90",
        "2. <@42> · 3 edits · 4 pictures · $0.21",
        "**What was decided**",
        "<t:100:d> <@1> set pictures of <@&2>: 20 pictures a day → 50 pictures a day",
    ]


def test_the_forgotten() -> None:
    """What a forgotten member spent is still in the sums, and the report mentions nobody for it."""
    spends = (Spend("2026-11-19", -7_000, 1, 1, 150_000),)

    assert report(spends, (), 30, EN).splitlines()[1] == "1. someone who was forgotten · 1 edit · 1 picture · $0.15"


def test_nothing() -> None:
    """A server without edits has a report, too."""
    assert report((), (), 1, EN) == "**The last day** · 0 edits · 0 pictures · $0.00"


def test_one_message() -> None:
    """A large server's report is one message; it says how many members it leaves to the table."""
    spends = [Spend("2026-11-20", 10**18 + number, 99, 999, 10**9 + number) for number in range(200)]
    said = report(spends, [replace(DEED, reason="y" * 200)] * 50, 366, EN)

    assert "and 185 more: see the table" in said
    assert len(said) <= 2000


def test_spend_table() -> None:
    """The table has every day and member, with money exact to the last micro-dollar."""
    rows = list(csv.reader(io.StringIO(spend_table(SPENDS))))

    assert rows[0] == ["day", "user_id", "edits", "images", "usd"]
    assert rows[3] == ["2026-11-20", "42", "1", "1", "0.052701"]


def test_deed_table() -> None:
    """Decisions have who, whom, old and new; what a spreadsheet would take for a formula stays text."""
    [_, row] = csv.reader(io.StringIO(deed_table([replace(DEED, reason='=HYPERLINK("x"),\n"y"')])))

    assert row == [
        "1970-01-01 00:01:40", "1", "set", "role", "2", "images", "images:day:20", "images:day:50",
        '\'=HYPERLINK("x"),\n"y"',
    ]  # fmt: skip
