"""What the rooms tell whoever counts, in the nouns of the house, and what the rows say to whoever reads a gauge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.domain.job import Job, State
from bot.domain.request import EditRequest


class Freight(StrEnum):
    """Pictures on their way in or out."""

    FROM_DISCORD = "from_discord"
    TO_PROVIDER = "to_provider"
    FROM_PROVIDER = "from_provider"
    TO_DISCORD = "to_discord"


class Outcome(StrEnum):
    """What became of a paid call."""

    ANSWERED = "answered"
    REFUSED = "refused"  # explicitly, with nothing billed: it may be made again
    DECLINED = "declined"  # for good
    UNKNOWN = "unknown"


class Metrics(Protocol):
    """Counts what happens. No call of it waits or raises: nothing that happens may depend on its being counted."""

    def edit_placed(self, request: EditRequest) -> None:
        """An edit is in the queue, for the first time."""

    def edit_ended(self, job: Job, provider: str | None) -> None:
        """Its member was told how the edit ended, and `job` is as it was settled; `provider` made its pictures.

        One whose pictures are shown later ends again, as delivered.
        """

    def queued(self, seconds: float) -> None:
        """An edit was taken up, so long after it was placed."""

    def called(self, provider: str, model: str, outcome: Outcome, seconds: float) -> None:
        """A paid call ended."""

    def delivered(self, seconds: float) -> None:
        """The results of an edit are posted, so long after that was begun."""

    def carried(self, freight: Freight, size: int) -> None:
        """So many bytes of pictures came or went."""

    def discord_failed(self, code: str) -> None:
        """Discord answered with an error: its code, else the HTTP status, else what became of the connection."""

    def decoder_replaced(self) -> None:
        """A decoder process died, hung or was used up, and the next question needs a new one."""


@dataclass(frozen=True, slots=True)
class Gauges:
    """What the rows say at one moment; money in micro-USD, times in seconds since the epoch.

    `open` are the edits that are not over by their state, `held` is what unsettled ones hold, `waits_since` is when the
    first in the queue was placed, None where there is none. `booked` is the house's ledger from its beginning, by kind.
    """

    open: Mapping[State, int] = field(default_factory=dict)
    held: int = 0
    waits_since: float | None = None
    booked: Mapping[str, int] = field(default_factory=dict)


class GaugeBook(Protocol):
    """The rows, for whoever reads gauges."""

    async def read(self) -> Gauges:
        """What they say now. Raises `StorageTrouble`."""

    async def glance(self) -> None:
        """Read as little as shows that they can be read. Raises `StorageTrouble`."""
