"""Named points at which the process can be made to kill itself, to see that nothing is lost by it.

`DARKROOM_CRASH_AT=after-sent` ends it with SIGKILL when it passes that point, `after-sent:3` at the third time. Unset,
as it is for everyone but our tests, a point is the look at one name.
"""

import os
import signal

VARIABLE = "DARKROOM_CRASH_AT"

# In the order in which an edit passes them, and what is written down by then.
POINTS = {
    "after-row": "the job's row is in a transaction that is still open",
    "after-hold": "so are its hold and its ticket",
    "after-place": "all three are committed; nobody was told",
    "before-sent": "the pictures are prepared, and nothing is paid for yet",
    "after-sent": "the call is written down, and no byte of it has left",
    "mid-body": "a part of the request's body is out",
    "mid-answer": "a part of the answer is here",
    "after-body": "the answer is here as a whole, in the workshop",
    "after-file": "its first picture is kept, and the row does not know it",
    "after-settle": "the charge and the pictures are in the book",
    "before-post": "the pictures are about to be posted",
    "after-post": "a message with pictures is there, and not noted",
    "after-close": "the status message has ended, and the row has not",
}


class Fuse:
    """Which point ends the process, and how often it may still be passed before."""

    def __init__(self) -> None:
        self._name: str | None = None
        self._left = 0

    def arm(self, words: str | None) -> None:
        """Take the variable's value; none disarms. Raises `ValueError`, in a sentence, for what names no point."""
        name, colon, times = (words or "").strip().partition(":")
        counted = not colon or (times.isascii() and times.isdigit() and int(times) > 0)
        if (name or colon) and not (name in POINTS and counted):
            raise ValueError(
                f"{VARIABLE} has to be one of {', '.join(POINTS)}, with :2 behind it for the second time, and so on."
            )
        self._name, self._left = name or None, int(times or 1)

    def point(self, name: str) -> None:
        """The process passes this point, and dies here where it was told to."""
        if name != self._name:
            return
        self._left -= 1
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


_fuse = Fuse()
arm, point = _fuse.arm, _fuse.point
