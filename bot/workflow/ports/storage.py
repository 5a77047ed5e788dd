"""What the conductors ask of the rows and of the pictures on disk: one verb per invariant."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from bot.domain.draft import Draft, DraftState
from bot.domain.errors import Trouble
from bot.domain.job import Announcement, Job, ResultPicture
from bot.domain.quota import Balance, Demand, Window
from bot.domain.request import EditRequest, Origin


@dataclass(frozen=True, slots=True)
class Placed:
    """A job in the queue: `fresh` is False where its origin had placed it before; `ahead` counts those in front."""

    job: Job
    fresh: bool
    ahead: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many jobs are unfinished: all, those of one member, and those of that member's guild."""

    all: int
    of_user: int
    of_guild: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """The end of the money of a job that is done: charged for these pictures, in micro-USD."""

    micro_usd: int
    results: tuple[ResultPicture, ...]


class StorageTrouble(Exception):
    """The rooms of storage cannot keep or read anything at the moment; `full` says that it is for want of room."""

    full = False


class Book(Protocol):
    """The rows: one verb per invariant, one transaction per verb.

    Verbs that move a job return it after the move, or None where it was not in a state that allows the move
    (somebody else was faster); they never raise for that.
    """

    async def place(
        self, request: EditRequest, hold: Sequence[Demand], predicted: int, draft: int | None = None
    ) -> Placed:
        """Job, hold and ticket in one transaction. Raises the `Refused` of the first allowance that is spent.

        Where a draft is named it becomes `agreed` in the same transaction. Raises `NotAgreed` where it was dropped or
        has expired, and `LookupError` where it is another origin's; one that was agreed before gives the job that it
        became. A painting is used in the same transaction. Raises `PaintingOver` where it was given up.
        """

    async def draft(self, request: EditRequest, predicted: int, expires_at: float) -> Draft:
        """An edit that waits for a yes, open; where its origin has asked before, that draft as it is now."""

    async def drafted(self, draft_id: int) -> Draft | None:
        """The draft as it is now."""

    async def asked(self, draft_id: int, message_id: int) -> Draft:
        """Note the message in which the draft is asked about; the first note stays."""

    async def close_draft(self, draft_id: int, state: DraftState) -> Draft | None:
        """open → dropped or expired; None where it was not open any more."""

    async def open_drafts(self, user_id: int, besides: Origin) -> int:
        """How many drafts of this member are open, not counting the one of this origin."""

    async def late_drafts(self) -> Sequence[Draft]:
        """The open drafts whose time is over, the oldest first, at most a hundred."""

    async def job(self, job_id: int) -> Job | None:
        """The job as it is now."""

    async def placed(self, origin: Origin) -> Job | None:
        """The job that this origin has placed; None where it has placed none."""

    async def ahead(self, job_id: int) -> int:
        """How many queued jobs the dispatcher's fairness lets go before this one."""

    async def line(self) -> Sequence[Job]:
        """The queued jobs that have a status message, in the order in which the dispatcher's fairness lets them go."""

    async def waiting(self, user_id: int, guild_id: int | None) -> Waiting:
        """How many jobs are unfinished by now."""

    async def latencies(self, model: str, quality: str | None, size: str | None) -> Sequence[float]:
        """How many seconds the last fifty such jobs took from being sent to their end; None is any quality or size."""

    async def history(
        self, user_id: int, guild_id: int | None, limit: int, *, before: int | None = None, everywhere: bool = False
    ) -> Sequence[Job]:
        """The member's last jobs in this guild, or outside of guilds for None, or wherever, the newest first.

        With `before` only those whose id is lower.
        """

    async def shown_in(self, message_id: int) -> Job | None:
        """The job whose results, or some of them, were posted in this message."""

    async def current(self, home_id: int) -> Job | None:
        """The job whose results are the version that this thread or channel is at: the last, unless it was undone."""

    async def make_current(self, job_id: int) -> None:
        """Go to this job's version in the place of its results."""

    async def version_before(self, job_id: int) -> Job | None:
        """The job of the version before, in the same place, that has its pictures still; None for the first."""

    async def discard(self, job_id: int) -> Job | None:
        """Take the results out of the row of a job that is over, as `expire` does; None where it is not over.

        What was gathered of them goes, too, and so do they from the edits that were made of them. Where its version was
        the current one, the version before becomes that.
        """

    async def announced(self, job_id: int, announcement: Announcement) -> Job:
        """Note where the member sees the job; the first note stays."""

    async def claim(self, job_id: int) -> Job | None:
        """queued → running; counts the claim."""

    async def sent(self, job_id: int, provider: str) -> str | None:
        """running → sent, with an open attempt at this provider, whose id is returned: before its first byte leaves.

        None where the job is no longer running, and where it was muted meanwhile: then no further call is made.
        """

    async def bank(self, job_id: int, attempt: str, settlement: Settlement, request_id: str | None) -> Job | None:
        """sent → running: this call's pictures and cost are kept, more calls follow; the hold stays.

        From then on the job ends `done`, whatever happens: charged for the pictures that it has.
        """

    async def refused(self, job_id: int, attempt: str, code: str, request_id: str | None) -> Job | None:
        """sent → running; the attempt ends as refused, nothing billed."""

    async def finish(self, job_id: int, attempt: str, settlement: Settlement, request_id: str | None) -> Job | None:
        """sent → done: the charge, the release of the rest, the results and the version, in one transaction.

        Pictures and costs that were banked before are part of it. Of a charge above the hold the member pays the hold
        and the house the rest.
        """

    async def finish_short(
        self, job_id: int, attempt: str | None, code: str, request_id: str | None, *, suspense: int = 0
    ) -> Job | None:
        """running or sent → done with what was banked, because a later call brought nothing.

        The open attempt, if there is one, ends as failed, or as unknown where `suspense` micro-USD are booked for it
        to the house. None where nothing was banked.
        """

    async def fail(
        self,
        job_id: int,
        trouble: Trouble,
        attempt: str | None = None,
        request_id: str | None = None,
        *,
        billed: bool = False,
    ) -> Job | None:
        """running or sent → failed: the hold is released; `billed` books the prediction as the house's suspense."""

    async def doubt(self, job_id: int, attempt: str | None, trouble: Trouble, request_id: str | None) -> Job | None:
        """sent → unknown: the member's hold is released, the house's becomes suspense. None: the open attempt."""

    async def lose(self, job_id: int) -> Job | None:
        """running → queued: the process stops before the call; the hold stays."""

    async def cancel(self, job_id: int) -> Job | None:
        """queued or running → cancelled with the hold released; sent, done, or running with pictures banked → muted."""

    async def unmute(self, job_id: int) -> Job | None:
        """A muted job whose pictures are wanted after all: told or done → done, with a new ticket."""

    async def delivered(self, job_id: int, *, muted: bool | None = None) -> Job | None:
        """done → delivered (or told if muted); failed, cancelled, unknown → told. Ends the ticket.

        Where `muted` is given, only a job that is so still: its member may have pressed Show in between.
        """

    async def retouched(self, job_id: int, number: int, picture: ResultPicture) -> Job:
        """Put this in the place of the job's result of that number, from 1; its `untouched` names what was there."""

    async def maker(self, job_id: int) -> str | None:
        """The provider of the job's last attempt that was answered; None where none was."""

    async def posted(self, job_id: int, part: int, message_id: int) -> None:
        """Note that this part of the results is in the thread."""

    async def parts(self, job_id: int) -> dict[int, int]:
        """The parts that were noted as posted, with their message ids."""

    async def identified(self, at: float) -> None:
        """Note that the bot identifies itself to Discord now."""

    async def identifies(self, since: float) -> Sequence[float]:
        """When it did so since then, the oldest first."""

    async def suspense(self, since: float) -> int:
        """The micro-USD that calls of unknown outcome since then may have cost the house."""

    async def recover(self, trouble: Trouble) -> Sequence[Job]:
        """On start, one transaction: running → queued; sent → unknown with this trouble. Returns those that moved.

        A job with pictures banked ends as `finish_short` would, the open attempt in suspense.
        """

    async def balances(self, windows: Sequence[Window]) -> tuple[Balance, ...]:
        """What is used and held in these windows, in their order."""

    async def once(self, key: str) -> bool:
        """True the first time this key is given, False ever after: for notices that are said once."""

    async def recall(self, key: str) -> str | None:
        """What was remembered under this key."""

    async def remember(self, key: str, value: str) -> None:
        """Keep a small text under this key, over the last one."""

    async def blobs_in_use(self, since: float) -> frozenset[str]:
        """The keys of every blob that a job placed since then, any unfinished one or an open draft refers to."""

    async def export(self, user_id: int) -> dict[str, Any]:
        """Everything that is kept about the member, ready for JSON."""

    async def forget(self, user_id: int, pseudonym: str) -> int:
        """Take the member out of the rows. Returns how many jobs are not over; where that is not 0 nothing was changed.

        The pseudonym is 16 to 64 small letters and digits, a keyed hash of the id. Open windows of allowances, and what
        was decided about the member and is in force, stay under the id, so that nobody gets around them.
        """

    async def expire(self, before: float) -> int:
        """Empty the jobs that were over and ended before then of what was said and shown, and drop old drafts.

        Returns how many that were. What had to stay of forgotten members goes, too, when its window has ended.
        """


class Blobs(Protocol):
    """Pictures on disk, named by what is in them."""

    def workshop(self) -> AbstractAsyncContextManager[Path]:
        """A fresh folder on the same disk, gone afterwards."""

    async def keep(self, path: Path) -> str:
        """Make the file durable under its content's hash (fsync, rename) and return that key."""

    def path(self, key: str) -> Path:
        """Where the bytes of a key are; the file may have been swept."""

    async def sweep(self, in_use: Collection[str], older_than: float) -> int:
        """Delete blobs that are not in use and were last kept before this time. Returns how many."""


class Tickets(Protocol):
    """What the book writes for the dispatcher inside its own transaction, which is opaque here."""

    async def enqueue(self, tx: object, job_id: int, user_id: int, guild_id: int | None) -> None:
        """A ticket for this job, if there is none; delivered at least once after the transaction committed."""

    async def hasten(self, tx: object, job_id: int) -> None:
        """Nothing more is to be made for this job, only to be said or shown: its ticket, if any, waits for no turn."""

    async def end(self, tx: object, job_id: int) -> None:
        """The job needs no further work."""
