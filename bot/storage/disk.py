"""How much room there is on the disk of the pictures and of the database."""

import asyncio
import shutil
from pathlib import Path


class FolderDisk:
    """The disk that a folder is on, as the system sees it for this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def free(self) -> tuple[int, int]:
        """How many bytes are free, and how many there are."""
        usage = await asyncio.to_thread(shutil.disk_usage, self._folder)
        return usage.free, usage.total
