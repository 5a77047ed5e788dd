"""Making the pictures of one job: provider after provider, call after call, none of them paid twice.

The order of writing is the promise: `sent` before the first byte leaves, the pictures on disk before `done`. Whatever
stops the process in between, the row says what may be done next.
"""

import asyncio
import contextlib
import hashlib
import hmac
import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bot.domain import crash
from bot.domain.catalog import Catalog, ModelCard, Polarity, check_files, check_wish, settled_options
from bot.domain.errors import (
    AnswerUseless,
    Failed,
    InputLost,
    OutcomeUnknown,
    ProviderClosed,
    ProviderLocked,
    Refused,
    Stopping,
    Trouble,
)
from bot.domain.job import Job, ResultPicture, State
from bot.domain.money import settle
from bot.domain.progress import Phase, Progress
from bot.workflow.announce import Announcer
from bot.workflow.course import Course, pictures_a_call
from bot.workflow.handing import Handing
from bot.workflow.insistence import Insistence, to_the_end
from bot.workflow.patience import PAUSES_S, Patience
from bot.workflow.ports import (
    Answer,
    Blobs,
    Book,
    Call,
    Clock,
    Declined,
    Doubtful,
    Freight,
    Metrics,
    Pictures,
    Postbox,
    Preparation,
    Prepared,
    Preview,
    Provider,
    Settlement,
    Shut,
    Source,
    Undeliverable,
    Unreachable,
    Unsent,
)
from bot.workflow.room import give_room, refusal, take_room
from bot.workflow.timing import count_form, timed

log = structlog.get_logger()

CANCELLED = "Cancelled"  # why a job ended short, where its member stopped it


class Elsewhere(Exception):
    """This provider refused, billed nothing, and for a reason of its own: the next one in order may be asked."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.code)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the pictures of a job that was claimed."""

    catalog: Catalog
    pictures: Pictures
    provider: Provider
    book: Book
    blobs: Blobs
    postbox: Postbox
    announce: Announcer
    clock: Clock
    patience: Patience
    insist: Insistence
    user_key: bytes  # keys the hash under which the provider sees a member
    metrics: Metrics

    async def __call__(self, job: Job) -> None:
        """Make a running job's pictures, or end it as what came of it allows."""
        if job.claims == 1:
            self.metrics.queued(self.clock.now() - job.placed_at)
        try:
            job = await self.announce(job)
        except Undeliverable:
            await self._stop(job)  # nobody could see the result, so nothing more is paid for
            return
        except Unreachable:
            log.warning("announcement_late")  # Discord may be back by the time there is something to deliver
        try:
            await self._somewhere(job)
        except Stopping:
            await self.book.lose(job.id)
        except (Refused, Failed) as trouble:
            await self.give_up(job, trouble)
        except OSError as fault:
            if (plain := refusal(fault)) is None:
                raise
            await self.give_up(job, plain)

    async def _somewhere(self, job: Job) -> None:
        """Make it at the first provider that does not refuse for a reason of its own; raises the last one's."""
        request = job.request
        trouble: Trouble = Failed()
        mask = request.mask.filename if request.mask else None

        def check(card: ModelCard) -> None:
            check_files(card, len(request.pictures), mask, lock=request.mask_wish.lock)
            check_wish(card, request.prompt, request.options)

        for card in self.catalog.able(request.model, check):
            try:
                async with self.blobs.workshop() as folder:
                    await self._at(card, job, folder)
                return
            except Elsewhere as refusal:
                log.warning("provider_passed_over", provider=card.provider, code=refusal.trouble.code)
                trouble = refusal.trouble
                job = await self.book.job(job.id) or job
        raise trouble

    async def _at(self, card: ModelCard, job: Job, folder: Path) -> None:
        self.postbox.progress(job, Progress(Phase.PREPARING))
        prepared = await self._prepare(card, job, folder)
        unfinished: Job | None = job
        while unfinished is not None:
            unfinished = await self._call_patiently(card, unfinished, prepared, folder)

    async def _prepare(self, card: ModelCard, job: Job, folder: Path) -> Prepared:
        request = job.request
        sources = [Source(self.blobs.path(file.blob), file.filename) for file in request.pictures]
        mask = None
        if request.mask is not None and card.sends_mask():
            mask = Source(self.blobs.path(request.mask.blob), request.mask.filename)
        try:
            return await self.pictures.prepare(
                Preparation(
                    pictures=tuple(sources),
                    mask=mask,
                    formats=card.picture_formats,
                    picture_bytes=card.picture_bytes,
                    mask_bytes=card.mask.bytes if card.mask else 0,
                    square=card.square,
                    model=card.name,
                    folder=folder,
                    mask_polarity=card.mask.polarity if card.mask else Polarity.TRANSPARENT,
                    picture_pixels=card.picture_pixels,
                    feather=request.mask_wish.feather,
                )
            )
        except FileNotFoundError:
            raise InputLost from None

    async def _call_patiently(self, card: ModelCard, job: Job, prepared: Prepared, folder: Path) -> Job | None:
        """One call, made again after explicit refusals. The job where more calls are to follow, None at its end."""
        for pause in (*PAUSES_S, None):
            try:
                async with self.patience.turn(card, job, len(prepared.pictures)):
                    return await self._attempt(card, job, prepared, folder)
            except Shut:
                raise Elsewhere(ProviderClosed()) from None
            except Unsent as unsent:
                if pause is None:
                    raise Elsewhere(unsent.trouble) from None
                seconds = self.patience.unasked(pause) if unsent.after_s is None else unsent.after_s
                await self.patience.wait(job, seconds)
        raise AssertionError("the last pause is None")

    async def _attempt(self, card: ModelCard, job: Job, prepared: Prepared, folder: Path) -> Job | None:
        if self.patience.stopping():
            raise Stopping
        asked = min(job.request.options.n - len(job.results), pictures_a_call(card, job))
        await take_room(folder, asked)
        crash.point("before-sent")
        attempt = await self.book.sent(job.id, card.provider)
        if attempt is None:  # its member stopped it meanwhile
            await self._stop(job)
            return None
        crash.point("after-sent")
        try:
            with timed(self.metrics, self.clock, card):
                answer = await self._call(card, job, attempt, asked, prepared, folder)
            crash.point("after-body")
            following = await to_the_end(self._settle(card, job, attempt, asked, answer))
            crash.point("after-settle")
            return following
        except Unsent as unsent:
            goes_on = await self._refused(job, attempt, unsent)
            log.info("attempt_refused", attempt=attempt, code=unsent.trouble.code, request_id=unsent.request_id)
            if goes_on:
                raise
        except Declined as no:
            await self._declined(card, job, attempt, asked, no)
        except Doubtful as doubt:
            log.warning("attempt_unknown", attempt=attempt, reason=doubt.reason, request_id=doubt.request_id)
            await self.doubt(job, attempt, asked, doubt.request_id)
        except asyncio.CancelledError:
            await to_the_end(self.doubt(job, attempt, asked, None))
            raise
        return None

    async def _call(
        self, card: ModelCard, job: Job, attempt: str, asked: int, prepared: Prepared, folder: Path
    ) -> Answer:
        request, first = job.request, prepared.pictures[0]
        course = await Course.begun(self.book, self.postbox, self.clock, job, card)
        # They were settled for the first card in order; another one may have a setting more, whose default is dear.
        call = Call(
            attempt=attempt,
            card=card,
            prompt=request.prompt,
            options=settled_options(card, replace(request.options, n=asked), (first.width, first.height)),
            pictures=prepared.pictures,
            mask=prepared.mask,
            user=hmac.new(self.user_key, str(request.user_id).encode(), hashlib.sha256).hexdigest(),
            folder=folder,
        )
        async with contextlib.aclosing(self.provider.edit(call)) as events:
            async for event in events:
                if isinstance(event, Answer):
                    return event
                if isinstance(event, Preview):
                    await course.preview(event)
                else:
                    if event.phase is Phase.WAITING:
                        count_form(self.metrics, prepared)
                    if event.phase is Phase.RECEIVING:
                        await give_room(folder)
                    course.tell(event)
        raise Doubtful("the provider's answer never came")

    async def _settle(self, card: ModelCard, job: Job, attempt: str, asked: int, answer: Answer) -> Job | None:
        kept: list[ResultPicture] = []
        loose = list(answer.pictures[:asked])
        try:
            while loose:
                if (one := await self._keep(loose[0], answer.revised_prompt)) is not None:
                    kept.append(one)
                del loose[0]
            return await self._write_down(card, job, attempt, asked, answer, kept)
        except Elsewhere:
            raise
        except Exception:  # our disk or our database would not have it, for as long as there was hope
            if not (kept or loose):
                raise
            log.exception("result_not_kept", attempt=attempt)
            hand_over = Handing(self.book, self.blobs, self.pictures, self.postbox)
            await hand_over(job, attempt, kept, tuple(loose), _share(job, asked))
            return None

    async def _write_down(
        self, card: ModelCard, job: Job, attempt: str, asked: int, answer: Answer, results: list[ResultPicture]
    ) -> Job | None:
        if not results:
            no = Declined(AnswerUseless(), billed=True, request_id=answer.request_id)
            await self._declined(card, job, attempt, asked, no)
            return None
        cost = settle(card, answer.usage, len(results), asked, _share(job, asked))
        settlement = Settlement(cost, tuple(results))
        missing = job.request.options.n - len(job.results) - len(results)
        if missing > 0 and len(results) == asked:
            return await self.insist(lambda: self.book.bank(job.id, attempt, settlement, answer.request_id))
        await self.insist(lambda: self.book.finish(job.id, attempt, settlement, answer.request_id))
        return None

    async def _keep(self, path: Path, revised: str | None) -> ResultPicture | None:
        try:
            probe = await self.insist(lambda: self.pictures.verify(path))
        except (Refused, Failed) as useless:
            log.warning("result_useless", code=useless.code)
            return None
        size = (await asyncio.to_thread(path.stat)).st_size
        self.metrics.carried(Freight.FROM_PROVIDER, size)
        blob = await self.insist(lambda: self.blobs.keep(path))
        crash.point("after-file")
        return ResultPicture(blob, probe.format, probe.width, probe.height, size, revised)

    # ── refusals ────────────────────────────────────────────────────────────────────────────────────────────

    async def _declined(self, card: ModelCard, job: Job, attempt: str, asked: int, no: Declined) -> None:
        log.info("attempt_declined", attempt=attempt, code=no.trouble.code, request_id=no.request_id)
        locked, goes_on = isinstance(no.trouble, ProviderClosed), False
        if locked and not no.billed:
            goes_on = await self._refused(job, attempt, no)
        elif job.results:
            suspense = _share(job, asked) if no.billed else 0
            await self.book.finish_short(job.id, attempt, no.trouble.code, no.request_id, suspense=suspense)
        else:
            await self.book.fail(job.id, no.trouble, attempt, no.request_id, billed=no.billed)
        if locked:
            await self._alert(card)
        if goes_on:
            raise Elsewhere(no.trouble)

    async def _refused(self, job: Job, attempt: str, refusal: Unsent | Declined) -> bool:
        """Note a refusal with nothing billed; whether the edit goes on, for a member who stopped it wants no more."""
        now = await self.book.refused(job.id, attempt, refusal.trouble.code, refusal.request_id)
        if now is None or not now.muted:
            return True
        await self._stop(now)
        return False

    async def _stop(self, job: Job) -> None:
        """End a running job that is not to be paid for any further: what it has by now is kept."""
        if await self.book.finish_short(job.id, None, CANCELLED, None) is None:
            await self.book.cancel(job.id)

    async def doubt(self, job: Job, attempt: str | None, asked: int, request_id: str | None) -> None:
        """Nobody knows what became of this call: the job ends unknown, or with the pictures that it has."""
        if job.results:
            code = OutcomeUnknown().code
            await self.book.finish_short(job.id, attempt, code, request_id, suspense=_share(job, asked))
        else:
            await self.book.doubt(job.id, attempt, OutcomeUnknown(), request_id)

    async def give_up(self, job: Job, trouble: Trouble) -> None:
        """End a running job for which there is no way on: with the pictures that it has, or failed.

        One that is sent stays: the next try says that nobody knows what became of it.
        """
        now = await self.book.job(job.id)
        if now is None or now.state is not State.RUNNING:
            return
        if await self.book.finish_short(job.id, None, trouble.code, None) is None:
            await self.book.fail(job.id, trouble)

    async def _alert(self, card: ModelCard) -> None:
        today = datetime.fromtimestamp(self.clock.now(), UTC).date().isoformat()
        # A key that is refused is one thing to mend, however many models it opens; a model that is missing is its own.
        door = card.provider if self.provider.is_shut(card.provider) else f"{card.provider}:{card.name}"
        if await self.book.once(f"provider-locked:{door}:{today}"):
            await self.postbox.alert(ProviderLocked(provider=card.provider, model=card.name))


def _share(job: Job, asked: int) -> int:
    """What the call for the next so many of the job's pictures was predicted to cost, in micro-USD.

    The shares of all its calls add up to the prediction.
    """
    n, made = job.request.options.n, len(job.results)
    return math.ceil(job.predicted * (made + asked) / n) - math.ceil(job.predicted * made / n)
