"""The lock that makes one process the bot of a database, or of a folder; it opens when that process dies, however."""

from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from bot.storage.errors import AlreadyRunning, FolderUnusable


class HouseLock:
    """Held by `with`, on a file that stays where it is afterwards."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(path, timeout=0, thread_local=False)

    def __enter__(self) -> Self:
        """Raises `AlreadyRunning` where another process has it, `FolderUnusable` where the file cannot be made."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout as exc:
            raise AlreadyRunning(f"Another process runs the bot here ({self._path} is locked). Stop it first.") from exc
        except OSError as exc:
            raise FolderUnusable(
                f"The lock file {self._path} cannot be made ({exc.strerror}). Check who may write in its folder."
            ) from exc
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()
