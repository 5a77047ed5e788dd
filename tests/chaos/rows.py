"""The bot's database as it lies on disk, read without any code of the bot."""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Attempt:
    """One paid call as the bot wrote it down."""

    id: str
    job_id: int
    state: str


@dataclass(frozen=True, slots=True)
class Rows:
    """What the file says."""

    file: Path

    def states(self) -> dict[int, str]:
        """Every job and its state."""
        return dict(self._ask("SELECT id, state FROM jobs ORDER BY id"))

    def troubles(self) -> dict[int, str | None]:
        """Every job and what went wrong with it."""
        return dict(self._ask("SELECT id, trouble_code FROM jobs ORDER BY id"))

    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt, oldest first."""
        return tuple(Attempt(*row) for row in self._ask("SELECT id, job_id, state FROM attempts ORDER BY opened_at"))

    def tickets(self) -> tuple[int, ...]:
        """The jobs that still have a ticket."""
        return tuple(job_id for (job_id,) in self._ask("SELECT job_id FROM tickets ORDER BY job_id"))

    def entries(self, job_id: int) -> dict[str, dict[str, int]]:
        """What the ledger says of a job, by "account unit", then by kind."""
        question = (
            "SELECT windows.account || ' ' || windows.unit, json_group_object(ledger.kind, ledger.amount)"
            " FROM ledger JOIN windows ON windows.id = ledger.window_id WHERE ledger.job_id = ? GROUP BY windows.id"
        )
        return {window: json.loads(kinds) for window, kinds in self._ask(question, job_id)}

    def identifies(self) -> int:
        """How often the bot identified itself to Discord."""
        return int(self._ask("SELECT count(*) FROM identifies")[0][0])

    def age_identifies(self, seconds: float) -> None:
        """Make those that long ago; a bot may run meanwhile."""
        with closing(sqlite3.connect(self.file, timeout=10)) as connection, connection:
            connection.execute("UPDATE identifies SET at = at - ?", (seconds,))

    def age(self, seconds: float) -> None:
        """Make everything that long ago; for a time when no bot runs."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            for column in ("placed_at", "sent_at", "ended_at"):
                connection.execute(f"UPDATE jobs SET {column} = {column} - ?", (seconds,))

    def _ask(self, question: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(question, values).fetchall()
