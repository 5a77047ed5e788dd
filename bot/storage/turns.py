"""Turns: what has to look before it writes does so one at a time, on PostgreSQL too.

SQLite has one writer anyway. PostgreSQL keeps these locks until the transaction ends; two names that fall on one
number wait for each other for nothing, which does no harm.
"""

import zlib
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

# Any number that no other program on the same server uses for this.
POSTGRES_TURNS = 0x0DA2_C201
_HALF, _WHOLE = 1 << 31, 1 << 32


async def take_turns(tx: AsyncConnection, names: Iterable[str]) -> None:
    """Wait until no other transaction has a turn at any of these; they are taken in one order, so nobody waits twice.

    What is asked after it sees what those before have written.
    """
    if tx.dialect.name != "postgresql":
        return
    numbers = sorted({_number(name) for name in names})
    if numbers:
        await tx.execute(sa.select(*(sa.func.pg_advisory_xact_lock(POSTGRES_TURNS, number) for number in numbers)))


def _number(name: str) -> int:
    """A signed number of 32 bits, which is what the lock takes."""
    return (zlib.crc32(name.encode()) + _HALF) % _WHOLE - _HALF
