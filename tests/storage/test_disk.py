"""The disk as the system sees it."""

from pathlib import Path

from bot.storage.disk import FolderDisk
from bot.workflow.ports import Disk


async def test_a_folder_is_on_a_disk(tmp_path: Path) -> None:
    """It has some room, and no more than there is."""
    disk: Disk = FolderDisk(tmp_path)

    free, total = await disk.free()

    assert 0 <= free <= total
    assert total > 0
