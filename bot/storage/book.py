"""The book: every verb is one transaction, and what two might want to do at once is decided by the database.

A verb that moves a job asks for the state it may start from in its UPDATE and tells by the row that comes back whether
it was allowed. It touches the job's row first, its thread's next and the windows last, so that no two verbs wait for
each other. A caller that is cancelled stops when the verb is through.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import crash
from bot.domain.errors import Trouble
from bot.domain.job import Announcement, Job, Move, State
from bot.domain.quota import Balance, Demand, Window
from bot.domain.request import Door, EditRequest
from bot.storage import balances, drafts, finishing, holds, paintings, placing, queue, recovery
from bot.storage.database import Database
from bot.storage.gathered import blobs_gathered
from bot.storage.history import History
from bot.storage.identifies import Identifies
from bot.storage.moves import FOLLOWING, close_attempt, job_of, move, whole
from bot.storage.notes import Notes
from bot.storage.privacy import Privacy
from bot.storage.results import Results
from bot.storage.rows import trouble_columns
from bot.storage.tables import STILL_OPEN, attempts, inputs, jobs, results
from bot.storage.unbroken import unbroken
from bot.storage.versions import Versions
from bot.workflow.ports import Clock, Placed, Settlement, Tickets

BLOBS_AT_A_TIME = 1000


class Book(drafts.Drafts, queue.Queue, History, Results, Versions, Notes, Identifies, Privacy):
    """The rows of `database`; tickets are written in the book's own transactions."""

    def __init__(self, database: Database, tickets: Tickets, clock: Clock) -> None:
        self._database, self._tickets, self._clock = database, tickets, clock

    # ── into the queue ──────────────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def place(
        self, request: EditRequest, hold: Sequence[Demand], predicted: int, draft: int | None = None
    ) -> Placed:
        """Job, hold and ticket in one transaction. Raises the `Refused` of the first allowance that is spent.

        A demand takes from its grants first, in their order and as much as each has left, and the rest from its window.
        An origin that placed a job before gets that job, whatever the allowances say by now. Where a draft of this
        origin is named it becomes `agreed` in the same transaction; a refused allowance leaves it open. Raises
        `NotAgreed` where it was dropped or has expired, and `LookupError` where this origin has no such draft. A
        painting is used in the same transaction by the edit that came of it; `PaintingOver` where it was given up.
        """
        at = self._clock.now()
        async with self._database.writing() as tx:
            if draft is not None:
                await drafts.agree(tx, draft, request.origin, at)
            row = await placing.insert_job(tx, request, predicted, at)
            fresh = row is not None
            if row is not None:
                crash.point("after-row")
                if request.origin.door is Door.PAINTER:
                    await paintings.use(tx, request.origin.id, request.user_id, row.id, at)
                await holds.take(tx, row.id, hold, at)
                await self._tickets.enqueue(tx, row.id, request.user_id, request.place.guild_id)
                crash.point("after-hold")
            else:
                row = await placing.placed_before(tx, request)
            placed = Placed(await whole(tx, row), fresh, await queue.ahead(tx, row.id))
        crash.point("after-place")
        return placed

    @unbroken
    async def announced(self, job_id: int, announcement: Announcement) -> Job:
        """Note where the member sees the job; the first note stays. Raises `LookupError` for no such job."""
        note = (
            sa.update(jobs)
            .where(jobs.c.id == job_id, jobs.c.message_id.is_(None))
            .values(
                channel_id=announcement.channel_id, message_id=announcement.message_id, home_id=announcement.home_id
            )
        )
        async with self._database.writing() as tx:
            await tx.execute(note)
            job = await job_of(tx, job_id)
        if job is None:
            raise LookupError(f"there is no job {job_id}")
        return job

    @unbroken
    async def claim(self, job_id: int) -> Job | None:
        """queued → running; counts the claim."""
        async with self._database.writing() as tx:
            return await _after(tx, await move(tx, job_id, Move.CLAIM, claims=jobs.c.claims + 1))

    @unbroken
    async def lose(self, job_id: int) -> Job | None:
        """running → queued: the process stops before the call; the hold stays, and so does what was banked."""
        async with self._database.writing() as tx:
            return await _after(tx, await move(tx, job_id, Move.LOSE, among={State.RUNNING}))

    # ── the paid call ───────────────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def sent(self, job_id: int, provider: str) -> str | None:
        """running → sent, with an open attempt at this provider, whose id is returned: before its first byte leaves.

        None where the job is no longer running, and where it was muted meanwhile: then no further call is made.
        """
        at = self._clock.now()
        sends = jobs.c.sends + 1
        # Job, number and second: an id that a log can be searched for, and that no other database of ours has.
        attempt = sa.cast(jobs.c.id, sa.Text) + "-" + sa.cast(sends, sa.Text) + f"-{int(at)}"
        async with self._database.writing() as tx:
            heard = jobs.c.muted.is_(False)
            row = await move(tx, job_id, Move.SEND, heard, sends=sends, attempt=attempt, sent_at=at)
            if row is None:
                return None
            opened = {"id": row.attempt, "job_id": job_id, "provider": provider, "state": "open", "opened_at": at}
            await tx.execute(sa.insert(attempts).values(opened))
            return str(row.attempt)

    @unbroken
    async def refused(self, job_id: int, attempt: str, code: str, request_id: str | None) -> Job | None:
        """sent → running; the attempt ends as refused, nothing billed."""
        async with self._database.writing() as tx:
            row = await move(tx, job_id, Move.REFUSE, jobs.c.attempt == attempt, attempt=None)
            if row is None:
                return None
            await close_attempt(tx, job_id, "refused", self._clock.now(), code, request_id)
            return await whole(tx, row)

    @unbroken
    async def bank(self, job_id: int, attempt: str, settlement: Settlement, request_id: str | None) -> Job | None:
        """sent → running: this call's pictures and cost are kept, more calls follow; the hold stays.

        From then on the job ends `done`, whatever happens: charged for the pictures that it has. Raises `ValueError`
        for a settlement without pictures.
        """
        if not settlement.results:
            raise ValueError("only pictures can be banked")
        async with self._database.writing() as tx:
            row = await finishing.bank(tx, job_id, settlement, jobs.c.attempt == attempt)
            if row is None:
                return None
            await close_attempt(tx, job_id, "answered", self._clock.now(), request_id=request_id)
            return await whole(tx, row)

    # ── the end of the money ────────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def finish(self, job_id: int, attempt: str, settlement: Settlement, request_id: str | None) -> Job | None:
        """sent → done: the charge, the release of the rest, the results and the version, in one transaction.

        Pictures and costs that were banked before are part of it. Of a charge above the hold the member pays the hold
        and the house the rest; `charged` is what the member pays.
        """
        at = self._clock.now()
        async with self._database.writing() as tx:
            row = await finishing.finish(tx, job_id, at, jobs.c.attempt == attempt, settlement=settlement)
            if row is None:
                return None
            await close_attempt(tx, job_id, "answered", at, request_id=request_id)
            await holds.close(tx, {job_id: finishing.ending(row, settlement)}, at)
            return await whole(tx, row)

    @unbroken
    async def finish_short(
        self, job_id: int, attempt: str | None, code: str, request_id: str | None, *, suspense: int = 0
    ) -> Job | None:
        """running or sent → done with what was banked, because a later call brought nothing.

        The open attempt, if there is one, ends as failed, or as unknown where `suspense` micro-USD are booked for it
        to the house. None where nothing was banked, and where an attempt is named that is not the open one.
        """
        at = self._clock.now()
        async with self._database.writing() as tx:
            row = await finishing.finish(tx, job_id, at, finishing.HAS_SOME, *_named(attempt))
            if row is None:
                return None
            await close_attempt(tx, job_id, "unknown" if suspense else "failed", at, code, request_id)
            await holds.close(tx, {job_id: finishing.ending(row, suspense=suspense)}, at)
            return await whole(tx, row)

    @unbroken
    async def fail(
        self,
        job_id: int,
        trouble: Trouble,
        attempt: str | None = None,
        request_id: str | None = None,
        *,
        billed: bool = False,
    ) -> Job | None:
        """running or sent → failed: the hold is released; `billed` books the prediction as the house's suspense.

        Where an attempt is named, it has to be the open one. A job with pictures banked does not fail: None, and
        nothing changes; `finish_short` ends it.
        """
        async with self._database.writing() as tx:
            return await self._end(tx, job_id, Move.FAIL, attempt, trouble, request_id, suspense=billed)

    @unbroken
    async def doubt(self, job_id: int, attempt: str | None, trouble: Trouble, request_id: str | None) -> Job | None:
        """sent → unknown: the member's hold is released, the house's becomes suspense. None: the open attempt.

        A job with pictures banked is not in doubt as a whole: None, and nothing changes; `finish_short` ends it.
        """
        async with self._database.writing() as tx:
            return await self._end(tx, job_id, Move.DOUBT, attempt, trouble, request_id, suspense=True)

    @unbroken
    async def cancel(self, job_id: int) -> Job | None:
        """queued or running → cancelled with the hold released; sent, done, or any with pictures banked → muted."""
        at = self._clock.now()
        at_once = sa.and_(jobs.c.state.in_(sorted(_CANCELLED_AT_ONCE)), finishing.HAS_NONE)
        ended_at, muted = sa.case((at_once, at), else_=jobs.c.ended_at), sa.not_(at_once)
        state = sa.case((finishing.HAS_SOME, jobs.c.state), else_=FOLLOWING[Move.CANCEL])
        async with self._database.writing() as tx:
            row = await move(tx, job_id, Move.CANCEL, state=state, ended_at=ended_at, muted=muted)
            if row is not None:
                await self._tickets.hasten(tx, job_id)
            if row is not None and row.state == State.CANCELLED:
                await holds.close(tx, {job_id: holds.RELEASED}, at)
            return await _after(tx, row)

    @unbroken
    async def recover(self, trouble: Trouble) -> Sequence[Job]:
        """On start, one transaction: running → queued; sent → unknown with this trouble. Returns those that moved.

        A job with pictures banked ends as `finish_short` would, the open attempt in suspense. Any other that was
        running at two such starts fails as `Poisoned`. Every unfinished job has a ticket afterwards.
        """
        async with self._database.writing() as tx:
            return await recovery.recover(tx, self._tickets, trouble, self._clock.now())

    async def _end(
        self,
        tx: AsyncConnection,
        job_id: int,
        how: Move,
        attempt: str | None,
        trouble: Trouble,
        request_id: str | None,
        *,
        suspense: bool,
    ) -> Job | None:
        at = self._clock.now()
        conditions = (finishing.HAS_NONE, *_named(attempt))
        row = await move(tx, job_id, how, *conditions, attempt=None, ended_at=at, **trouble_columns(trouble))
        if row is None:
            return None
        ended = "unknown" if how is Move.DOUBT else "failed"
        await close_attempt(tx, job_id, ended, at, trouble.code, request_id)
        await holds.close(tx, {job_id: holds.Ending(suspense=row.predicted) if suspense else holds.RELEASED}, at)
        return await whole(tx, row)

    # ── the delivery ────────────────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def delivered(self, job_id: int, *, muted: bool | None = None) -> Job | None:
        """done → delivered (or told if muted); failed, cancelled, unknown → told. Ends the ticket.

        Where `muted` is given, only a job that is so still: its member may have pressed Show in between.
        """
        still = () if muted is None else (jobs.c.muted.is_(muted),)
        async with self._database.writing() as tx:
            row = await move(tx, job_id, Move.DELIVER, *still)
            if row is not None:
                await self._tickets.end(tx, job_id)
            return await _after(tx, row)

    @unbroken
    async def unmute(self, job_id: int) -> Job | None:
        """A muted job whose pictures are wanted after all: told or done → done, with a new ticket."""
        wanted = (
            sa.update(jobs)
            .where(jobs.c.id == job_id, jobs.c.muted.is_(True), jobs.c.version.is_not(None), jobs.c.emptied.is_(False))
            .values(state=str(State.DONE), muted=False)
            .returning(*jobs.c)
        )
        async with self._database.writing() as tx:
            job = await _after(tx, (await tx.execute(wanted)).one_or_none())
            if job is not None:
                await self._tickets.enqueue(tx, job_id, job.request.user_id, job.request.place.guild_id)
                await self._tickets.hasten(tx, job_id)
            return job

    # ── looking ─────────────────────────────────────────────────────────────────────────────────────────────

    @unbroken
    async def job(self, job_id: int) -> Job | None:
        """The job as it is now."""
        async with self._database.reading() as tx:
            return await job_of(tx, job_id)

    @unbroken
    async def balances(self, windows: Sequence[Window]) -> tuple[Balance, ...]:
        """What is used and held in these windows, in their order."""
        at = self._clock.now()
        async with self._database.reading() as tx:
            return tuple([await balances.balance(tx, window, at) for window in windows])

    @unbroken
    async def blobs_in_use(self, since: float) -> frozenset[str]:
        """The keys of every blob that a job placed since then or any unfinished one refers to, or what is gathered.

        That is open drafts, trays and open pickers.
        """
        wanted = sa.or_(jobs.c.placed_at >= since, sa.text(STILL_OPEN))
        columns = (inputs.c.blob, results.c.blob, results.c.untouched)
        question = sa.union(
            *(sa.select(column).join_from(column.table, jobs).where(wanted, column.is_not(None)) for column in columns)
        )
        async with self._database.reading() as tx:
            found = set(await drafts.blobs_awaited(tx) | await blobs_gathered(tx, self._clock.now()))
            async with tx.stream_scalars(question) as rows:
                async for some in rows.partitions(BLOBS_AT_A_TIME):
                    found.update(some)
        return frozenset(found)


_CANCELLED_AT_ONCE = frozenset({State.QUEUED, State.RUNNING})


def _named(attempt: str | None) -> tuple[sa.ColumnElement[bool], ...]:
    return () if attempt is None else (jobs.c.attempt == attempt,)


async def _after(tx: AsyncConnection, row: sa.Row[Any] | None) -> Job | None:
    return None if row is None else await whole(tx, row)
