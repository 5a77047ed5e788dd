"""Where pictures are looked for: in what a member points at, or around them where they point at nothing.

Our own results are taken from the disk, as the model made them: Discord may have lighter copies.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

import aiohttp
import discord
import structlog

from bot.chat.intake.finder import Picture, once, pictures_of
from bot.chat.intake.reading import Aim
from bot.domain.gathering import MOST, Gathered
from bot.domain.job import Job
from bot.domain.quota import Member
from bot.domain.request import Place, PlaceKind
from bot.workflow.sources import Sources
from bot.workflow.trays import Trays

LAST_MESSAGES = 25
MENU_WAITS_S = 1.5  # a form has to be shown within three seconds
# The name of a picture that we posted: its job, and whether that is beside its source.
OURS = re.compile(r"edit-(?P<job>[0-9]{1,18})-v[0-9]+-[0-9]+(?P<compared>-compared)?\.")
NO_ANSWER = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was found, and how clear it is that all of it is meant."""

    pictures: tuple[Picture, ...] = ()
    aim: Aim = Aim.POINTED
    from_tray: bool = False


Look = Callable[[], Awaitable[Sighting]]


@dataclass(frozen=True, slots=True)
class Around:
    """Where a member is who points at nothing: the channel is None where they or the bot cannot read back."""

    member: Member
    place: Place
    channel: discord.abc.Messageable | None
    before: discord.Message | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """Reads messages, rows and the disk, and changes nothing. `me` is the bot's own account."""

    sources: Sources
    trays: Trays
    me: int

    async def in_message(self, message: discord.Message) -> Sighting:
        """The pictures of a message that was pointed at."""
        if message.author.id == self.me:
            return await self._of_ours(message)
        return Sighting(pictures_of(message))

    async def for_menu(self, message: discord.Message, place: Place) -> Sighting:
        """The pictures of the message, else of the one that it answers, else the version of the thread."""
        found = await self.in_message(message)
        if not found.pictures and (source := await answered(message)) is not None:
            found = await self.in_message(source)
        return found if found.pictures else await self.version(place)

    async def version(self, place: Place) -> Sighting:
        """The version that the thread is at; none elsewhere, where newer pictures may be meant."""
        if place.parent_id is None:
            return Sighting()
        return _results(await self.sources.version(place.channel_id))

    async def around(self, here: Around) -> Sighting:
        """The member's tray, else the version of the thread, else what was posted there lately."""
        in_tray = tuple(one.picture for one in await self.trays.show(here.member))
        if in_tray:
            return Sighting(in_tray, from_tray=True)
        found = await self.version(here.place)
        if found.pictures or here.channel is None:
            return found
        try:
            return await self._lately(here.channel, here)
        except NO_ANSWER as fault:
            log.info("history_closed", channel=here.place.channel_id, kind=type(fault).__name__)
            return Sighting()

    async def _of_ours(self, message: discord.Message) -> Sighting:
        """What a message of our own is about.

        A result is its member's, and so is whatever else of an edit is shown, which is known by the name of its file.
        A status means what its thread is at. What only helps to choose, or is not done yet, is nobody's picture.
        """
        if results := await self.sources.posted(message.id):
            return _results(results)
        found = pictures_of(message)
        named = next((match for one in found if (match := OURS.match(one.filename))), None)
        job = await self.sources.maker(message.id)
        if job is None and named is not None:
            job = await self.sources.job(int(named["job"]))
        if job is None:
            return _results(await self.sources.version(message.id))
        if named and named["compared"]:  # who points at both sides means what was made
            return _results(await self.sources.of_job(job))
        # Results that were swept here are at Discord still, and are whose they were.
        return Sighting(tuple(_made_by(job, one) for one in found))

    async def _lately(self, channel: discord.abc.Messageable, here: Around) -> Sighting:
        found = []
        async for message in channel.history(limit=LAST_MESSAGES, before=here.before):
            # Of our own messages only results are anybody's picture.
            ours = message.author.id == self.me
            one = _results(await self.sources.posted(message.id)) if ours else Sighting(pictures_of(message))
            if one.pictures:
                found.append(one)
        if len(found) == 1:
            return found[0]
        return Sighting(once(picture for one in found for picture in one.pictures)[:MOST], Aim.OPEN)


async def in_haste(look: Look) -> Sighting:
    """What is found before the form has to be shown; whatever takes longer can be looked for once it is sent."""
    try:
        async with asyncio.timeout(MENU_WAITS_S):
            return await look()
    except TimeoutError:
        log.warning("form_opened_unseen")
        return Sighting()


def readable(channel: object, granted: discord.Permissions, place: Place) -> discord.abc.Messageable | None:
    """The channel, where with these permissions may be read what was said there before."""
    if not isinstance(channel, discord.abc.Messageable) or place.kind is PlaceKind.ANSWER:
        return None
    may = place.guild_id is None or (granted.view_channel and granted.read_message_history)
    return channel if may else None


async def answered(message: discord.Message) -> discord.Message | None:
    """The message that this one answers, where it can be had."""
    reference = message.reference
    if reference is None or reference.message_id is None or reference.type is discord.MessageReferenceType.forward:
        return None
    if isinstance(reference.resolved, discord.Message):
        return reference.resolved
    if isinstance(reference.resolved, discord.DeletedReferencedMessage):
        return None
    try:
        return await message.channel.fetch_message(reference.message_id)
    except NO_ANSWER:
        return None


def _results(pictures: Sequence[Gathered]) -> Sighting:
    """Of several results nobody knows which is meant."""
    return Sighting(tuple(pictures), Aim.OPEN if len(pictures) > 1 else Aim.POINTED)


def _made_by(job: Job, one: Picture) -> Picture:
    hidden = one.spoiler or job.request.spoiler
    return replace(one, author_id=job.request.user_id, spoiler=hidden, base=job.id)
