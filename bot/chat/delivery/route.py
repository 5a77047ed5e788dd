"""The places where a job's messages may go, each tried only when the one before is closed to us."""

from collections.abc import Awaitable, Callable

from bot.chat.delivery.posting import Post
from bot.chat.delivery.spots import AnswerSpot, ChannelSpot, Spot
from bot.chat.delivery.ways import Closed
from bot.chat.delivery.whisper import Whisper
from bot.chat.place import IN_AN_ANSWER
from bot.chat.tokens import Answer
from bot.domain.job import Job
from bot.domain.request import PlaceKind
from bot.workflow.ports import Undeliverable

Way = Callable[[], Awaitable[Spot | None]]


def in_an_answer(job: Job) -> bool:
    """Whether the job's status is the answer to an interaction, and no message that the bot's account has posted."""
    where, place = job.announcement, job.request.place
    return where is not None and place.kind in IN_AN_ANSWER and where.channel_id == place.channel_id


class Route:
    """The thread or wherever the job is at home, the channel it was asked in, then direct messages of the member.

    What only the member is to see goes into the answer to the interaction, then by direct message, then into the
    answer to whatever they pressed or asked there last. Where `pressed`, that one is tried first: it asked for this.
    """

    def __init__(self, post: Post, whisper: Whisper, job: Job, *, pressed: bool = False) -> None:
        self._post = post
        self._whisper = whisper
        self._job = job
        self._ways = self._answers(pressed) if job.request.place.kind in IN_AN_ANSWER else self._channels()
        self._tried: list[Spot] = []
        self._spot: Spot | None = None

    @property
    def spot(self) -> Spot:
        """The place that is tried now; there is one after the first `next`."""
        if self._spot is None:
            raise LookupError("no place was tried yet")
        return self._spot

    async def next(self) -> Spot:
        """Move on to the next place, at first to the first. Raises `Undeliverable` after the last, or `Unreachable`."""
        while self._ways:
            try:
                spot = await self._ways.pop(0)()
            except Closed:
                continue
            if spot is not None and spot not in self._tried:
                self._tried.append(spot)
                self._spot = spot
                return spot
        raise Undeliverable

    def _channels(self) -> list[Way]:
        place, where = self._job.request.place, self._job.announcement
        home = where.home_id if where else place.channel_id
        direct = [self._direct] if place.guild_id is not None else []
        return [self._channel(home), self._channel(place.channel_id), *direct]

    def _answers(self, pressed: bool) -> list[Way]:
        own: list[Way] = [self._own_answer, self._direct]
        return [self._last_answer, *own] if pressed else [*own, self._last_answer]

    def _channel(self, channel_id: int) -> Way:
        async def way() -> Spot:
            return ChannelSpot(self._post, channel_id, self._job.request.place.guild_id)

        return way

    async def _direct(self) -> Spot:
        return ChannelSpot(self._post, await self._post.direct(self._job.request.user_id), None)

    async def _own_answer(self) -> Spot | None:
        answer = own_answer(self._whisper, self._job)
        guest = self._job.request.place.kind is PlaceKind.ANSWER
        return AnswerSpot(self._whisper, answer, replaces=guest) if answer else None

    async def _last_answer(self) -> Spot | None:
        request = self._job.request
        answer = self._whisper.tokens.newest(request.user_id, request.place.channel_id)
        tried = [spot.answer for spot in self._tried if isinstance(spot, AnswerSpot)]
        if answer is None or any(answer is one for one in tried):
            return None
        return AnswerSpot(self._whisper, answer, replaces=False)


def own_answer(whisper: Whisper, job: Job) -> Answer | None:
    """The answer in which the job's status is, or for which it was asked, while its token is good."""
    if job.announcement is not None:
        return whisper.tokens.of_message(job.announcement.message_id) if in_an_answer(job) else None
    return whisper.tokens.get(job.request.place.answer)
