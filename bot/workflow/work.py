"""The second conductor: from a ticket to pictures in the thread, at most one paid call at a time and none twice.

The order of writing is the promise: `sent` before the first byte leaves, the pictures on disk before `done`, `done`
before Discord is asked, the ticket ended when nothing is left to say. Whatever stops the process in between, the row
says what may be done next.
"""

import asyncio
import contextlib
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import structlog

from bot.domain.catalog import Catalog
from bot.domain.errors import (
    AnswerUseless,
    Failed,
    InputLost,
    OutcomeUnknown,
    ProviderClosed,
    ProviderLocked,
    Refused,
    Stopping,
)
from bot.domain.job import Job, Move, ResultPicture, State, advance
from bot.domain.money import settle
from bot.domain.progress import Phase, Progress
from bot.workflow.announce import Announcer
from bot.workflow.ports import (
    Answer,
    Blobs,
    Book,
    Call,
    Clock,
    Declined,
    Delivery,
    Doubtful,
    Parcel,
    Pictures,
    Postbox,
    Preparation,
    Prepared,
    Provider,
    Settlement,
    Source,
    Undeliverable,
    Unreachable,
    Unsent,
)

log = structlog.get_logger()

# How long to wait before the second and the third call where an explicit refusal does not say how long.
PATIENCE_S = (2.0, 8.0)
LONGEST_WAIT_S = 120.0

# A fault of ours before the call is tried again this often; the dispatcher waits longer each time.
TRIES = 6

# How long to wait before what is paid for is written once more: a full disk or a locked database may pass.
INSISTENCE_S = (0.5, 2.0, 8.0, 20.0)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Worker:
    """Does a job from wherever it stands to its end; safe to call again after any interruption."""

    catalog: Catalog
    pictures: Pictures
    provider: Provider
    book: Book
    blobs: Blobs
    postbox: Postbox
    announce: Announcer
    clock: Clock
    user_key: bytes  # keys the hash under which the provider sees a member
    stopping: Callable[[], bool] = lambda: False  # from then on no paid call is begun

    async def __call__(self, job_id: int) -> None:
        """Make the edit if it is still to be made, then say how it ended."""
        found = await self.book.job(job_id)
        if found is None:
            return
        # The prompt is bound so that the log can recognise it, and hide it, in whatever text a library writes.
        request = found.request
        with structlog.contextvars.bound_contextvars(job=job_id, guild=request.place.guild_id, prompt=request.prompt):
            await self._set_free(found)
            made = await self._made(job_id)
            job = await self.book.job(job_id)
            if job is not None:
                await self._report(job, again=not made)

    async def _set_free(self, job: Job) -> None:
        # A ticket is handed out once at a time, so a job that is under way at this point was left by a failed try.
        if job.state is State.RUNNING:
            await self.book.lose(job.id)
        elif job.state is State.SENT:
            await self.book.doubt(job.id, None, OutcomeUnknown(), None)

    # ── making ──────────────────────────────────────────────────────────────────────────────────────────────

    async def _made(self, job_id: int) -> bool:
        """Whether there was something to make."""
        claimed = None
        try:
            claimed = await self.book.claim(job_id)
            if claimed is not None:
                await self._make(claimed)
        except asyncio.CancelledError:
            # To be stopped is not to crash: what is running goes back to the queue, and any other state stays.
            await _to_the_end(self.book.lose(job_id))
            raise
        except Exception:
            if claimed is None or claimed.claims < TRIES:
                raise
            await self._give_up(job_id)
        return claimed is not None

    async def _give_up(self, job_id: int) -> None:
        log.exception("edit_given_up")
        job = await self.book.job(job_id)
        if job is not None and job.state is State.RUNNING:  # where it is sent, the next try says that nobody knows
            await self.book.fail(job_id, Failed())

    async def _make(self, job: Job) -> None:
        try:
            job = await self.announce(job)
        except Undeliverable:
            await self.book.cancel(job.id)  # nobody could see the result, so nothing is paid for
            return
        except Unreachable:
            log.warning("announcement_late")  # Discord may be back by the time there is something to deliver
        async with self.blobs.workshop() as folder:
            try:
                self.postbox.progress(job, Progress(Phase.PREPARING))
                prepared = await self._prepare(job, folder)
            except Stopping:
                await self.book.lose(job.id)
            except (Refused, Failed) as trouble:
                await self.book.fail(job.id, trouble)
            else:
                await self._send(job, prepared, folder)

    async def _prepare(self, job: Job, folder: Path) -> Prepared:
        card, request = self.catalog.card(job.request.model), job.request
        sources = [Source(self.blobs.path(file.blob), file.filename) for file in request.pictures]
        mask = Source(self.blobs.path(request.mask.blob), request.mask.filename) if request.mask else None
        try:
            return await self.pictures.prepare(
                Preparation(
                    pictures=tuple(sources),
                    mask=mask,
                    formats=card.picture_formats,
                    picture_bytes=card.picture_bytes,
                    mask_bytes=card.mask_bytes,
                    square=card.square,
                    model=card.name,
                    folder=folder,
                )
            )
        except FileNotFoundError:
            raise InputLost from None

    async def _send(self, job: Job, prepared: Prepared, folder: Path) -> None:
        for pause in (*PATIENCE_S, None):
            if self.stopping():
                await self.book.lose(job.id)
                return
            attempt = await self.book.sent(job.id)
            if attempt is None:
                return  # cancelled meanwhile
            try:
                await self._attempt(job, attempt, prepared, folder)
            except Unsent as unsent:
                await self.book.refused(job.id, attempt, unsent.trouble.code, unsent.request_id)
                log.info("attempt_refused", attempt=attempt, code=unsent.trouble.code, request_id=unsent.request_id)
                if pause is None:
                    await self.book.fail(job.id, unsent.trouble)
                    return
                await self._wait(job, pause if unsent.after_s is None else unsent.after_s)
            else:
                return

    async def _wait(self, job: Job, seconds: float) -> None:
        seconds = min(max(seconds, 0.0), LONGEST_WAIT_S)
        self.postbox.progress(job, Progress(Phase.PATIENCE, wait_s=round(seconds)))
        await self.clock.sleep(seconds)

    async def _attempt(self, job: Job, attempt: str, prepared: Prepared, folder: Path) -> None:
        try:
            answer = await self._call(job, attempt, prepared, folder)
            await _to_the_end(self._settle(job, attempt, answer))
        except Unsent:
            raise
        except Declined as no:
            log.info("attempt_declined", attempt=attempt, code=no.trouble.code, request_id=no.request_id)
            await self.book.fail(job.id, no.trouble, attempt, no.request_id, billed=no.billed)
            await self._alert_if_locked_out(job, no)
        except Doubtful as doubt:
            log.warning("attempt_unknown", attempt=attempt, reason=doubt.reason, request_id=doubt.request_id)
            await self.book.doubt(job.id, attempt, OutcomeUnknown(), doubt.request_id)
        except asyncio.CancelledError:
            await _to_the_end(self.book.doubt(job.id, attempt, OutcomeUnknown(), None))
            raise

    async def _call(self, job: Job, attempt: str, prepared: Prepared, folder: Path) -> Answer:
        request = job.request
        call = Call(
            attempt=attempt,
            card=self.catalog.card(request.model),
            prompt=request.prompt,
            options=request.options,
            pictures=prepared.pictures,
            mask=prepared.mask,
            user=hmac.new(self.user_key, str(request.user_id).encode(), hashlib.sha256).hexdigest(),
            folder=folder,
        )
        async with contextlib.aclosing(self.provider.edit(call)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
                self.postbox.progress(job, event)
        raise Doubtful("the provider's answer never came")

    async def _settle(self, job: Job, attempt: str, answer: Answer) -> None:
        asked = job.request.options.n
        results = [kept for path in answer.pictures[:asked] if (kept := await self._keep(path)) is not None]
        if not results:
            await self.book.fail(job.id, AnswerUseless(), attempt, answer.request_id, billed=True)
            return
        card = self.catalog.card(job.request.model)
        cost = settle(card, answer.usage, len(results), asked, job.predicted)
        settlement = Settlement(cost, tuple(results))
        await self._insist(lambda: self.book.finish(job.id, attempt, settlement, answer.request_id))

    async def _keep(self, path: Path) -> ResultPicture | None:
        try:
            probe = await self._insist(lambda: self.pictures.verify(path))
        except (Refused, Failed) as useless:
            log.warning("result_useless", code=useless.code)
            return None
        size = (await asyncio.to_thread(path.stat)).st_size
        blob = await self._insist(lambda: self.blobs.keep(path))
        return ResultPicture(blob, probe.format, probe.width, probe.height, size)

    async def _insist(self, step: Callable[[], Awaitable[T]]) -> T:
        """Take a step between the answer and its *done*, again where our own disk, database or decoder stumbles."""
        for pause in INSISTENCE_S:
            try:
                return await step()
            except Refused:
                raise  # the picture's own fault
            except Exception as fault:  # noqa: BLE001 - whatever it was, what is paid for is not given up at once
                log.warning("result_waits", kind=type(fault).__name__, code=getattr(fault, "code", None))
            await self.clock.sleep(pause)
        return await step()

    async def _alert_if_locked_out(self, job: Job, no: Declined) -> None:
        if not isinstance(no.trouble, ProviderClosed):
            return
        today = datetime.fromtimestamp(self.clock.now(), UTC).date().isoformat()
        if await self.book.once(f"provider-locked:{job.request.model}:{today}"):
            await self.postbox.alert(ProviderLocked(model=job.request.model))

    # ── telling ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _report(self, job: Job, *, again: bool) -> None:
        try:
            if job.state is State.DONE and not job.muted:
                await self._deliver(job, look_first=again)
            elif job.state in {State.FAILED, State.CANCELLED, State.UNKNOWN}:
                await self.postbox.tell(job)
            elif job.state is not State.DONE:
                return
        except Undeliverable:
            await self._shelve(job)
        job = await self.book.job(job.id) or job
        over = replace(job, state=advance(job.state, Move.DELIVER, muted=job.muted))
        # Were the ticket ended first, a crash in between would leave a status message that never ends. But a muted edit
        # gets its Show button there, which only an edit that is over can take.
        if not job.muted:
            await self.postbox.close(over)
        await self.book.delivered(job.id)
        if job.muted:
            await self.postbox.close(over)

    async def _deliver(self, job: Job, *, look_first: bool) -> None:
        self.postbox.progress(job, Progress(Phase.DELIVERING))
        parcels = tuple(
            Parcel(number, self.blobs.path(picture.blob), result_name(job, number, picture.format), picture.bytes)
            for number, picture in enumerate(job.results, 1)
        )
        delivery = Delivery(job, parcels, await self.book.parts(job.id), look_first)
        async with contextlib.aclosing(self.postbox.deliver(delivery)) as posted:
            async for part, message_id in posted:
                await self.book.posted(job.id, part, message_id)

    async def _shelve(self, job: Job) -> None:
        # No place of this member is open to us: the pictures stay on disk for the retention time.
        log.warning("undeliverable", state=job.state.value)
        if job.state is State.DONE:
            await self.book.cancel(job.id)


def result_name(job: Job, number: int, extension: str) -> str:
    """The name under which a result is posted, and found again: "edit-7-v1-1.png"."""
    return f"edit-{job.id}-v{job.version}-{number}.{'jpg' if extension == 'jpeg' else extension}"


async def _to_the_end(work: Coroutine[Any, Any, object]) -> None:
    """Let this go on to its end even where the worker is stopped, and stop only then: what is paid for is kept."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("last_write_failed", exc_info=fault)
        raise
