"""What the image API believes: every call it got, as it came, and what it billed for it.

`GET /_books` shows the calls, their sum, and two questions already answered: was an attempt billed twice, and was a
call repeated after an answer that made repeating it wrong? Two calls are of one edit if dialect, model, prompt and
files are the same; a call repeats another if it came after that one had ended.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from bot.sandbox.engine.form import Form

_MAY_WAIT = (429, 500, 503)
_MAY_HAVE_RUN = (408, 409, 502, 504, 520, 522, 524)


@dataclass(frozen=True, slots=True)
class Part:
    """A file as it came: the field's name, the file's own, and its type and bytes."""

    name: str
    filename: str
    content_type: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the provider's dashboard would list it; money in micro-USD, `at` in the sandbox's seconds.

    `state` is receiving, working, waiting (as planned), answered or cut; `status` is None until it is answered.
    `fields` are the text fields as received, `edit` is the same for calls with the same model, prompt and files, and
    `after` says what a careful caller has afterwards (the table of `faults.py`). `injected` are parameters that were
    found inside a prompt and obeyed. `ended` is how many calls had come when this one was over.
    """

    request_id: str
    client_request_id: str | None
    idempotency_key: str | None
    at: float
    dialect: str = "openai"
    path: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[Part, ...] = ()
    edit: str | None = None
    fault: str | None = None
    injected: str = ""
    model: str | None = None
    n: int = 0
    images: int = 0
    made: int = 0
    billed: bool = False
    billed_micro_usd: int = 0
    status: int | None = None
    after: str | None = None
    state: str = "receiving"
    ended: int | None = None


class Books:
    """The list of calls, oldest first, and the visits to places where nobody should go."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._trapped: list[str] = []
        self._changed = asyncio.Event()

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call so far."""
        return tuple(self._calls)

    @property
    def trapped(self) -> tuple[str, ...]:
        """Every visit to a place that a hostile link or redirect leads to."""
        return tuple(self._trapped)

    @property
    def billed_twice(self) -> tuple[str, ...]:
        """The attempts, by the id that the caller gave them, that were billed more than once."""
        return tuple(str(each["attempt"]) for each in self.attempts() if len(_listed(each["billed_calls"])) > 1)

    @property
    def repeated(self) -> tuple[tuple[int, int], ...]:
        """(earlier, later): calls of one edit, the later begun after the earlier was refused for good."""
        return self.repeated_after("final")

    def repeated_after(self, *afters: str) -> tuple[tuple[int, int], ...]:
        """(earlier, later): calls of one edit, the later begun after the earlier had ended so."""
        return tuple(_repetitions(self._calls, afters))

    def open(self, call: Call) -> int:
        """Enter a new call; returns the number it has from now on, counting from 1."""
        self._calls.append(call)
        self._wake()
        return len(self._calls)

    def note(self, number: int, **changes: object) -> None:
        """Change what is known of a call."""
        self._calls[number - 1] = replace(self._calls[number - 1], **changes)  # type: ignore[arg-type]
        self._wake()

    def close(self, number: int, state: str, status: int | None, after: str) -> None:
        """Note how a call ended."""
        self.note(number, state=state, status=status, after=after, ended=len(self._calls))

    def trap(self, path: str) -> None:
        """Note that somebody went where a trap lay."""
        self._trapped.append(path)

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

    def attempts(self) -> tuple[Mapping[str, object], ...]:
        """For each attempt id: the numbers of its calls, of those that were billed, and their sum."""
        found: dict[str, list[int]] = {}
        for number, call in enumerate(self._calls, 1):
            if call.client_request_id is not None:
                found.setdefault(call.client_request_id, []).append(number)
        return tuple(
            {
                "attempt": attempt,
                "calls": numbers,
                "billed_calls": [number for number in numbers if self._calls[number - 1].billed],
                "billed_micro_usd": sum(self._calls[number - 1].billed_micro_usd for number in numbers),
            }
            for attempt, numbers in found.items()
        )

    def as_json(self) -> dict[str, object]:
        """The calls, the sum of what was billed, the attempts, and what should not have happened."""
        return {
            "calls": [asdict(call) for call in self._calls],
            "billed_micro_usd": sum(call.billed_micro_usd for call in self._calls),
            "attempts": self.attempts(),
            "billed_twice": self.billed_twice,
            "repeated_after_final": self.repeated,
            "repeated_after_unknown": self.repeated_after("unknown", "useless"),
            "trapped": self._trapped,
        }

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def parts_of(form: Form) -> tuple[Part, ...]:
    """The files of a form, in their order."""
    return tuple(Part(file.name, file.filename, file.content_type, len(file.body)) for file in form.files)


def edit_of(dialect: str, path: str, form: Form) -> str:
    """What is the same for two calls that ask the same thing of the same place. Reads every file."""
    digest = hashlib.sha256(repr((dialect, path, form.text("model"), form.text("prompt"))).encode())
    for file in form.files:
        digest.update(hashlib.sha256(file.body).digest())
    return digest.hexdigest()[:16]


def judged(status: int, code: str | None, *, cut: bool) -> str:
    """What a careful caller has after an answer that no fault brought about."""
    if cut or status in _MAY_HAVE_RUN:
        return "unknown"
    if status == 200:
        return "fine"
    return "again" if status in _MAY_WAIT and code != "insufficient_quota" else "final"


def _repetitions(calls: Sequence[Call], afters: Sequence[str]) -> Iterator[tuple[int, int]]:
    for number, call in enumerate(calls, 1):
        for earlier, other in enumerate(calls[: number - 1], 1):
            over = other.ended is not None and other.ended < number
            if over and other.after in afters and call.edit is not None and call.edit == other.edit:
                yield earlier, number


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()
