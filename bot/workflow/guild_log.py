"""The log channel of a guild, where its admins named one: a line for each edit that ended, for each decision, and for
a channel where the bot may not do what it needs to.
"""

from dataclasses import dataclass

from bot.domain.deed import Deed
from bot.domain.job import Job
from bot.workflow.ports import Book, Council, Lack, Postbox


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

    async def lack(self, lack: Lack, today: str) -> None:
        """One line for this channel a day, however often somebody asks there in vain."""
        channel_id = await self._channel(lack.guild_id)
        if channel_id is not None and await self.book.once(f"lacks:{lack.channel_id}:{today}"):
            await self.postbox.log_line(channel_id, lack)

    async def _channel(self, guild_id: int | None) -> int | None:
        return None if guild_id is None else (await self.council.guild(guild_id)).log_channel_id
