"""`darkroom ledger reconcile` on books with calls in doubt: what the file covers, and whose it is."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.job import State
from bot.storage.database import Database
from tests.cli.terminal import Terminal
from tests.storage.desk import PREDICTED, Desk

OTHER = "UPDATE attempts SET provider = 'azure' WHERE job_id = 2"
OURS = ("timestamp,model,cost_usd", "1763640000,gpt-image-1,0.04")  # noon, when every call of the desk was made


@pytest.fixture
def doubtful(terminal: Terminal) -> Terminal:
    """Two calls of unknown outcome at noon of 20 November 2025, at two providers."""

    async def bring() -> None:
        async with Database(f"sqlite+aiosqlite:///{terminal.database}") as database:
            desk = Desk(database)
            for _ in range(2):
                await desk.bring(State.UNKNOWN)
            await desk.execute(OTHER)

    asyncio.run(bring())
    return terminal


def exported(folder: Path, *lines: str) -> Path:
    """A usage export with these lines."""
    file = folder / "usage.csv"
    file.write_text("\n".join(lines), "utf-8")
    return file


def test_whose_file(doubtful: Terminal, tmp_path: Path) -> None:
    """With two providers in doubt it has to be said whose the file is, and the other's calls are left alone."""
    file = exported(tmp_path, *OURS)
    unsaid = doubtful("ledger", "reconcile", "--csv", file)
    said = doubtful("ledger", "reconcile", "--csv", file, "--provider", "openai", "--json")

    assert unsaid.code == 2
    assert "azure, openai" in unsaid.err
    assert [(one["job_id"], one["billed"], one["corrected"]) for one in said.objects] == [
        (1, 40_000, PREDICTED - 40_000)
    ]


@pytest.mark.parametrize(
    ("covered", "outcome"),
    [
        ((), "open"),
        (("--since", "2025-11-20", "--until", "2025-11-20"), "not_billed"),
        (("--since", "2025-11-20T12:00:01", "--until", "2025-11-21"), "open"),
        (("--since", "2025-11-19", "--until", "2025-11-19"), "open"),
    ],
)
def test_what_the_file_covers(doubtful: Terminal, tmp_path: Path, covered: tuple[str, ...], outcome: str) -> None:
    """An empty file says nothing of itself; with the days that it is of it does, a last day to its end."""
    file = exported(tmp_path, "timestamp,model,cost")
    found = doubtful("ledger", "reconcile", "--csv", file, "--provider", "azure", *covered, "--json")

    assert [(one["outcome"], one["corrected"] > 0) for one in found.objects] == [(outcome, outcome == "not_billed")]
    assert doubtful("ledger", "check").out == "The ledger is exact.\n"


def test_as_a_table(doubtful: Terminal, tmp_path: Path) -> None:
    """A line a call, with what was booked, what the file says and what was taken back, and their sum."""
    file = exported(tmp_path, *OURS)
    rehearsed = doubtful("ledger", "reconcile", "--csv", file, "--provider", "openai", "--dry-run")
    done = doubtful("ledger", "reconcile", "--csv", file, "--provider", "openai")

    line = "edit #1  2025-11-20 12:00  gpt-image-1  $0.05 in suspense  billed $0.04  $0.01 taken back"
    assert done.out.splitlines() == [line, "$0.01 taken back now; $0.04 stays in suspense."]
    assert rehearsed.out.splitlines() == [line, "$0.01 would be taken back now; $0.04 would stay in suspense."]
