"""Versions that are posted once more, and results that are taken back out of Discord."""

import re
from collections.abc import Collection, Iterable
from functools import partial

import discord
import structlog

from bot.chat.delivery.parts import Part, parts_of
from bot.chat.delivery.posting import FAULTS, Post
from bot.chat.delivery.results import Page, Results
from bot.chat.delivery.route import Route, in_an_answer, own_answer
from bot.chat.delivery.spots import link_to
from bot.chat.delivery.ways import code_of
from bot.chat.delivery.whisper import Whisper
from bot.chat.place import IN_AN_ANSWER
from bot.chat.tokens import Answer
from bot.chat.views.result_buttons import Presets, buttons_under
from bot.domain.job import Job
from bot.domain.request import PlaceKind
from bot.words import workbench as words
from bot.words.alt import result_alt
from bot.workflow.ports import Occasion, Repost, Reposted, Undeliverable, Unreachable

log = structlog.get_logger()


class Reposting:
    """Posts what was posted before, and deletes it."""

    def __init__(
        self,
        client: discord.Client,
        post: Post,
        whisper: Whisper,
        results: Results,
        presets: Presets,
        *,
        paints: bool = False,
    ) -> None:
        self._client = client
        self._post = post
        self._whisper = whisper
        self._results = results
        self._presets, self._paints = presets, paints

    async def repost(self, repost: Repost) -> Reposted:
        """Post a version once more, with its buttons. Raises `Undeliverable` or `Unreachable`."""
        job, locale, parts = repost.job, repost.job.request.locale, parts_of(repost.parcels)
        route = Route(self._post, self._whisper, job)
        await route.next()
        links, message_ids = [], []
        for part in parts:
            page = Page(
                part.parcels,
                text=_text(repost, part, len(parts)),
                nonce=f"e{job.id}-{repost.tag}{part.number or ''}",
                alt=result_alt(job.request.prompt, locale),
                locale=locale,
                hidden=job.request.spoiler,
                buttons=None if part.number else partial(buttons_under, job, self._presets, paints=self._paints),
            )
            message_ids.append(await self._results.post(route, page))
            links.append(link_to(route.spot, message_ids[-1]))
        return Reposted(links[0], tuple(message_ids))

    async def retract(self, job: Job, message_ids: Collection[int], elsewhere: Collection[int] = ()) -> None:
        """Delete these messages, and what else of the job is among the last; say so on its status. Never raises."""
        left, where = set(message_ids), job.announcement
        homes = [job.request.place.channel_id, *([where.home_id] if where is not None else [])]
        if job.request.place.kind in IN_AN_ANSWER:
            homes = []  # the bot's account finds nothing of it there
        for channel_id in dict.fromkeys((*reversed(homes), *elsewhere)):
            left -= await self._delete(channel_id, left | await self._found(channel_id, job))
        if left and (answer := own_answer(self._whisper, job)) is not None:
            left -= await self._take_back(answer, left)
        if left and (direct := await self._direct(job)) is not None:
            left -= await self._delete(direct, left | await self._found(direct, job))
        if left:
            log.info("not_retracted", job=job.id, messages=len(left))
        await self._say_so(job)

    async def _delete(self, channel_id: int, message_ids: Iterable[int]) -> set[int]:
        """Those of the messages that are not there any more."""
        gone, channel = set(), self._client.get_partial_messageable(channel_id)
        for message_id in message_ids:
            try:
                await channel.get_partial_message(message_id).delete()
            except FAULTS as fault:
                log.info("message_not_deleted", message=message_id, kind=type(fault).__name__, code=code_of(fault))
            else:
                gone.add(message_id)
        return gone

    async def _take_back(self, answer: Answer, message_ids: Iterable[int]) -> set[int]:
        """Those that were said on this token, which alone can delete them."""
        gone = set()
        for message_id in message_ids:
            try:
                await answer.webhook.delete_message(message_id)
            except FAULTS as fault:
                log.info("message_not_deleted", message=message_id, kind=type(fault).__name__, code=code_of(fault))
            else:
                gone.add(message_id)
        return gone

    async def _found(self, channel_id: int, job: Job) -> set[int]:
        """Our messages with files of this job: comparisons and the like, which nobody has noted."""
        name = re.compile(rf"(SPOILER_)?edit-{job.id}-v[0-9]+-")
        try:
            recent = await self._post.recent(channel_id)
        except (Undeliverable, Unreachable):
            return set()
        return {one.id for one in recent if any(name.match(file.filename) for file in one.attachments)}

    async def _direct(self, job: Job) -> int | None:
        if job.request.place.guild_id is None and job.request.place.kind is PlaceKind.IN_PLACE:
            return None  # it was there
        try:
            return await self._post.direct(job.request.user_id)
        except (Undeliverable, Unreachable):
            return None

    async def _say_so(self, job: Job) -> None:
        where, text = job.announcement, words.deleted_line(job, job.request.locale)
        if where is None:
            return
        if not in_an_answer(job):
            await self._post.edit(
                where.channel_id, where.message_id, last=True, content=text, view=None, attachments=[]
            )
        elif (answer := own_answer(self._whisper, job)) is not None:
            await self._whisper.amend(answer, last=True, content=text, view=None, attachments=[])


def _text(repost: Repost, part: Part, parts: int) -> str:
    job, locale = repost.job, repost.job.request.locale
    if repost.occasion is Occasion.AGAIN:
        return words.again_line(job, part.number, parts, locale, repost.made_of)
    where = job.announcement
    own_thread = where is not None and job.request.place.kind is PlaceKind.CHANNEL and where.home_id != where.channel_id
    return words.back_line(job, part.number, parts, locale, repost.made_of, titled=not own_thread)
