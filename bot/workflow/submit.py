"""The first conductor: from a request with its files on disk to a job in the queue, or a refusal that costs nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import structlog

from bot.domain import quota
from bot.domain.catalog import Catalog, ModelCard, accepts, check_files, check_wish, dimensions, settled_options
from bot.domain.errors import (
    EditGone,
    HouseClosed,
    HouseSpent,
    InputLost,
    NoPicture,
    NotYours,
    PermissionMissing,
    ProviderShut,
    TooLate,
)
from bot.domain.job import UNSETTLED, Announcement, Job
from bot.domain.money import predict
from bot.domain.quota import Balance, Limits
from bot.domain.request import Door, EditRequest, Options, Origin, Place, PlaceKind
from bot.workflow.announce import Announcer
from bot.workflow.ports import (
    Blobs,
    Book,
    Clock,
    Note,
    NoteKind,
    Pictures,
    Placed,
    Postbox,
    Probe,
    Receipt,
    Source,
    Undeliverable,
    Unreachable,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Submit:
    """Everything that a member can ask of the bot. Each verb raises the `Refused` that says what to do instead."""

    catalog: Catalog
    limits: Limits
    pictures: Pictures
    book: Book
    blobs: Blobs
    postbox: Postbox
    announce: Announcer
    clock: Clock
    wake: Callable[[], None]
    is_shut: Callable[[str], bool]  # whether a provider lets nobody in

    async def __call__(self, request: EditRequest) -> Receipt:
        """Place an edit: nothing is held unless everything that can be known beforehand is in order."""
        if not request.pictures:
            raise NoPicture
        cards = self._open_cards(request)
        with structlog.contextvars.bound_contextvars(guild=request.place.guild_id, prompt=request.prompt):
            probes = await self._probe(request)
            placed = await self._place(cards, request, probes)
            self.wake()
            job = await self._announced(placed.job)
        return Receipt(job, job.announcement, placed.ahead, _notes(request, probes), placed.fresh)

    async def again(self, job_id: int, user_id: int) -> Receipt:
        """Place the same edit once more, as a new job with a new hold: this press is the new consent.

        A button pressed twice is one consent: it leads to the edit that the first press placed, unless that one ended
        without a picture, too, and is the one to be tried again.
        """
        job = await self._owned(job_id, user_id)
        place = _home(job.announcement, job.request.place)
        origin = Origin(Door.BUTTON, job_id)
        receipt = await self(replace(job.request, origin=origin, place=place, parent=job_id))
        if receipt.fresh or receipt.job.results or receipt.job.state in UNSETTLED:
            return receipt
        return await self.again(receipt.job.id, user_id)

    async def cancel(self, job_id: int, user_id: int) -> Job:
        """Stop an edit: before the paid call its hold is given back, after it the pictures are kept but not shown."""
        await self._owned(job_id, user_id)
        job = await self.book.cancel(job_id)
        if job is None:
            raise TooLate
        self.wake()
        return job

    async def show(self, job_id: int, user_id: int) -> Job:
        """Post the pictures of an edit that was cancelled too late to save its cost."""
        await self._owned(job_id, user_id)
        job = await self.book.unmute(job_id)
        if job is None:
            raise TooLate
        self.wake()
        return job

    async def standing(self, user_id: int) -> tuple[Balance, ...]:
        """What the member has left in every window that counts; the house's own is not for members."""
        now = self.clock.now()
        mine = [one for one in quota.allowances(self.limits, user_id) if one.account != quota.HOUSE]
        return await self.book.balances([quota.window(one, now) for one in mine])

    def _open_cards(self, request: EditRequest) -> tuple[ModelCard, ...]:
        """The cards of the providers that can do this and let us in, at least one."""

        def check(card: ModelCard) -> None:
            check_files(card, len(request.pictures), request.mask.filename if request.mask else None)
            check_wish(card, request.prompt, request.options)

        able = self.catalog.able(request.model, check)
        if open_ones := tuple(card for card in able if not self.is_shut(card.provider)):
            return open_ones
        raise ProviderShut(model=able[0].name)

    async def _owned(self, job_id: int, user_id: int) -> Job:
        job = await self.book.job(job_id)
        if job is None:
            raise EditGone
        if job.request.user_id != user_id:
            raise NotYours
        return job

    async def _probe(self, request: EditRequest) -> tuple[Probe, ...]:
        files = request.pictures if request.mask is None else (*request.pictures, request.mask)
        sources = [Source(self.blobs.path(file.blob), file.filename) for file in files]
        try:
            return tuple([await self.pictures.probe(source) for source in sources])
        except FileNotFoundError:
            raise InputLost from None

    async def _place(self, cards: tuple[ModelCard, ...], request: EditRequest, probes: tuple[Probe, ...]) -> Placed:
        options = _settled(cards, request, probes)
        # Whoever makes it in the end, it should not cost more than is held.
        predicted = max(_predicted(card, options, request.prompt, probes) for card in cards)
        hold = quota.hold(self.limits, request.user_id, self.clock.now(), options.n, predicted)
        try:
            return await self.book.place(replace(request, model=cards[0].name, options=options), hold, predicted)
        except HouseSpent as spent:
            # A limit that was raised is a limit that can be reached again in the same month.
            limit = self.limits.house_micro_usd_per_month
            if await self.book.once(f"house-spent:{spent.fields['resets_at']}:{limit}"):
                await self.postbox.alert(HouseClosed(**spent.fields))
            raise

    async def _announced(self, job: Job) -> Job:
        try:
            return await self.announce(job)
        except Unreachable:
            log.warning("announcement_late", job=job.id)  # the worker announces it again
            return job
        except Undeliverable:
            await self.book.cancel(job.id)
            self.wake()
            raise PermissionMissing(permission="Send Messages") from None


def _settled(cards: tuple[ModelCard, ...], request: EditRequest, probes: tuple[Probe, ...]) -> Options:
    """What was left open, as the first provider has it; left open still where that would shut another one out."""
    options = settled_options(cards[0], request.options, (probes[0].width, probes[0].height))
    return options if all(accepts(card, request.prompt, options) for card in cards) else request.options


def _predicted(card: ModelCard, options: Options, prompt: str, probes: tuple[Probe, ...]) -> int:
    sizes = [(probe.width, probe.height) for probe in probes]
    settled = settled_options(card, options, sizes[0])
    return predict(card, settled, dimensions(settled.size) if settled.size else sizes[0], sizes, prompt)


def _notes(request: EditRequest, probes: tuple[Probe, ...]) -> tuple[Note, ...]:
    mask = [Note(NoteKind.MASK, request.mask.filename)] if request.mask else []
    frames = [
        Note(NoteKind.FIRST_FRAME, file.filename)
        for file, probe in zip(request.pictures, probes, strict=False)
        if probe.animated
    ]
    return (*mask, *frames)


def _home(announcement: Announcement | None, place: Place) -> Place:
    # A second try belongs where the first one's results would have gone: in the thread that it opened.
    if announcement is None or place.kind is not PlaceKind.CHANNEL or announcement.home_id == announcement.channel_id:
        return place
    return replace(place, channel_id=announcement.home_id, kind=PlaceKind.THREAD)
