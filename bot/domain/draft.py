"""A draft: an edit that waits for its member's yes, without a hold."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.request import EditRequest

LIVES_S = 900  # how long a yes is waited for


class DraftState(StrEnum):
    """Where a draft is; from `open` it goes to one of the others and stays there."""

    OPEN = "open"
    AGREED = "agreed"
    DROPPED = "dropped"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Draft:
    """An edit that may cost `predicted` micro-USD, asked about in the message `request.status_message`.

    That is None until the message is up. Times in seconds since the epoch.
    """

    id: int
    state: DraftState
    request: EditRequest
    predicted: int
    asked_at: float
    expires_at: float
