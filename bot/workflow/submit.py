"""The first conductor: from a request with its files on disk to a job in the queue, or a refusal that costs nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import structlog

from bot.domain import quota
from bot.domain.catalog import Catalog, ModelCard, check_files, check_wish
from bot.domain.draft import DraftState
from bot.domain.errors import (
    EditGone,
    HouseSpent,
    Moderated,
    NoPicture,
    NotYours,
    ProviderShut,
    QueueFull,
    TooLate,
    TooManyWaiting,
)
from bot.domain.job import UNSETTLED, Job
from bot.domain.quota import Balance, Demand, Member, Statute, Terms
from bot.domain.request import Door, EditRequest, Origin, Place
from bot.workflow.announce import Announcer, closed_to_us
from bot.workflow.drafts import Drafts
from bot.workflow.exhibiting import Exhibitor
from bot.workflow.lineage import home
from bot.workflow.looking import Looking, fitting, notes
from bot.workflow.ports import (
    Asking,
    Blobs,
    Book,
    Clock,
    Council,
    Guilds,
    Metrics,
    Note,
    Placed,
    Postbox,
    Receipt,
    StorageTrouble,
    Undeliverable,
    Unreachable,
)
from bot.workflow.rights import moderation, shows
from bot.workflow.room import told_plainly
from bot.workflow.settling import settled
from bot.workflow.thresholds import Thresholds

LAST_EDITS = 10

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Submit:
    """Everything that a member can ask of the bot. Each verb raises the `Refused` that says what to do instead."""

    catalog: Catalog
    terms: Callable[[], Terms]  # they may be read again while the bot runs
    look: Looking
    book: Book
    council: Council
    guilds: Guilds
    blobs: Blobs
    postbox: Postbox
    announce: Announcer
    drafts: Drafts
    exhibit: Exhibitor
    thresholds: Thresholds
    clock: Clock
    wake: Callable[[], None]
    is_shut: Callable[[str], bool]  # whether a provider lets nobody in
    metrics: Metrics
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # between counting who waits and waiting as well

    async def __call__(self, request: EditRequest, *, seen_price: int = 0) -> Receipt | Asking:
        """Place an edit: nothing is held unless everything that can be known beforehand is in order.

        One that may cost more than `ask_above` is asked about first, unless its member saw this price, in micro-USD,
        when they asked for it.
        """
        with told_plainly():
            return await self._take(request, max(seen_price, self.terms().ask_above))

    async def estimate(self, request: EditRequest, sizes: Sequence[tuple[int, int]]) -> int:
        """What an edit with files of these sizes may cost at most, in micro-USD; nothing is held or placed.

        Raises the `Refused` that says why there can be none, as far as that can be told without looking at the files.
        """
        with told_plainly():
            statute, member = await self._statute(request), _member(request)
            quota.admit(statute)
            await self._admit(request)
            request, cards = self._chosen(request, statute)
            return settled(cards, request, sizes, statute, member)[1]

    async def agree(
        self, draft_id: int, user_id: int, role_ids: tuple[int, ...] | None = None, guild_id: int | None = None
    ) -> Receipt:
        """The member says yes to a draft: it is placed, if it is not too late.

        `role_ids` are the member's roles now in the server where they say so; those of another say nothing.
        """
        draft = await self.drafts.of(draft_id, user_id)
        request = with_roles(draft.request, role_ids, guild_id)
        statute = await self._statute(request)
        if draft.state is DraftState.OPEN:
            quota.admit(statute)
            await self._admit(request)
            self._open_cards(request)
            quota.check_permits(statute.permits, _member(request), request.model, request.options)
        with told_plainly():
            return await self._placed(request, statute, draft.predicted, draft.id)

    async def drop(self, draft_id: int, user_id: int) -> None:
        """The member says no to a draft."""
        await self.drafts.drop(draft_id, user_id)

    async def again(
        self, job_id: int, user_id: int, role_ids: tuple[int, ...] | None = None, guild_id: int | None = None
    ) -> Receipt:
        """Place the same edit once more, as a new job with a new hold: this press is the new consent, dear or not.

        `role_ids` are the member's roles now in the server where they press; those of another say nothing.
        A button pressed twice is one consent: it leads to the edit that the first press placed, unless that one ended
        without a picture, too, and is the one to be tried again.
        """
        job = await self._owned(job_id, user_id)
        anew = replace(job.request, origin=Origin(Door.BUTTON, job_id), parent=job_id, status_message=None)
        anew = replace(with_roles(anew, role_ids, guild_id), place=home(job))
        with told_plainly():
            receipt = await self._take(anew, None)
        assert isinstance(receipt, Receipt)  # noqa: S101 - only a question is no receipt, and none was to be asked
        if receipt.fresh or receipt.job.results or receipt.job.state in UNSETTLED:
            return receipt
        return await self.again(receipt.job.id, user_id, role_ids, guild_id)

    async def cancel(self, job_id: int, user_id: int, *, moderates: Place | None = None) -> Job:
        """Stop an edit: before the paid call its hold is given back, after it the pictures are kept but not shown.

        Its member may, and whoever moderates where everybody sees it.
        """
        found = await self._found(job_id)
        if found.request.user_id != user_id and (moderates is None or not shows(moderates, found)):
            raise NotYours
        job = await self.book.cancel(job_id)
        if job is None:
            raise TooLate
        if found.request.user_id != user_id:
            await self.book.remember(moderation(job_id), "yes")
        self.wake()
        return job

    async def show(self, job_id: int, user_id: int) -> Job:
        """Post the pictures of an edit that was cancelled too late to save its cost, but not against a moderator."""
        await self._owned(job_id, user_id)
        if await self.book.recall(moderation(job_id)) is not None:
            raise Moderated
        job = await self.book.unmute(job_id)
        if job is None:
            raise TooLate
        self.wake()
        return job

    async def standing(self, member: Member) -> tuple[Balance, ...]:
        """What is left in every window that counts for the member, then in each of their grants.

        Where something is free it has no window; the house's own are not for members.
        """
        statute = await self.council.statute(member)
        windows = quota.windows(self.terms().limits, statute, member, self.clock.now())
        mine = [one for one in windows if one.allowance.account != quota.HOUSE]
        return await self.book.balances([*mine, *statute.grants])

    async def history(self, member: Member) -> Sequence[Job]:
        """The member's last edits in this guild, or outside of guilds, the newest first."""
        return await self.book.history(member.user_id, member.guild_id, LAST_EDITS)

    async def _statute(self, request: EditRequest) -> Statute:
        return await self.council.statute(_member(request))

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

    async def _found(self, job_id: int) -> Job:
        job = await self.book.job(job_id)
        if job is None:
            raise EditGone
        return job

    async def _owned(self, job_id: int, user_id: int) -> Job:
        job = await self._found(job_id)
        if job.request.user_id != user_id:
            raise NotYours
        return job

    def _chosen(self, request: EditRequest, statute: Statute) -> tuple[EditRequest, tuple[ModelCard, ...]]:
        """The request with a model, and the cards that may make it. Raises the `Refused` of what was chosen."""
        member = _member(request)
        model = request.model or quota.open_model(statute.permits, member, self.catalog.default)
        request = replace(request, model=model)
        cards = self._open_cards(request)
        quota.check_permits(statute.permits, member, cards[0].name, request.options)
        return request, cards

    async def _take(self, request: EditRequest, ask_above: int | None) -> Receipt | Asking:
        if not request.pictures:
            raise NoPicture
        if (before := await self.book.placed(request.origin)) is not None:
            return await self._receipt(Placed(before, fresh=False, ahead=await self.book.ahead(before.id)))
        statute, member = await self._statute(request), _member(request)
        quota.admit(statute)
        await self._admit(request)
        await self._check_queue(request)
        request, cards = self._chosen(request, statute)
        with structlog.contextvars.bound_contextvars(guild=request.place.guild_id, prompt=request.prompt):
            async with self.blobs.workshop() as folder:
                seen = await self.look(request, folder)
                cards = fitting(cards, request, seen)
                said = notes(cards[0], request, seen)
                request, predicted = settled(cards, request, seen.sizes, statute, member)
                request = replace(request, mask_share=seen.mask.share if seen.mask else None)
                if ask_above is None or predicted <= ask_above:
                    return _with(said, await self._placed(request, statute, predicted))
                await self._check_questions(request)
                await self._check_allowances(request, statute, predicted)
                shown = seen.mask if request.lender is None else None  # it is drawn over picture 1
                draft = await self.drafts.ask(request, predicted, shown.overlay if shown else None)
        if draft.state is DraftState.OPEN:
            return Asking(draft, said)
        return _with(said, await self._placed(draft.request, statute, draft.predicted, draft.id))

    async def _placed(
        self, request: EditRequest, statute: Statute, predicted: int, draft: int | None = None
    ) -> Receipt:
        async with self.turn:
            if (before := await self.book.placed(request.origin)) is None:
                await self._check_queue(request)
            # What was placed stands, whatever the limits say by now.
            hold = () if before is not None else self._hold(request, statute, predicted)
            async with self._house_watched(hold):
                placed = await self.book.place(request, hold, predicted, draft)
        if placed.fresh:
            self.metrics.edit_placed(placed.job.request)
        receipt = await self._receipt(placed)
        return _with(await self.thresholds.placed(hold), receipt) if placed.fresh else receipt

    async def _receipt(self, placed: Placed) -> Receipt:
        self.wake()
        job = await self._announced(placed.job)
        return Receipt(job, job.announcement, placed.ahead, fresh=placed.fresh)

    async def _admit(self, request: EditRequest) -> None:
        """Raises what the guild's settings have against an edit from here, or from this member."""
        (await self.guilds.settings(request.place.guild_id)).admit(request.place, request.role_ids)

    async def _check_queue(self, request: EditRequest) -> None:
        """Raises `TooManyWaiting` or `QueueFull` where the line is as long as it may be."""
        terms, waiting = self.terms(), await self.book.waiting(request.user_id, request.place.guild_id)
        if waiting.of_user >= terms.waiting_per_member:
            raise TooManyWaiting(waiting=waiting.of_user)
        if waiting.all >= terms.queue_limit:
            raise QueueFull(waiting=waiting.all)

    async def _check_questions(self, request: EditRequest) -> None:
        """Raises `TooManyWaiting` where the member is asked about as many edits as may wait: each keeps its files."""
        asked = await self.book.open_drafts(request.user_id, request.origin)
        if asked >= self.terms().waiting_per_member:
            raise TooManyWaiting(waiting=asked)

    async def _check_allowances(self, request: EditRequest, statute: Statute, predicted: int) -> None:
        """Raises what `place` would, holding nothing: nobody is asked for a yes that would be refused as it stands."""
        hold = self._hold(request, statute, predicted)
        balances = iter(await self.book.balances([one for demand in hold for one in (demand.window, *demand.grants)]))
        async with self._house_watched(hold):
            for demand in hold:
                own, *grants = (next(balances) for _ in range(1 + len(demand.grants)))
                left = max(0, own.left) + sum(max(0, grant.left) for grant in grants)
                if demand.amount > left:
                    raise quota.refusal(demand, left, own.resets_at)

    def _hold(self, request: EditRequest, statute: Statute, predicted: int) -> tuple[Demand, ...]:
        limits, now = self.terms().limits, self.clock.now()
        return quota.demands(limits, statute, _member(request), now, request.options.n, predicted)

    @asynccontextmanager
    async def _house_watched(self, hold: Sequence[Demand]) -> AsyncIterator[None]:
        """The operator hears once of each limit of the house that refuses an edit."""
        try:
            yield
        except HouseSpent:
            await self.thresholds.house_refused(hold)
            raise

    async def _announced(self, job: Job) -> Job:
        try:
            return await self.announce(job)
        except (Unreachable, StorageTrouble):
            log.warning("announcement_late", job=job.id)  # the worker announces it again
            return job
        except Undeliverable:
            await self.book.cancel(job.id)
            self.wake()
            raise closed_to_us(job.request.place) from None


def _member(request: EditRequest) -> Member:
    return Member(request.user_id, request.place.guild_id, request.role_ids)


def with_roles(request: EditRequest, role_ids: tuple[int, ...] | None, guild_id: int | None) -> EditRequest:
    """The request with the roles that its member has now, if they are those of its server."""
    if role_ids is None or guild_id != request.place.guild_id:
        return request
    return replace(request, role_ids=role_ids)


def _with(said: tuple[Note, ...], receipt: Receipt) -> Receipt:
    return replace(receipt, notes=(*said, *receipt.notes))
