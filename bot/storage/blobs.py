"""Pictures on disk, named by what is in them: written whole, made durable, and swept when nobody needs them."""

import asyncio
import hashlib
import os
import re
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.storage.errors import FolderUnusable

KEY = re.compile(r"[0-9a-f]{64}")
PRIVATE = 0o700


class DiskBlobs:
    """The files under `folder`: `blobs/ab/cdef…` for good, `workshop/…` while somebody works on them."""

    def __init__(self, folder: Path) -> None:
        self._blobs, self._workshop = folder / "blobs", folder / "workshop"
        # A file is looked at and deleted in one go, so that one that is kept again in between stays.
        self._one_at_a_time = threading.Lock()

    async def open(self) -> None:
        """Make the folders and clear what a crash left in the workshop; only for the process that owns the house.

        Raises `FolderUnusable`.
        """
        await asyncio.to_thread(self._open)

    @asynccontextmanager
    async def workshop(self) -> AsyncIterator[Path]:
        """A fresh folder on the same disk, gone afterwards."""
        folder = await asyncio.to_thread(self._fresh_folder)
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def keep(self, path: Path) -> str:
        """Move the file to its content's hash, durably (fsync, rename), and return that key.

        A content that is there already counts as kept anew.
        """
        return await asyncio.to_thread(self._keep, path)

    def path(self, key: str) -> Path:
        """Where the bytes of a key are; the file may have been swept. Raises `ValueError` for what is no key."""
        if not KEY.fullmatch(key):
            raise ValueError("a blob's key is 64 hexadecimal digits")
        return self._blobs / key[:2] / key[2:]

    async def sweep(self, in_use: Collection[str], older_than: float) -> int:
        """Delete blobs that are not in use and were last kept before this time. Returns how many."""
        return await asyncio.to_thread(self._sweep, in_use, older_than)

    def _open(self) -> None:
        try:
            for folder in (self._blobs, self._workshop):
                folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            for leftover in self._workshop.iterdir():
                _remove(leftover)
            shutil.rmtree(self._fresh_folder())
        except OSError as exc:
            raise FolderUnusable(
                f"The folder {self._blobs.parent} cannot be used ({exc.strerror}). Check DATA_DIR and who owns it."
            ) from exc

    def _fresh_folder(self) -> Path:
        self._workshop.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(dir=self._workshop))

    def _keep(self, path: Path) -> str:
        key = _hash_and_sync(path)
        target = self.path(key)
        if not target.parent.is_dir():
            target.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
            _sync_folder(target.parent.parent)
        with self._one_at_a_time:
            os.utime(path)
            path.replace(target)
        _sync_folder(target.parent)
        return key

    def _sweep(self, in_use: Collection[str], older_than: float) -> int:
        wanted = frozenset(in_use)
        return sum(self._swept(path, older_than) for key, path in self._kept() if key not in wanted)

    def _kept(self) -> Iterator[tuple[str, Path]]:
        for path in self._blobs.glob("??/*"):
            key = path.parent.name + path.name
            if KEY.fullmatch(key):
                yield key, path

    def _swept(self, path: Path, older_than: float) -> bool:
        with self._one_at_a_time:
            if path.stat().st_mtime >= older_than:
                return False
            path.unlink()
            return True


def _hash_and_sync(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    return digest


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a rename is in the folder, not in the file."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
