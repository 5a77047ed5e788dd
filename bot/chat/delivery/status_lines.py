"""Status messages while they change: the last word always gets through, at most one edit of a message in a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.chat.delivery.sight import Sight
from bot.workflow.ports import Clock

REMEMBERED = 4096


@dataclass(frozen=True, slots=True)
class MessageId:
    """A message, wherever it is; `answers` says that it is the answer to an interaction."""

    channel: int
    message: int
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """What a message is to show; without a sight it keeps the one that it has."""

    text: str
    sight: Sight | None = None


class StatusLines:
    """Coalesces edits by message. Discord takes about five edits in five seconds of a channel.

    `edit` puts a line on a message and must not raise. `run` belongs to the composition root's task group.
    """

    def __init__(self, edit: Callable[[MessageId, Line], Awaitable[None]], clock: Clock, every_s: float = 3.0) -> None:
        self._edit = edit
        self._clock = clock
        self._every_s = every_s
        self._latest: dict[MessageId, Line] = {}
        self._tended: dict[MessageId, asyncio.Lock] = {}
        self._arrivals: asyncio.Queue[MessageId] = asyncio.Queue()
        self._ended: OrderedDict[MessageId, None] = OrderedDict()

    def show(self, message: MessageId, line: Line) -> None:
        """Put this on the message soon, unless something later comes first: the last text with the last sight."""
        if message in self._ended:
            return
        waiting = self._latest.get(message)
        self._latest[message] = Line(line.text, line.sight or (waiting.sight if waiting else None))
        if message not in self._tended:
            self._tended[message] = asyncio.Lock()
            self._arrivals.put_nowait(message)

    async def end(self, message: MessageId) -> None:
        """Drop what is waiting and everything that comes; returns when no edit of the message is on its way."""
        self._latest.pop(message, None)
        self._ended[message] = None
        while len(self._ended) > REMEMBERED:
            self._ended.popitem(last=False)
        if (lock := self._tended.get(message)) is not None:
            async with lock:
                pass

    async def run(self) -> None:
        """Edit until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._tend(await self._arrivals.get()))

    async def _tend(self, message: MessageId) -> None:
        try:
            while (line := self._latest.pop(message, None)) is not None:
                async with self._tended[message]:
                    await self._edit(message, line)
                await self._clock.sleep(self._every_s)
        finally:
            self._tended.pop(message, None)
