"""Rows without what a member said and showed: the prompt, the names of files, the pictures."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.request import EditRequest, InputFile
from bot.storage.rows import request_from, request_text
from bot.storage.tables import inputs, jobs, results

# A key that no file has: who looks for the picture finds that it was swept.
GONE = "0" * 64
LOST = InputFile(GONE, "", 0)


async def empty(tx: AsyncConnection, rows: Sequence[sa.Row[Any]]) -> None:
    """Empty these rows of `jobs`. Amounts, states, times, models and how many pictures there were stay."""
    if not rows:
        return
    await tx.execute(_EMPTY_JOB, [_emptied(row) for row in rows])
    mine = [{"job": row.id} for row in rows]
    await tx.execute(sa.delete(inputs).where(inputs.c.job_id == sa.bindparam("job")), mine)
    await tx.execute(_EMPTY_RESULT, mine)


def without_words(request: EditRequest) -> EditRequest:
    """The request without what was said and shown in it, and without the member's roles.

    It has as many pictures as before, but none of them can be found: whoever wants it made again is told so.
    """
    pictures, mask = (LOST,) * len(request.pictures), request.mask and LOST
    return replace(request, prompt="", pictures=pictures, mask=mask, mask_share=None, role_ids=(), status_message=None)


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
