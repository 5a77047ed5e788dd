"""Room on the disk: taken for an answer before it is paid for, and what is said where there is none.

A file of zeros lies in the workshop from before the call until its answer begins to come in. So a disk that is full is
found out while that costs nothing, and what is paid for has its place.
"""

import asyncio
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.domain.errors import DiskFull, NotKept, Refused
from bot.workflow.ports import StorageTrouble

MIB = 1024 * 1024
ROOM_FOR_A_PICTURE = 8 * MIB
ROOM_BESIDE = 2 * MIB
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def refusal(fault: BaseException) -> Refused | None:
    """What a member is told where the disk or the database would not keep something; None for any other fault."""
    if isinstance(fault, StorageTrouble):
        return DiskFull() if fault.full else NotKept()
    if isinstance(fault, OSError) and fault.errno in FULL:
        return DiskFull()
    return NotKept() if isinstance(fault, OSError) and fault.errno == errno.EROFS else None


@contextmanager
def told_plainly() -> Iterator[None]:
    """Trouble of the disk and the database becomes what `refusal` makes of it."""
    try:
        yield
    except (StorageTrouble, OSError) as fault:
        plain = refusal(fault)
        if plain is None:
            raise
        raise plain from fault


async def take_room(folder: Path, pictures: int) -> None:
    """Keep room in this workshop for the answer with so many pictures. Raises `DiskFull` or `NotKept`."""
    with told_plainly():
        await asyncio.to_thread(_fill, _place(folder), ROOM_BESIDE + pictures * ROOM_FOR_A_PICTURE)


async def give_room(folder: Path) -> None:
    """The answer may have it now."""
    await asyncio.to_thread(_place(folder).unlink, missing_ok=True)


def _place(folder: Path) -> Path:
    return folder / "room"


def _fill(path: Path, size: int) -> None:
    try:
        with path.open("wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, size)
            else:  # macOS: nothing but writing it takes the room
                for _ in range(0, size, MIB):
                    file.write(bytes(MIB))
    except OSError:
        path.unlink(missing_ok=True)
        raise
