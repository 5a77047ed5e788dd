"""What the image API believes: every call it got and what it billed for it."""

import asyncio
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the provider's dashboard would list it; money in micro-USD, `at` in the sandbox's seconds.

    `state` is receiving, working, waiting (as planned), answered or cut; `status` is None until it is answered.
    """

    request_id: str
    client_request_id: str | None
    idempotency_key: str | None
    at: float
    model: str | None = None
    n: int = 0
    images: int = 0
    made: int = 0
    billed_micro_usd: int = 0
    status: int | None = None
    state: str = "receiving"


class Books:
    """The list of calls, oldest first."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._changed = asyncio.Event()

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call so far."""
        return tuple(self._calls)

    def open(self, call: Call) -> int:
        """Enter a new call; returns the number it has from now on, counting from 1."""
        self._calls.append(call)
        self._wake()
        return len(self._calls)

    def note(self, number: int, **changes: object) -> None:
        """Change what is known of a call."""
        self._calls[number - 1] = replace(self._calls[number - 1], **changes)  # type: ignore[arg-type]
        self._wake()

    async def until(self, received: int = 0, waiting: int = 0, answered: int = 0) -> None:
        """Return when so many calls were received whole (or cut), wait as planned, and were answered (or cut)."""
        while True:
            changed = self._changed
            states = [call.state for call in self._calls]
            whole = len(states) - states.count("receiving")
            done = states.count("answered") + states.count("cut")
            if whole >= received and states.count("waiting") >= waiting and done >= answered:
                return
            await changed.wait()

    def as_json(self) -> dict[str, object]:
        """`{calls, billed_micro_usd}`: the list and its sum."""
        total = sum(call.billed_micro_usd for call in self._calls)
        return {"calls": [asdict(call) for call in self._calls], "billed_micro_usd": total}

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
