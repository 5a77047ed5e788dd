"""The lock of the house: one process at a time, for as long as it lives and no longer."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.storage.errors import AlreadyRunning, FolderUnusable
from bot.storage.house_lock import HouseLock

HOLD = """
import sys
from pathlib import Path
from bot.storage.house_lock import HouseLock
with HouseLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_lock_is_refused(tmp_path: Path) -> None:
    """Whoever comes second is told that another process runs, until the first is through."""
    path = tmp_path / "new" / "darkroom.db.lock"
    with HouseLock(path), pytest.raises(AlreadyRunning, match="Stop it first"), HouseLock(path):
        pytest.fail("two at once")

    with HouseLock(path):
        assert path.exists()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    """A process that is killed leaves no lock behind."""
    path = tmp_path / "darkroom.db.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning), HouseLock(path):
            pytest.fail("two at once")
        other.kill()
        other.wait()

    with HouseLock(path):
        pass


def test_a_lock_that_cannot_be_made(tmp_path: Path) -> None:
    """Where there can be no lock file, the sentence names it."""
    (tmp_path / "file").touch()

    with pytest.raises(FolderUnusable, match=r"darkroom\.db\.lock"), HouseLock(tmp_path / "file" / "darkroom.db.lock"):
        pytest.fail("no lock, no house")
