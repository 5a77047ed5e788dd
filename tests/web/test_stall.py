"""The event loop's lateness: a loop that is held up is noticed, by about as long as it was held up."""

import asyncio
import time

from bot.web.stall import watch_loop

HELD_S = 0.3


async def test_a_loop_that_is_held_up_is_noticed() -> None:
    """Work that does not let go of the loop is seen as a stall; a loop that waits is not."""
    late: list[float] = []
    noted = asyncio.Event()

    def note(seconds: float) -> None:
        late.append(seconds)
        noted.set()

    watch = asyncio.create_task(watch_loop(note))
    await asyncio.sleep(0)  # it asks to be woken in a tenth of a second
    time.sleep(HELD_S)  # noqa: ASYNC251 - that is the sin to be noticed
    await noted.wait()
    watch.cancel()

    assert late[0] > HELD_S / 2
