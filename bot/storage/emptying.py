"""Rows without what a member said and showed: the prompt, the names of files, the pictures."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.job import OVER
from bot.domain.request import EditRequest, InputFile
from bot.storage.rows import blobs_of, request_from, request_text
from bot.storage.tables import STILL_ASKED, drafts, inputs, jobs, results

# A key that no file has: who looks for the picture finds that it was swept.
GONE = "0" * 64
LOST = InputFile(GONE, "", 0)
AT_A_TIME = 500  # keys in one question


async def empty(tx: AsyncConnection, rows: Sequence[sa.Row[Any]]) -> None:
    """Empty these rows of `jobs`. Amounts, states, times, models and how many pictures there were stay."""
    if not rows:
        return
    await tx.execute(_EMPTY_JOB, [_emptied(row) for row in rows])
    mine = [{"job": row.id} for row in rows]
    await tx.execute(sa.delete(inputs).where(inputs.c.job_id == sa.bindparam("job")), mine)
    await tx.execute(_EMPTY_RESULT, mine)


async def results_of(tx: AsyncConnection, *whose: sa.ColumnElement[bool]) -> frozenset[str]:
    """The keys of the results of these jobs."""
    question = sa.select(results.c.blob, results.c.untouched).join_from(results, jobs).where(*whose)
    return frozenset(blob for row in await tx.execute(question) for blob in row if blob not in (None, GONE))


async def take_away(tx: AsyncConnection, blobs: Collection[str], at: float) -> None:
    """Take these results, which were deleted, out of the edits that others have made of them and that are over.

    An edit that is under way keeps them until it is over; one that waits for a yes is too late from now on. What
    another edit has brought as well stays.
    """
    for some in _batches(sorted(blobs)):
        brought = sa.union(
            sa.select(results.c.blob), sa.select(results.c.untouched).where(results.c.untouched.is_not(None))
        )
        gone = (inputs.c.blob.in_(some), inputs.c.blob.not_in(brought), jobs.c.state.in_(sorted(OVER)))
        question = sa.select(jobs.c.id, jobs.c.request, inputs.c.blob).join_from(inputs, jobs).where(*gone)
        for row in (await tx.execute(question)).all():
            request = await tx.scalar(sa.select(jobs.c.request).where(jobs.c.id == row.id))
            left = request_text(_without_file(request_from(str(request)), row.blob))
            await tx.execute(sa.update(jobs).where(jobs.c.id == row.id).values(request=left))
            await tx.execute(sa.delete(inputs).where(inputs.c.job_id == row.id, inputs.c.blob == row.blob))
    asked = (await tx.execute(sa.select(drafts.c.id, drafts.c.request).where(sa.text(STILL_ASKED)))).all()
    late = [row.id for row in asked if blobs_of(request_from(row.request)) & frozenset(blobs)]
    await tx.execute(sa.update(drafts).where(drafts.c.id.in_(late)).values(expires_at=at))


def without_words(request: EditRequest) -> EditRequest:
    """The request without what was said and shown in it, and without the member's roles.

    It has as many pictures as before, but none of them can be found: whoever wants it made again is told so.
    """
    empty = replace(without_files(request), prompt="", preset=None, lender=None)
    return replace(empty, role_ids=(), status_message=None)


def without_files(request: EditRequest) -> EditRequest:
    """The request with as many pictures as before, of which none can be found."""
    pictures, mask = (LOST,) * len(request.pictures), request.mask and LOST
    return replace(request, pictures=pictures, mask=mask, mask_share=None)


def _without_file(request: EditRequest, blob: str) -> EditRequest:
    pictures = tuple(LOST if one.blob == blob else one for one in request.pictures)
    mask = LOST if request.mask and request.mask.blob == blob else request.mask
    return replace(request, pictures=pictures, mask=mask)


def _batches(blobs: Sequence[str]) -> Iterator[Sequence[str]]:
    return (blobs[start : start + AT_A_TIME] for start in range(0, len(blobs), AT_A_TIME))


_EMPTY_JOB = (
    sa.update(jobs)
    .where(jobs.c.id == sa.bindparam("job"))
    .values(request=sa.bindparam("text"), trouble_fields=sa.bindparam("fields"), emptied=True)
)
_EMPTY_RESULT = (
    sa.update(results)
    .where(results.c.job_id == sa.bindparam("job"))
    .values(blob=GONE, untouched=sa.case((results.c.untouched.is_not(None), GONE)), revised_prompt=sa.null(), bytes=0)
)


def _emptied(row: sa.Row[Any]) -> dict[str, object]:
    request = request_from(row.request)
    fields = _without_names(row.trouble_fields, request)
    return {"job": row.id, "text": request_text(without_words(request)), "fields": fields}


def _without_names(text: str | None, request: EditRequest) -> str | None:
    """The fields of a trouble without those that repeat the name of a file."""
    if text is None:
        return None
    files = (*request.pictures, request.mask) if request.mask else request.pictures
    names = [file.filename for file in files if file.filename]
    fields = json.loads(text)
    kept = {
        key: "" if isinstance(value, str) and any(name in value for name in names) else value
        for key, value in fields.items()
    }
    return json.dumps(kept)
