"""Between rows and nouns: a request as JSON text, a job from its row."""

import json
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from bot.domain.errors import Trouble, revive
from bot.domain.job import Announcement, Job, ResultPicture, State
from bot.domain.request import Door, EditRequest, InputFile, Options, Origin, Place, PlaceKind


def request_text(request: EditRequest) -> str:
    """The request as JSON in plain ASCII, which every database keeps as it is."""
    return json.dumps(asdict(request))


def request_from(text: str) -> EditRequest:
    """The request that was written by `request_text`."""
    said = json.loads(text)
    origin, place, mask = said["origin"], said["place"], said["mask"]
    return EditRequest(
        origin=Origin(Door(origin["door"]), origin["id"]),
        place=Place(place["guild_id"], place["channel_id"], PlaceKind(place["kind"])),
        user_id=said["user_id"],
        locale=said["locale"],
        prompt=said["prompt"],
        pictures=tuple(InputFile(**picture) for picture in said["pictures"]),
        mask=InputFile(**mask) if mask else None,
        model=said["model"],
        options=Options(**said["options"]),
        parent=said["parent"],
    )


def blobs_of(request: EditRequest) -> frozenset[str]:
    """The keys of the files that the request needs."""
    files = (*request.pictures, request.mask) if request.mask else request.pictures
    return frozenset(file.blob for file in files)


def trouble_columns(trouble: Trouble) -> dict[str, Any]:
    """A trouble as the columns of its job."""
    return {"trouble_code": trouble.code, "trouble_fields": json.dumps(trouble.fields)}


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


def _announcement(row: sa.Row[Any]) -> Announcement | None:
    if row.message_id is None:
        return None
    return Announcement(channel_id=row.channel_id, message_id=row.message_id, home_id=row.home_id)
