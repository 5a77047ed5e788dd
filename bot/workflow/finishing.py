"""The last touch before results are posted: picture 1 put back outside the mask, and the size that was wished.

It comes after the money is settled and before the pictures are posted, so that whatever goes wrong in it, the model's
own output is on disk, and is what is posted then.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from bot.domain.catalog import Catalog, ModelCard
from bot.domain.errors import Failed, MaskIgnored, Refused, Stopping
from bot.domain.job import Job, ResultPicture, ignored_mask
from bot.domain.request import EditRequest, InputFile, ResultSize
from bot.workflow.ports import Blobs, Book, Clock, Finished, Finishing, Pictures, Postbox, Source

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Finisher:
    """Finishes the results of a job that is done; safe to call again after any interruption."""

    catalog: Catalog
    pictures: Pictures
    blobs: Blobs
    book: Book
    postbox: Postbox
    clock: Clock

    async def __call__(self, job: Job) -> Job:
        """The job with its results as they are posted."""
        if not _is_wanted(job.request):
            return job
        for number, picture in enumerate(job.results, 1):
            if picture.locked is None:
                job = await self._finish(job, number, picture)
        if ignored_mask(job):
            await self._report(job)
        return job

    async def _finish(self, job: Job, number: int, picture: ResultPicture) -> Job:
        try:
            async with self.blobs.workshop() as folder:
                finished = await self.pictures.finish(await self._finishing(job, picture, folder))
                kept = await self._kept(picture, finished)
        except Stopping:
            raise
        except (Refused, Failed, OSError) as fault:
            log.warning("result_unfinished", number=number, kind=type(fault).__name__)
            return job
        return await self.book.retouched(job.id, number, kept)

    async def _finishing(self, job: Job, picture: ResultPicture, folder: Path) -> Finishing:
        request, card = job.request, await self._card(job)
        return Finishing(
            result=self.blobs.path(picture.blob),
            first=self._source(request.pictures[0]),
            mask=self._source(request.mask) if request.mask else None,
            square=card is not None and card.square,
            size=request.result_size,
            wish=request.mask_wish,
            format=request.options.output_format,
            folder=folder,
        )

    async def _kept(self, picture: ResultPicture, finished: Finished) -> ResultPicture:
        measured = replace(picture, strayed=finished.strayed, locked=finished.locked)
        if finished.path == self.blobs.path(picture.blob):
            return measured
        return replace(
            measured,
            blob=await self.blobs.keep(finished.path),
            format=finished.format,
            width=finished.width,
            height=finished.height,
            bytes=finished.bytes,
            untouched=picture.blob,
        )

    async def _report(self, job: Job) -> None:
        card = await self._card(job)
        if card is None or not card.sends_mask():
            return  # nobody offers it any more, or its card says so already
        share = max(picture.strayed or 0 for picture in job.results)
        today = datetime.fromtimestamp(self.clock.now(), UTC).date().isoformat()
        log.warning("mask_ignored", provider=card.provider, model=card.name, strayed=share)
        if await self.book.once(f"mask-ignored:{card.provider}:{card.name}:{today}"):
            await self.postbox.alert(MaskIgnored(provider=card.provider, model=card.name, share=round(share / 10)))

    async def _card(self, job: Job) -> ModelCard | None:
        """The card of the provider that made it; None where the operator has taken it away since."""
        maker = await self.book.maker(job.id)
        try:
            offers = self.catalog.offers(job.request.model)
        except Refused:
            return None
        return next((card for card in offers if card.provider == maker), None)

    def _source(self, file: InputFile) -> Source:
        return Source(self.blobs.path(file.blob), file.filename)


def _is_wanted(request: EditRequest) -> bool:
    return request.mask is not None or request.result_size is ResultSize.SAME
