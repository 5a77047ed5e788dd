"""The log channel of a guild: one line for each edit that ended and for each decision, where its admins named one."""

from dataclasses import dataclass

from bot.domain.deed import Deed
from bot.domain.job import Job
from bot.workflow.ports import Book, Council, Postbox


@dataclass(frozen=True, slots=True)
class GuildLog:
    """Writes the lines. A line is a courtesy: one that is lost in a crash is not written again."""

    council: Council
    book: Book
    postbox: Postbox

    async def edit(self, job: Job) -> None:
        """One line for this edit, however often its end is told."""
        channel_id = await self._channel(job.request.place.guild_id)
        if channel_id is not None and await self.book.once(f"logged:{job.id}"):
            await self.postbox.log_line(channel_id, job)

    async def deed(self, deed: Deed) -> None:
        """One line for this decision; what the operator decides for the whole house is in no guild's log."""
        channel_id = await self._channel(deed.guild_id)
        if channel_id is not None:
            await self.postbox.log_line(channel_id, deed)

    async def _channel(self, guild_id: int | None) -> int | None:
        return None if guild_id is None else (await self.council.guild(guild_id)).log_channel_id
