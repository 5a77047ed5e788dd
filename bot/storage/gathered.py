"""Between the rows of what is gathered and its nouns, and what of it other rooms of the book ask for."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.draft import DraftState
from bot.domain.gathering import Gathered, Picker, TrayPicture
from bot.domain.request import InputFile
from bot.storage.rows import blobs_of, request_from
from bot.storage.tables import STILL_ASKED, paintings, pickers, preferences, tray


def gathered_text(pictures: Sequence[Gathered]) -> str:
    """The pictures as JSON."""
    return json.dumps([asdict(picture) for picture in pictures])


def chosen_text(chosen: tuple[int, ...]) -> str:
    """The places among the candidates as JSON."""
    return json.dumps(chosen)


def gathered_columns(picture: Gathered) -> dict[str, Any]:
    """A picture as the columns of a tray, which have the names of its fields."""
    said = asdict(picture)
    return {**said.pop("file"), **said}


def tray_picture_from(row: sa.Row[Any]) -> TrayPicture:
    """The picture of a row of `tray`."""
    file = InputFile(row.blob, row.filename, row.bytes)
    return TrayPicture(row.id, Gathered(file, row.author_id, bool(row.spoiler), row.base), row.expires_at)


def picker_from(row: sa.Row[Any]) -> Picker:
    """The picker of a row of `pickers`."""
    return Picker(
        id=row.id,
        state=DraftState(row.state),
        request=request_from(row.request),
        candidates=_gathered_from(row.candidates),
        chosen=tuple(json.loads(row.chosen)),
        expires_at=row.expires_at,
    )


async def blobs_gathered(tx: AsyncConnection, at: float) -> frozenset[str]:
    """The keys of the files in trays, and of those that open pickers and paintings are about."""
    found = set(await tx.scalars(sa.select(tray.c.blob).where(tray.c.expires_at > at)))
    for row in await tx.execute(sa.select(pickers.c.request, pickers.c.candidates).where(sa.text(STILL_ASKED))):
        found |= blobs_of(request_from(row.request))
        found.update(one.file.blob for one in _gathered_from(row.candidates))
    painted = sa.select(paintings.c.request).where(sa.text(STILL_ASKED), paintings.c.expires_at > at)
    for text in await tx.scalars(painted):
        found |= blobs_of(request_from(text))
    return frozenset(found)


async def forget_gathered(tx: AsyncConnection, user_id: int) -> None:
    """Take out what the member gathered and chose, and the member's pictures of what others did."""
    await tx.execute(sa.delete(tray).where(sa.or_(tray.c.user_id == user_id, tray.c.author_id == user_id)))
    await tx.execute(sa.delete(preferences).where(preferences.c.user_id == user_id))
    named = sa.or_(pickers.c.user_id == user_id, pickers.c.candidates.contains(str(user_id)))
    rows = (await tx.execute(sa.select(pickers.c.id, pickers.c.user_id, pickers.c.candidates).where(named))).all()
    gone = [row.id for row in rows if row.user_id == user_id or user_id in _authors(row.candidates)]
    await tx.execute(sa.delete(pickers).where(pickers.c.id.in_(gone)))
    lent = (sa.text(STILL_ASKED), paintings.c.request.contains(f'"lender": {user_id}'))
    painted = (await tx.execute(sa.select(paintings.c.id, paintings.c.request).where(*lent))).all()
    gone = [row.id for row in painted if request_from(row.request).lender == user_id]
    await tx.execute(sa.delete(paintings).where(sa.or_(paintings.c.user_id == user_id, paintings.c.id.in_(gone))))


async def forget_results(tx: AsyncConnection, job_id: int) -> None:
    """Take the results of this job out of every tray, and give up the open pickers and paintings that offer them."""
    await tx.execute(sa.delete(tray).where(tray.c.base == job_id))
    offering = (sa.text(STILL_ASKED), pickers.c.candidates.contains(f'"base": {job_id}'))
    rows = (await tx.execute(sa.select(pickers.c.id, pickers.c.candidates).where(*offering))).all()
    gone = [row.id for row in rows if job_id in {one.base for one in _gathered_from(row.candidates)}]
    await tx.execute(sa.delete(pickers).where(pickers.c.id.in_(gone)))
    offering = (sa.text(STILL_ASKED), paintings.c.request.contains(f'"base": {job_id}'))
    painted = (await tx.execute(sa.select(paintings.c.id, paintings.c.request).where(*offering))).all()
    gone = [row.id for row in painted if request_from(row.request).base == job_id]
    await tx.execute(sa.delete(paintings).where(paintings.c.id.in_(gone)))


def _gathered_from(text: str) -> tuple[Gathered, ...]:
    return tuple(Gathered(**{**one, "file": InputFile(**one["file"])}) for one in json.loads(text))


def _authors(text: str) -> frozenset[int | None]:
    return frozenset(one.author_id for one in _gathered_from(text))
