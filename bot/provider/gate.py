"""What holds calls to one provider back: its patience, its pictures a minute, and the breaker after it locked us out.

Plain rules on a clock that is given; nobody waits in here. A clock that is set back never holds anything: what was
noted in the future counts as over.
"""

from collections import deque
from collections.abc import Callable

MINUTE_S = 60.0
# How long all calls pause after a 429 that names no time: doubled each time in a row, up to the most.
PATIENCE_S = 2.0
PATIENCE_MOST_S = 60.0
# After so long one call is let through to see whether the operator has mended it.
BREAKER_S = 600.0

Now = Callable[[], float]


class Gate:
    """Shut to all calls of a provider for as long as it asks for patience."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._since, self._until = 0.0, 0.0
        self._in_a_row = 0

    def ask(self, seconds: float | None) -> None:
        """The provider asks for patience: so many seconds from now, or without saying how many."""
        now = self._now()
        unsaid = min(PATIENCE_S * 2**self._in_a_row, PATIENCE_MOST_S)
        self._in_a_row = min(self._in_a_row + 1, 10)
        until = now + (unsaid if seconds is None else seconds)
        # Calls that were under way together are refused together; the longest wait counts.
        self._until = max(until, self._until if self.left() > 0 else 0.0)
        self._since = now

    def please(self) -> None:
        """The provider took a call."""
        self._in_a_row = 0

    def left(self) -> float:
        """Seconds until calls may go on."""
        now = self._now()
        return max(0.0, self._until - now) if now >= self._since else 0.0


class Minute:
    """A limit of input pictures in any minute; 0 is none. A call of more than the limit waits for an empty minute."""

    def __init__(self, most: int, now: Now) -> None:
        self._most, self._now = most, now
        self._taken: deque[tuple[float, int]] = deque()

    def wait(self, pictures: int) -> float:
        """Seconds until so many pictures may go."""
        now = self._now()
        while self._taken and not now - MINUTE_S < self._taken[0][0] <= now:
            self._taken.popleft()
        over = sum(count for _, count in self._taken) + pictures - self._most
        if self._most == 0 or over <= 0 or not self._taken:
            return 0.0
        leaves = now
        for at, count in self._taken:
            if over > 0:
                leaves, over = at + MINUTE_S, over - count
        return leaves - now

    def take(self, pictures: int) -> None:
        """So many go now."""
        if self._most:
            self._taken.append((self._now(), pictures))


class Breaker:
    """Opens when a provider locks us out. After a while one call at a time may try; one that is let in closes it."""

    def __init__(self, now: Now, rest_s: float = BREAKER_S) -> None:
        self._now, self._rest_s = now, rest_s
        self._opened: float | None = None
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Whether nobody may call now."""
        return self._opened is not None and (self._trying or self._resting(self._opened))

    @property
    def is_tried(self) -> bool:
        """Whether a call that may go now is a trial, which has to `leave`."""
        return self._opened is not None

    def enter(self) -> bool:
        """Whether this call may go; of an open breaker that has rested, one."""
        if self.is_open:
            return False
        self._trying = self._opened is not None
        return True

    def leave(self) -> None:
        """The trial is over, whatever came of it."""
        self._trying = False

    def lock(self) -> None:
        """The provider locked us out."""
        self._opened = self._now()

    def admit(self) -> None:
        """The provider let a call in."""
        self._opened = None

    def _resting(self, opened: float) -> bool:
        return opened <= self._now() < opened + self._rest_s
