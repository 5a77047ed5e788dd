"""Results as files that a place takes: as they are, or as lighter copies."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.domain.errors import Failed, Refused
from bot.domain.job import Job
from bot.workflow.ports import LighterCopy, Parcel, Pictures, Source

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Packer:
    """Makes parcels of files on disk."""

    pictures: Pictures

    async def __call__(self, parcel: Parcel, limit: int, folder: Path) -> Parcel:
        """The parcel, or one with a lighter copy in `folder` where its place takes no file of that many bytes."""
        if parcel.bytes <= limit:
            return parcel
        try:
            copy = await self._copy(parcel, limit, folder / str(parcel.number))
        except (Refused, Failed, OSError) as fault:
            log.warning("no_lighter_copy", number=parcel.number, kind=type(fault).__name__)
            return parcel
        name = f"{parcel.filename.rpartition('.')[0]}{copy.path.suffix}"
        return Parcel(parcel.number, copy.path, name, copy.bytes, parcel.bytes, copy.rung)

    async def _copy(self, parcel: Parcel, limit: int, folder: Path) -> LighterCopy:
        await asyncio.to_thread(folder.mkdir)
        return await self.pictures.lighten(Source(parcel.path, parcel.filename), limit, folder)


def result_name(job: Job, number: int, extension: str, what: str = "") -> str:
    """The name under which a picture of a job is posted, and found again: "edit-7-v1-1.png"."""
    suffix = "jpg" if extension == "jpeg" else extension
    return f"edit-{job.id}-v{job.version or 1}-{number}{what}.{suffix}"
