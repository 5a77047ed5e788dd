"""The plan of the house: the import contracts hold, and each of them bites."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")
PACKAGES = ("bot", "cogs", "migrations")
# A sin for each contract: the file that commits it, and the line it is committed with.
SINS = (
    ("bot/images/sin.py", "import bot.storage"),  # 1 a room that knows its neighbour
    ("cogs/sin.py", "import bot.storage"),  # 1 a cog that knows another room than chat
    ("bot/chat/sin.py", "import cogs.edit"),  # 2
    ("bot/storage/sin.py", "import discord.abc"),  # 3
    ("bot/domain/sin.py", "import pydantic"),  # 4
    ("bot/chat/sin_of_pillow.py", "import PIL.Image"),  # 5
    ("bot/storage/sin_of_aiohttp.py", "from aiohttp import web"),  # 6
    ("bot/chat/sin_of_sqlalchemy.py", "from sqlalchemy.ext import asyncio"),  # 7
    ("cogs/sin_of_cogs.py", "import cogs.edit"),  # 8
    ("bot/chat/sin_of_settings.py", "from bot.settings import Settings"),  # 9
    ("bot/sandbox/sin.py", "from bot.domain import money"),  # 10
    ("bot/domain/left.py", "import bot.domain.right"),  # 11
    ("bot/domain/right.py", "import bot.domain.left"),  # 11
    ("bot/chat/sin_of_prometheus.py", "from prometheus_client import Counter"),  # 12
)


def lint(folder: Path) -> tuple[int, str]:
    """The exit code and the words of import-linter on the tree in this folder."""
    done = subprocess.run(
        [LINT_IMPORTS, "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_contracts_hold() -> None:
    """Every import of bot, cogs and migrations keeps the contracts of pyproject.toml."""
    code, said = lint(ROOT)

    assert code == 0, said


def test_the_contracts_bite(tmp_path: Path) -> None:
    """A tree with one sin for each contract breaks every one of them: none is an empty phrase."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, line in SINS:
        (tmp_path / file).write_text(f"{line}\n")

    code, said = lint(tmp_path)

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    kept = [one["name"] for one in contracts if f"{one['name']} BROKEN" not in said]
    assert code == 1, said
    assert kept == []


def test_a_new_room_needs_a_floor(tmp_path: Path) -> None:
    """A room that is on no floor breaks the contracts until it is given one."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "bot" / "attic").mkdir()
    (tmp_path / "bot" / "attic" / "__init__.py").touch()

    code, said = lint(tmp_path)

    assert code == 1
    assert "bot.attic" in said
