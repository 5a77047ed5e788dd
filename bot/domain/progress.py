"""How far an edit has come, and how long it may still take: what the status message shows while the member waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

FEWEST_SAMPLES = 3
STEP_S = 5


class Phase(StrEnum):
    """The stations that a member can see."""

    QUEUED = "queued"
    PREPARING = "preparing"
    SENDING = "sending"  # the pictures are on their way to the provider
    WAITING = "waiting"  # the provider works
    PATIENCE = "patience"  # the provider asked to wait before the next try
    RECEIVING = "receiving"
    DELIVERING = "delivering"


@dataclass(frozen=True, slots=True)
class Progress:
    """A station; `ahead` counts the jobs in front of a queued one, `wait_s` is how long the provider asked to wait.

    `eta_s` is in about how many seconds a queued job will have its pictures, `typical_s` how many an edit of its kind
    mostly takes once it is sent; None where nobody can say. `percent` is how much of a call has left us, `call` which
    of how many `calls` it is, and `preview` the number of the unfinished picture of `previews` that is shown; 0 for
    none. `since` is when the provider began to work.
    """

    phase: Phase
    ahead: int = 0
    wait_s: int = 0
    eta_s: float | None = None
    typical_s: float | None = None
    percent: int | None = None
    call: int = 1
    calls: int = 1
    preview: int = 0
    previews: int = 0
    since: float | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """How many jobs are worked on at a time: in all, of one user, and of one guild, where 0 is no limit."""

    at_once: int
    per_user: int
    per_guild: int = 0

    def rounds(self, ahead: int, of_user: int, of_guild: int | None) -> float:
        """How many jobs' time it takes until a queued one begins, with so many in front: in all, of its user and guild.

        None is for a job outside of guilds.
        """
        rounds = [(ahead + 1) / self.at_once, (of_user + 1) / self.per_user]
        if self.per_guild and of_guild is not None:
            rounds.append((of_guild + 1) / self.per_guild)
        return max(rounds)


def typical_s(*samples: Sequence[float]) -> float | None:
    """The median of the first that has at least three, of measured seconds; None where none has."""
    return next((median(some) for some in samples if len(some) >= FEWEST_SAMPLES), None)


def eta_s(typical: float | None, rounds: float) -> float | None:
    """In how many seconds a job that begins after so many rounds has its pictures, in steps of five seconds.

    A job takes `typical` seconds, and so does each round before it.
    """
    return None if typical is None else float(STEP_S * max(1, round(typical * (rounds + 1) / STEP_S)))
