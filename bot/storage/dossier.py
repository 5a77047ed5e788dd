"""Everything that is kept about one member, as JSON can carry it: nothing of anybody else's."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.quota import Scope, user_account
from bot.storage.tables import (
    attempts,
    blocks,
    deeds,
    drafts,
    forgotten,
    grants,
    jobs,
    ledger,
    paintings,
    parts,
    permits,
    pickers,
    preferences,
    results,
    rules,
    tray,
    windows,
)

Rows = list[dict[str, Any]]


async def dossier(tx: AsyncConnection, user_id: int) -> dict[str, Any]:
    """Moments are UTC in ISO 8601, amounts are pictures or micro-USD, a guild of 0 is the house itself."""
    return {"member": user_id, **{name: await _rows(tx, question) for name, question in _questions(user_id).items()}}


def is_account_of(column: sa.ColumnElement[str], user_id: int) -> sa.ColumnElement[bool]:
    """Whether the account is this member's, by the house's rules or by a guild's."""
    own = user_account(user_id)
    return sa.or_(column == own, column.startswith(f"{own}@", autoescape=True))


def _questions(user_id: int) -> dict[str, sa.Select[Any]]:
    mine, about = jobs.c.user_id == user_id, (deeds.c.scope == Scope.USER, deeds.c.target_id == user_id)
    account = is_account_of(windows.c.account, user_id)
    gathered = (one for one in tray.c if one.name != "author_id")
    of_window = (windows.c.account, windows.c.unit, windows.c.period, windows.c.starts_at, windows.c.ends_at)
    return {
        "edits": sa.select(*jobs.c).where(mine).order_by(jobs.c.id),
        "results": sa.select(*results.c).join_from(results, jobs).where(mine).order_by(*results.primary_key),
        "messages": sa.select(*parts.c).join_from(parts, jobs).where(mine).order_by(*parts.primary_key),
        "calls": sa.select(*attempts.c).join_from(attempts, jobs).where(mine).order_by(attempts.c.opened_at),
        "drafts": sa.select(*drafts.c).where(drafts.c.user_id == user_id).order_by(drafts.c.id),
        # Whose picture it was is somebody else's to tell, too.
        "tray": sa.select(*gathered).where(tray.c.user_id == user_id).order_by(tray.c.id),
        "pickers": sa.select(*pickers.c).where(pickers.c.user_id == user_id).order_by(pickers.c.id),
        "paintings": sa.select(*paintings.c).where(paintings.c.user_id == user_id).order_by(paintings.c.id),
        "preferences": sa.select(*preferences.c).where(preferences.c.user_id == user_id),
        "allowances": sa.select(*of_window, windows.c.used, windows.c.held).where(account).order_by(windows.c.id),
        "ledger": sa.select(ledger.c.at, ledger.c.job_id, ledger.c.kind, ledger.c.amount, *of_window)
        .join_from(ledger, windows)
        .where(account)
        .order_by(ledger.c.id),
        "grants": sa.select(*grants.c).where(grants.c.user_id == user_id).order_by(grants.c.window_id),
        "rules": sa.select(*rules.c).where(rules.c.scope == Scope.USER, rules.c.subject_id == user_id),
        "permits": sa.select(*permits.c).where(permits.c.scope == Scope.USER, permits.c.subject_id == user_id),
        "blocks": sa.select(*blocks.c).where(blocks.c.user_id == user_id),
        # Who decided is somebody else's to tell.
        "decisions": sa.select(*(one for one in deeds.c if one.name != "actor_id")).where(*about).order_by(deeds.c.id),
        "decided": sa.select(*(one for one in deeds.c if one.name not in _WHOM))
        .where(deeds.c.actor_id == user_id)
        .order_by(deeds.c.id),
        "forgotten": sa.select(forgotten.c.forgotten_at, forgotten.c.until).where(forgotten.c.user_id == user_id),
    }


_WHOM = frozenset({"scope", "target_id"})
_MOMENTS = frozenset({"at", "until"})
_JSON = frozenset({"trouble_fields", "chosen"})


async def _rows(tx: AsyncConnection, question: sa.Select[Any]) -> Rows:
    return [_plain(row) for row in (await tx.execute(question)).mappings()]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items()}


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == "candidates":
        return [{part: said for part, said in one.items() if part != "author_id"} for one in json.loads(value)]
    if name == "request":
        return {part: said for part, said in json.loads(value).items() if part != "lender"}
    if name in _JSON:
        return json.loads(value)
    if name in _MOMENTS or name.endswith("_at"):
        return datetime.fromtimestamp(value, UTC).isoformat()
    return value
