"""What a test or a person steers the stand-in with: the plan for the next calls, the books, and the held calls."""

import asyncio
from collections import deque
from collections.abc import Mapping

from aiohttp import web

from bot.sandbox.clock import Clock
from bot.sandbox.engine.books import Books
from bot.sandbox.engine.plan import NORMAL, Step, step


class Control:
    """Holds the steps for the next calls and the calls that wait for a word."""

    def __init__(self, clock: Clock, books: Books) -> None:
        self._clock, self._books = clock, books
        self._steps: deque[Step] = deque()
        self._let_go = asyncio.Event()
        self._held = 0

    def plan(self, *wishes: Mapping[str, object]) -> None:
        """Add steps for the next calls. Raises ValueError with a sentence for a step that makes no sense."""
        self._steps.extend([step(wish) for wish in wishes])

    def next(self) -> Step:
        """The step for the call that has just come."""
        return self._steps.popleft() if self._steps else NORMAL

    async def wait(self, now: Step, number: int) -> None:
        """Let the call of that number wait as the step says."""
        if not now.latency_s and not now.hold:
            return
        self._books.note(number, state="waiting")
        if now.latency_s:
            await self._clock.sleep(now.latency_s)
        if now.hold:
            self._held += 1
            try:
                await self._let_go.wait()
            finally:
                self._held -= 1
        self._books.note(number, state="working")

    def release(self) -> int:
        """Let every held call go on; returns how many there were."""
        self._let_go.set()
        self._let_go = asyncio.Event()
        return self._held

    def routes(self) -> list[web.RouteDef]:
        """The control calls, for `application`."""
        return [
            web.get("/_books", self._shown),
            web.post("/_plan", self._planned),
            web.delete("/_plan", self._forgotten),
            web.post("/_release", self._released),
        ]

    async def _shown(self, request: web.Request) -> web.Response:
        wanted = ("received", "waiting", "answered")
        await self._books.until(*(int(request.query.get(name, 0)) for name in wanted))
        return web.json_response(self._books.as_json())

    async def _planned(self, request: web.Request) -> web.Response:
        wishes = await request.json()
        try:
            self.plan(*(wishes if isinstance(wishes, list) else [wishes]))
        except (ValueError, AttributeError) as exc:
            return web.json_response({"error": str(exc)}, status=400)
        return web.json_response({"planned": len(self._steps)})

    async def _forgotten(self, _: web.Request) -> web.Response:
        self._steps.clear()
        return web.json_response({"planned": 0})

    async def _released(self, _: web.Request) -> web.Response:
        return web.json_response({"released": self.release()})
