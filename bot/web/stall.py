"""How late the event loop is: a task that asks to be woken, and measures by how much it was woken too late."""

import asyncio
from collections.abc import Callable

EVERY_S = 0.1


async def watch_loop(note: Callable[[float], None]) -> None:
    """Note the seconds by which the loop was late, ten times a second, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + EVERY_S
        await asyncio.sleep(EVERY_S)
        note(loop.time() - due)
