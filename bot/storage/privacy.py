"""What a member may ask of the book: to see everything that is kept about them, and to be forgotten.

Forgetting takes out what was said and shown: prompts, names of files, pictures, roles, places, drafts, trays, pickers.
What the books need stays under a pseudonym, so that every sum agrees as before: amounts, states, times, models.

Two things stay under the member's own id, or to ask would be a way around them: what was decided about the member and
is still in force (blocks, rules, permits, open grants), and the open windows of allowances that are not empty. Windows
and grants follow to the pseudonym when they have ended; `expire` sees to it.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.job import OVER
from bot.domain.quota import Period, Scope, user_account
from bot.domain.request import Origin, Place
from bot.storage.database import Database
from bot.storage.dossier import dossier, is_account_of
from bot.storage.emptying import empty, results_of, take_away, without_files
from bot.storage.gathered import forget_gathered
from bot.storage.rows import request_from, request_text
from bot.storage.tables import (
    STILL_FULL,
    STILL_OPEN,
    deeds,
    drafts,
    forgotten,
    grants,
    inputs,
    jobs,
    notes,
    notices,
    parts,
    threads,
    windows,
)
from bot.storage.turns import take_turns
from bot.storage.unbroken import unbroken
from bot.storage.upserts import insert
from bot.workflow.ports import Clock

PSEUDONYM = re.compile(r"(?=.*[a-z])[0-9a-z]{16,64}")
AT_A_TIME = 100
# What is remembered of where results were posted once more, and of what a thread has gone back to.
NOTES_OF_PLACES = ("elsewhere:{job}", "back:{home}")


class Privacy:
    """The part of the book that is about members rather than about their jobs."""

    _database: Database
    _clock: Clock

    @unbroken
    async def export(self, user_id: int) -> dict[str, Any]:
        """Everything that is kept about the member, ready for JSON."""
        async with self._database.reading() as tx:
            return await dossier(tx, user_id)

    async def forget(self, user_id: int, pseudonym: str) -> int:
        """Take the member out of every row but the few that must stay for now. Returns how many jobs are not over.

        Where that is not 0 nothing was changed. The pseudonym is 16 to 64 small letters and digits, the same whenever
        the same member asks, and not to be guessed from the id; raises `ValueError` for anything else.
        """
        if not PSEUDONYM.fullmatch(pseudonym):
            raise ValueError("a pseudonym is 16 to 64 small letters and digits, and more than a number")
        unfinished = await self._forget(user_id, pseudonym)
        if not unfinished:
            await self._database.tidy()
        return unfinished

    async def expire(self, before: float) -> int:
        """Empty the rows of jobs that were over and ended before then, and drop drafts closed before then.

        Prompts, names and pictures go, the books stay. Members who were forgotten are taken out of the windows that
        have ended since. Returns how many jobs and drafts it were; what was done once is not done again.
        """
        count = 0
        while some := await self._expire_some(before):
            count += some
        await self._forget_the_rest()
        if count:
            await self._database.tidy()
        return count

    @unbroken
    async def _forget(self, user_id: int, pseudonym: str) -> int:
        at = self._clock.now()
        mine = jobs.c.user_id == user_id
        async with self._database.writing() as tx:
            unfinished = await tx.scalar(sa.select(sa.func.count()).select_from(jobs).where(mine, sa.text(STILL_OPEN)))
            if unfinished:
                return int(unfinished)
            await _forget_places(tx, user_id)
            brought = await results_of(tx, mine)
            await empty(tx, (await tx.execute(sa.select(*jobs.c).where(mine, sa.text(STILL_FULL)))).all())
            await take_away(tx, brought, at)
            await _rename_jobs(tx, user_id, pseudonym)
            await _take_back_what_was_lent(tx, user_id, stranger(pseudonym))
            await tx.execute(sa.delete(drafts).where(drafts.c.user_id == user_id))
            await forget_gathered(tx, user_id)
            await _rename_deeds(tx, user_id, pseudonym)
            await _forget_notes(tx, user_id)
            await _forget_windows(tx, user_id, pseudonym, at)
        return 0

    @unbroken
    async def _expire_some(self, before: float) -> int:
        over = (sa.text(STILL_FULL), jobs.c.state.in_(sorted(OVER)), jobs.c.ended_at < before)
        late = sa.select(*jobs.c).where(*over).order_by(jobs.c.ended_at).limit(AT_A_TIME)
        old = sa.select(drafts.c.id).where(drafts.c.closed_at < before).limit(AT_A_TIME)
        async with self._database.writing() as tx:
            rows = (await tx.execute(late)).all()
            await empty(tx, rows)
            dropped = (await tx.execute(sa.delete(drafts).where(drafts.c.id.in_(old)))).rowcount
        return len(rows) + int(dropped)

    @unbroken
    async def _forget_the_rest(self) -> None:
        at = self._clock.now()
        async with self._database.writing() as tx:
            for row in (await tx.execute(sa.select(*forgotten.c))).all():
                known = windows.c.starts_at <= row.forgotten_at
                await _rename_windows(tx, row.user_id, row.pseudonym, known, windows.c.ends_at <= at)
            await tx.execute(sa.delete(forgotten).where(forgotten.c.until <= at))


def stranger(pseudonym: str) -> int:
    """The number that stands for a forgotten member where an id did: negative, as no id of Discord's is."""
    return -1 - int.from_bytes(hashlib.sha256(pseudonym.encode()).digest()[:7])


async def _forget_places(tx: AsyncConnection, user_id: int) -> None:
    """Where the member's results are; a thread's versions go with its last edit that anybody made."""
    rows = (await tx.execute(sa.select(jobs.c.id, jobs.c.home_id).where(jobs.c.user_id == user_id))).all()
    if rows:
        noted = [{"note": note.format(job=row.id, home=row.home_id)} for row in rows for note in NOTES_OF_PLACES]
        await tx.execute(sa.delete(notes).where(notes.c.key == sa.bindparam("note")), noted)
    mine = sa.select(jobs.c.id).where(jobs.c.user_id == user_id)
    homes = sa.select(jobs.c.home_id).where(jobs.c.user_id == user_id, jobs.c.home_id.is_not(None))
    shared = sa.select(jobs.c.home_id).where(jobs.c.user_id != user_id, jobs.c.home_id.is_not(None))
    await tx.execute(sa.delete(parts).where(parts.c.job_id.in_(mine)))
    await tx.execute(sa.delete(threads).where(threads.c.home_id.in_(homes), threads.c.home_id.not_in(shared)))


async def _rename_jobs(tx: AsyncConnection, user_id: int, pseudonym: str) -> None:
    """The jobs of nobody, asked for nowhere: an origin becomes a negative number, so that no two are the same."""
    someone = stranger(pseudonym)
    rows = (await tx.execute(sa.select(jobs.c.id, jobs.c.request).where(jobs.c.user_id == user_id))).all()
    rename = (
        sa.update(jobs)
        .where(jobs.c.id == sa.bindparam("job"))
        .values(
            request=sa.bindparam("text"),
            user_id=someone,
            origin_id=-sa.bindparam("job", type_=sa.BigInteger),
            channel_id=None,
            message_id=None,
            home_id=None,
        )
    )
    if rows:
        await tx.execute(rename, [{"job": row.id, "text": _nobodys(row.id, row.request, someone)} for row in rows])


def _nobodys(job_id: int, text: str, someone: int) -> str:
    request = request_from(text)
    origin = Origin(request.origin.door, -job_id)
    place = Place(request.place.guild_id, 0, request.place.kind)
    return request_text(replace(request, origin=origin, place=place, user_id=someone, locale="en-US"))


async def _take_back_what_was_lent(tx: AsyncConnection, user_id: int, someone: int) -> None:
    """The member's pictures out of the edits that others have made of them; those that are under way keep them."""
    named = f'"lender": {user_id}'
    full = sa.select(jobs.c.id, jobs.c.state, jobs.c.request).where(sa.text(STILL_FULL))
    for row in (await tx.execute(full.where(jobs.c.request.contains(named)))).all():
        request = request_from(row.request)
        if request.lender != user_id:
            continue
        over = row.state in OVER
        left = replace(without_files(request) if over else request, lender=someone)
        await tx.execute(sa.update(jobs).where(jobs.c.id == row.id).values(request=request_text(left)))
        if over:
            await tx.execute(sa.delete(inputs).where(inputs.c.job_id == row.id))
    asked = (await tx.execute(sa.select(drafts.c.id, drafts.c.request).where(drafts.c.request.contains(named)))).all()
    gone = [row.id for row in asked if request_from(row.request).lender == user_id]
    await tx.execute(sa.delete(drafts).where(drafts.c.id.in_(gone)))


async def _rename_deeds(tx: AsyncConnection, user_id: int, pseudonym: str) -> None:
    """What the member decided, and what was decided about them, for a reason that may name them."""
    someone = stranger(pseudonym)
    about = (deeds.c.scope == Scope.USER, deeds.c.target_id == user_id)
    await tx.execute(sa.update(deeds).where(*about).values(target_id=someone, reason=""))
    await tx.execute(sa.update(deeds).where(deeds.c.actor_id == user_id).values(actor_id=someone))


async def _forget_notes(tx: AsyncConnection, user_id: int) -> None:
    """What was said once, or remembered, under a key that names the member."""
    named = re.compile(rf"(?<!\d){user_id}(?!\d)")
    for table in (notices, notes):
        keys = (await tx.scalars(sa.select(table.c.key).where(table.c.key.contains(str(user_id))))).all()
        await tx.execute(sa.delete(table).where(table.c.key.in_([key for key in keys if named.search(key)])))


async def _forget_windows(tx: AsyncConnection, user_id: int, pseudonym: str, at: float) -> None:
    """Rename what is over or empty, and note until when the rest is open."""
    empty_one = sa.and_(windows.c.used == 0, windows.c.held == 0, windows.c.period != Period.GRANT)
    await _rename_windows(tx, user_id, pseudonym, sa.or_(windows.c.ends_at <= at, empty_one))
    account = is_account_of(windows.c.account, user_id)
    until = await tx.scalar(sa.select(sa.func.max(windows.c.ends_at)).where(account))
    if until is not None:
        note = {"pseudonym": pseudonym, "forgotten_at": at, "until": until}
        statement = insert(tx, forgotten).values(user_id=user_id, **note)
        await tx.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=note))


async def _rename_windows(
    tx: AsyncConnection, user_id: int, pseudonym: str, *conditions: sa.ColumnElement[bool]
) -> None:
    """Put the member's windows, and the grants that are some of them, under the pseudonym."""
    account = is_account_of(windows.c.account, user_id)
    await take_turns(tx, await tx.scalars(sa.select(windows.c.account).where(account).distinct()))
    found = (await tx.execute(sa.select(*windows.c).where(account, *conditions).order_by(windows.c.id))).all()
    if not found:
        return
    own, new = user_account(user_id), f"user:{pseudonym}"
    taken = await _shapes(tx, new)
    renamed = []
    for row in found:
        name = new + row.account.removeprefix(own)
        if (
            name,
            row.unit,
            row.period,
            row.starts_at,
            row.ends_at,
        ) in taken:  # a window that was empty, renamed, and made anew
            name = f"{name}#{row.id}"
        renamed.append({"window": row.id, "name": name})
    await tx.execute(
        sa.update(windows).where(windows.c.id == sa.bindparam("window")).values(account=sa.bindparam("name")), renamed
    )
    await tx.execute(
        sa.update(grants)
        .where(grants.c.window_id == sa.bindparam("window"))
        .values(user_id=stranger(pseudonym), reason=""),
        [{"window": row.id} for row in found],
    )


async def _shapes(tx: AsyncConnection, account: str) -> frozenset[Sequence[Any]]:
    """What the key of each window under this account is."""
    key = (windows.c.account, windows.c.unit, windows.c.period, windows.c.starts_at, windows.c.ends_at)
    under = windows.c.account.startswith(account, autoescape=True)
    return frozenset(tuple(row) for row in await tx.execute(sa.select(*key).where(under)))
