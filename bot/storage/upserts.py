"""An INSERT that may meet a row that is there already, as each database writes it."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Upsert = sqlite.Insert | postgresql.Insert

_INSERTS: dict[str, Callable[[sa.Table], Upsert]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert(tx: AsyncConnection, table: sa.Table) -> Upsert:
    """An INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    return _INSERTS[tx.dialect.name](table)
