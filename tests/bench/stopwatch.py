"""How long an event loop keeps its callbacks waiting: a selector that times every turn of the loop around it."""

import itertools
import selectors
import time
from array import array
from collections.abc import Sequence

# Turns that are shorter delay nobody, and keeping them all would show as memory of the code that is measured.
SHORT_S = 0.0002


class Stopwatch(selectors.DefaultSelector):
    """Give it to the loop: between two calls of `select` the loop is busy, and whatever became ready waits.

    A selector that comes back late counts too: a thread may have kept the interpreter to itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._turns = array("d")
        self._woke = self._since = time.perf_counter()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """As the selector does, and note the turn that ends here."""
        began = self._turn_ends()
        ready = super().select(timeout)
        self._woke = time.perf_counter()
        if timeout is not None:
            self._woke -= max(0.0, self._woke - began - max(0.0, timeout))
        return ready

    def start(self) -> None:
        """Forget what was."""
        self._turns = array("d")
        self._woke = self._since = time.perf_counter()

    def waits(self) -> tuple[float, float]:
        """The worst wait since the start, and what one callback in a thousand waits at least, in seconds."""
        all_s = self._turn_ends() - self._since  # the turn in which this is asked counts as well
        return max(self._turns, default=0.0), wait_of(0.001, self._turns, all_s)

    def _turn_ends(self) -> float:
        now = time.perf_counter()
        if now - self._woke > SHORT_S:
            self._turns.append(now - self._woke)
        return now


def wait_of(share: float, turns: Sequence[float], all_s: float) -> float:
    """What this share of the callbacks waits at least, if they become ready at random moments of `all_s` seconds.

    During a turn of d seconds the wait falls evenly from d to 0, so that of the turn d - x seconds wait longer than x.
    """
    wanted, total = share * all_s, 0.0
    longest = [*sorted(turns, reverse=True), 0.0]
    for count, (turn, following) in enumerate(itertools.pairwise(longest), 1):
        total += turn
        wait = (total - wanted) / count
        if wait >= following:
            return max(0.0, wait)
    return 0.0
