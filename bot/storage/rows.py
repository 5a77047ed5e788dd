"""Between rows and nouns: a request as JSON text, a job or a draft from its row."""

import json
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa

from bot.domain.draft import Draft, DraftState
from bot.domain.errors import Trouble, revive
from bot.domain.job import Announcement, Job, ResultPicture, State
from bot.domain.request import (
    Door,
    EditRequest,
    InputFile,
    MaskWish,
    Options,
    Origin,
    Place,
    PlaceKind,
    ResultSize,
)


def request_text(request: EditRequest) -> str:
    """The request as JSON in plain ASCII, which every database keeps as it is."""
    return json.dumps(asdict(request))


def request_from(text: str) -> EditRequest:
    """The request that was written by `request_text`, of this version or an earlier one, which knew fewer fields."""
    said = json.loads(text)
    origin, place, mask = said["origin"], said["place"], said["mask"]
    return EditRequest(
        origin=Origin(Door(origin["door"]), origin["id"]),
        place=Place(**{**place, "kind": PlaceKind(place["kind"])}),
        user_id=said["user_id"],
        locale=said["locale"],
        prompt=said["prompt"],
        pictures=tuple(InputFile(**picture) for picture in said["pictures"]),
        mask=InputFile(**mask) if mask else None,
        model=said["model"],
        options=Options(**said["options"]),
        parent=said["parent"],
        result_size=ResultSize(said.get("result_size", ResultSize.OPEN)),
        mask_wish=MaskWish(**said.get("mask_wish", {})),
        mask_share=said.get("mask_share"),
        status_message=said.get("status_message"),
        role_ids=tuple(said.get("role_ids", ())),
        base=said.get("base"),
        spoiler=said.get("spoiler", False),
        preset=said.get("preset"),
        lender=said.get("lender"),
    )


def blobs_of(request: EditRequest) -> frozenset[str]:
    """The keys of the files that the request needs."""
    files = (*request.pictures, request.mask) if request.mask else request.pictures
    return frozenset(file.blob for file in files)


def trouble_columns(trouble: Trouble) -> dict[str, Any]:
    """A trouble as the columns of its job."""
    return {"trouble_code": trouble.code, "trouble_fields": json.dumps(trouble.fields)}


def result_columns(picture: ResultPicture) -> dict[str, Any]:
    """A result as the columns of its row, which have the names of its fields."""
    return asdict(picture)


def result_from(row: sa.Row[Any]) -> ResultPicture:
    """The result of a row of `results`."""
    return ResultPicture(
        blob=row.blob,
        format=row.format,
        width=row.width,
        height=row.height,
        bytes=row.bytes,
        revised_prompt=row.revised_prompt,
        untouched=row.untouched,
        strayed=row.strayed,
        locked=row.locked,
    )


def job_from(row: sa.Row[Any], results: tuple[ResultPicture, ...]) -> Job:
    """The job of a row of `jobs`."""
    return Job(
        id=row.id,
        state=State(row.state),
        muted=bool(row.muted),
        request=request_from(row.request),
        predicted=row.predicted,
        placed_at=row.placed_at,
        sent_at=row.sent_at,
        ended_at=row.ended_at,
        charged=row.charged,
        banked=row.banked,
        version=row.version,
        results=results,
        trouble=revive(row.trouble_code, json.loads(row.trouble_fields or "{}")) if row.trouble_code else None,
        announcement=_announcement(row),
        claims=row.claims,
    )


def draft_from(row: sa.Row[Any]) -> Draft:
    """The draft of a row of `drafts`."""
    return Draft(
        id=row.id,
        state=DraftState(row.state),
        request=replace(request_from(row.request), status_message=row.message_id),
        predicted=row.predicted,
        asked_at=row.asked_at,
        expires_at=row.expires_at,
    )


def _announcement(row: sa.Row[Any]) -> Announcement | None:
    if row.message_id is None:
        return None
    return Announcement(channel_id=row.channel_id, message_id=row.message_id, home_id=row.home_id)
