"""Trouble on request: refusals, 429s, lost answers, cut connections, stalled and lying downloads."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from typing import Literal, get_args

from bot.sandbox.discord_api.refusals import Json, SandboxRefusal

How = Literal["before", "after", "reset", "reset_after", "stall", "truncate", "size"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of trouble, for the next `times` requests whose method and path match.

    `path` is a regular expression on what follows /api/v10, or on the whole path for the CDN.
    `before` answers without doing anything; `after` does it and then answers `status` all the same; `reset` and
    `reset_after` close the connection instead of answering. For downloads: `stall` stops half-way for `delay_s`
    sandbox seconds (for ever if 0), `truncate` hangs up half-way. `size` is for method UPLOAD, its path being matched
    with the file's name: the attachment announces `size` bytes whatever it holds.
    """

    method: str = ""
    path: str = ""
    status: int = 500
    code: int = 0
    message: str = "500: Internal Server Error"
    retry_after: float | None = None
    scope: str = "user"
    times: int = 1
    how: How = "before"
    delay_s: float = 0.0
    size: int = 0

    @classmethod
    def read(cls, given: Json) -> "Fault":
        """A fault from its JSON; SandboxRefusal where a field is unknown or `how` is none of the seven."""
        known = {one.name for one in fields(cls)}
        if unknown := set(given) - known:
            raise SandboxRefusal(f"a fault has no {', '.join(sorted(unknown))}; it has {', '.join(sorted(known))}")
        if given.get("how", "before") not in get_args(How):
            raise SandboxRefusal(f"`how` is one of {', '.join(get_args(How))}")
        return cls(**given)

    def meets(self, method: str, path: str) -> bool:
        """Whether a request is one of those this fault waits for."""
        return self.method.upper() in ("", method) and re.search(self.path, path) is not None


@dataclass(slots=True)
class Faults:
    """The faults that are still to come, oldest first."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, *faults: Fault) -> None:
        """Let these happen to the next requests that match."""
        self.waiting.extend(faults)

    def clear(self) -> None:
        """Let nothing more go wrong."""
        self.waiting.clear()

    def take(self, method: str, path: str, among: Iterable[How]) -> Fault | None:
        """The fault that meets this request, if any, counted down by one."""
        wanted = tuple(among)
        for index, fault in enumerate(self.waiting):
            if fault.how in wanted and fault.meets(method, path):
                if fault.times <= 1:
                    del self.waiting[index]
                else:
                    self.waiting[index] = replace(fault, times=fault.times - 1)
                return fault
        return None
