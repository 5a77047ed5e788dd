"""What a test or a person steers the stand-in with: the plan for the next calls, the books, and the held calls.

What happens to a call is planned for it (`POST /_plan`), else asked for by its header `X-Sandbox-Fault`, else by a tag
in its prompt, `[fault:NAME]` or `[fault:NAME*TIMES]`; the names are those of `faults.py`.
"""

import asyncio
import re
from collections import Counter, deque
from collections.abc import Mapping

from aiohttp import web

from bot.sandbox.clock import Clock
from bot.sandbox.engine.books import Books
from bot.sandbox.engine.faults import FAULTS, HEADER
from bot.sandbox.engine.plan import Step, step
from bot.sandbox.engine.refusal import Refusal

_TAG = re.compile(rb"\[fault:([A-Za-z0-9_-]+)(?:\*(\d{1,4}))?\]([^\r\n\"]*)")


class Control:
    """Holds the steps for the next calls and the calls that wait for a word."""

    def __init__(self, clock: Clock, books: Books) -> None:
        self._clock, self._books = clock, books
        self._steps: deque[Step] = deque()
        self._tagged: Counter[bytes] = Counter()
        self._let_go = asyncio.Event()
        self._held = 0

    def plan(self, *wishes: Mapping[str, object]) -> None:
        """Add steps for the next calls. Raises ValueError with a sentence for a step that makes no sense."""
        self._steps.extend([step(wish) for wish in wishes])

    def turned_away(self) -> Step | None:
        """The next step, taken off the plan, if it closes a connection that is just being accepted."""
        return self._steps.popleft() if self._steps and self._steps[0].cut == "connect" else None

    def planned(self, headers: Mapping[str, str]) -> Step | None:
        """The step for the call that has just come: the next of the plan, else what its header asks for."""
        if self._steps:
            return self._steps.popleft()
        name = headers.get(HEADER)
        return None if name is None else _fault(name)

    def tagged(self, head: bytes) -> Step | None:
        """The step that a tag in the prompt asks for; a tag with a number has an end."""
        if (tag := _TAG.search(head)) is None:
            return None
        fault, most = _fault(tag[1].decode()), tag[2]
        if most is None:
            return fault
        self._tagged[tag[0]] += 1
        return fault if self._tagged[tag[0]] <= int(most) else None

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
            web.get("/_faults", self._listed),
            web.post("/_plan", self._planned),
            web.delete("/_plan", self._forgotten),
            web.post("/_release", self._released),
        ]

    async def _shown(self, request: web.Request) -> web.Response:
        wanted = ("received", "waiting", "answered")
        await self._books.until(*(int(request.query.get(name, 0)) for name in wanted))
        return web.json_response(self._books.as_json())

    async def _listed(self, _: web.Request) -> web.Response:
        rows = {
            name: {"says": fault.says, "after": fault.after, "billed": fault.billed, "streams_only": fault.streams}
            for name, fault in FAULTS.items()
        }
        return web.json_response(rows)

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


def _fault(name: str) -> Step:
    known = name.replace("-", "_")
    if known not in FAULTS:
        raise Refusal(f"The sandbox has no fault named '{name}'; GET /_faults lists those that there are.")
    return step({"fault": known})
