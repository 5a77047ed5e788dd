"""The command line in the test's own process, on a database of the test's own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from bot.cli import cli


@dataclass(frozen=True, slots=True)
class Said:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """What `--json` printed: one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where the operator types."""

    data: Path

    def __call__(self, *words: object, answer: str | None = None) -> Said:
        """Run a command to its end."""
        typed = [str(word) for word in words]
        env = {"DATA_DIR": str(self.data), "DATABASE_URL": None, "COLUMNS": "300", "NO_COLOR": "1"}
        ended = CliRunner().invoke(cli, typed, env=env, input=answer)
        if ended.exception is not None and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        return Said(ended.exit_code, ended.stdout, ended.stderr)

    @property
    def database(self) -> Path:
        """The file with the books."""
        return self.data / "darkroom.db"
