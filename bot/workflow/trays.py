"""A member's tray: pictures that were collected over several messages, for an edit that is still to come."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.domain.errors import FileTooBig
from bot.domain.gathering import MOST, MOST_BYTES, TRAY_LIVES_S, Gathered, TrayPicture
from bot.domain.quota import Member
from bot.domain.request import InputFile
from bot.words.amounts import MIB, megabytes
from bot.workflow.ports import Blobs, Clock, Gatherings, Pictures, Source
from bot.workflow.room import told_plainly


@dataclass(frozen=True, slots=True)
class Trays:
    """What can be done with a tray. A member has one in each server, and one outside of servers."""

    gatherings: Gatherings
    blobs: Blobs
    pictures: Pictures
    clock: Clock

    async def show(self, member: Member) -> tuple[TrayPicture, ...]:
        """What is in it."""
        return await self.gatherings.tray(member.user_id, member.guild_id)

    async def add(self, member: Member, pictures: Sequence[Gathered]) -> tuple[TrayPicture, ...]:
        """The tray with these at its end. Raises `TrayFull`, or `FileTooBig` for more than fits in one edit."""
        await self._check_bytes(member, pictures)
        with told_plainly():
            until = self.clock.now() + TRAY_LIVES_S
            return await self.gatherings.put(member.user_id, member.guild_id, pictures, until, MOST)

    async def take_out(self, member: Member, picture_id: int) -> tuple[TrayPicture, ...]:
        """The tray without this picture."""
        with told_plainly():
            return await self.gatherings.take_out(member.user_id, member.guild_id, picture_id)

    async def clear(self, member: Member) -> None:
        """Empty it."""
        with told_plainly():
            await self.gatherings.clear(member.user_id, member.guild_id)

    async def used(self, member: Member, files: Collection[InputFile]) -> None:
        """Take out what an edit was made of; what was put there meanwhile stays."""
        blobs = {file.blob for file in files}
        for one in await self.show(member):
            if one.picture.file.blob in blobs:
                await self.take_out(member, one.id)

    async def _check_bytes(self, member: Member, pictures: Sequence[Gathered]) -> None:
        files = [one.picture.file for one in await self.show(member)]
        there = {file.blob for file in files}
        fresh = [one.file for one in pictures if one.file.blob not in there]
        total = sum(file.bytes for file in (*files, *fresh))
        if fresh and total > MOST_BYTES:
            name = ", ".join(dict.fromkeys(file.filename for file in fresh))
            raise FileTooBig(name=name, size=megabytes(total), limit=MOST_BYTES // MIB)

    @asynccontextmanager
    async def sheet(self, pictures: Sequence[Gathered]) -> AsyncIterator[Path]:
        """Small copies of these, numbered, as one picture for the body of an `async with`."""
        sources = [Source(self.blobs.path(one.file.blob), one.file.filename) for one in pictures]
        async with self.blobs.workshop() as folder:
            yield await self.pictures.sheet(sources, folder / "sheet")
