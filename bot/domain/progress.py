"""How far an edit has come: what flows to the status message while the member waits."""

from dataclasses import dataclass
from enum import StrEnum


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
    """A station; `ahead` counts the jobs in front of a queued one, `wait_s` is how long the provider asked to wait."""

    phase: Phase
    ahead: int = 0
    wait_s: int = 0
