"""What can be done with a version after it was made: made again, gone back from, taken as input, had whole, deleted.

Whoever asked for an edit may do all of it. Another member may edit what all can see of it, where the server lets
members edit each other's pictures: what comes of that is that member's own edit, on that member's own allowance.
"""

import hashlib
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import PurePath

import structlog

from bot.domain.errors import (
    InputLost,
    NotAgreed,
    NothingBefore,
    NotOver,
    NotYours,
    PictureKept,
    PromptUnrevised,
    ResultGone,
)
from bot.domain.gathering import Gathered, TrayPicture
from bot.domain.job import OVER, UNSETTLED, Job
from bot.domain.quota import Member
from bot.domain.request import Door, EditRequest, InputFile, Origin, Place, PlaceKind, Presser
from bot.workflow.lineage import is_hidden, seen_in
from bot.workflow.ports import Asking, Book, Guilds, Occasion, Parcel, Postbox, Receipt
from bot.workflow.reposting import Reposter
from bot.workflow.rights import Rights
from bot.workflow.sources import Sources
from bot.workflow.submit import Submit
from bot.workflow.trays import Trays

MIB = 1024 * 1024
PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 8.0)  # how long a delivery under way is waited for

Make = Callable[[Origin], Awaitable[EditRequest]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Originals:
    """Results as they are on disk: those that can be sent, and what is said of those that are too large."""

    job: Job
    parcels: tuple[Parcel, ...]
    kept: tuple[PictureKept, ...]


@dataclass(frozen=True, slots=True)
class Workbench:
    """Each verb raises the `Refused` that says what to do instead."""

    book: Book
    postbox: Postbox
    guilds: Guilds
    sources: Sources
    submit: Submit
    trays: Trays
    rights: Rights
    repost: Reposter

    # ── new edits ───────────────────────────────────────────────────────────────────────────────────────────

    async def pictures(self, job_id: int, presser: Presser) -> tuple[Gathered, ...]:
        """The results, to be edited. Raises what `Rights.usable` does, and `ResultGone`."""
        job = await self.rights.usable(job_id, presser)
        # Its member may go on from what was stopped, or could not be delivered, once it is seen.
        found = await self.sources.of_job(replace(job, muted=False))
        if not found:
            raise ResultGone
        return tuple(replace(one, spoiler=is_hidden(job, presser.place)) for one in found)

    async def use(self, job_id: int, presser: Presser) -> tuple[TrayPicture, ...]:
        """The presser's tray with the results in it. Raises as `pictures`, and `TrayFull`."""
        member = Member(presser.user_id, presser.place.guild_id, presser.role_ids)
        found = await self.pictures(job_id, presser)
        adult = (await self.rights.found(job_id)).request.place.adult  # a tray is used anywhere
        return await self.trays.add(member, [replace(one, spoiler=one.spoiler or adult) for one in found])

    async def vary(self, job_id: int, presser: Presser) -> Receipt | Asking:
        """Make the same edit once more, of the same pictures, where the button was pressed."""
        job = await self.rights.usable(job_id, presser)
        if not job.request.pictures:
            raise InputLost
        place = await self.place(job_id, presser)
        settings = await self.guilds.settings(place.guild_id)
        anew = replace(
            _lent(job.request, presser.user_id),
            place=place,
            user_id=presser.user_id,
            locale=presser.locale if place.kind is PlaceKind.PRIVATE else settings.language or presser.locale,
            role_ids=presser.role_ids,
            parent=job_id,
            status_message=None,
            spoiler=settings.hides(place, spoiler=is_hidden(job, place)),
        )

        async def make(origin: Origin) -> EditRequest:
            return replace(anew, origin=origin)

        return await self.once("vary", job_id, presser, make)

    async def canvas(self, job_id: int, presser: Presser) -> EditRequest:
        """An edit that waits for a mask: of the result, or of what its member asked for where there is none yet.

        Raises `NotYours` or `InputLost`, and what `pictures` does. Whose mask it was begins with it.
        """
        job = await self.rights.found(job_id)
        request, mine = job.request, job.request.user_id == presser.user_id
        place = await self.place(job_id, presser)
        settings = await self.guilds.settings(place.guild_id)
        if job.results and job.state not in UNSETTLED:
            [first, *_] = await self.pictures(job_id, presser)
            request = replace(request, pictures=(first.file,), base=first.base, spoiler=first.spoiler, lender=None)
        elif not mine or request.lender is not None:  # what was lent is not shown
            raise NotYours
        elif not request.pictures:
            raise InputLost
        return replace(
            request,
            origin=Origin(Door.PAINTER, 0),  # the painting has its own
            place=place,
            user_id=presser.user_id,
            locale=presser.locale if place.kind is PlaceKind.PRIVATE else settings.language or presser.locale,
            role_ids=presser.role_ids,
            mask=request.mask if mine else None,
            mask_share=None,
            parent=None,
            status_message=None,
            spoiler=settings.hides(place, spoiler=request.spoiler or is_hidden(job, place)),
        )

    async def once(self, what: str, job_id: int, presser: Presser, make: Make) -> Receipt | Asking:
        """Place the edit that a press asks for, or give the one that an earlier press of this member has under way.

        `what` names the button. Pressed fifty times it is one edit, and pressed after the end of that it is another.
        """
        for turn in itertools.count():
            origin = _origin(what, job_id, presser.user_id, turn)
            before = await self.book.placed(origin)
            if before is not None and before.state in OVER:
                continue
            try:
                return await self.submit(before.request if before is not None else await make(origin))
            except NotAgreed:
                continue  # it was asked about once, and dropped or too late: this press asks anew
        raise AssertionError

    async def place(self, job_id: int, presser: Presser) -> Place:
        """Where an edit goes that a button of this job asks for: to where it was pressed, privately if the job was."""
        job, place = await self.rights.found(job_id), presser.place
        direct = place.guild_id is None and place.kind is PlaceKind.IN_PLACE
        if job.request.place.kind is PlaceKind.PRIVATE and not direct:
            return replace(place, kind=PlaceKind.PRIVATE)
        settings = await self.guilds.settings(place.guild_id)
        if place.kind is PlaceKind.CHANNEL and not settings.thread:
            return replace(place, kind=PlaceKind.IN_PLACE)
        return place

    # ── versions ────────────────────────────────────────────────────────────────────────────────────────────

    async def undo(self, job_id: int, presser: Presser) -> tuple[Job, str]:
        """Go back to the version before: the job that made it, and the link to where it is posted once more.

        Pressed twice, it leads to one message. Raises `NothingBefore` for the first version.
        """
        job = await self.rights.own(job_id, presser)
        target = await self.book.version_before(job_id)
        if target is None or job.announcement is None:
            raise NothingBefore
        home = job.announcement.home_id
        current = await self.book.current(home)
        if current is not None and current.id == target.id and (link := await self._went_back(home, target)):
            return target, link
        link = await self.repost(target, Occasion.BACK, f"u{current.id if current is not None else job_id}")
        await self.book.remember(_back(home), f"{target.id} {link}")
        await self.book.make_current(target.id)
        return target, link

    async def originals(self, job_id: int, presser: Presser, limit: int) -> Originals:
        """The results as they are on disk, as far as a file may have `limit` bytes."""
        job = await self.rights.usable(job_id, presser)
        parcels = await self.repost.parcels(job)
        large = tuple(_kept(parcel, limit) for parcel in parcels if parcel.bytes > limit)
        small = tuple(parcel for parcel in parcels if parcel.bytes <= limit)
        return Originals(seen_in(presser.place, job), small, large)

    async def wording(self, job_id: int, presser: Presser) -> tuple[str, ...]:
        """What the provider made of the prompt, each wording once. Raises `PromptUnrevised`."""
        job = await self.rights.usable(job_id, presser)
        said = tuple(dict.fromkeys(one.revised_prompt for one in job.results if one.revised_prompt))
        if not said:
            raise PromptUnrevised
        return said

    # ── deleting ────────────────────────────────────────────────────────────────────────────────────────────

    async def delete(self, job_id: int, presser: Presser) -> Job:
        """Take its pictures away, here and in Discord; what it cost stays in the books. Done twice, it is done.

        Raises what `Rights.deletable` does.
        """
        await self.rights.deletable(job_id, presser)
        job = await self._over(job_id)
        messages = (await self.book.parts(job_id)).values()
        await self.postbox.retract(job, messages, await self.rights.elsewhere(job_id))
        emptied = await self.book.discard(job_id)
        if emptied is None:
            raise NotOver  # Show was pressed in between
        log.info("discarded", job=job_id, by_its_member=job.request.user_id == presser.user_id)
        return emptied

    async def _over(self, job_id: int) -> Job:
        """The job when nothing of it is on its way any more: a delivery is stopped, and waited for."""
        await self.book.cancel(job_id)
        for pause in PAUSES_S:
            if (job := await self.rights.found(job_id)).state in OVER:
                return job
            self.submit.wake()
            await self.submit.clock.sleep(pause)
        raise NotOver

    async def _went_back(self, home: int, target: Job) -> str | None:
        """The link to this version, if it is the last that the place went back to."""
        job_id, _, link = (await self.book.recall(_back(home)) or "").partition(" ")
        return link if job_id == str(target.id) else None


def _lent(request: EditRequest, user_id: int) -> EditRequest:
    """The same for this member: pictures that another one brought are not shown to them, nor how they were called."""
    owner = request.user_id if request.lender is None else request.lender
    if owner == user_id:
        return replace(request, lender=None)
    pictures = tuple(_nameless(one, f"picture-{number}") for number, one in enumerate(request.pictures, 1))
    return replace(request, lender=owner, pictures=pictures, mask=request.mask and _nameless(request.mask, "mask"))


def _nameless(file: InputFile, name: str) -> InputFile:
    return replace(file, filename=f"{name}{PurePath(file.filename).suffix}")


def _kept(parcel: Parcel, limit: int) -> PictureKept:
    return PictureKept(name=parcel.filename, size=-(-parcel.bytes // MIB), limit=limit // MIB)


def _origin(what: str, job_id: int, user_id: int, turn: int) -> Origin:
    """The same for every press that means the same edit: a positive number of 63 bits, as Discord's ids are."""
    digest = hashlib.sha256(repr((what, job_id, user_id, turn)).encode()).digest()
    return Origin(Door.PRESS, int.from_bytes(digest[:8]) >> 1)


def _back(home: int) -> str:
    return f"back:{home}"
