"""A database as version 0001 left it: a job in every state, with rows in every table, and books that agree."""

import json
from typing import Any

import sqlalchemy as sa

from bot.domain.job import State
from bot.storage.database import Database
from tests.storage.desk import COST, NOON, PREDICTED

Row = dict[str, Any]

PAID = frozenset({State.DONE, State.DELIVERED})
ASKED = PAID | {State.SENT, State.FAILED, State.UNKNOWN}
ATTEMPTS = {State.SENT: "open", State.FAILED: "failed", State.UNKNOWN: "unknown"}
UNSETTLED = frozenset({State.QUEUED, State.RUNNING, State.SENT})
OPTIONS = {"size": "1024x1024", "quality": None, "n": 1, "background": None, "output_format": None}
ACCOUNTS = (("user:42", "images", "day", 1), ("user:42", "micro_usd", "month", PREDICTED))
HOUSE = ("house", "micro_usd", "month", PREDICTED)


async def write(database: Database) -> None:
    """Fill the empty database."""
    async with database.writing() as tx:
        await tx.run_sync(_write)


def _write(connection: sa.Connection) -> None:
    tables = sa.MetaData()
    tables.reflect(connection)
    old = tables.tables
    windows = [_insert(connection, old["windows"], _window(*account)) for account in (*ACCOUNTS, HOUSE)]
    for number, state in enumerate(State, start=1):
        job = _insert(connection, old["jobs"], _job(number, state))
        for name, row in _belongings(job, state):
            connection.execute(sa.insert(old[name]).values(row))
        for window, (account, unit, _, amount) in zip(windows, (*ACCOUNTS, HOUSE), strict=True):
            hold = _hold(state, account, unit, amount)
            connection.execute(sa.insert(old["holds"]).values(hold | {"job_id": job, "window_id": window}))
            _enter(connection, old, hold, {"job_id": job, "window_id": window, "at": NOON})
    connection.execute(sa.insert(old["threads"]).values(home_id=7, versions=2))
    connection.execute(sa.insert(old["notices"]).values(key="house-spent", said_at=NOON))
    connection.execute(sa.insert(old["notes"]).values(key="commands", value="abc"))


def _insert(connection: sa.Connection, table: sa.Table, row: Row) -> int:
    return int(connection.execute(sa.insert(table).values(row).returning(table.c.id)).scalar_one())


def _window(account: str, unit: str, period: str, _: int) -> Row:
    span = {"starts_at": 1_763_596_800, "ends_at": 1_763_683_200}
    return {"account": account, "unit": unit, "period": period, "used": 0, "held": 0, **span}


def _job(number: int, state: State) -> Row:
    return {
        "origin_door": "slash",
        "origin_id": number,
        "user_id": 42,
        "state": str(state),
        "muted": False,
        "request": json.dumps(_request(number)),
        "predicted": PREDICTED,
        "charged": COST if state in PAID else 0,
        "version": 1 if state in PAID else None,
        "claims": 1,
        "crashes": 0,
        "sends": 1 if state in ASKED else 0,
        "attempt": f"{number}-1" if state is State.SENT else None,
        "placed_at": NOON,
        "sent_at": NOON if state in ASKED else None,
        "ended_at": None if state in UNSETTLED else NOON,
        "trouble_code": "OutcomeUnknown" if state in (State.FAILED, State.UNKNOWN) else None,
        "home_id": 7,
    }


def _request(number: int) -> Row:
    return {
        "origin": {"door": "slash", "id": number},
        "place": {"guild_id": 1, "channel_id": 2, "kind": "channel"},
        "user_id": 42,
        "locale": "en-US",
        "prompt": "make it snow",
        "pictures": [{"blob": "a" * 64, "filename": "sky.png", "bytes": 100}],
        "mask": None,
        "model": "gpt-image-1",
        "options": OPTIONS,
        "parent": None,
    }


def _belongings(job: int, state: State) -> list[tuple[str, Row]]:
    """What else a job of this state has."""
    rows: list[tuple[str, Row]] = [("inputs", {"job_id": job, "blob": "a" * 64})]
    if state in ASKED:
        outcome = ATTEMPTS.get(state, "answered")
        closed = None if outcome == "open" else NOON
        said = {"request_id": "req_1", "opened_at": NOON, "closed_at": closed}
        rows.append(("attempts", {"id": f"{job}-1", "job_id": job, "state": outcome, **said}))
    if state in PAID:
        shape = {"format": "png", "width": 1024, "height": 1024, "bytes": 9}
        rows += [("results", {"job_id": job, "number": 1, "blob": "c" * 64, **shape})]
        rows += [("parts", {"job_id": job, "part": 1, "message_id": 5})]
    if state not in (State.DELIVERED, State.TOLD):
        rows.append(("tickets", {"job_id": job, "user_id": 42, "enqueued_at": NOON}))
    return rows


def _hold(state: State, account: str, unit: str, amount: int) -> Row:
    charged = min(amount, 1 if unit == "images" else COST) if state in PAID else 0
    suspended = amount if state is State.UNKNOWN and account == "house" else 0
    released = 0 if state in UNSETTLED else amount - charged - suspended
    closed = None if state in UNSETTLED else NOON
    return {"amount": amount, "charged": charged, "released": released, "suspended": suspended, "closed_at": closed}


def _enter(connection: sa.Connection, old: Any, hold: Row, entry: Row) -> None:
    kinds = {"hold": "amount", "charge": "charged", "release": "released", "suspense": "suspended"}
    for kind, column in kinds.items():
        if hold[column]:
            connection.execute(sa.insert(old["ledger"]).values(entry | {"kind": kind, "amount": hold[column]}))
    used, held = hold["charged"] + hold["suspended"], 0 if hold["closed_at"] else hold["amount"]
    windows = old["windows"]
    change = {"used": windows.c.used + used, "held": windows.c.held + held}
    connection.execute(sa.update(windows).where(windows.c.id == entry["window_id"]).values(change))
