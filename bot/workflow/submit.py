"""The first conductor: from a request with its files on disk to a job in the queue, or a refusal that costs nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog

from bot.domain import quota
from bot.domain.catalog import (
    Catalog,
    ModelCard,
    accepts,
    check_files,
    check_wish,
    dimensions,
    sent_size,
    settled_options,
)
from bot.domain.draft import DraftState
from bot.domain.errors import (
    EditGone,
    HouseClosed,
    HouseSpent,
    NoPicture,
    NotYours,
    PermissionMissing,
    ProviderShut,
    TooLate,
)
from bot.domain.job import UNSETTLED, Announcement, Job
from bot.domain.money import predict
from bot.domain.quota import Balance, Limits, Line
from bot.domain.request import Door, EditRequest, Options, Origin, Place, PlaceKind
from bot.workflow.announce import Announcer
from bot.workflow.drafts import Drafts
from bot.workflow.exhibiting import Exhibitor
from bot.workflow.looking import Looking, Seen, fitting, notes
from bot.workflow.ports import Asking, Blobs, Book, Clock, Postbox, Receipt, Undeliverable, Unreachable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Submit:
    """Everything that a member can ask of the bot. Each verb raises the `Refused` that says what to do instead."""

    catalog: Catalog
    limits: Limits
    look: Looking
    book: Book
    blobs: Blobs
    postbox: Postbox
    announce: Announcer
    drafts: Drafts
    exhibit: Exhibitor
    clock: Clock
    wake: Callable[[], None]
    is_shut: Callable[[str], bool]  # whether a provider lets nobody in
    ask_above: int  # micro-USD; an edit that may cost more waits for a yes

    async def __call__(self, request: EditRequest) -> Receipt | Asking:
        """Place an edit: nothing is held unless everything that can be known beforehand is in order.

        One that may cost more than `ask_above` is asked about first.
        """
        return await self._take(request, asks=True)

    async def agree(self, draft_id: int, user_id: int) -> Receipt:
        """The member says yes to a draft: it is placed, if it is not too late."""
        draft = await self.drafts.of(draft_id, user_id)
        if draft.state is DraftState.OPEN:
            self._open_cards(draft.request)
        return await self._placed(draft.request, draft.predicted, draft.id)

    async def drop(self, draft_id: int, user_id: int) -> None:
        """The member says no to a draft."""
        await self.drafts.drop(draft_id, user_id)

    async def again(self, job_id: int, user_id: int) -> Receipt:
        """Place the same edit once more, as a new job with a new hold: this press is the new consent, dear or not.

        A button pressed twice is one consent: it leads to the edit that the first press placed, unless that one ended
        without a picture, too, and is the one to be tried again.
        """
        job = await self._owned(job_id, user_id)
        place = _home(job.announcement, job.request.place)
        origin = Origin(Door.BUTTON, job_id)
        anew = replace(job.request, origin=origin, place=place, parent=job_id, status_message=None)
        receipt = await self._take(anew, asks=False)
        assert isinstance(receipt, Receipt)  # noqa: S101 - only a question is no receipt, and none was to be asked
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
            mask = request.mask.filename if request.mask else None
            check_files(card, len(request.pictures), mask, lock=request.mask_wish.lock)
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

    async def _take(self, request: EditRequest, *, asks: bool) -> Receipt | Asking:
        if not request.pictures:
            raise NoPicture
        cards = self._open_cards(request)
        with structlog.contextvars.bound_contextvars(guild=request.place.guild_id, prompt=request.prompt):
            async with self.blobs.workshop() as folder:
                seen = await self.look(request, folder)
                cards = fitting(cards, request, seen)
                said = notes(cards[0], request, seen)
                request, predicted = _settled(cards, request, seen)
                if not (asks and predicted > self.ask_above):
                    return replace(await self._placed(request, predicted), notes=said)
                await self._check_allowances(request, predicted)
                draft = await self.drafts.ask(request, predicted, seen.mask.overlay if seen.mask else None)
        if draft.state is DraftState.OPEN:
            return Asking(draft, said)
        return replace(await self._placed(draft.request, draft.predicted, draft.id), notes=said)

    async def _placed(self, request: EditRequest, predicted: int, draft: int | None = None) -> Receipt:
        async with self._house_watched():
            placed = await self.book.place(request, self._hold(request, predicted), predicted, draft)
        self.wake()
        job = await self._announced(placed.job)
        return Receipt(job, job.announcement, placed.ahead, fresh=placed.fresh)

    async def _check_allowances(self, request: EditRequest, predicted: int) -> None:
        """Raises what `place` would, holding nothing: nobody is asked for a yes that would be refused as it stands."""
        lines = self._hold(request, predicted)
        balances = await self.book.balances([line.window for line in lines])
        async with self._house_watched():
            for line, balance in zip(lines, balances, strict=True):
                if line.amount > balance.left:
                    raise quota.refusal(line, balance.left)

    def _hold(self, request: EditRequest, predicted: int) -> tuple[Line, ...]:
        return quota.hold(self.limits, request.user_id, self.clock.now(), request.options.n, predicted)

    @asynccontextmanager
    async def _house_watched(self) -> AsyncIterator[None]:
        """The operator hears once of each limit of the house that refuses an edit."""
        try:
            yield
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


def _settled(cards: tuple[ModelCard, ...], request: EditRequest, seen: Seen) -> tuple[EditRequest, int]:
    """The request as it is placed, and what it may cost: whoever makes it in the end, no more than is held.

    What was left open is settled as the first provider has it; left open still where that would shut another one out.
    """
    options = settled_options(cards[0], request.options, seen.sizes[0])
    if not all(accepts(card, request.prompt, options) for card in cards):
        options = request.options
    predicted = max(predict_edit(card, options, request.prompt, seen.sizes) for card in cards)
    share = seen.mask.share if seen.mask else None
    return replace(request, model=cards[0].name, options=options, mask_share=share), predicted


def predict_edit(card: ModelCard, options: Options, prompt: str, sizes: list[tuple[int, int]]) -> int:
    """What an edit of files of these upright sizes may cost here at most, in micro-USD; the first is picture 1."""
    settled = settled_options(card, options, sizes[0])
    sent = [sent_size(card, *size) for size in sizes]
    return predict(card, settled, dimensions(settled.size) if settled.size else sent[0], sent, prompt)


def _home(announcement: Announcement | None, place: Place) -> Place:
    # A second try belongs where the first one's results would have gone: in the thread that it opened.
    if announcement is None or place.kind is not PlaceKind.CHANNEL or announcement.home_id == announcement.channel_id:
        return place
    return replace(place, channel_id=announcement.home_id, kind=PlaceKind.THREAD)
