"""Calls of unknown outcome, compared with what the provider's own books say of them."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.bill_file import BillUnreadable, read_bill
from bot.domain.bill import Bill, Finding, Outcome
from bot.office import WhoseBill, office
from bot.settings import Settings
from bot.words.amounts import dollars

DAY_S = 86_400
MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]
SENTENCES = {
    Outcome.BILLED: "billed",
    Outcome.NOT_BILLED: "not billed",
    Outcome.OPEN: "not shown by this file",
}


def reconcile(
    bill: Annotated[
        Path,
        typer.Option("--csv", metavar="FILE", exists=True, dir_okay=False, help="The provider's usage export."),
    ],
    provider: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose export it is, where several providers are in doubt.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=MOMENTS, help="From when on the file has every call, in UTC.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=MOMENTS, help="Until when; a day counts to its end.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be booked.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Compare calls of unknown outcome with a usage export: what was not billed is taken out of the house's spend."""
    try:
        lines = read_bill(bill.read_text("utf-8-sig"))
    except (BillUnreadable, UnicodeDecodeError) as wrong:
        why = "it is no text in UTF-8" if isinstance(wrong, UnicodeDecodeError) else str(wrong)
        raise typer.BadParameter(f"{bill} cannot be used: {why}.") from None
    read = Bill(lines, _moment(since), _end(until))
    try:
        found = asyncio.run(_compared(read, provider, book_it=not dry_run))
    except WhoseBill as known:
        raise typer.BadParameter(f"Say whose file it is with --provider; in suspense are calls of {known}.") from None
    for one in found:
        typer.echo(json.dumps(_object(one)) if as_json else _text(one))
    if not as_json:
        typer.echo(_sum(found, dry_run=dry_run))


async def _compared(bill: Bill, provider: str | None, *, book_it: bool) -> tuple[Finding, ...]:
    async with office(Settings.read(needs=())) as opened:
        return await opened.reconcile(bill, provider, book_it=book_it)


def _moment(at: datetime | None) -> float | None:
    return None if at is None else at.replace(tzinfo=UTC).timestamp()


def _end(at: datetime | None) -> float | None:
    if at is None:
        return None
    whole_day = (at.hour, at.minute, at.second) == (0, 0, 0)
    return at.replace(tzinfo=UTC).timestamp() + (DAY_S if whole_day else 0)


def _object(one: Finding) -> dict[str, object]:
    doubt, call = one.doubt, one.doubt.call
    return {
        "job_id": doubt.job_id,
        "attempt": call.attempt,
        "request_id": call.request_id,
        "provider": call.provider,
        "model": call.model,
        "opened_at": call.opened_at,
        "suspense": doubt.micro_usd,
        "outcome": one.outcome.value,
        "billed": one.billed,
        "corrected": _taken(one),
        "before": doubt.corrected is not None,
    }


def _text(one: Finding) -> str:
    """ "edit #7  2026-11-20 14:50  gpt-image-2  $0.07 in suspense  billed $0.04  $0.03 taken back"."""
    call, cost = one.doubt.call, "" if one.billed is None else f" {dollars(one.billed)}"
    columns = [
        f"edit #{one.doubt.job_id}",
        f"{datetime.fromtimestamp(call.opened_at, UTC):%Y-%m-%d %H:%M}",
        call.model,
        f"{dollars(one.doubt.micro_usd)} in suspense",
        f"{SENTENCES[one.outcome]}{cost}",
    ]
    if one.doubt.corrected is not None:
        columns.append(f"{dollars(one.doubt.corrected)} taken back before")
    elif one.unspent:
        columns.append(f"{dollars(one.unspent)} taken back")
    return "  ".join(columns)


def _taken(one: Finding) -> int:
    return one.unspent if one.doubt.corrected is None else one.doubt.corrected


def _sum(found: Sequence[Finding], *, dry_run: bool) -> str:
    if not found:
        return "Nothing is in suspense."
    new = sum(one.unspent for one in found if one.doubt.corrected is None)
    left = sum(one.doubt.micro_usd - _taken(one) for one in found)
    verb = "would be taken back" if dry_run else "taken back"
    return f"{dollars(new)} {verb} now; {dollars(left)} {'would stay' if dry_run else 'stays'} in suspense."
