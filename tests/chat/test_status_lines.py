"""Status messages while they change, on a clock of the test's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.chat.delivery.sight import Sight
from bot.chat.delivery.status_lines import Line, MessageId, StatusLines

ONE, TWO = MessageId(1, 10), MessageId(1, 20)
FIRST, SECOND = Sight(Path("1"), "first", 9), Sight(Path("2"), "second", 9)


class Stopwatch:
    """A clock whose sleepers wake when the test says so."""

    def __init__(self) -> None:
        self.moment = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> float:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self.moment + seconds, woken))
        await woken.wait()

    async def pass_by(self, seconds: float) -> None:
        """Let time pass, and everybody who is due do what they do."""
        self.moment += seconds
        for until, woken in self._sleepers:
            if until <= self.moment:
                woken.set()
        await settle()


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(20):
        await asyncio.sleep(0)


@asynccontextmanager
async def lines(
    edits: list[tuple[float, int, str]], gate: asyncio.Event
) -> AsyncIterator[tuple[StatusLines, Stopwatch]]:
    """Status lines that note their edits, each of which waits at the gate."""
    clock = Stopwatch()

    async def edit(message: MessageId, line: Line) -> None:
        await gate.wait()
        edits.append((clock.now(), message.message, f"{line.text} and {line.sight.name}" if line.sight else line.text))

    shown = StatusLines(edit, clock, every_s=3)
    running = asyncio.create_task(shown.run())
    yield shown, clock
    running.cancel()
    await asyncio.wait({running})


def opened() -> asyncio.Event:
    """A gate that lets everything through."""
    gate = asyncio.Event()
    gate.set()
    return gate


async def test_coalesced() -> None:
    """The first text is shown at once; of those that follow within three seconds only the last, and that one surely."""
    edits: list[tuple[float, int, str]] = []
    async with lines(edits, opened()) as (shown, clock):
        for text in "abc":
            shown.show(ONE, Line(text))
            await settle()
        await clock.pass_by(3)
        await clock.pass_by(3)
        await clock.pass_by(3)
        shown.show(ONE, Line("d"))
        await settle()

    assert edits == [(0, 10, "a"), (3, 10, "c"), (9, 10, "d")]


async def test_the_last_sight() -> None:
    """Of what waits, the last text is shown with the last sight: a text alone does not push a picture out."""
    edits: list[tuple[float, int, str]] = []
    async with lines(edits, opened()) as (shown, clock):
        for line in (Line("a"), Line("b", FIRST), Line("c", SECOND), Line("d")):
            shown.show(ONE, line)
        await settle()
        await clock.pass_by(3)
        shown.show(ONE, Line("e"))
        await settle()

    assert edits == [(0, 10, "d and second"), (3, 10, "e")]


async def test_messages_are_apart() -> None:
    """One message does not wait for another."""
    edits: list[tuple[float, int, str]] = []
    async with lines(edits, opened()) as (shown, _):
        shown.show(ONE, Line("a"))
        shown.show(TWO, Line("b"))
        await settle()

    assert edits == [(0, 10, "a"), (0, 20, "b")]


async def test_nothing_after_the_end() -> None:
    """What waits when a message ends is dropped, and so is what comes later."""
    edits: list[tuple[float, int, str]] = []
    async with lines(edits, opened()) as (shown, clock):
        shown.show(ONE, Line("a"))
        await settle()
        shown.show(ONE, Line("b"))
        await shown.end(ONE)
        shown.show(ONE, Line("c"))
        await clock.pass_by(9)

    assert edits == [(0, 10, "a")]


async def test_the_end_waits_for_an_edit_on_its_way() -> None:
    """An edit that has left for Discord is over before the end is written, so that the end is the last."""
    edits: list[tuple[float, int, str]] = []
    gate = asyncio.Event()
    async with lines(edits, gate) as (shown, _):
        shown.show(ONE, Line("a"))
        await settle()
        end = asyncio.create_task(shown.end(ONE))
        await settle()
        early = end.done()
        gate.set()
        await end

    assert not early
    assert edits == [(0, 10, "a")]
