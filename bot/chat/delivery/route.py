"""The places where a job's messages may go, each tried only when the one before is closed to us."""

from bot.chat.delivery.posting import Post
from bot.domain.job import Job
from bot.workflow.ports import Undeliverable


class Route:
    """The thread or wherever the job is at home, the channel it was asked in, then direct messages of the member."""

    def __init__(self, post: Post, job: Job) -> None:
        request, where = job.request, job.announcement
        home = where.home_id if where else request.place.channel_id
        self._post = post
        self._member = request.user_id
        self._channels = list(dict.fromkeys((home, request.place.channel_id)))
        self._direct_left = request.place.guild_id is not None
        self.guild_id = request.place.guild_id
        self.place = home

    async def next(self) -> int:
        """Move on to the next place, at first to the first. Raises `Undeliverable` after the last."""
        if self._channels:
            self.place = self._channels.pop(0)
        elif self._direct_left:
            self._direct_left, self.guild_id = False, None
            self.place = await self._post.direct(self._member)
        else:
            raise Undeliverable
        return self.place
